#include "intake/operate/withheld.h"

#include "intake/operate/stored.h"
#include "parsers/text/json.h"
#include "parsers/text/limits.h"
#include <string.h>

#define MAX_DECISION_BYTES (4 * 1024 * 1024)

static void withheld_free(gpointer data)
{
    LodgeWithheld *withheld = data;
    g_free(withheld->name);
    g_free(withheld->sha256);
    g_free(withheld->why);
    g_free(withheld);
}

static gboolean has_malware(const LodgeLedgerMessage *message)
{
    for (guint i = 0; message->decision != NULL && i < message->findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(message->findings, i);
        if (strcmp(finding->code, "infected") == 0)
            return TRUE;
    }
    return FALSE;
}

static void
add_document(GPtrArray *list, LodgeJsonDocument *json, const LodgeJsonNode *document)
{
    const char *why = lodge_json_get_optional_string(json, document, "withheld");
    if (why == NULL)
        return;
    LodgeWithheld *withheld = g_new0(LodgeWithheld, 1);
    withheld->name = g_strdup(lodge_json_get_string(json, document, "name"));
    withheld->sha256 = g_strdup(lodge_json_get_string(json, document, "sha256"));
    withheld->why = g_strdup(why);
    g_ptr_array_add(list, withheld);
}

static gboolean read_decision(GBytes *decision, GPtrArray *list, GError **error)
{
    gsize size;
    const char *text = g_bytes_get_data(decision, &size);
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, size, MAX_DECISION_BYTES, LODGE_LIMIT_REPORT_DEPTH, error);
    if (json == NULL)
        return FALSE;
    const LodgeJsonNode *documents =
        lodge_json_get_array(json, lodge_json_root(json), "documents");
    for (guint i = 0; i < lodge_json_array_length(documents); i++)
        add_document(list, json, lodge_json_array_object(json, documents, i));
    return lodge_json_finish(json, error);
}

GPtrArray *
lodge_withheld_list(LodgeSpool *spool, const LodgeLedgerMessage *message, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(withheld_free);
    if (!has_malware(message))
        return g_steal_pointer(&list);
    g_autoptr(GBytes) decision =
        lodge_stored_read(spool, message->decision, MAX_DECISION_BYTES, error);
    if (decision == NULL || !read_decision(decision, list, error))
        return NULL;
    return g_steal_pointer(&list);
}

const char *lodge_withheld_find(const GPtrArray *withheld, const char *sha256)
{
    for (guint i = 0; withheld != NULL && i < withheld->len; i++) {
        const LodgeWithheld *at = g_ptr_array_index(withheld, i);
        if (g_strcmp0(at->sha256, sha256) == 0)
            return at->why;
    }
    return NULL;
}
