#include "parsers/document/pdf_catalogue.h"

#include "parsers/document/stamp.h"
#include "parsers/document/xmp.h"
#include "parsers/text/limits.h"

#include <string.h>

#define PIECE_BYTES (16 * 1024)
#define HEADER_WINDOW_BYTES 1024
#define HEADER_BYTES 8 /* "%PDF-1.7" */

static pdf_obj *find_root(fz_context *context, pdf_document *document)
{
    return pdf_dict_get(context, pdf_trailer(context, document), PDF_NAME(Root));
}

static void take_text(fz_context *context, pdf_obj *dictionary, pdf_obj *key, char **slot)
{
    if (pdf_is_string(context, pdf_dict_get(context, dictionary, key)))
        lodge_examiner_set_text(slot, pdf_dict_get_text_string(context, dictionary, key));
}

static void take_date(fz_context *context, pdf_obj *dictionary, pdf_obj *key, char **slot)
{
    g_autofree char *text = NULL;
    take_text(context, dictionary, key, &text);
    if (text)
        lodge_examiner_set_stamp(slot, lodge_stamp_format_pdf(text));
}

static void
read_information(fz_context *context, pdf_document *document, LodgeDocumentFacts *facts)
{
    LodgeDocumentDetails *details = facts->details;
    pdf_obj *information =
        pdf_dict_get(context, pdf_trailer(context, document), PDF_NAME(Info));
    take_text(context, information, PDF_NAME(Title), &facts->title);
    take_text(context, information, PDF_NAME(Author), &details->author);
    take_date(context, information, PDF_NAME(CreationDate), &details->created);
    take_date(context, information, PDF_NAME(ModDate), &details->modified);
}

static const char *find_form(fz_context *context, pdf_obj *root)
{
    pdf_obj *form = pdf_dict_get(context, root, PDF_NAME(AcroForm));
    pdf_obj *xfa = pdf_dict_get(context, form, PDF_NAME(XFA));
    if (pdf_is_array(context, xfa) || pdf_is_stream(context, xfa))
        return "xfa";
    return pdf_is_dict(context, form) ? "acroform" : "none";
}

/* "1.7" -> 17; 0 for anything else. */
static int parse_version(const char *text)
{
    return g_ascii_isdigit(text[0]) && text[1] == '.' && g_ascii_isdigit(text[2])
               ? (text[0] - '0') * 10 + (text[2] - '0')
               : 0;
}

/* Of the header, wherever it begins, and of the catalogue the later one counts (7.2.2). */
static char *
format_version(fz_context *context, pdf_obj *root, const LodgeDocumentBytes *input)
{
    const char *mark = memmem(input->bytes, MIN(input->size_bytes, HEADER_WINDOW_BYTES),
                              "%PDF-", strlen("%PDF-"));
    const guint8 *end = input->bytes + input->size_bytes;
    int version = 0;
    if (mark && (const guint8 *)mark + HEADER_BYTES <= end)
        version = parse_version(mark + strlen("%PDF-"));
    const char *said = pdf_to_name(context, pdf_dict_get(context, root, PDF_NAME(Version)));
    version = MAX(version, strlen(said) == 3 ? parse_version(said) : 0);
    return version > 0 ? g_strdup_printf("%d.%d", version / 10, version % 10) : NULL;
}

static void read_root(fz_context *context,
                      pdf_document *document,
                      const LodgeDocumentBytes *input,
                      LodgeDocumentDetails *details)
{
    pdf_obj *root = find_root(context, document);
    g_free(details->format_version);
    details->format_version = format_version(context, root, input);
    g_free(details->form);
    details->form = g_strdup(find_form(context, root));
    details->tagged = pdf_to_bool(
        context,
        pdf_dict_gets(context, pdf_dict_gets(context, root, "MarkInfo"), "Marked"));
    take_text(context, root, PDF_NAME(Lang), &details->language);
}

/* As much of the packet as the limit lets in: it may unpack without end. */
static void gather_packet(fz_context *context, pdf_obj *metadata, GByteArray *packet)
{
    unsigned char piece[PIECE_BYTES];
    fz_stream *stream = pdf_open_stream(context, metadata);
    fz_try(context)
    {
        for (size_t size = 1; size > 0 && packet->len < LODGE_LIMIT_XMP_BYTES;) {
            size = fz_read(context, stream, piece, sizeof piece);
            g_byte_array_append(packet, piece, (guint)size);
        }
    }
    fz_always(context)
    {
        fz_drop_stream(context, stream);
    }
    fz_catch(context)
    {
        fz_rethrow(context);
    }
}

static void
read_packet(fz_context *context, pdf_document *document, LodgeDocumentFacts *facts)
{
    pdf_obj *metadata =
        pdf_dict_get(context, find_root(context, document), PDF_NAME(Metadata));
    if (!pdf_is_stream(context, metadata))
        return;
    GByteArray *packet = g_byte_array_new();
    fz_try(context)
    {
        gather_packet(context, metadata, packet);
    }
    fz_always(context)
    {
        lodge_xmp_read(packet->data, packet->len, facts);
        g_byte_array_unref(packet);
    }
    fz_catch(context)
    {
        fz_rethrow(context);
    }
}

void lodge_pdf_catalogue_read(fz_context *context,
                              pdf_document *document,
                              const LodgeDocumentBytes *input,
                              LodgeDocumentFacts *facts)
{
    read_root(context, document, input, facts->details);
    read_information(context, document, facts);
    read_packet(context, document, facts);
}

char *lodge_pdf_catalogue_format_encryption(fz_context *context, pdf_document *document)
{
    const char *method = pdf_crypt_method(context, document->crypt);
    if (strcmp(method, "RC4") != 0 && strcmp(method, "AES") != 0)
        return NULL;
    g_autofree char *code =
        g_strdup_printf("%s-%d", method, pdf_crypt_length(context, document->crypt));
    return g_ascii_strdown(code, -1);
}
