/* describe.h - what a mailbox and its server offer, in words for check-config --online. Internal. */
#pragma once

#include "intake/fetch/folders.h"
#include "intake/fetch/mailbox.h"
#include <glib.h>

/* Lines of plain words, LF. Sets nothing in the mailbox. */
char *lodge_describe_mailbox(LodgeImapSession *session,
                             const LodgeMailbox *mailbox,
                             const GPtrArray *folders,
                             const GPtrArray *watched,
                             gint64 now_us,
                             GError **error);
