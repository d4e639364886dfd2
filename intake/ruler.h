/* ruler.h - carries out an operator's order: checks it, records it, decides again what it concerns.
 *
 * All of one order is one transaction: the ruling, the decision it leads to and the receipt that is then owed.
 * An order that cannot be done is refused before anything is touched, in words that say what can be done
 * (LODGE_ORDER_ERROR_REFUSED). Orders queue up in the committer like everything else that is written,
 * so two at once cannot contradict each other: the second sees what the first has done. */
#pragma once

#include "config/settings.h"
#include "intake/committer.h"
#include "intake/order.h"

typedef struct LodgeRuler LodgeRuler;

/* Borrows all three. */
LodgeRuler *lodge_ruler_new(const LodgeSettings *settings,
                            LodgeSpool *spool,
                            LodgeCommitter *committer);
void lodge_ruler_free(LodgeRuler *ruler);
/* Waits until it is durable. `actor`: who ordered it, for the record. */
LodgeOrderResult *lodge_ruler_run(LodgeRuler *ruler,
                                  const LodgeOrder *order,
                                  const char *actor,
                                  GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeRuler, lodge_ruler_free)
