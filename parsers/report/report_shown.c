/* What `lodge read --json` prints: a stored report and around it the members that make messages and documents
 * alike. Nothing of it is read back. */
#include "parsers/report/report_codec.h"

#include <string.h>

static void write_strings(LodgeJsonWriter *writer, const char *name, GStrv strings)
{
    lodge_json_add_strings(writer, name, (const char *const *)strings);
}

static void write_shown(LodgeJsonWriter *writer, const LodgeShownDocument *shown)
{
    report_write_document(writer, shown->facts);
    lodge_json_add_string(writer, "declared_type", shown->declared_type);
    write_strings(writer, "themes", shown->themes);
}

static void write_documents(LodgeJsonWriter *writer, const GPtrArray *shown)
{
    lodge_json_begin_array(writer, "documents");
    for (guint i = 0; shown != NULL && i < shown->len; i++) {
        lodge_json_begin_object(writer, NULL);
        write_shown(writer, g_ptr_array_index(shown, i));
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

GBytes *lodge_report_format_shown_document(const LodgeShownDocument *document,
                                           const GPtrArray *parts,
                                           const GPtrArray *shown)
{
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    write_shown(writer, document);
    report_write_parts(writer, parts != NULL ? parts : none);
    write_documents(writer, shown);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}

/* ---- a message ---- */

static const char *declared_type(const LodgeMessageFacts *message)
{
    if (message->parts->len == 0)
        return "";
    const LodgePart *root = g_ptr_array_index(message->parts, 0);
    return root->declared_type != NULL ? root->declared_type : "";
}

static gboolean has_layer(const LodgeMessageFacts *message, gboolean is_enveloped)
{
    for (guint i = 0; i < message->smime->len; i++) {
        const LodgeSmimeLayer *layer = g_ptr_array_index(message->smime, i);
        gboolean found =
            is_enveloped ? layer->form == LODGE_SMIME_ENVELOPED : layer->signers->len > 0;
        if (found)
            return TRUE;
    }
    return FALSE;
}

static gboolean has_macros(const GPtrArray *shown)
{
    for (guint i = 0; i < shown->len; i++) {
        const LodgeShownDocument *document = g_ptr_array_index(shown, i);
        if (document->facts->macros)
            return TRUE;
    }
    return FALSE;
}

/* What any of the documents has, each once, in the order of the documents. */
static void write_union(LodgeJsonWriter *writer,
                        const char *name,
                        const GPtrArray *shown,
                        GStrv (*get)(const LodgeShownDocument *))
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    lodge_json_begin_array(writer, name);
    for (guint i = 0; i < shown->len; i++) {
        GStrv words = get(g_ptr_array_index(shown, i));
        for (guint j = 0; words != NULL && words[j] != NULL; j++)
            if (g_hash_table_add(seen, words[j]))
                lodge_json_add_string(writer, NULL, words[j]);
    }
    lodge_json_end_array(writer);
}

static GStrv get_active(const LodgeShownDocument *shown)
{
    return shown->facts->active_content;
}

static GStrv get_themes(const LodgeShownDocument *shown)
{
    return shown->themes;
}

GBytes *lodge_report_format_shown_message(const LodgeReading *reading,
                                          const GPtrArray *shown)
{
    const LodgeMessageFacts *message = reading->message;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "kind", "message");
    lodge_json_add_string(writer, "reader", reading->reader_version);
    report_write_message(writer, message, NULL);
    lodge_json_add_string(writer, "declared_type", declared_type(message));
    lodge_json_add_null(writer, "pages");
    lodge_json_add_string(writer, "encrypted",
                          has_layer(message, TRUE) ? "password" : "no");
    lodge_json_add_int(writer, "text_bytes",
                       message->body_text != NULL ? (gint64)strlen(message->body_text) : 0);
    lodge_json_add_bool(writer, "scanned", FALSE);
    write_union(writer, "active_content", shown, get_active);
    lodge_json_add_bool(writer, "macros", has_macros(shown));
    lodge_json_add_bool(writer, "damaged", !message->parseable);
    lodge_json_add_bool(writer, "signed", has_layer(message, FALSE));
    write_union(writer, "themes", shown, get_themes);
    write_documents(writer, shown);
    lodge_json_end_object(writer);
    return lodge_json_finish_bytes(writer);
}
