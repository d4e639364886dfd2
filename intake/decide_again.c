#include "intake/decide_again.h"

#include "intake/verdict.h"
#include <string.h>

#define MAX_INPUT_BYTES (64 * 1024 * 1024)

static LodgeEvidence *read_evidence(const LodgeDecideAgain *again,
                                    const LodgeLedgerMessage *message,
                                    GError **error)
{
    g_autoptr(GBytes) bytes =
        lodge_spool_read_object(again->spool, message->evidence, MAX_INPUT_BYTES, error);
    return bytes != NULL ? lodge_evidence_parse(bytes, error) : NULL;
}

LodgeRuling *lodge_decide_again_find_ruling(const LodgeDecideAgain *again,
                                            const LodgeLedgerMessage *message,
                                            GError **error)
{
    g_autoptr(LodgeEvidence) evidence = read_evidence(again, message, error);
    return evidence != NULL ? g_steal_pointer(&evidence->ruling) : NULL;
}

static gboolean differs(const LodgeLedgerMessage *before, const LodgeDecision *now)
{
    return strcmp(before->outcome, lodge_outcome_format(now->outcome)) != 0 ||
           g_strcmp0(before->timeliness, lodge_timeliness_format(now->timeliness)) != 0 ||
           g_strcmp0(before->council, now->authority->council) != 0 ||
           before->version != now->version;
}

static LodgeOrderChange *
describe(const char *reference, const LodgeDecision *decision, const LodgeRules *rules)
{
    LodgeOrderChange *change = lodge_order_change_new(reference);
    change->outcome = g_strdup(lodge_outcome_format(decision->outcome));
    change->timeliness = g_strdup(lodge_timeliness_format(decision->timeliness));
    change->council = g_strdup(decision->authority->council);
    const LodgeBody *body =
        change->council != NULL ? lodge_register_find(rules->reg, change->council) : NULL;
    change->council_name = g_strdup(body != NULL ? body->name : NULL);
    change->version = decision->version;
    if (decision->receipts->len > 0) {
        const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
        change->receipt = g_strdup(receipt->id);
        change->receipt_to = g_strdup(receipt->to);
    } else {
        change->may_answer = g_strdup(decision->may_answer);
    }
    return change;
}

/* What was read, what was looked up, and what both come to now. */
typedef struct {
    GBytes *reading_bytes;
    LodgeReading *reading;
    const LodgeRules *rules;
    LodgeVerdict verdict;
} Case;

static void case_clear(Case *at)
{
    g_clear_pointer(&at->reading_bytes, g_bytes_unref);
    lodge_reading_free(at->reading);
    lodge_verdict_clear(&at->verdict);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static gboolean reach(const LodgeDecideAgain *again,
                      const LodgeLedgerMessage *message,
                      LodgeRuling *ruling,
                      Case *at,
                      GError **error)
{
    g_autoptr(LodgeRuling) owned = ruling;
    at->reading_bytes =
        lodge_spool_read_object(again->spool, message->reading, MAX_INPUT_BYTES, error);
    if (at->reading_bytes == NULL)
        return FALSE;
    at->reading = lodge_report_parse_reading(at->reading_bytes, error);
    if (at->reading == NULL)
        return FALSE;
    at->rules = lodge_rules_in_force_find(again->rules, again->ledger, message->call,
                                          message->reference, error);
    if (at->rules == NULL)
        return FALSE;
    LodgeEvidence *evidence = read_evidence(again, message, error);
    if (evidence == NULL)
        return FALSE;
    if (owned != NULL) {
        lodge_ruling_free(evidence->ruling);
        evidence->ruling = g_steal_pointer(&owned);
    }
    return lodge_verdict_reach(&at->verdict, at->rules, again->settings->smtp,
                               again->ledger, message, at->reading, evidence, again->now_us,
                               error);
}

gboolean lodge_decide_again_run(const LodgeDecideAgain *again,
                                const LodgeLedgerMessage *message,
                                LodgeRuling *ruling,
                                const LodgeEvent *before,
                                LodgeOrderChange **change_out,
                                GError **refusal_out,
                                GError **error)
{
    g_auto(Case) at = {0};
    *change_out = NULL;
    if (!reach(again, message, ruling, &at, refusal_out))
        return FALSE;
    if (before == NULL && !differs(message, at.verdict.decision))
        return TRUE;
    g_autoptr(GBytes) rules = lodge_rules_in_force_bytes(again->rules, message->call);
    if ((before != NULL && !lodge_transaction_add(again->txn, before, error)) ||
        !lodge_verdict_record(&at.verdict, again->txn, message, at.reading,
                              at.reading_bytes, rules, again->now_us, error))
        return FALSE;
    *change_out = describe(message->reference, at.verdict.decision, at.rules);
    return TRUE;
}
