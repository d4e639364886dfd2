/* spool.h - the only durable state: objects, journal, ledger, one writer.
 *
 * The spool knows no mail and no policy: it keeps bytes under their SHA-256, commits events
 * in synced, hash-chained segments, and answers questions from an index that can be thrown
 * away. Layout: README.md of this folder.
 *
 * Writing is done in transactions by one thread of one process (flock on `lock`; a second writer is
 * refused and told host, pid and since). A transaction collects objects and events; each event is applied to the index
 * at once, inside an open SQLite transaction, so that later steps of the same transaction
 * see it. Commit then makes durable, in this order: objects (written, synced, renamed, their
 * directories synced), the segment (written, synced, renamed, directory synced), the index. A cut before
 * the segment's rename leaves nothing but sweepable files; after it, the index is brought up at the
 * next open. Whatever fails before the rename rolls everything back.
 *
 * Staging (lodge_stage_*) may be done by any thread: it writes into incoming/ only.
 *
 * Errors: LODGE_SPOOL_ERROR. After a failed sync the file is discarded, never synced again. */
#pragma once

#include "parsers/text/digest.h"
#include "spool/event.h"
#include "spool/ledger.h"
#include <glib.h>

/* Modes are explicit: directories 0700, objects and segments 0400, all else 0600; a umask can only narrow them. */

#define LODGE_SPOOL_ERROR lodge_spool_error_quark()
GQuark lodge_spool_error_quark(void);
typedef enum {
    LODGE_SPOOL_ERROR_LOCKED,   /* another writer; the message names it */
    LODGE_SPOOL_ERROR_SPACE,    /* ENOSPC, EDQUOT: wait and try again */
    LODGE_SPOOL_ERROR_READONLY, /* EROFS, EACCES */
    LODGE_SPOOL_ERROR_IO,       /* the disk failed us: this transaction is void */
    LODGE_SPOOL_ERROR_DAMAGED,  /* what is stored contradicts itself: run verify */
    LODGE_SPOOL_ERROR_MISSING,  /* no such object, message, spool */
} LodgeSpoolError;

typedef struct LodgeSpool LodgeSpool;

/* Opens for writing: creates the layout when the directory is absent or empty, takes the
 * lock, sweeps incoming/, checks the last segment, brings the index up to the journal. `who` is
 * written into the lock ("lodge once"). */
LodgeSpool *
lodge_spool_open(const char *dir, const char *who, gint64 now_us, GError **error);
/* Opens for reading, beside a writer if there is one; never writes. */
LodgeSpool *lodge_spool_open_readonly(const char *dir, GError **error);
void lodge_spool_close(LodgeSpool *spool);
const char *lodge_spool_dir(const LodgeSpool *spool);
/* The index as the writing thread (or the reader of a read-only spool) sees it. */
LodgeLedger *lodge_spool_ledger(LodgeSpool *spool);
/* A second, read-only view of the committed index for another thread; lodge_ledger_close it. It follows later commits
 * by itself, unless the index lagged just then: keep it for one piece of work, not for ever. */
LodgeLedger *lodge_spool_open_ledger(LodgeSpool *spool, GError **error);
/* Free bytes on the spool's file system for its user; -1 when it does not say. */
gint64 lodge_spool_free_bytes(LodgeSpool *spool);

/* ---- objects ---- */
/* Opens for reading (O_RDONLY|O_CLOEXEC); -1 on error. */
int lodge_spool_open_object(LodgeSpool *spool, const char *sha256, GError **error);
/* Reads whole; `max_bytes` guards memory. Verifies the digest. */
GBytes *lodge_spool_read_object(LodgeSpool *spool,
                                const char *sha256,
                                gsize max_bytes,
                                GError **error);
gboolean lodge_spool_has_object(LodgeSpool *spool, const char *sha256);
/* Path for people and messages; g_free it. */
char *lodge_spool_object_path(LodgeSpool *spool, const char *sha256);

/* ---- staging: bytes on their way to become an object ---- */
typedef struct LodgeStage LodgeStage;
LodgeStage *lodge_stage_new(LodgeSpool *spool, GError **error);
gboolean
lodge_stage_write(LodgeStage *stage, const void *bytes, gsize size_bytes, GError **error);
/* Ends writing; starts write-back; the digest and size are known afterwards. */
gboolean lodge_stage_finish(LodgeStage *stage, GError **error);
const char *lodge_stage_sha256(const LodgeStage *stage);
gint64 lodge_stage_size(const LodgeStage *stage);
/* A fresh read-only descriptor on the staged bytes; -1 on error. */
int lodge_stage_open(LodgeStage *stage, GError **error);
/* A plain scratch file in incoming/, already unlinked, read-write; -1 on error. For leaf streams. */
int lodge_stage_scratch(LodgeSpool *spool, GError **error);
void lodge_stage_free(LodgeStage *stage); /* removes the file unless it was kept */

/* ---- transactions ---- */
typedef struct LodgeTransaction LodgeTransaction;
LodgeTransaction *lodge_spool_begin(LodgeSpool *spool, gint64 now_us, GError **error);
/* Takes the stage (emptied; still to be freed by the caller). An object that exists already is not written again. */
gboolean
lodge_transaction_keep_stage(LodgeTransaction *txn, LodgeStage *stage, GError **error);
/* Puts bytes under their digest, written into sha256_out. */
gboolean lodge_transaction_put_object(LodgeTransaction *txn,
                                      GBytes *bytes,
                                      char sha256_out[LODGE_DIGEST_SIZE],
                                      GError **error);
/* Applies to the index now, and goes into the segment at commit. Nothing of the event is kept by address. The salt of
 * its record is made here from the system's randomness. Objects that the event names (message, reading, …, receipt; not documents) must have been put,
 * else MISSING; bytes that are kept already are not KEPT again but LOCATED (DAMAGED). After a failure the
 * transaction can only be rolled back. */
gboolean
lodge_transaction_add(LodgeTransaction *txn, const LodgeEvent *event, GError **error);
/* Next reference of this prefix, "PP24-000123-K"; g_free it. Gap-free: it counts the kept events, those of this
 * transaction included, so asking twice without keeping gives the same. */
char *
lodge_transaction_next_reference(LodgeTransaction *txn, const char *prefix, GError **error);
/* Durable, or rolled back with an error. Frees the transaction either way. TRUE once the segment is durable, even if the
 * index could not take it: it is brought up before the next transaction begins, which says so if it cannot. */
gboolean lodge_transaction_commit(LodgeTransaction *txn, GError **error);
void lodge_transaction_rollback(LodgeTransaction *txn); /* NULL is fine; frees it */

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeSpool, lodge_spool_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeStage, lodge_stage_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeTransaction, lodge_transaction_rollback)
