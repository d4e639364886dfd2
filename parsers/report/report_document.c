#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"
#include <string.h>

#define MEDIA_TYPE_MAX_BYTES 256

static void write_pages_text(LodgeJsonWriter *writer, GPtrArray *pages_text)
{
    lodge_json_begin_array(writer, "pages_text");
    for (guint i = 0; i < pages_text->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(pages_text, i));
    lodge_json_end_array(writer);
}

void report_write_document(LodgeJsonWriter *writer, const LodgeDocumentFacts *facts)
{
    lodge_json_add_string(writer, "kind", "document");
    lodge_json_add_string(writer, "sha256", facts->sha256);
    lodge_json_add_int(writer, "size_bytes", facts->size_bytes);
    lodge_json_add_string(writer, "examination",
                          lodge_examination_format(facts->examination));
    lodge_json_add_string(writer, "why", facts->why);
    lodge_json_add_string(writer, "media_type", facts->media_type);
    lodge_json_add_count(writer, "pages", facts->pages);
    lodge_json_add_string(writer, "encrypted", lodge_encryption_format(facts->encrypted));
    lodge_json_add_int(writer, "text_bytes", facts->text_bytes);
    lodge_json_add_bool(writer, "scanned", facts->scanned);
    lodge_json_add_strings(writer, "active_content",
                           (const char *const *)facts->active_content);
    lodge_json_add_bool(writer, "macros", facts->macros);
    lodge_json_add_bool(writer, "damaged", facts->damaged);
    lodge_json_add_bool(writer, "signed", facts->is_signed);
    lodge_json_add_string(writer, "title", facts->title);
    write_pages_text(writer, facts->pages_text);
    lodge_json_add_strings(writer, "limits_hit", (const char *const *)facts->limits_hit);
    report_write_details(writer, facts->details);
}

static void read_words(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       LodgeDocumentFacts *facts)
{
    const char *examination = lodge_json_get_string(document, object, "examination");
    if (!lodge_examination_parse(examination, &facts->examination))
        lodge_json_fail(document, "examination is not one of its words");

    const char *encrypted = lodge_json_get_string(document, object, "encrypted");
    if (!lodge_encryption_parse(encrypted, &facts->encrypted))
        lodge_json_fail(document, "encrypted is not one of its words");
}

static gint64 read_pages(LodgeJsonDocument *document, const LodgeJsonNode *object)
{
    gint64 pages = lodge_json_get_optional_int(document, object, "pages", -1);
    if (pages < -1 || pages > G_MAXINT32) {
        lodge_json_fail(document, "pages is not a number of pages");
        return -1;
    }
    return pages;
}

static void read_pages_text(LodgeJsonDocument *document,
                            const LodgeJsonNode *object,
                            GPtrArray *pages_text)
{
    g_auto(GStrv) texts = report_read_texts(
        document, object, "pages_text", LODGE_LIMIT_PAGES, LODGE_LIMIT_DOCUMENT_TEXT_BYTES);
    gsize total_bytes = 0;

    for (guint i = 0; texts[i] != NULL; i++) {
        total_bytes += strlen(texts[i]);
        g_ptr_array_add(pages_text, g_strdup(texts[i]));
    }
    if (total_bytes > LODGE_LIMIT_DOCUMENT_TEXT_BYTES)
        lodge_json_fail(document, "pages_text is longer than %d bytes in all",
                        LODGE_LIMIT_DOCUMENT_TEXT_BYTES);
}

LodgeDocumentFacts *report_read_document(LodgeJsonDocument *document,
                                         const LodgeJsonNode *object)
{
    LodgeDocumentFacts *facts = lodge_document_facts_new();

    report_check_kind(document, object, "document");
    report_read_digest(document, object, "sha256", FALSE, facts->sha256);
    facts->size_bytes = report_read_int(document, object, "size_bytes", 0, G_MAXINT64);
    read_words(document, object, facts);
    facts->why =
        report_read_optional_text(document, object, "why", LODGE_LIMIT_VALUE_BYTES);
    g_free(facts->media_type);
    facts->media_type =
        report_read_text(document, object, "media_type", MEDIA_TYPE_MAX_BYTES);
    facts->pages = read_pages(document, object);
    facts->text_bytes = report_read_int(document, object, "text_bytes", 0, G_MAXINT64);
    facts->scanned = lodge_json_get_bool(document, object, "scanned");
    g_strfreev(facts->active_content);
    facts->active_content = report_read_codes(document, object, "active_content");
    facts->macros = lodge_json_get_bool(document, object, "macros");
    facts->damaged = lodge_json_get_bool(document, object, "damaged");
    facts->is_signed = lodge_json_get_bool(document, object, "signed");
    facts->title =
        report_read_optional_text(document, object, "title", LODGE_LIMIT_VALUE_BYTES);
    read_pages_text(document, object, facts->pages_text);
    g_strfreev(facts->limits_hit);
    facts->limits_hit = report_read_codes(document, object, "limits_hit");
    facts->details = report_read_details(document, object);
    return facts;
}
