/* look.h - one complete look at a mailbox: the watched folders one by one, then what came and went. Internal.
 *
 * A folder's account says what was listed, known, fetched and missing. Its look counts, and is where
 * the next one begins, only when it came to its end and what it missed was sought. */
#pragma once

#include "intake/fetch/folders.h"
#include "intake/fetch/mailbox.h"
#include "intake/fetch/transfer.h"
#include "intake/fetch/watch.h"
#include <glib.h>

typedef struct {
    LodgeTransferContext transfer; /* session, spool, account, limit and sink are set */
    LodgeLedger *ledger;
    const GPtrArray *folders, *watched;  /* LodgeImapFolder: all, and those to look at */
    const LodgeImapFolder *waiting_room; /* of which `seen` is to be told; or NULL */
    LodgeWatchSeen *seen;
} LodgeLook;

/* A folder that is refused or changes its epoch does not stop the others; the first such error is
 * returned at the end. LodgeEventFolder of each folder done are added to `accounts`. */
gboolean lodge_look_run(LodgeLook *look, GPtrArray *accounts, GError **error);
