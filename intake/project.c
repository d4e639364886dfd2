#include "intake/project.h"

#include "intake/log.h"
#include "intake/operate/projector.h"

#define PROJECT_BATCH 50

/* A tree of the batch, and the decision that it shows. */
typedef struct {
    char *reference;
    char *decision; /* SHA-256 */
} Written;

static void written_free(gpointer data)
{
    Written *written = data;
    g_free(written->reference);
    g_free(written->decision);
    g_free(written);
}

/* A message that was decided again while its tree was written owes another one. */
static gboolean add_projected(LodgeTransaction *txn,
                              LodgeLedger *ledger,
                              gint64 now_us,
                              gpointer data,
                              GError **error)
{
    const GPtrArray *trees = data;
    for (guint i = 0; i < trees->len; i++) {
        const Written *written = g_ptr_array_index(trees, i);
        g_autoptr(LodgeLedgerMessage) message =
            lodge_ledger_require_message(ledger, written->reference, error);
        const LodgeEvent event = {
            .type = LODGE_EVENT_PROJECTED,
            .at_us = now_us,
            .reference = written->reference,
        };
        if (message == NULL)
            return FALSE;
        if (g_strcmp0(message->decision, written->decision) == 0 &&
            !lodge_transaction_add(txn, &event, error))
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
    GPtrArray *written; /* Written: the batch */
    GPtrArray *former;  /* char *: paths that the batch's trees take the place of */
    GError *damage;     /* the first message that has no tree now, or NULL */
} Projecting;

static void note_damage(Projecting *at, const char *reference, GError *failure)
{
    lodge_log_warning("no-tree", "reference", reference, "reason", failure->message, NULL);
    if (at->damage == NULL)
        at->damage = failure;
    else
        g_error_free(failure);
}

static GPtrArray *
list_former(Projecting *at, const LodgeLedgerMessage *message, GError **error)
{
    g_autoptr(GPtrArray) versions =
        lodge_ledger_list_versions_of(at->ledger, message->reference, error);
    return versions != NULL
               ? lodge_projector_list_former(at->cache, message, versions, error)
               : NULL;
}

/* Its tree into the batch, if it owes one; FALSE: nothing of it is. */
static gboolean add_tree(Projecting *at, const LodgeLedgerMessage *message, GError **error)
{
    GError *failure = NULL;
    g_autoptr(LodgeProjection) projection =
        lodge_projector_plan(at->spool, at->cache, message, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    return projection == NULL || lodge_projection_batch_add(at->trees, projection, error);
}

static gboolean add_message(Projecting *at, const char *reference, GError **error)
{
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_require_message(at->ledger, reference, error);
    g_autoptr(GPtrArray) former = message != NULL ? list_former(at, message, error) : NULL;
    if (former == NULL || !add_tree(at, message, error))
        return FALSE;
    Written *written = g_new0(Written, 1);
    written->reference = g_strdup(reference);
    written->decision = g_strdup(message->decision);
    g_ptr_array_add(at->written, written);
    g_ptr_array_extend_and_steal(at->former, g_steal_pointer(&former));
    return TRUE;
}

/* Any other message would fare the same. A disk that cannot be read may still have the objects of the others. */
static gboolean is_disk_failure(const GError *failure)
{
    return g_error_matches(failure, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE) ||
           g_error_matches(failure, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_READONLY);
}

/* FALSE: the disk failed. A message whose objects cannot be read has no tree now; it is told, and the
 * others have theirs. */
static gboolean project_one(Projecting *at, const char *reference, GError **error)
{
    GError *failure = NULL;
    if (add_message(at, reference, &failure))
        return TRUE;
    if (is_disk_failure(failure)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    note_damage(at, reference, failure);
    return TRUE;
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
                           GError **damage_out,
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
    g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func(written_free);
    g_autoptr(GPtrArray) former = g_ptr_array_new_with_free_func(g_free);
    Projecting at = {spool, committer, ledger, cache, trees, written, former, NULL};
    gboolean done = project_all(&at, owed, context, error);
    *damage_out = NULL;
    if (done)
        *damage_out = g_steal_pointer(&at.damage);
    g_clear_error(&at.damage);
    return done;
}
