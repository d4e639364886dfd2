/* watcher.h - one mailbox of a running service: a thread that looks, waits for news, and looks again.
 *
 * It keeps one session: a full look at all watched folders, then IDLE on the inbox (or polling) for at most
 * `poll`, and so on for ever. A session that fails is closed and opened anew after a pause that grows (backoff.h). Each
 * look is counted in the journal when it showed anything new, and every so often when it did not, so that
 * `lodge status` can say how fresh its picture is. */
#pragma once

#include "intake/pass.h"

typedef struct LodgeWatcher LodgeWatcher;

/* Borrows pass and mailbox. NULL: no descriptor is left for it. */
LodgeWatcher *
lodge_watcher_new(LodgePass *pass, const LodgeMailbox *mailbox, GError **error);
/* Starts the thread. */
void lodge_watcher_start(LodgeWatcher *watcher);
/* Look now; also wakes it to see that it is to end. Any thread. */
void lodge_watcher_wake(LodgeWatcher *watcher);
/* Monotonic time of the last complete look; 0: none yet. Any thread. */
gint64 lodge_watcher_looked_us(LodgeWatcher *watcher);
const char *lodge_watcher_name(const LodgeWatcher *watcher);
/* Once the pass's context says stop, or before it was started: waits for its end, frees it. */
void lodge_watcher_join(LodgeWatcher *watcher);
