#include "intake/project.h"

#include "intake/log.h"
#include "intake/operate/projector.h"

#define PROJECT_BATCH 50

static gboolean add_projected(LodgeTransaction *txn,
                              LodgeLedger *ledger,
                              gint64 now_us,
                              gpointer data,
                              GError **error)
{
    (void)ledger;
    const GPtrArray *references = data;
    for (guint i = 0; i < references->len; i++) {
        LodgeEvent event = {
            .type = LODGE_EVENT_PROJECTED,
            .at_us = now_us,
            .reference = g_ptr_array_index(references, i),
        };
        if (!lodge_transaction_add(txn, &event, error))
            return FALSE;
    }
    return TRUE;
}

/* FALSE: the disk failed. A message whose objects cannot be read has no tree now; it is told, and the
 * others have theirs. */
static gboolean project_one(LodgePass *pass,
                            LodgeLedger *ledger,
                            LodgeRulesCache *cache,
                            LodgeProjectionBatch *trees,
                            const char *reference,
                            gboolean *planned_out,
                            GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeProjection) projection = NULL;
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_require_message(ledger, reference, &failure);
    if (message != NULL)
        projection = lodge_projector_plan(pass->spool, cache, message, &failure);
    *planned_out = failure == NULL;
    if (failure != NULL) {
        lodge_log_warning("no-tree", "reference", reference, "reason", failure->message,
                          NULL);
        lodge_pass_fail(pass, failure);
        return TRUE;
    }
    return projection == NULL || lodge_projection_batch_add(trees, projection, error);
}

static gboolean write_batch(LodgePass *pass,
                            LodgeProjectionBatch *trees,
                            GPtrArray *written,
                            GError **error)
{
    if (written->len == 0)
        return TRUE;
    if (!lodge_projection_batch_commit(trees, error) ||
        !lodge_committer_run(pass->committer, add_projected, written, error))
        return FALSE;
    g_ptr_array_set_size(written, 0);
    return TRUE;
}

gboolean lodge_project_run(LodgePass *pass, GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    g_autoptr(GPtrArray) owed = lodge_ledger_list_unprojected(ledger, error);
    if (owed == NULL)
        return FALSE;
    g_autoptr(LodgeRulesCache) cache = lodge_rules_cache_new(pass->spool);
    g_autoptr(LodgeProjectionBatch) trees = lodge_projection_batch_new(pass->spool);
    g_autoptr(GPtrArray) written = g_ptr_array_new();
    for (guint i = 0; i < owed->len && !pass->context->stopping(); i++) {
        lodge_log_progress("writing trees", i, owed->len);
        gboolean planned = FALSE;
        char *reference = g_ptr_array_index(owed, i);
        if (!project_one(pass, ledger, cache, trees, reference, &planned, error))
            return FALSE;
        if (planned)
            g_ptr_array_add(written, reference);
        if (written->len == PROJECT_BATCH && !write_batch(pass, trees, written, error))
            return FALSE;
    }
    lodge_log_progress_end();
    return write_batch(pass, trees, written, error);
}
