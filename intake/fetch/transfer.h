/* transfer.h - messages of the selected folder into stages, in pipelined batches. Internal.
 *
 * Batches are bounded by bytes and count, and the next one is asked for while one streams in,
 * so the line never idles and memory stays constant. Large messages go last and alone: one that
 * cannot be had must not starve those behind it.
 *
 * What a batch does not deliver is asked for once more, alone. Then it is either gone (somebody
 * removed it meanwhile) or failed, and named. A body counts only when its whole response has come
 * and names a UID that was asked for. */
#pragma once

#include "intake/fetch/imap_session.h"
#include "intake/fetch/mailbox.h"
#include "intake/fetch/unseen.h"
#include <glib.h>

#define LODGE_TRANSFER_BATCH_BYTES (8 * 1024 * 1024)
#define LODGE_TRANSFER_BATCH_MESSAGES 50

typedef struct {
    LodgeImapSession *session;
    LodgeSpool *spool;
    const char *account;
    const char *folder; /* shown */
    guint32 uidvalidity;
    gint64 max_message_bytes;
    const LodgeFetchSink *sink;
    LodgeUnseen *unseen; /* told of every message */
    GArray *gone; /* guint32, added to: asked for, but removed before they came; or NULL */
} LodgeTransferContext;

typedef struct {
    guint64 fetched, failed, gone;
} LodgeTransferCounts;

/* `uids`: guint32 ascending; `sizes`: gint64 in the same order, -1 unknown. counts_out is set in any case. */
gboolean lodge_transfer_run(const LodgeTransferContext *context,
                            const GArray *uids,
                            const GArray *sizes,
                            LodgeTransferCounts *counts_out,
                            GError **error);
