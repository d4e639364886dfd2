/* seek.h - the folders that are not watched, looked through for mail that people moved there. Internal.
 *
 * Only when mail came to a watched folder and went again unseen. What was stored since then and is not
 * known is fetched and delivered like any other message, from where it lies: it is a submission that
 * somebody moved before we saw it. Outgoing folders and those of others are left alone. SEARCH SINCE narrows it
 * down to days, INTERNALDATE to the instant. */
#pragma once

#include "intake/fetch/folders.h"
#include "intake/fetch/transfer.h"
#include "spool/ledger.h"
#include <glib.h>

typedef struct {
    LodgeTransferContext *transfer; /* its folder is set here */
    LodgeLedger *ledger;
    const GPtrArray *folders, *watched; /* LodgeImapFolder */
    gint64 since_us;
} LodgeSeek;

/* A folder that is refused is named by a warning. */
gboolean lodge_seek_run(const LodgeSeek *seek, GError **error);
