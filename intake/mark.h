/* mark.h - the seventh step of the walk: the mailbox reflects the ledger, where it is configured to.
 *
 * Only after the decision is durable; repeatable; a mailbox that cannot be marked now is marked by the
 * next pass, and nothing depends on it. */
#pragma once

#include "intake/source.h"

/* One mailbox, with a session that is open. */
gboolean lodge_mark_mailbox(LodgePass *pass, LodgeMailboxSession *session, GError **error);
void lodge_mark_run(LodgePass *pass, GPtrArray *sources);
