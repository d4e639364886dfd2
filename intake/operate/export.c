#include "intake/operate/export.h"

#include "intake/operate/projector.h"
#include "intake/operate/rules_cache.h"
#include "parsers/text/display.h"
#include <string.h>

#define SLUG_BYTES 60

G_DEFINE_QUARK(lodge_export_error_quark, lodge_export_error)

/* ---- values ---- */

static void plan_free(LodgeExportPlan *plan)
{
    lodge_ledger_message_free(plan->message);
    lodge_projection_free(plan->folder);
    g_strfreev(plan->names);
    g_clear_pointer(&plan->withheld, g_ptr_array_unref);
    g_free(plan->path);
    g_free(plan);
}

static void council_free(LodgeExportCouncil *council)
{
    g_free(council->gss);
    g_free(council->name);
    g_free(council->slug);
    g_free(council->kind);
    g_ptr_array_unref(council->plans);
    g_ptr_array_unref(council->held);
    g_free(council);
}

void lodge_export_free(LodgeExport *export)
{
    if (export == NULL)
        return;
    lodge_overview_free(export->overview);
    g_ptr_array_unref(export->councils);
    g_free(export);
}

const char *lodge_export_state(const LodgeExportCouncil *council)
{
    if (council->plans->len > 0)
        return "filed";
    if (council->purged)
        return "purged";
    return council->held->len > 0 ? "held" : "missing";
}

static LodgeExportCouncil *council_new(const char *gss)
{
    LodgeExportCouncil *council = g_new0(LodgeExportCouncil, 1);
    council->gss = g_strdup(gss);
    council->plans = g_ptr_array_new_with_free_func((GDestroyNotify)plan_free);
    council->held =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_ledger_message_free);
    return council;
}

static void name_council(LodgeExportCouncil *council, const LodgeBody *body)
{
    council->name = g_strdup(body != NULL ? body->name : council->gss);
    council->slug =
        lodge_display_file_name(body != NULL ? body->slug : NULL, SLUG_BYTES, "unknown");
    council->kind = g_strdup(body != NULL ? body->kind : NULL);
}

/* ---- gathering ---- */

typedef struct {
    LodgeExport *export;
    LodgeSpool *spool;
    GHashTable *by_gss; /* LodgeExportCouncil, until they have their place in the export */
} Gathering;

static gboolean is_wanted(const LodgeExport *export, const char *gss)
{
    return gss != NULL &&
           (export->options.council == NULL || strcmp(export->options.council, gss) == 0);
}

static LodgeExportCouncil *find_council(Gathering *gathering, const char *gss)
{
    LodgeExportCouncil *council = g_hash_table_lookup(gathering->by_gss, gss);
    if (council == NULL) {
        council = council_new(gss);
        g_hash_table_insert(gathering->by_gss, council->gss, council);
    }
    return council;
}

/* Takes message and list. */
static LodgeExportPlan *plan_new(LodgeLedgerMessage *message, GPtrArray *withheld)
{
    LodgeExportPlan *plan = g_new0(LodgeExportPlan, 1);
    plan->message = message;
    plan->withheld = withheld;
    for (guint i = 0; i < message->documents->len && plan->document == NULL; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(message->documents, i);
        if (g_strcmp0(document->role, "plan") == 0)
            plan->document = document;
    }
    return plan;
}

/* Takes the message. */
static gboolean add_plan(const Gathering *gathering,
                         LodgeExportCouncil *council,
                         LodgeLedgerMessage *message,
                         GError **error)
{
    GPtrArray *withheld = lodge_withheld_list(gathering->spool, message, error);
    if (withheld == NULL) {
        g_prefix_error(error, "%s: ", message->reference);
        lodge_ledger_message_free(message);
        return FALSE;
    }
    g_ptr_array_add(council->plans, plan_new(message, withheld));
    return TRUE;
}

/* The ledger's own message ends with the visit; this is a second one out of the same snapshot. */
static gboolean gather(const LodgeLedgerMessage *seen, gpointer data, GError **error)
{
    Gathering *gathering = data;
    gboolean filed = g_strcmp0(seen->outcome, "accepted") == 0;
    gboolean held = g_strcmp0(seen->outcome, "held") == 0;
    if ((!filed && !held) || !is_wanted(gathering->export, seen->council))
        return TRUE;
    if (strcmp(seen->state, "purged") == 0) {
        if (filed)
            find_council(gathering, seen->council)->purged = TRUE;
        return TRUE;
    }
    LodgeLedgerMessage *message = lodge_ledger_require_message(
        lodge_spool_ledger(gathering->spool), seen->reference, error);
    if (message == NULL)
        return FALSE;
    LodgeExportCouncil *council = find_council(gathering, message->council);
    if (!held)
        return add_plan(gathering, council, message, error);
    g_ptr_array_add(council->held, message);
    return TRUE;
}

/* ---- versions ---- */

static gint compare_versions(gconstpointer a, gconstpointer b)
{
    guint one = (*(LodgeExportPlan *const *)a)->message->version;
    guint other = (*(LodgeExportPlan *const *)b)->message->version;
    return (one > other) - (one < other);
}

static void choose_current(const GPtrArray *plans)
{
    LodgeExportPlan *current = NULL;
    for (guint i = 0; i < plans->len; i++) {
        LodgeExportPlan *plan = g_ptr_array_index(plans, i);
        if (current == NULL ||
            lodge_overview_is_later(plan->message->received_us, plan->message->version,
                                    current->message->received_us,
                                    current->message->version))
            current = plan;
    }
    if (current != NULL)
        current->current = TRUE;
}

static void keep_current(GPtrArray *plans)
{
    for (guint i = plans->len; i > 0; i--) {
        const LodgeExportPlan *plan = g_ptr_array_index(plans, i - 1);
        if (!plan->current)
            g_ptr_array_remove_index(plans, i - 1);
    }
}

/* ---- the folders ---- */

static void find_plan_path(LodgeExportPlan *plan)
{
    for (guint i = 0; plan->document != NULL && i < plan->folder->files->len; i++) {
        const LodgeProjectionFile *file = g_ptr_array_index(plan->folder->files, i);
        if (g_strcmp0(file->sha256, plan->document->sha256) != 0)
            continue;
        plan->path = g_strconcat(plan->folder->path, "/", plan->names[i], NULL);
        return;
    }
}

/* "plan.pdf.txt": what was read in it, for whoever analyses the plans. */
static void add_texts(LodgeExportPlan *plan, const GPtrArray *left_out)
{
    for (guint i = 0; i < plan->message->documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(plan->message->documents, i);
        if (document->text == NULL ||
            lodge_withheld_find(left_out, document->sha256) != NULL)
            continue;
        g_autofree char *name =
            g_strconcat(document->name != NULL ? document->name : "document", ".txt", NULL);
        lodge_projection_add_object(plan->folder, name, document->text);
    }
}

/* submission.json chooses its name first: an attachment that is called so does not take it. */
static void
lay_out(LodgeExport *export, const LodgeExportCouncil *council, LodgeExportPlan *plan)
{
    g_autofree char *folder = g_strdup_printf("%s-%s", council->gss, council->slug);
    g_autofree char *version = g_strdup_printf("%s/v%u", folder, plan->message->version);
    plan->folder = lodge_projection_new(export->options.all_versions ? version : folder);
    const GPtrArray *left_out = export->options.withheld ? NULL : plan->withheld;
    lodge_projector_add_submission(plan->folder, plan->message, plan->withheld);
    lodge_projector_add_documents(plan->folder, plan->message, left_out);
    add_texts(plan, left_out);
    plan->names = lodge_projection_choose_names(plan->folder);
    find_plan_path(plan);
    export->plans++;
    export->files += plan->folder->files->len;
    export->withheld += plan->withheld->len;
}

static void finish_council(LodgeExport *export, const LodgeExportCouncil *council)
{
    g_ptr_array_sort(council->plans, compare_versions);
    choose_current(council->plans);
    if (!export->options.all_versions)
        keep_current(council->plans);
    for (guint i = 0; i < council->plans->len; i++)
        lay_out(export, council, g_ptr_array_index(council->plans, i));
}

/* ---- their order ---- */

static void
place_council(Gathering *gathering, LodgeExportCouncil *council, const LodgeBody *body)
{
    g_hash_table_steal(gathering->by_gss, council->gss);
    g_ptr_array_add(gathering->export->councils, council);
    name_council(council, body);
    finish_council(gathering->export, council);
}

static void place_register(Gathering *gathering)
{
    const GPtrArray *listed = gathering->export->overview->councils;
    for (guint i = 0; i < listed->len; i++) {
        const LodgeOverviewCouncil *at = g_ptr_array_index(listed, i);
        if (is_wanted(gathering->export, at->body->gss))
            place_council(gathering, find_council(gathering, at->body->gss), at->body);
    }
}

/* Its name as it was when the first of its messages was decided. */
static gboolean place_elsewhere(Gathering *gathering,
                                LodgeRulesCache *cache,
                                LodgeExportCouncil *council,
                                GError **error)
{
    const GPtrArray *plans = council->plans;
    if (plans->len + council->held->len ==
        0) { /* purged, and with it the rules that named it */
        place_council(gathering, council, NULL);
        return TRUE;
    }
    const LodgeLedgerMessage *message =
        plans->len > 0 ? ((LodgeExportPlan *)g_ptr_array_index(plans, 0))->message
                       : g_ptr_array_index(council->held, 0);
    const LodgeRules *rules = lodge_rules_cache_find(cache, message->rules, error);
    if (rules == NULL) {
        g_prefix_error(error, "%s: ", message->reference);
        return FALSE;
    }
    place_council(gathering, council, lodge_register_find(rules->reg, council->gss));
    return TRUE;
}

static gint compare_gss(gconstpointer a, gconstpointer b)
{
    return strcmp(a, b);
}

static gboolean place_all(Gathering *gathering, GError **error)
{
    place_register(gathering);
    g_autoptr(LodgeRulesCache) cache = lodge_rules_cache_new(gathering->spool);
    g_autoptr(GList) codes =
        g_list_sort(g_hash_table_get_keys(gathering->by_gss), compare_gss);
    for (const GList *at = codes; at != NULL; at = at->next)
        if (!place_elsewhere(gathering, cache,
                             g_hash_table_lookup(gathering->by_gss, at->data), error))
            return FALSE;
    return TRUE;
}

static gboolean check_council(const LodgeExport *export, GError **error)
{
    if (export->options.council == NULL || export->councils->len > 0)
        return TRUE;
    g_set_error(error, LODGE_EXPORT_ERROR, LODGE_EXPORT_ERROR_COUNCIL,
                "--council: neither %s nor the spool knows %s", export->call->register_path,
                export->options.council);
    return FALSE;
}

LodgeExport *lodge_export_new(const LodgeCallSettings *call,
                              LodgeSpool *spool,
                              const LodgeExportOptions *options,
                              gint64 now_us,
                              GError **error)
{
    g_return_val_if_fail(call != NULL && spool != NULL && options != NULL, NULL);
    g_autoptr(LodgeExport) export = g_new0(LodgeExport, 1);
    export->call = call;
    export->options = *options;
    export->made_us = now_us;
    export->councils = g_ptr_array_new_with_free_func((GDestroyNotify)council_free);
    g_autoptr(GHashTable) by_gss =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)council_free);
    Gathering gathering = {export, spool, by_gss};
    export->overview =
        lodge_overview_visit(call, lodge_spool_ledger(spool), gather, &gathering, error);
    if (export->overview == NULL || !place_all(&gathering, error) ||
        !check_council(export, error))
        return NULL;
    return g_steal_pointer(&export);
}
