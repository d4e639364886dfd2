#include "parsers/document/pdf.h"

#include "parsers/document/pdf_catalogue.h"
#include "parsers/document/pdf_objects.h"
#include "parsers/text/limits.h"

#include <string.h>

#define STORE_BYTES (64U * 1024 * 1024)
#define MAX_POINTS 1000000.0f

typedef struct {
    fz_context *context;
    pdf_document *document;
    LodgeDocumentFacts *facts;
} Examination;

/* MuPDF's complaints quote the stranger's bytes; that they were made shows in what is missing. */
static void ignore_complaint(void *unused, const char *message)
{
    (void)unused, (void)message;
}

static void note_failure(Examination *examination)
{
    LodgeDocumentFacts *facts = examination->facts;
    facts->damaged = TRUE;
    if (fz_caught(examination->context) != FZ_ERROR_MEMORY)
        return;
    facts->examination = LODGE_NOT_EXAMINED_LIMIT;
    lodge_examiner_note_limit(facts, "reader-memory-bytes");
}

static gboolean open_document(Examination *examination, const LodgeDocumentBytes *input)
{
    fz_context *context = examination->context;
    fz_stream *volatile stream = NULL;
    fz_try(context)
    {
        stream = fz_open_memory(context, input->bytes, input->size_bytes);
        examination->document = pdf_open_document_with_stream(context, stream);
    }
    fz_always(context)
    {
        fz_drop_stream(context, stream);
    }
    fz_catch(context)
    {
        note_failure(examination);
        return FALSE;
    }
    return TRUE;
}

static void find_encryption(Examination *examination)
{
    fz_context *context = examination->context;
    LodgeDocumentFacts *facts = examination->facts;
    fz_try(context)
    {
        pdf_obj *trailer = pdf_trailer(context, examination->document);
        if (!pdf_dict_get(context, trailer, PDF_NAME(Encrypt))) {
            facts->encrypted = LODGE_ENCRYPTED_NO;
        } else {
            facts->details->encryption =
                lodge_pdf_catalogue_format_encryption(context, examination->document);
            facts->encrypted = pdf_needs_password(context, examination->document)
                                   ? LODGE_ENCRYPTED_PASSWORD
                                   : LODGE_ENCRYPTED_RESTRICTED;
        }
    }
    fz_catch(context)
    {
        note_failure(examination);
    }
}

/* -1 unless both ways of counting agree. */
static gint64 count_pages(Examination *examination)
{
    fz_context *context = examination->context;
    volatile gint64 announced = -1;
    volatile gint64 walked = -2;
    fz_try(context)
    {
        announced = pdf_count_pages(context, examination->document);
        walked = lodge_pdf_objects_count_pages(context, examination->document);
    }
    fz_catch(context)
    {
        note_failure(examination);
        return -1;
    }
    return announced == walked ? announced : -1;
}

static void read_catalogue(Examination *examination, const LodgeDocumentBytes *input)
{
    fz_context *context = examination->context;
    fz_try(context)
    {
        lodge_pdf_catalogue_read(context, examination->document, input, examination->facts);
    }
    fz_catch(context)
    {
        note_failure(examination);
    }
}

/* Sizes beyond the limit are left out. */
static void note_page_size(LodgeDocumentDetails *details, fz_rect box)
{
    gint64 width = (gint64)CLAMP(box.x1 - box.x0 + 0.5f, 0, MAX_POINTS);
    gint64 height = (gint64)CLAMP(box.y1 - box.y0 + 0.5f, 0, MAX_POINTS);
    for (guint i = 0; i < details->page_sizes->len; i++) {
        LodgePageSize *size = g_ptr_array_index(details->page_sizes, i);
        if (size->width_pt != width || size->height_pt != height)
            continue;
        size->pages++;
        return;
    }
    if (details->page_sizes->len < LODGE_LIMIT_PAGE_SIZES)
        g_ptr_array_add(details->page_sizes, lodge_page_size_new(width, height, 1));
}

typedef struct {
    pdf_page *page;
    fz_stext_page *text;
    fz_device *device;
    fz_buffer *buffer;
} PageParts;

static void gather_page(Examination *examination, int number, PageParts *parts)
{
    fz_context *context = examination->context;
    fz_stext_options options = {0};
    parts->page = pdf_load_page(context, examination->document, number);
    fz_rect box = pdf_bound_page(context, parts->page);
    note_page_size(examination->facts->details, box);
    parts->text = fz_new_stext_page(context, box);
    parts->device = fz_new_stext_device(context, parts->text, &options);
    pdf_run_page_contents(context, parts->page, parts->device, fz_identity, NULL);
    pdf_run_page_annots(context, parts->page, parts->device, fz_identity, NULL);
    pdf_run_page_widgets(context, parts->page, parts->device, fz_identity, NULL);
    fz_close_device(context, parts->device);
}

/* What was gathered before a failure counts too. */
static void keep_page(Examination *examination, PageParts *parts)
{
    fz_context *context = examination->context;
    fz_try(context)
    {
        if (parts->text)
            parts->buffer = fz_new_buffer_from_stext_page(context, parts->text);
        unsigned char *bytes = NULL;
        size_t size_bytes =
            parts->buffer ? fz_buffer_storage(context, parts->buffer, &bytes) : 0;
        lodge_examiner_add_page(examination->facts, (const char *)bytes, size_bytes);
    }
    fz_catch(context)
    {
        note_failure(examination);
    }
}

static void read_page(Examination *examination, int number)
{
    fz_context *context = examination->context;
    PageParts parts = {0};
    fz_try(context)
    {
        gather_page(examination, number, &parts);
    }
    fz_catch(context)
    {
        note_failure(examination);
    }
    keep_page(examination, &parts);
    fz_drop_buffer(context, parts.buffer);
    fz_drop_device(context, parts.device);
    fz_drop_stext_page(context, parts.text);
    fz_drop_page(context, (fz_page *)parts.page);
}

static void read_text(Examination *examination)
{
    gint64 pages = examination->facts->pages;
    if (pages > LODGE_LIMIT_PAGES) {
        lodge_examiner_note_limit(examination->facts, "pages");
        pages = LODGE_LIMIT_PAGES;
    }
    for (int i = 0; i < pages; i++)
        read_page(examination, i);
}

static void examine_open(Examination *examination, const LodgeDocumentBytes *input)
{
    LodgeDocumentFacts *facts = examination->facts;
    find_encryption(examination);
    lodge_pdf_objects_survey(examination->context, examination->document, facts);
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD) {
        lodge_examiner_note_why(facts, "it is locked with a password");
        return;
    }
    facts->pages = count_pages(examination);
    read_catalogue(examination, input);
    read_text(examination);
    if (examination->document->repair_attempted) {
        facts->damaged = TRUE;
        facts->pages =
            count_pages(examination); /* a repair on the way may have moved them */
    }
    if (facts->pages < 0)
        lodge_examiner_note_why(facts, "its pages cannot be counted with certainty");
}

void lodge_pdf_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    Examination examination = {.facts = facts};
    examination.context = fz_new_context(NULL, NULL, STORE_BYTES);
    if (!examination.context)
        g_error(
            "failed to allocate a PDF context"); /* the reader's way to say: no memory */
    fz_context *context = examination.context;
    fz_set_error_callback(context, ignore_complaint, NULL);
    fz_set_warning_callback(context, ignore_complaint, NULL);
    gboolean is_open = open_document(&examination, input);
    if (is_open)
        examine_open(&examination, input);
    else
        lodge_examiner_note_why(facts, "it is too damaged to be opened");
    pdf_drop_document(context, examination.document);
    fz_drop_context(context);
    if (g_strv_contains((const char *const *)facts->limits_hit, "reader-memory-bytes"))
        facts->examination = LODGE_NOT_EXAMINED_LIMIT;
    else
        lodge_examiner_conclude(facts);
}
