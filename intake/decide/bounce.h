/* bounce.h - which receipt of ours could not be delivered, by what a bounce says of it.
 *
 * A bounce is matched to its receipt by the Message-ID of the mail that it returns, which we made; failing that by
 * the address it was sent to, in which the envelope of a receipt carries its id ("receipts+PP24-000123-K.1@"). It
 * counts when it says of a recipient that the delivery failed (RFC 3464 section 2.3.3), or is a bounce without such
 * fields, as qmail writes it; "delayed" and "relayed" are no end. Whether there is such a receipt, and whether it went
 * to that address, is asked of the ledger by whoever records it. Pure. */
#pragma once

#include "intake/decide/decision.h"
#include "intake/decide/kind.h"

/* NULL: no bounce, or not of a receipt of ours. */
LodgeBounce *lodge_bounce_find(const LodgeMessageFacts *message,
                               LodgeMailKind kind,
                               const LodgeRules *rules);
void lodge_bounce_free(LodgeBounce *bounce);
