/* returned.h - a bounce of a receipt becomes part of that receipt's story, in the same commit as the bounce's own decision.
 *
 * Committer's thread. A bounce for a receipt that was never sent, or that nobody here knows, is left alone: whoever
 * writes one can at most mark what was sent to himself, since nobody else knows its id. */
#pragma once

#include "intake/decide/decision.h"
#include "spool/spool.h"

/* `by`: reference of the bounce. FALSE: the transaction can only be rolled back. */
gboolean lodge_returned_record(LodgeTransaction *txn,
                               LodgeLedger *ledger,
                               const LodgeBounce *bounce,
                               const char *by,
                               gint64 now_us,
                               GError **error);
