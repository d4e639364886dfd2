/* awaited.h - a mail whose files a mail system is still checking: is it to wait for them?
 *
 * Exchange's Dynamic Delivery puts a placeholder into the mailbox, and after minutes the whole mail in its place:
 * other bytes under a new UID, the same Message-ID. So the placeholder stays pending until the whole one is here
 * (then it repeats that one), or [limits] await_attachments is over (then a person gets it). A report that returns
 * such a mail, or a receipt of ours, waits for nothing. */
#pragma once

#include "config/settings.h"
#include "intake/decide/decision.h"
#include "spool/ledger.h"
#include <glib.h>

/* No next look is set further ahead: somebody waits for the file. */
#define LODGE_AWAITED_MOST_US (5 * 60 * LODGE_SECOND_US)

gboolean lodge_awaited_is(const LodgeLimits *limits,
                          const LodgeLedgerMessage *message,
                          const LodgeReading *reading,
                          const LodgeDecision *decision,
                          gint64 now_us);
/* What is said of it while it waits; g_free. */
char *lodge_awaited_describe(const LodgeReading *reading);
