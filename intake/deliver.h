/* deliver.h - the eighth step of the walk: the outbox to the SMTP server, one receipt at a time.
 *
 * Each attempt is durable before the first byte of DATA and its result afterwards; a result shares its
 * commit with the attempt that follows at once. A receipt whose attempt has no result (we were killed in
 * between, so there is one at most) is sent again with the same bytes and Message-ID. When
 * the server as a whole fails, the rest waits for the next time. No more than [answers] total leave in any
 * hour, and [smtp] per_day in any 24, whatever asked for them; the rest waits its turn in the outbox, those that answer a message for the first
 * time before the others (spool/ledger.h). */
#pragma once

#include "config/settings.h"
#include "intake/committer.h"
#include "intake/context.h"
#include <glib.h>

typedef struct {
    guint sent, refused, retry, unknown;
    guint waiting;          /* still owed afterwards */
    guint held_back;        /* of these due, but for the limit of the hour or the day */
    const char *full;       /* which limit it is, in words; static */
    guint left;             /* of these due, but the round was over */
    char *server_fault;     /* why it ended early, or NULL */
    gboolean person_needed; /* the fault will not mend itself (login, certificate) */
    GError *damage; /* the first receipt that could not be read, or NULL; others went */
} LodgeDelivery;

typedef struct LodgeDeliver LodgeDeliver;

/* Borrows all. Belongs to one thread. It keeps the pace from one round to the next, and within a queue its connection. */
LodgeDeliver *lodge_deliver_new(const LodgeSettings *settings,
                                const LodgeContext *context,
                                LodgeSpool *spool,
                                LodgeCommitter *committer);
/* One round: tries every receipt that is due, the most urgent first, until the monotonic `until_us` (0: to the
 * end). FALSE: the spool failed. */
gboolean lodge_deliver_run(LodgeDeliver *deliver,
                           gint64 until_us,
                           LodgeDelivery *delivery_out,
                           GError **error);
void lodge_deliver_free(LodgeDeliver *deliver);
void lodge_delivery_clear(LodgeDelivery *delivery);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDeliver, lodge_deliver_free)
