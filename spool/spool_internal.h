/* spool_internal.h - what an open spool is, inside the box. */
#pragma once

#include "spool/journal.h"
#include "spool/ledger_internal.h"
#include "spool/lock.h"
#include "spool/object_store.h"
#include "spool/spool.h"

struct LodgeSpool {
    LodgeDurableRoot *root;
    LodgeLock *lock; /* NULL: opened for reading */
    LodgeLedger *ledger;
    LodgeJournalPosition last; /* of the journal; the ledger's own may lag when `stale` */
    LodgeTransaction *open;    /* the one that is open, or NULL */
    gboolean stale;  /* the index lacks segments: bring it up before the next one */
    gboolean broken; /* the last segment may not be durable: nothing may follow it */
};

struct LodgeStage {
    LodgeDurableRoot *root;
    LodgeDurableFile *file; /* NULL once it was kept */
    LodgeDigest *digest;    /* NULL once finished */
    char sha256[LODGE_DIGEST_SIZE];
    gint64 size_bytes;
};

/* Makes what is missing of an empty or half-made spool; refuses any other directory. */
gboolean
lodge_spool_make_layout(const char *dir, LodgeDurableRoot **root_out, GError **error);
/* What a killed writer changed in the spool's own directories is durable afterwards. */
gboolean lodge_spool_sync_layout(LodgeDurableRoot *root, GError **error);
/* Refuses a directory that is no spool. */
LodgeDurableRoot *lodge_spool_find_layout(const char *dir, GError **error);
/* READONLY when it was opened for reading. */
gboolean lodge_spool_require_writer(const LodgeSpool *spool, GError **error);
/* Brings the index up to the journal after a commit that it missed. */
gboolean lodge_spool_catch_up(LodgeSpool *spool, GError **error);
