/* committer.h - the one writer: a thread that turns items into transactions, several at a time.
 *
 * Whoever wants something durable hands in an item; the committer applies as many as are waiting (up to
 * a bound) inside one transaction of the spool, commits once for all of them (group commit), and then
 * tells each what became of it. Decisions are made inside apply, so two messages of one
 * council can never race. The queue is bounded: who hands in faster than the disk takes, waits.
 *
 * An item that fails takes its whole batch with it: apply must therefore do everything that can
 * fail for the item's own reasons before it touches the transaction. After a failure the
 * committer goes on with the next batch; nothing of the failed one is durable. */
#pragma once

#include "spool/spool.h"
#include <glib.h>

typedef struct LodgeCommitter LodgeCommitter;

typedef struct {
    /* In the committer's thread, inside the transaction. */
    gboolean (*apply)(LodgeTransaction *txn,
                      LodgeLedger *ledger,
                      gint64 now_us,
                      gpointer data,
                      GError **error);
    /* In the committer's thread, after the commit (error NULL) or its failure. Frees data. */
    void (*done)(gpointer data, const GError *error);
    gpointer data;
} LodgeCommitItem;

/* Borrows the spool, whose writing belongs to the committer's thread until it is freed. */
LodgeCommitter *lodge_committer_new(LodgeSpool *spool, gint64 (*now_us)(void));
/* Hands the item in; waits while the queue is full. */
void lodge_committer_submit(LodgeCommitter *committer, const LodgeCommitItem *item);
/* Hands in an apply and waits until it is durable or failed. `data` stays the caller's. */
gboolean lodge_committer_run(LodgeCommitter *committer,
                             gboolean (*apply)(LodgeTransaction *txn,
                                               LodgeLedger *ledger,
                                               gint64 now_us,
                                               gpointer data,
                                               GError **error),
                             gpointer data,
                             GError **error);
/* Commits what is waiting, ends the thread. */
void lodge_committer_free(LodgeCommitter *committer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeCommitter, lodge_committer_free)
