/* verdict.h - the decision on one message with its inputs and the receipts that follow, before anything is stored.
 *
 * Made in the committer's thread, inside its transaction, from what the ledger says at that moment: two
 * messages of one council can never race. The same for a message that is decided for the first time and for one
 * that is decided again after a ruling or an extension. */
#pragma once

#include "config/settings.h"
#include "intake/decide/decision.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct {
    LodgeEvidence *evidence;
    LodgeHistory *history;
    LodgeDecision *decision;
    GPtrArray
        *mails; /* GBytes: the receipts as they will be sent, in the decision's order */
    GBytes *notice_mail; /* likewise; NULL where none is owed */
} LodgeVerdict;

/* The evidence of a message that has none yet. */
LodgeEvidence *lodge_verdict_make_evidence(const LodgeLedgerMessage *message);

/* Takes the evidence. `smtp` NULL: no receipts are composed. FALSE: the index failed (LODGE_SPOOL_ERROR), or a
 * receipt cannot be composed; the transaction is untouched. */
gboolean lodge_verdict_reach(LodgeVerdict *verdict,
                             const LodgeRules *rules,
                             const LodgeSmtp *smtp,
                             LodgeLedger *ledger,
                             const LodgeLedgerMessage *message,
                             const LodgeReading *reading,
                             LodgeEvidence *evidence,
                             gint64 now_us,
                             GError **error);
/* Stores inputs, decision and receipts owed: events and objects of this transaction. `rules_bytes`: the rules in
 * their stored form. FALSE: the transaction can only be rolled back. */
gboolean lodge_verdict_record(const LodgeVerdict *verdict,
                              LodgeTransaction *txn,
                              const LodgeLedgerMessage *message,
                              const LodgeReading *reading,
                              GBytes *reading_bytes,
                              GBytes *rules_bytes,
                              gint64 now_us,
                              GError **error);
/* Stores the receipts owed alone: for a message that stays pending. */
gboolean lodge_verdict_owe(const LodgeVerdict *verdict,
                           LodgeTransaction *txn,
                           const LodgeLedgerMessage *message,
                           gint64 now_us,
                           GError **error);
void lodge_verdict_clear(LodgeVerdict *verdict);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeVerdict, lodge_verdict_clear)
