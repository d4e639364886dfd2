#include "intake/committer.h"

#define MAX_BATCH 50
#define MAX_WAITING 100

struct LodgeCommitter {
    LodgeSpool *spool;
    gint64 (*now_us)(void);
    GThread *thread;
    GMutex mutex;
    GCond filled;   /* something is waiting, or we are to end */
    GCond drained;  /* there is room again */
    GQueue waiting; /* LodgeCommitItem */
    gboolean ending;
};

/* The next batch, oldest first; NULL when all is done and we are to end. */
static GPtrArray *take_batch(LodgeCommitter *committer)
{
    g_autoptr(GPtrArray) batch = g_ptr_array_new_with_free_func(g_free);
    g_mutex_lock(&committer->mutex);
    while (committer->waiting.length == 0 && !committer->ending)
        g_cond_wait(&committer->filled, &committer->mutex);
    while (batch->len < MAX_BATCH && committer->waiting.length > 0)
        g_ptr_array_add(batch, g_queue_pop_head(&committer->waiting));
    g_cond_broadcast(&committer->drained);
    g_mutex_unlock(&committer->mutex);
    return batch->len > 0 ? g_steal_pointer(&batch) : NULL;
}

static gboolean commit_batch(LodgeCommitter *committer, GPtrArray *batch, GError **error)
{
    gint64 now_us = committer->now_us();
    g_autoptr(LodgeTransaction) txn = lodge_spool_begin(committer->spool, now_us, error);
    if (txn == NULL)
        return FALSE;
    LodgeLedger *ledger = lodge_spool_ledger(committer->spool);
    for (guint i = 0; i < batch->len; i++) {
        LodgeCommitItem *item = g_ptr_array_index(batch, i);
        if (!item->apply(txn, ledger, now_us, item->data, error))
            return FALSE;
    }
    return lodge_transaction_commit(g_steal_pointer(&txn), error);
}

static gpointer run(gpointer data)
{
    LodgeCommitter *committer = data;
    for (;;) {
        g_autoptr(GPtrArray) batch = take_batch(committer);
        if (batch == NULL)
            return NULL;
        g_autoptr(GError) error = NULL;
        gboolean committed = commit_batch(committer, batch, &error);
        g_assert(committed == (error == NULL));
        for (guint i = 0; i < batch->len; i++) {
            LodgeCommitItem *item = g_ptr_array_index(batch, i);
            item->done(item->data, error);
        }
    }
}

LodgeCommitter *lodge_committer_new(LodgeSpool *spool, gint64 (*now_us)(void))
{
    LodgeCommitter *committer = g_new0(LodgeCommitter, 1);
    committer->spool = spool;
    committer->now_us = now_us;
    g_mutex_init(&committer->mutex);
    g_cond_init(&committer->filled);
    g_cond_init(&committer->drained);
    g_queue_init(&committer->waiting);
    committer->thread = g_thread_new("committer", run, committer);
    return committer;
}

void lodge_committer_submit(LodgeCommitter *committer, const LodgeCommitItem *item)
{
    g_mutex_lock(&committer->mutex);
    while (committer->waiting.length >= MAX_WAITING)
        g_cond_wait(&committer->drained, &committer->mutex);
    g_queue_push_tail(&committer->waiting, g_memdup2(item, sizeof *item));
    g_cond_signal(&committer->filled);
    g_mutex_unlock(&committer->mutex);
}

/* ---- a caller that waits ---- */

typedef struct {
    gboolean (*apply)(LodgeTransaction *, LodgeLedger *, gint64, gpointer, GError **);
    gpointer data;
    GMutex mutex;
    GCond ended;
    gboolean over;
    GError *error;
} Call;

static gboolean apply_call(LodgeTransaction *txn,
                           LodgeLedger *ledger,
                           gint64 now_us,
                           gpointer data,
                           GError **error)
{
    Call *call = data;
    return call->apply(txn, ledger, now_us, call->data, error);
}

static void end_call(gpointer data, const GError *error)
{
    Call *call = data;
    g_mutex_lock(&call->mutex);
    call->over = TRUE;
    call->error = error != NULL ? g_error_copy(error) : NULL;
    g_cond_signal(&call->ended);
    g_mutex_unlock(&call->mutex);
}

gboolean lodge_committer_run(
    LodgeCommitter *committer,
    gboolean (*apply)(LodgeTransaction *, LodgeLedger *, gint64, gpointer, GError **),
    gpointer data,
    GError **error)
{
    Call call = {.apply = apply, .data = data};
    g_mutex_init(&call.mutex);
    g_cond_init(&call.ended);
    lodge_committer_submit(committer, &(LodgeCommitItem){apply_call, end_call, &call});
    g_mutex_lock(&call.mutex);
    while (!call.over)
        g_cond_wait(&call.ended, &call.mutex);
    g_mutex_unlock(&call.mutex);
    g_mutex_clear(&call.mutex);
    g_cond_clear(&call.ended);
    if (call.error == NULL)
        return TRUE;
    g_propagate_error(error, call.error);
    return FALSE;
}

void lodge_committer_free(LodgeCommitter *committer)
{
    if (committer == NULL)
        return;
    g_mutex_lock(&committer->mutex);
    committer->ending = TRUE;
    g_cond_signal(&committer->filled);
    g_mutex_unlock(&committer->mutex);
    g_thread_join(committer->thread);
    g_mutex_clear(&committer->mutex);
    g_cond_clear(&committer->filled);
    g_cond_clear(&committer->drained);
    g_free(committer);
}
