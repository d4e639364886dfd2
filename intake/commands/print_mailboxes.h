/* print_mailboxes.h - status of the mailboxes: when each was last looked at, and what may have come and gone unseen.
 *
 * The latter stays for LODGE_UNSEEN_DAYS, however many clean passes follow. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"
#include "parsers/text/json.h"
#include "spool/ledger.h"

#define LODGE_UNSEEN_DAYS 30

gboolean lodge_print_mailboxes(const LodgeContext *context,
                               const LodgeSettings *settings,
                               LodgeLedger *ledger,
                               GError **error);
/* The members "passes" and "unseen". */
gboolean lodge_write_mailboxes(LodgeJsonWriter *writer,
                               const LodgeContext *context,
                               LodgeLedger *ledger,
                               GError **error);
