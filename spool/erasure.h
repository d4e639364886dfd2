/* erasure.h - what the purges in a journal leave no right to exist, and its removal. Inside the box.
 *
 * Found by one walk over the journal: the objects that events of purged messages name and no other event does, then the
 * records of those events. The order of removal is what makes it repeatable: records go only after all objects are
 * gone for good, so that a walk after a cut finds again whatever is left. Nothing else need be
 * remembered. Works in a copy of a spool as well as in the spool. */
#pragma once

#include "spool/durable_file.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct LodgeErasure LodgeErasure;

typedef struct {
    guint64 objects, records, bytes; /* removed */
} LodgeErased;

/* Borrows the root. Beside a purge that is under way elsewhere it sees what is left. */
LodgeErasure *lodge_erasure_new(LodgeDurableRoot *root, GError **error);
void lodge_erasure_free(LodgeErasure *erasure);
/* How many messages are purged at all. */
guint lodge_erasure_count(const LodgeErasure *erasure);
/* The human-readable trees of purged messages, wherever they have ever stood. */
gboolean
lodge_erasure_remove_trees(const LodgeErasure *erasure, LodgeSpool *spool, GError **error);
/* Objects, then records; gone for good afterwards. Adds to `erased`. */
gboolean lodge_erasure_remove_objects(const LodgeErasure *erasure,
                                      LodgeErased *erased,
                                      GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeErasure, lodge_erasure_free)
