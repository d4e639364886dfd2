/* watch.h - waiting until something has changed in one folder. Internal.
 *
 * What was seen last is compared with what the folder shows now: another epoch, another count,
 * another UIDNEXT, a removal, changed flags. Several changes are one piece of news. Whoever
 * has seen nothing yet gets news at once, because anything may have happened before. */
#pragma once

#include "intake/fetch/folders.h"
#include "intake/fetch/mailbox.h"
#include <glib.h>

#define LODGE_WATCH_RENEW_MAX_MS (29 * 60 * 1000) /* RFC 2177 */
#define LODGE_WATCH_POLL_MS (60 * 1000) /* NOOP this often where there is no IDLE */

typedef struct {
    guint32 uidvalidity; /* 0: nothing was seen yet */
    guint32 uidnext, exists;
} LodgeWatchSeen;

typedef struct {
    LodgeImapSession *session;
    const LodgeImapFolder *folder;
    guint timeout_ms, renew_ms;
    int wake_fd;
} LodgeWatch;

/* What the selected folder shows now. */
LodgeWatchSeen lodge_watch_see(const LodgeImapSession *session);
/* Selects the folder with EXAMINE unless it is selected. `seen` is what was seen last, and
 * unless we are woken is brought up to what the folder shows now. */
gboolean lodge_watch_run(const LodgeWatch *watch,
                         LodgeWatchSeen *seen,
                         LodgeMailboxWait *result_out,
                         GError **error);
