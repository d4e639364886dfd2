/* show_rulings.h - what persons ruled on a message, and why. */
#pragma once

#include "intake/commands/command.h"

/* Prints nothing when nobody did. `zone` NULL: times in UTC. */
gboolean lodge_show_rulings(const LodgeContext *context,
                            LodgeLedger *ledger,
                            const char *reference,
                            const LodgeZone *zone,
                            GError **error);
/* As the member "rulings", in order; empty when nobody did. */
gboolean lodge_show_write_rulings(LodgeJsonWriter *json,
                                  LodgeLedger *ledger,
                                  const char *reference,
                                  GError **error);
