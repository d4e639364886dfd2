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

typedef struct {
    LodgeSpool *spool;
    LodgeCommitter *committer;
    LodgeLedger *ledger;
    LodgeRulesCache *cache;
    LodgeProjectionBatch *trees;
    GPtrArray *written; /* char *: references of the batch, borrowed */
    GPtrArray *former;  /* char *: paths that the batch's trees take the place of */
    GError *damage;     /* the first message that has no tree now */
} Projecting;

static void note_damage(Projecting *at, const char *reference, GError *failure)
{
    lodge_log_warning("no-tree", "reference", reference, "reason", failure->message, NULL);
    if (at->damage == NULL)
        at->damage = failure;
    else
        g_error_free(failure);
}

/* NULL with no error: it owes none. */
static LodgeProjection *
plan(Projecting *at, const char *reference, GPtrArray **former_out, GError **error)
{
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_require_message(at->ledger, reference, error);
    if (message == NULL)
        return NULL;
    g_autoptr(GPtrArray) versions =
        lodge_ledger_list_versions_of(at->ledger, reference, error);
    if (versions == NULL)
        return NULL;
    *former_out = lodge_projector_list_former(at->cache, message, versions, error);
    return *former_out != NULL ? lodge_projector_plan(at->spool, at->cache, message, error)
                               : NULL;
}

/* FALSE: the disk failed. A message whose objects cannot be read has no tree now; it is told, and the
 * others have theirs. */
static gboolean project_one(Projecting *at, char *reference, GError **error)
{
    GError *failure = NULL;
    g_autoptr(GPtrArray) former = NULL;
    g_autoptr(LodgeProjection) projection = plan(at, reference, &former, &failure);
    if (failure != NULL) {
        note_damage(at, reference, failure);
        return TRUE;
    }
    g_ptr_array_add(at->written, reference);
    g_ptr_array_extend_and_steal(at->former, g_steal_pointer(&former));
    return projection == NULL || lodge_projection_batch_add(at->trees, projection, error);
}

static gboolean remove_former(Projecting *at, GError **error)
{
    for (guint i = 0; i < at->former->len; i++)
        if (!lodge_projection_remove(at->spool, g_ptr_array_index(at->former, i), error))
            return FALSE;
    g_ptr_array_set_size(at->former, 0);
    return TRUE;
}

static gboolean write_batch(Projecting *at, GError **error)
{
    if (at->written->len == 0)
        return TRUE;
    if (!lodge_projection_batch_commit(at->trees, error) || !remove_former(at, error) ||
        !lodge_committer_run(at->committer, add_projected, at->written, error))
        return FALSE;
    g_ptr_array_set_size(at->written, 0);
    return TRUE;
}

static gboolean
project_all(Projecting *at, GPtrArray *owed, const LodgeContext *context, GError **error)
{
    for (guint i = 0; i < owed->len && !context->stopping(); i++) {
        lodge_log_progress("writing trees", i, owed->len);
        if (!project_one(at, g_ptr_array_index(owed, i), error) ||
            (at->written->len == PROJECT_BATCH && !write_batch(at, error)))
            return FALSE;
    }
    lodge_log_progress_end();
    return write_batch(at, error);
}

gboolean lodge_project_run(LodgeSpool *spool,
                           LodgeCommitter *committer,
                           const LodgeContext *context,
                           GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(spool, error);
    if (ledger == NULL)
        return FALSE;
    g_autoptr(GPtrArray) owed = lodge_ledger_list_unprojected(ledger, error);
    if (owed == NULL)
        return FALSE;
    g_autoptr(LodgeRulesCache) cache = lodge_rules_cache_new(spool);
    g_autoptr(LodgeProjectionBatch) trees = lodge_projection_batch_new(spool);
    g_autoptr(GPtrArray) written = g_ptr_array_new();
    g_autoptr(GPtrArray) former = g_ptr_array_new_with_free_func(g_free);
    Projecting at = {spool, committer, ledger, cache, trees, written, former, NULL};
    gboolean done = project_all(&at, owed, context, error);
    if (done && at.damage != NULL) {
        g_propagate_error(error, g_steal_pointer(&at.damage));
        return FALSE;
    }
    g_clear_error(&at.damage);
    return done;
}
