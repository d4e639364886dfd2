/* The details of a document in a report. Written only where there are any, so that older readings
 * keep their bytes. */
#include "parsers/report/report_codec.h"

#include "parsers/text/limits.h"

#define CODE_MAX_BYTES 64

static void write_page_sizes(LodgeJsonWriter *writer, const GPtrArray *sizes)
{
    lodge_json_begin_array(writer, "page_sizes");
    for (guint i = 0; i < sizes->len; i++) {
        const LodgePageSize *size = g_ptr_array_index(sizes, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_int(writer, "width_pt", size->width_pt);
        lodge_json_add_int(writer, "height_pt", size->height_pt);
        lodge_json_add_int(writer, "pages", size->pages);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_external(LodgeJsonWriter *writer, const GPtrArray *targets)
{
    lodge_json_begin_array(writer, "external_found");
    for (guint i = 0; i < targets->len; i++) {
        const LodgeExternalTarget *target = g_ptr_array_index(targets, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "kind", target->kind);
        lodge_json_add_string(writer, "target", target->target);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

void report_write_details(LodgeJsonWriter *writer, const LodgeDocumentDetails *details)
{
    if (details == NULL)
        return;
    lodge_json_begin_object(writer, "details");
    lodge_json_add_string(writer, "format_version", details->format_version);
    lodge_json_add_string(writer, "encryption", details->encryption);
    lodge_json_add_string(writer, "author", details->author);
    lodge_json_add_string(writer, "last_author", details->last_author);
    lodge_json_add_string(writer, "created", details->created);
    lodge_json_add_string(writer, "modified", details->modified);
    lodge_json_add_string(writer, "language", details->language);
    lodge_json_add_strings(writer, "conformance",
                           (const char *const *)details->conformance);
    lodge_json_add_bool(writer, "tagged", details->tagged);
    lodge_json_add_string(writer, "form", details->form);
    write_page_sizes(writer, details->page_sizes);
    lodge_json_add_count(writer, "images", details->images);
    lodge_json_add_count(writer, "embedded", details->embedded);
    lodge_json_add_count(writer, "links", details->links);
    lodge_json_add_count(writer, "external", details->external);
    write_external(writer, details->external_found);
    lodge_json_add_count(writer, "dde_fields", details->dde_fields);
    lodge_json_add_count(writer, "tracked_changes", details->tracked_changes);
    lodge_json_add_count(writer, "comments", details->comments);
    lodge_json_add_count(writer, "entries", details->entries);
    lodge_json_end_object(writer);
}

static gint64
read_count(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    gint64 count = lodge_json_get_optional_int(document, object, name, -1);
    if (count >= -1)
        return count;
    lodge_json_fail(document, "%s is not a count", name);
    return -1;
}

static void
read_page_sizes(LodgeJsonDocument *document, const LodgeJsonNode *object, GPtrArray *sizes)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "page_sizes", LODGE_LIMIT_PAGE_SIZES);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        gint64 width = report_read_int(document, node, "width_pt", 0, G_MAXINT32);
        gint64 height = report_read_int(document, node, "height_pt", 0, G_MAXINT32);
        gint64 pages = report_read_int(document, node, "pages", 1, G_MAXINT32);
        g_ptr_array_add(sizes, lodge_page_size_new(width, height, pages));
    }
}

static void
read_external(LodgeJsonDocument *document, const LodgeJsonNode *object, GPtrArray *targets)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "external_found", LODGE_LIMIT_EXTERNAL_TARGETS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        g_autofree char *kind = report_read_text(document, node, "kind", CODE_MAX_BYTES);
        g_autofree char *target =
            report_read_text(document, node, "target", LODGE_LIMIT_VALUE_BYTES);
        g_ptr_array_add(targets, lodge_external_target_new(kind, target));
    }
}

static char *
read_value(LodgeJsonDocument *document, const LodgeJsonNode *object, const char *name)
{
    return report_read_optional_text(document, object, name, LODGE_LIMIT_VALUE_BYTES);
}

static void read_claims(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        LodgeDocumentDetails *details)
{
    details->format_version = read_value(document, object, "format_version");
    details->encryption = read_value(document, object, "encryption");
    details->author = read_value(document, object, "author");
    details->last_author = read_value(document, object, "last_author");
    details->created = read_value(document, object, "created");
    details->modified = read_value(document, object, "modified");
    details->language = read_value(document, object, "language");
    g_strfreev(details->conformance);
    details->conformance = report_read_texts(document, object, "conformance",
                                             LODGE_LIMIT_REPORT_CODES, CODE_MAX_BYTES);
    details->form = read_value(document, object, "form");
}

static void read_counts(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        LodgeDocumentDetails *details)
{
    details->images = read_count(document, object, "images");
    details->embedded = read_count(document, object, "embedded");
    details->links = read_count(document, object, "links");
    details->external = read_count(document, object, "external");
    details->dde_fields = read_count(document, object, "dde_fields");
    details->tracked_changes = read_count(document, object, "tracked_changes");
    details->comments = read_count(document, object, "comments");
    details->entries = read_count(document, object, "entries");
}

LodgeDocumentDetails *report_read_details(LodgeJsonDocument *document,
                                          const LodgeJsonNode *object)
{
    const LodgeJsonNode *node = lodge_json_get_optional_object(document, object, "details");
    if (node == NULL)
        return NULL;
    LodgeDocumentDetails *details = lodge_document_details_new();
    read_claims(document, node, details);
    details->tagged = lodge_json_get_bool(document, node, "tagged");
    read_page_sizes(document, node, details->page_sizes);
    read_counts(document, node, details);
    read_external(document, node, details->external_found);
    return details;
}
