#include "intake/operate/projector.h"

#include "intake/operate/listing.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <string.h>

#define MAX_DECISION_BYTES (4 * 1024 * 1024)

static char *filed_path(const LodgeRules *rules,
                        const LodgeLedgerMessage *message,
                        const char *council,
                        guint version)
{
    const LodgeBody *body = lodge_register_find(rules->reg, council);
    g_autofree char *slug =
        lodge_display_file_name(body != NULL ? body->slug : NULL, 60, "unknown");
    return g_strdup_printf("filed/%s/%s-%s/v%u", message->call, council, slug, version);
}

static char *tree_path(const LodgeRules *rules, const LodgeLedgerMessage *message)
{
    if (g_strcmp0(message->outcome, "accepted") == 0 && message->council != NULL)
        return filed_path(rules, message, message->council, message->version);
    if (g_strcmp0(message->outcome, "held") == 0)
        return g_strdup_printf("held/%s", message->reference);
    if (g_strcmp0(message->outcome, "rejected") == 0)
        return g_strdup_printf("rejected/%s", message->reference);
    return NULL;
}

void lodge_projector_add_documents(LodgeProjection *projection,
                                   const LodgeLedgerMessage *message,
                                   const GPtrArray *withheld)
{
    for (guint i = 0; i < message->documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(message->documents, i);
        if (g_strcmp0(document->role, "decoration") == 0 ||
            lodge_withheld_find(withheld, document->sha256) != NULL)
            continue;
        lodge_projection_add_object(projection,
                                    document->name != NULL ? document->name : "document",
                                    document->sha256);
    }
}

void lodge_projector_add_submission(LodgeProjection *projection,
                                    const LodgeLedgerMessage *message,
                                    const GPtrArray *withheld)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_listing_write_submission(writer, NULL, message, withheld);
    g_autofree char *json = lodge_json_finish_text(writer);
    g_autofree char *line = g_strconcat(json, "\n", NULL);
    g_autoptr(GBytes) bytes = g_bytes_new(line, strlen(line));
    lodge_projection_add_bytes(projection, "submission.json", bytes);
}

static void append_withheld(GString *reasons, const GPtrArray *withheld)
{
    for (guint i = 0; i < withheld->len; i++) {
        const LodgeWithheld *at = g_ptr_array_index(withheld, i);
        g_string_append_printf(reasons,
                               "\nWithheld, and kept as an object only: %s (%s)\n"
                               "SHA-256: %s\n",
                               at->name, at->why, at->sha256);
    }
}

/* One paragraph per finding, from the decision itself, mends included. */
static char *format_reasons(const LodgeLedgerMessage *message,
                            GBytes *decision,
                            const GPtrArray *withheld,
                            GError **error)
{
    gsize size;
    const char *text = g_bytes_get_data(decision, &size);
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(text, size, MAX_DECISION_BYTES, LODGE_LIMIT_REPORT_DEPTH, error);
    if (document == NULL)
        return NULL;
    g_autoptr(GString) reasons = g_string_new(NULL);
    g_string_append_printf(reasons, "%s: %s\n", message->reference, message->outcome);
    const LodgeJsonNode *findings =
        lodge_json_get_array(document, lodge_json_root(document), "findings");
    for (guint i = 0; i < lodge_json_array_length(findings); i++) {
        const LodgeJsonNode *finding = lodge_json_array_object(document, findings, i);
        const char *mend = lodge_json_get_optional_string(document, finding, "mend");
        g_string_append_printf(reasons, "\n%s (%s)\n%s\n",
                               lodge_json_get_string(document, finding, "code"),
                               lodge_json_get_string(document, finding, "severity"),
                               lodge_json_get_string(document, finding, "words"));
        if (mend != NULL)
            g_string_append_printf(reasons, "What to do: %s\n", mend);
    }
    append_withheld(reasons, withheld);
    return lodge_json_finish(document, error) ? g_strdup(reasons->str) : NULL;
}

static gboolean add_reasons(LodgeProjection *projection,
                            LodgeSpool *spool,
                            const LodgeLedgerMessage *message,
                            const GPtrArray *withheld,
                            GError **error)
{
    if (strcmp(message->outcome, "accepted") == 0)
        return TRUE;
    g_autoptr(GBytes) decision =
        lodge_spool_read_object(spool, message->decision, MAX_DECISION_BYTES, error);
    if (decision == NULL)
        return FALSE;
    g_autofree char *reasons = format_reasons(message, decision, withheld, error);
    if (reasons == NULL)
        return FALSE;
    g_autoptr(GBytes) bytes = g_bytes_new(reasons, strlen(reasons));
    lodge_projection_add_bytes(projection, "reasons.txt", bytes);
    return TRUE;
}

static void add_receipt(LodgeProjection *projection, const LodgeLedgerMessage *message)
{
    if (message->receipts->len == 0)
        return;
    const LodgeLedgerReceipt *last =
        g_ptr_array_index(message->receipts, message->receipts->len - 1);
    lodge_projection_add_object(projection, "receipt.eml", last->object);
}

/* Takes the path. */
static void add_former(GPtrArray *former, char *path, const char *present)
{
    if (g_strcmp0(path, present) == 0)
        g_free(path);
    else
        g_ptr_array_add(former, path);
}

GPtrArray *lodge_projector_list_former(LodgeRulesCache *cache,
                                       const LodgeLedgerMessage *message,
                                       const GPtrArray *versions,
                                       GError **error)
{
    const LodgeRules *rules = lodge_rules_cache_find(cache, message->rules, error);
    if (rules == NULL)
        return NULL;
    GPtrArray *former = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *present = tree_path(rules, message);
    add_former(former, g_strdup_printf("held/%s", message->reference), present);
    add_former(former, g_strdup_printf("rejected/%s", message->reference), present);
    for (guint i = 0; i < versions->len; i++) {
        const LodgeLedgerVersion *given = g_ptr_array_index(versions, i);
        add_former(former, filed_path(rules, message, given->council, given->version),
                   present);
    }
    return former;
}

LodgeProjection *lodge_projector_plan(LodgeSpool *spool,
                                      LodgeRulesCache *cache,
                                      const LodgeLedgerMessage *message,
                                      GError **error)
{
    const LodgeRules *rules = lodge_rules_cache_find(cache, message->rules, error);
    if (rules == NULL)
        return NULL;
    g_autofree char *path = tree_path(rules, message);
    if (path == NULL)
        return NULL;
    g_autoptr(GPtrArray) withheld = lodge_withheld_list(spool, message, error);
    if (withheld == NULL)
        return NULL;
    g_autoptr(LodgeProjection) projection = lodge_projection_new(path);
    lodge_projector_add_documents(projection, message, withheld);
    lodge_projector_add_submission(projection, message, withheld);
    add_receipt(projection, message);
    if (!add_reasons(projection, spool, message, withheld, error))
        return NULL;
    return g_steal_pointer(&projection);
}
