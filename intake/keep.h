/* keep.h - the second step of the walk: a fetched message becomes durable before anything reads it.
 *
 * The same bytes seen again, elsewhere or in another epoch, are another location of the message that is
 * known, not another message. */
#pragma once

#include "intake/committer.h"
#include <glib.h>

/* In the committer's thread, after the commit. `reference` is NULL when the bytes were known; `error` non-NULL: not kept. */
typedef void (*LodgeKept)(const char *reference,
                          const LodgeLocation *location,
                          const GError *error,
                          gpointer data);

/* Takes the stage. `call` and `prefix` are borrowed for good (settings). */
void lodge_keep_submit(LodgeCommitter *committer,
                       LodgeStage *stage,
                       const LodgeLocation *location,
                       gint64 internaldate_us,
                       const char *call,
                       const char *prefix,
                       LodgeKept kept,
                       gpointer data);
