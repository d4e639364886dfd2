/* decide_again.h - a decided message, decided once more: after a ruling, or because the rules in force have changed.
 *
 * The stored reading and evidence are taken as they are; history and rules are those of now. Another decision is
 * recorded on top, never in place of the one before. Runs in the committer's thread. */
#pragma once

#include "config/settings.h"
#include "intake/decide/ruling.h"
#include "intake/operate/rules_in_force.h"
#include "intake/order.h"
#include "spool/spool.h"

typedef struct {
    const LodgeSettings *settings;
    LodgeSpool *spool;
    LodgeRulesInForce *rules;
    LodgeTransaction *txn;
    LodgeLedger *ledger;
    gint64 now_us;
} LodgeDecideAgain;

/* The ruling in force in the stored evidence, or NULL with no error: none. The caller's. */
LodgeRuling *lodge_decide_again_find_ruling(const LodgeDecideAgain *again,
                                            const LodgeLedgerMessage *message,
                                            GError **error);

/* `ruling` replaces the one in force (taken); NULL: it stays. `before` adds the event that is the cause, once nothing
 * of the message's own can fail any more; without one (NULL) what is the same afterwards is not recorded, and
 * change_out is then NULL. FALSE with `refusal_out` set: the transaction is untouched;
 * FALSE with `error` set: it can only be rolled back. */
gboolean lodge_decide_again_run(const LodgeDecideAgain *again,
                                const LodgeLedgerMessage *message,
                                LodgeRuling *ruling,
                                const LodgeEvent *before,
                                LodgeOrderChange **change_out,
                                GError **refusal_out,
                                GError **error);
