/* lock.h - one writer: flock on the spool's file `lock`.
 *
 * The kernel drops the lock when its holder ends, however that happens, so it can never be
 * stale; the text in the file ("who host pid since") is only for the message that the second
 * writer gets. Works between processes of one host; a spool is not to be shared over a network. */
#pragma once

#include "spool/durable_file.h"
#include <glib.h>

typedef struct LodgeLock LodgeLock;

/* LODGE_SPOOL_ERROR_LOCKED names the holder. */
LodgeLock *lodge_lock_take(const LodgeDurableRoot *root,
                           const char *who,
                           gint64 now_us,
                           GError **error);
void lodge_lock_release(LodgeLock *lock);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLock, lodge_lock_release)
