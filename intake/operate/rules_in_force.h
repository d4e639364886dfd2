/* rules_in_force.h - the fourth input of the decision as it is now: the files, and what persons granted since.
 *
 * The files are read once, at start or reload; extensions come from the ledger, so that what was granted a moment
 * ago already holds for the next message. Belongs to one thread. */
#pragma once

#include "config/settings.h"
#include "spool/ledger.h"
#include <glib.h>

typedef struct LodgeRulesInForce LodgeRulesInForce;

/* Borrows the settings, which must not change. */
LodgeRulesInForce *lodge_rules_in_force_new(const LodgeSettings *settings);
void lodge_rules_in_force_free(LodgeRulesInForce *rules);

/* For this call; borrowed until the next question. LODGE_CONFIG_ERROR_INVALID when lodge.conf no longer has the
 * call; errors of the ledger. `about` is named in messages. */
const LodgeRules *lodge_rules_in_force_find(LodgeRulesInForce *rules,
                                            LodgeLedger *ledger,
                                            const char *call,
                                            const char *about,
                                            GError **error);
/* Their stored form, made once for equal rules; a new reference. After find for the same call. */
GBytes *lodge_rules_in_force_bytes(LodgeRulesInForce *rules, const char *call);

/* These rules and what the ledger says was granted for their call: a copy of the caller's, for whoever only looks. */
LodgeRules *
lodge_rules_in_force_copy(const LodgeRules *base, LodgeLedger *ledger, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeRulesInForce, lodge_rules_in_force_free)
