#include "parsers/report/report.h"

#include "parsers/report/report_codec.h"
#include "parsers/text/limits.h"

#define VERSION_MAX_BYTES 64

LodgeReading *lodge_reading_new(void)
{
    LodgeReading *reading = g_new0(LodgeReading, 1);
    reading->reader_version = g_strdup(LODGE_VERSION);
    reading->documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_document_facts_free);
    return reading;
}

void lodge_reading_free(LodgeReading *reading)
{
    if (reading == NULL)
        return;
    g_free(reading->reader_version);
    lodge_message_facts_free(reading->message);
    g_ptr_array_unref(reading->documents);
    g_free(reading);
}

const LodgeDocumentFacts *lodge_reading_find_document(const LodgeReading *reading,
                                                      const char *sha256)
{
    g_return_val_if_fail(reading != NULL && sha256 != NULL, NULL);
    for (guint i = 0; i < reading->documents->len; i++) {
        const LodgeDocumentFacts *facts = g_ptr_array_index(reading->documents, i);
        if (g_str_equal(facts->sha256, sha256))
            return facts;
    }
    return NULL;
}

GBytes *lodge_report_format_reading(const LodgeReading *reading)
{
    g_return_val_if_fail(reading != NULL && reading->message != NULL, NULL);
    LodgeJsonWriter *writer = lodge_json_writer_new();

    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "kind", "message");
    lodge_json_add_string(writer, "reader", reading->reader_version);
    report_write_message(writer, reading->message, reading->documents);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}

static void read_documents(LodgeJsonDocument *document,
                           const LodgeJsonNode *object,
                           LodgeReading *reading)
{
    const LodgeJsonNode *array =
        report_read_array(document, object, "documents", LODGE_LIMIT_PARTS);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < count; i++) {
        const LodgeJsonNode *node = lodge_json_array_object(document, array, i);
        LodgeDocumentFacts *facts = report_read_document(document, node);
        g_ptr_array_add(reading->documents, facts);
        if (!g_hash_table_add(seen, facts->sha256))
            lodge_json_fail(document, "documents holds %s twice", facts->sha256);
    }
}

LodgeReading *lodge_report_parse_reading(GBytes *bytes, GError **error)
{
    g_return_val_if_fail(bytes != NULL, NULL);
    gsize size_bytes = 0;
    const char *text = g_bytes_get_data(bytes, &size_bytes);
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(text != NULL ? text : "", size_bytes, LODGE_LIMIT_READING_BYTES,
                         LODGE_LIMIT_REPORT_DEPTH, error);
    if (document == NULL)
        return NULL;

    const LodgeJsonNode *root = lodge_json_root(document);
    g_autoptr(LodgeReading) reading = lodge_reading_new();
    report_check_kind(document, root, "message");
    g_free(reading->reader_version);
    reading->reader_version = report_read_text(document, root, "reader", VERSION_MAX_BYTES);
    reading->message = report_read_message(document, root);
    read_documents(document, root, reading);
    if (!lodge_json_finish(document, error))
        return NULL;
    return g_steal_pointer(&reading);
}
