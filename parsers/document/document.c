#include "parsers/document/document.h"

#include "parsers/document/codepage.h"
#include "parsers/document/examiner.h"
#include "parsers/document/media_type.h"
#include "parsers/document/odf.h"
#include "parsers/document/odf_story.h"
#include "parsers/document/ole.h"
#include "parsers/document/ooxml.h"
#include "parsers/document/package.h"
#include "parsers/document/pdf.h"
#include "parsers/document/rtf.h"
#include "parsers/document/xml.h"

#include <string.h>

G_DEFINE_QUARK(lodge_document_error_quark, lodge_document_error)

gboolean lodge_document_prepare(GError **error)
{
    g_autofree char *why = NULL;
    char unused[LODGE_DIGEST_SIZE];
    lodge_digest_compute("", 0,
                         unused); /* the first digest reads OpenSSL's configuration */
    if (lodge_media_type_prepare(&why) && lodge_xml_prepare(&why) &&
        lodge_codepage_prepare(&why))
        return TRUE;
    g_set_error_literal(error, LODGE_DOCUMENT_ERROR, LODGE_DOCUMENT_ERROR_PREPARE, why);
    return FALSE;
}

/* What a ZIP holds is told by entries that office files must have. */
static void examine_zip(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts)
{
    gboolean is_ooxml = FALSE, is_odf = FALSE;
    LodgePackage *package = lodge_package_open(input, facts);
    const char *name = NULL;
    while (lodge_package_next(package, &name)) {
        is_ooxml = is_ooxml || strcmp(name, "[Content_Types].xml") == 0;
        is_odf = is_odf || strcmp(name, "META-INF/manifest.xml") == 0;
    }
    lodge_package_free(package);
    if (is_ooxml)
        lodge_ooxml_examine(input, facts);
    else if (is_odf)
        lodge_odf_examine(input, facts);
    else
        lodge_examiner_note_why(facts, "it is a ZIP archive, whose content is not read");
}

static LodgeExaminer find_examiner(const char *media_type)
{
    static const struct {
        const char *media_type;
        LodgeExaminer examine;
    } examiners[] = {
        {LODGE_MEDIA_TYPE_PDF, lodge_pdf_examine},
        {LODGE_MEDIA_TYPE_ZIP, examine_zip},
        {LODGE_MEDIA_TYPE_OLE, lodge_ole_examine},
        {LODGE_MEDIA_TYPE_RTF, lodge_rtf_examine},
        {LODGE_MEDIA_TYPE_FLAT_ODT, lodge_odf_flat_examine},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(examiners); i++) {
        if (strcmp(media_type, examiners[i].media_type) == 0)
            return examiners[i].examine;
    }
    return NULL;
}

/* Words for what nobody here reads; the claim only serves to say what it is not. */
static void
note_unread(LodgeDocumentFacts *facts, const char *name, const char *declared_type)
{
    if (facts->examination != LODGE_NOT_EXAMINED_TYPE || facts->why)
        return;
    gboolean is_called_pdf = g_strcmp0(declared_type, LODGE_MEDIA_TYPE_PDF) == 0 ||
                             (name && g_str_has_suffix(name, ".pdf"));
    if (facts->size_bytes == 0)
        facts->why = g_strdup("it is empty");
    else if (is_called_pdf)
        facts->why = g_strdup("it is called a PDF but is none");
    else if (strcmp(facts->media_type, LODGE_MEDIA_TYPE_UNKNOWN) == 0)
        facts->why = g_strdup("its type is unknown");
    else
        facts->why = g_strdup_printf("files of type %s are not read", facts->media_type);
}

static LodgeDocumentFacts *examine_bytes(const LodgeDocumentBytes *input)
{
    LodgeDocumentFacts *facts = lodge_document_facts_new();
    lodge_digest_compute(input->bytes, input->size_bytes, facts->sha256);
    facts->size_bytes = (gint64)input->size_bytes;
    facts->pages = -1;
    facts->encrypted = LODGE_ENCRYPTED_UNKNOWN;
    facts->examination = LODGE_NOT_EXAMINED_TYPE;
    facts->details = lodge_document_details_new();
    g_free(facts->media_type);
    facts->media_type = lodge_media_type_find(input->bytes, input->size_bytes);
    LodgeExaminer examine = find_examiner(facts->media_type);
    if (examine)
        examine(input, facts);
    return facts;
}

LodgeDocumentFacts *lodge_document_examine(int input_fd,
                                           gint64 size_bytes,
                                           const char *name,
                                           const char *declared_type,
                                           GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GMappedFile) file = g_mapped_file_new_from_fd(input_fd, FALSE, &failure);
    if (!file || (gint64)g_mapped_file_get_length(file) != size_bytes) {
        g_set_error(error, LODGE_DOCUMENT_ERROR, LODGE_DOCUMENT_ERROR_IO,
                    "the document cannot be mapped: %s",
                    failure ? failure->message : "it is not as long as announced");
        return NULL;
    }
    const char *content = g_mapped_file_get_contents(file);
    LodgeDocumentBytes input = {
        .bytes = (const guint8 *)(content ? content : ""),
        .size_bytes = g_mapped_file_get_length(file),
    };
    LodgeDocumentFacts *facts = examine_bytes(&input);
    note_unread(facts, name, declared_type);
    return facts;
}
