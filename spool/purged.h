/* purged.h - which messages the journal says are purged, and what that makes of their other events. Inside the box.
 *
 * Of a purged message the rows stay, and with them the chain; the records of its events from before the purge are
 * erased, and with them the objects that only they named. So an event that is covered here has no record: whether
 * its bytes are still there (a purge that was broken off, a file put back from a backup) makes no difference to
 * anybody who reads the journal. What must be known all the same, where the mail lies, was
 * written down by the purge itself. */
#pragma once

#include "parsers/text/digest.h"
#include "spool/durable_file.h"
#include "spool/event.h"
#include <glib.h>

typedef struct LodgePurged LodgePurged;

/* What segments `first` to `last` say. One that cannot be read is passed over: whoever goes on to read it is told. */
LodgePurged *lodge_purged_load(const LodgeDurableRoot *root, guint64 first, guint64 last);
void lodge_purged_free(LodgePurged *purged);
guint lodge_purged_count(const LodgePurged *purged);
/* Is this reference purged at all? */
gboolean lodge_purged_has(const LodgePurged *purged, const char *reference);
/* Is this event's record erased? */
gboolean lodge_purged_covers(const LodgePurged *purged, const LodgeEvent *event);
/* Gives a covered event the location that the purge kept for it. */
void lodge_purged_relocate(const LodgePurged *purged, LodgeEvent *event);

/* What is kept of a message's digest: an HMAC-SHA-256 of it under the spool's key. */
void lodge_purged_digest(const char *key,
                         const char *message_sha256,
                         char digest_out[LODGE_DIGEST_SIZE]);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgePurged, lodge_purged_free)
