#include "parsers/report/report.h"

#include "parsers/report/report_codec.h"
#include "parsers/text/limits.h"
#include <string.h>

#define CODE_MAX_BYTES 64

void report_check_kind(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       const char *kind)
{
    const char *found = lodge_json_get_string(document, object, "kind");
    if (g_strcmp0(found, kind) != 0)
        lodge_json_fail(document, "the report is not of kind %s", kind);
}

static char *
check_text(LodgeJsonDocument *document, const char *name, const char *text, gsize max_bytes)
{
    if (text == NULL)
        return NULL;
    if (strlen(text) > max_bytes) {
        lodge_json_fail(document, "%s is longer than %zu bytes", name, max_bytes);
        return NULL;
    }
    if (!g_utf8_validate(text, -1, NULL)) {
        lodge_json_fail(document, "%s is not UTF-8", name);
        return NULL;
    }
    return g_strdup(text);
}

char *report_read_text(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       const char *name,
                       gsize max_bytes)
{
    const char *text = lodge_json_get_string(document, object, name);
    char *checked = check_text(document, name, text, max_bytes);
    return checked != NULL ? checked : g_strdup("");
}

char *report_read_optional_text(LodgeJsonDocument *document,
                                const LodgeJsonNode *object,
                                const char *name,
                                gsize max_bytes)
{
    const char *text = lodge_json_get_optional_string(document, object, name);
    return check_text(document, name, text, max_bytes);
}

gint64 report_read_int(LodgeJsonDocument *document,
                       const LodgeJsonNode *object,
                       const char *name,
                       gint64 min,
                       gint64 max)
{
    gint64 value = lodge_json_get_int(document, object, name);
    if (value >= min && value <= max)
        return value;
    lodge_json_fail(document,
                    "%s is not between %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, name,
                    min, max);
    return min;
}

GStrv report_read_texts(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name,
                        guint max_count,
                        gsize max_bytes)
{
    const LodgeJsonNode *array = report_read_array(document, object, name, max_count);
    guint count = array != NULL ? lodge_json_array_length(array) : 0;
    GStrv texts = g_new0(char *, count + 1);

    for (guint i = 0; i < count; i++) {
        const char *text = lodge_json_array_string(document, array, i);
        char *checked = check_text(document, name, text, max_bytes);
        texts[i] = checked != NULL ? checked : g_strdup("");
    }
    return texts;
}

static gboolean is_code(const char *text)
{
    return text[0] != '\0' &&
           text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

GStrv report_read_codes(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name)
{
    GStrv codes =
        report_read_texts(document, object, name, LODGE_LIMIT_REPORT_CODES, CODE_MAX_BYTES);
    for (guint i = 0; codes[i] != NULL; i++) {
        if (!is_code(codes[i]))
            lodge_json_fail(document, "%s holds something that is no code", name);
    }
    return codes;
}

char *report_read_optional_code(LodgeJsonDocument *document,
                                const LodgeJsonNode *object,
                                const char *name)
{
    char *code = report_read_optional_text(document, object, name, CODE_MAX_BYTES);
    if (code != NULL && !is_code(code))
        lodge_json_fail(document, "%s is no code", name);
    return code;
}

static const LodgeJsonNode *check_count(LodgeJsonDocument *document,
                                        const LodgeJsonNode *array,
                                        const char *name,
                                        guint max_count)
{
    if (array == NULL || lodge_json_array_length(array) <= max_count)
        return array;
    lodge_json_fail(document, "%s holds more than %u values", name, max_count);
    return NULL;
}

const LodgeJsonNode *report_read_array(LodgeJsonDocument *document,
                                       const LodgeJsonNode *object,
                                       const char *name,
                                       guint max_count)
{
    return check_count(document, lodge_json_get_array(document, object, name), name,
                       max_count);
}

const LodgeJsonNode *report_read_optional_array(LodgeJsonDocument *document,
                                                const LodgeJsonNode *object,
                                                const char *name,
                                                guint max_count)
{
    return check_count(document, lodge_json_get_optional_array(document, object, name),
                       name, max_count);
}

void report_read_digest(LodgeJsonDocument *document,
                        const LodgeJsonNode *object,
                        const char *name,
                        gboolean may_be_empty,
                        char hex_out[LODGE_DIGEST_SIZE])
{
    const char *hex = lodge_json_get_string(document, object, name);

    hex_out[0] = '\0';
    if (hex == NULL || (may_be_empty && hex[0] == '\0'))
        return;
    if (!lodge_digest_is_valid(hex)) {
        lodge_json_fail(document, "%s is no digest", name);
        return;
    }
    g_strlcpy(hex_out, hex, LODGE_DIGEST_SIZE);
}

GBytes *lodge_report_format_message(const LodgeMessageFacts *facts)
{
    g_return_val_if_fail(facts != NULL, NULL);
    LodgeJsonWriter *writer = lodge_json_writer_new();

    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "kind", "message");
    report_write_message(writer, facts, NULL);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}

GBytes *lodge_report_format_document(const LodgeDocumentFacts *facts)
{
    g_return_val_if_fail(facts != NULL, NULL);
    LodgeJsonWriter *writer = lodge_json_writer_new();

    lodge_json_begin_object(writer, NULL);
    report_write_document(writer, facts);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}

GBytes *lodge_report_format_container(const LodgeContainerFacts *facts)
{
    g_return_val_if_fail(facts != NULL, NULL);
    LodgeJsonWriter *writer = lodge_json_writer_new();

    lodge_json_begin_object(writer, NULL);
    report_write_container(writer, facts);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}

static LodgeJsonDocument *parse_bytes(GBytes *report, GError **error)
{
    gsize size_bytes = 0;
    const char *bytes = g_bytes_get_data(report, &size_bytes);
    return lodge_json_parse(bytes != NULL ? bytes : "", size_bytes,
                            LODGE_LIMIT_REPORT_BYTES, LODGE_LIMIT_REPORT_DEPTH, error);
}

LodgeMessageFacts *lodge_report_parse_message(GBytes *report, GError **error)
{
    g_return_val_if_fail(report != NULL, NULL);
    g_autoptr(LodgeJsonDocument) document = parse_bytes(report, error);
    if (document == NULL)
        return NULL;

    const LodgeJsonNode *root = lodge_json_root(document);
    report_check_kind(document, root, "message");
    g_autoptr(LodgeMessageFacts) facts = report_read_message(document, root);
    if (!lodge_json_finish(document, error))
        return NULL;
    return g_steal_pointer(&facts);
}

LodgeDocumentFacts *lodge_report_parse_document(GBytes *report, GError **error)
{
    g_return_val_if_fail(report != NULL, NULL);
    g_autoptr(LodgeJsonDocument) document = parse_bytes(report, error);
    if (document == NULL)
        return NULL;

    g_autoptr(LodgeDocumentFacts) facts =
        report_read_document(document, lodge_json_root(document));
    if (!lodge_json_finish(document, error))
        return NULL;
    return g_steal_pointer(&facts);
}

LodgeContainerFacts *lodge_report_parse_container(GBytes *report, GError **error)
{
    g_return_val_if_fail(report != NULL, NULL);
    g_autoptr(LodgeJsonDocument) document = parse_bytes(report, error);
    if (document == NULL)
        return NULL;

    g_autoptr(LodgeContainerFacts) facts =
        report_read_container(document, lodge_json_root(document));
    if (!lodge_json_finish(document, error))
        return NULL;
    return g_steal_pointer(&facts);
}
