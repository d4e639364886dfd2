/* purge.h - erases messages: their mail, their documents, everything personal that was ever recorded of them.
 *
 * What goes: the records of all their events with their salts, every object that no other message's events name, their
 * trees for people, and what the index and its log held of them. What stays: the rows of the chain (when,
 * what became of it, under which version, for which council), and one event for each place where the mail lies,
 * with who purged it, under which rule and why; so the chain verifies, and tells what is missing and on whose word.
 *
 * The mail may still lie in its mailbox. It is not taken in again, because the purge keeps where it lies (account,
 * folder, UID: nothing of its content); and a copy of it that turns up elsewhere is recognised by the HMAC of its
 * SHA-256 under a random key of this spool. Neither lets anybody get back what was in it, or find out whether a
 * guess at it is right without having every byte of the mail already. The path of a file may name a person; it is
 * kept only if other messages came from it too.
 *
 *   what a cut leaves                                   what the next open does
 *   marker laid, no PURGED event                        nothing is purged: the marker is lifted
 *   PURGED events durable                               carries on: trees, objects, records, index, marker
 *
 * Another message's stored history may name a purged one by its reference, Message-ID and digests: those are inputs of
 * a decision that stays. The blocks of the disk are the file system's to reuse. */
#pragma once

#include "spool/erasure.h"
#include "spool/spool.h"
#include <glib.h>

#define LODGE_PURGE_MARKER "purge-unfinished"

typedef struct {
    const char *reference;
    const char *rule;   /* a code: what it is purged under */
    const char *actor;  /* who */
    const char *reason; /* why */
} LodgePurgeOrder;

/* All of them or none; erased for good when it returns TRUE. Refuses (MISSING) what is not there or is purged already,
 * and (DAMAGED) a spool of which it cannot tell which objects others need. After another failure the PURGED events
 * may be durable: the next open carries on. */
gboolean lodge_purge_run(LodgeSpool *spool,
                         const LodgePurgeOrder *orders,
                         guint count,
                         gint64 now_us,
                         LodgeErased *erased_out,
                         GError **error);
/* Erases once more whatever is there of purged messages: after files were put back from a backup. */
gboolean lodge_purge_again(LodgeSpool *spool, LodgeErased *erased_out, GError **error);
/* Carries on what was broken off, if anything was; for opening. */
gboolean lodge_purge_resume(LodgeSpool *spool, GError **error);
