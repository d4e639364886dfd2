/* ruler_checks.h - may this ruling be made of this message, and what exactly is ruled? Internal to ruler.c.
 *
 * Fills in what the operator need not say (the council that was found, the only document), and refuses what
 * would be a mistake: a copy, a message that is not decided yet, a time that nobody has settled. */
#pragma once

#include "intake/decide/ruling.h"
#include "intake/order.h"
#include "spool/ledger.h"

/* `in_force`: the ruling before, or NULL. NULL with LODGE_ORDER_ERROR_REFUSED. */
LodgeRuling *lodge_ruler_check(const LodgeOrder *order,
                               const LodgeLedgerMessage *message,
                               const LodgeRuling *in_force,
                               const LodgeRules *rules,
                               const char *actor,
                               gint64 now_us,
                               GError **error);
