#include "intake/record.h"

#include "intake/awaited.h"
#include "intake/decide/authority.h"
#include "intake/decide/dns_answers.h"
#include "intake/log.h"
#include "intake/operate/rules_in_force.h"
#include "intake/returned.h"
#include "intake/verdict.h"
#include <string.h>

/* A reader that was killed is likely to do its work the next time, and somebody waits for the receipt. */
#define DEFER_FIRST_US (5 * LODGE_SECOND_US)
#define DNS_ATTEMPTS 24 /* with growing pauses about half a day */

struct LodgeRecorder {
    const LodgeSettings *settings;
    LodgeCommitter *committer;
    LodgeRecorded recorded;
    gpointer recorded_data;
    LodgeRulesInForce *rules; /* the committer's thread only */
};

typedef struct {
    LodgeRecorder *recorder;
    LodgeFound *found;
    const char *outcome; /* static word, set by apply */
    gboolean changed;    /* apply has added events */
} Record;

void lodge_found_free(LodgeFound *found)
{
    if (found == NULL)
        return;
    g_free(found->reference);
    g_clear_pointer(&found->reading_bytes, g_bytes_unref);
    lodge_reading_free(found->reading);
    g_clear_pointer(&found->stages, g_ptr_array_unref);
    lodge_proofs_free(found->proofs);
    g_clear_pointer(&found->dns, g_ptr_array_unref);
    g_clear_pointer(&found->scans, g_ptr_array_unref);
    g_free(found->fault_code);
    g_free(found->fault_words);
    g_free(found);
}

/* ---- deferring ---- */

static gint64 defer_until(guint attempt, gint64 most_us, gint64 now_us)
{
    gint64 wait_us = DEFER_FIRST_US;
    for (guint i = 1; i < attempt && wait_us < most_us; i++)
        wait_us *= 2;
    return now_us + MIN(wait_us, most_us);
}

static gboolean defer(LodgeTransaction *txn,
                      const LodgeLedgerMessage *message,
                      const char *code,
                      const char *words,
                      gint64 now_us,
                      GError **error)
{
    gint64 most_us = strcmp(code, LODGE_FAULT_AWAITED) == 0 ? LODGE_AWAITED_MOST_US
                                                            : LODGE_DEFER_MOST_US;
    LodgeEvent event = {
        .type = LODGE_EVENT_DEFERRED,
        .at_us = now_us,
        .reference = message->reference,
        .code = (char *)code,
        .words = (char *)words,
        .attempt = message->attempts + 1,
        .retry_at_us = defer_until(message->attempts + 1, most_us, now_us),
    };
    return lodge_transaction_add(txn, &event, error);
}

/* ---- deciding and recording ---- */

/* Everything that can fail for the message's own reasons, before the transaction is touched. */
static gboolean reach_verdict(LodgeRecorder *recorder,
                              LodgeLedger *ledger,
                              const LodgeLedgerMessage *message,
                              LodgeFound *found,
                              gboolean pending,
                              gint64 now_us,
                              LodgeVerdict *verdict,
                              GError **error)
{
    const LodgeRules *rules = lodge_rules_in_force_find(
        recorder->rules, ledger, message->call, message->reference, error);
    if (rules == NULL)
        return FALSE;
    LodgeEvidence *evidence = lodge_verdict_make_evidence(message);
    evidence->proofs = g_steal_pointer(&found->proofs);
    evidence->dns = g_steal_pointer(&found->dns);
    if (!pending) /* a first word is no verdict */
        evidence->scans = g_steal_pointer(&found->scans);
    if (found->fault_code != NULL) {
        evidence->our_fault = g_strdup(found->fault_code);
        evidence->our_fault_words = g_strdup(found->fault_words);
        evidence->pending = pending;
    }
    return lodge_verdict_reach(verdict, rules, recorder->settings->smtp, ledger, message,
                               found->reading, evidence, now_us, error);
}

static gboolean
keep_documents(LodgeTransaction *txn, const LodgeFound *found, GError **error)
{
    for (guint i = 0; i < found->stages->len; i++)
        if (!lodge_transaction_keep_stage(txn, g_ptr_array_index(found->stages, i), error))
            return FALSE;
    return TRUE;
}

static gboolean must_defer(const LodgeSettings *settings,
                           const LodgeLedgerMessage *message,
                           const LodgeFound *found)
{
    return found->fault_code != NULL &&
           message->attempts + 1 < settings->limits.process_attempts;
}

static gboolean is_no_attempt(const LodgeFound *found)
{
    return g_strcmp0(found->fault_code, LODGE_FAULT_SPOOL) == 0 ||
           g_strcmp0(found->fault_code, LODGE_FAULT_STOPPED) == 0;
}

/* The first time, its sender is told that it is here: where he is known, and may be answered. That this cannot be
 * said is no reason not to wait. */
static gboolean acknowledge(Record *record,
                            LodgeTransaction *txn,
                            LodgeLedger *ledger,
                            const LodgeLedgerMessage *message,
                            gint64 now_us,
                            GError **error)
{
    g_auto(LodgeVerdict) verdict = {0};
    g_autoptr(GError) failure = NULL;
    if (message->receipts->len > 0 || !record->found->reading->message->parseable)
        return TRUE;
    if (reach_verdict(record->recorder, ledger, message, record->found, TRUE, now_us,
                      &verdict, &failure))
        return lodge_verdict_owe(&verdict, txn, message, now_us, error);
    lodge_log_warning("not-acknowledged", "reference", message->reference, "reason",
                      failure->message, NULL);
    return TRUE;
}

static gboolean defer_found(Record *record,
                            LodgeTransaction *txn,
                            LodgeLedger *ledger,
                            const LodgeLedgerMessage *message,
                            gint64 now_us,
                            GError **error)
{
    const LodgeFound *found = record->found;
    record->outcome = "deferred";
    record->changed = TRUE;
    return defer(txn, message, found->fault_code, found->fault_words, now_us, error) &&
           acknowledge(record, txn, ledger, message, now_us, error);
}

/* No verdict: the index failed (then this batch has), the configuration lost its call (a person must act, and
 * no attempt is counted), or the receipt cannot be composed, which is a defect of ours and stays visible. */
static gboolean put_off(Record *record,
                        LodgeTransaction *txn,
                        const LodgeLedgerMessage *message,
                        const GError *failure,
                        gint64 now_us,
                        GError **error)
{
    if (failure->domain == LODGE_SPOOL_ERROR) {
        g_propagate_error(error, g_error_copy(failure));
        return FALSE;
    }
    lodge_log_warning("not-decided", "reference", message->reference, "reason",
                      failure->message, NULL);
    gboolean unconfigured = failure->domain == LODGE_CONFIG_ERROR;
    record->outcome = unconfigured ? "not-configured" : "deferred";
    record->changed = !unconfigured;
    return unconfigured ||
           defer(txn, message, "decision-failed", failure->message, now_us, error);
}

/* Who it is from hangs on a key that cannot be had for the moment: nobody is blamed for that, and a
 * message waits longer for it than for a reader, because servers of names may be away for a night. */
static gboolean waits_for_dns(const Record *record,
                              const LodgeLedgerMessage *message,
                              const LodgeVerdict *verdict)
{
    return message->attempts + 1 < DNS_ATTEMPTS &&
           lodge_authority_waits_for_dns(verdict->decision->authority,
                                         verdict->evidence->proofs,
                                         record->recorder->settings->trust);
}

static char *describe_trouble(const GPtrArray *dns)
{
    for (guint i = 0; dns != NULL && i < dns->len; i++) {
        const LodgeDnsAnswer *answer = g_ptr_array_index(dns, i);
        if (lodge_dns_answer_is_temporary(answer))
            return g_strdup_printf("DNS has no answer for %s at the moment: %s",
                                   answer->name, lodge_dns_status_format(answer->status));
    }
    return g_strdup("a key of its signatures cannot be had from DNS for the moment");
}

static gboolean defer_for_dns(Record *record,
                              LodgeTransaction *txn,
                              const LodgeLedgerMessage *message,
                              const LodgeEvidence *evidence,
                              gint64 now_us,
                              GError **error)
{
    g_autofree char *trouble = describe_trouble(evidence->dns);
    lodge_log_warning("waits-for-dns", "reference", message->reference, "reason", trouble,
                      NULL);
    record->outcome = "deferred";
    record->changed = TRUE;
    return defer(txn, message, "dns-unavailable", trouble, now_us, error);
}

/* What was learnt goes back to where the first word to the sender takes it from. */
static gboolean defer_awaited(Record *record,
                              LodgeTransaction *txn,
                              LodgeLedger *ledger,
                              const LodgeLedgerMessage *message,
                              LodgeEvidence *evidence,
                              gint64 now_us,
                              GError **error)
{
    LodgeFound *found = record->found;
    found->proofs = g_steal_pointer(&evidence->proofs);
    found->dns = g_steal_pointer(&evidence->dns);
    found->fault_code = g_strdup(LODGE_FAULT_AWAITED);
    found->fault_words = lodge_awaited_describe(found->reading);
    lodge_log_info("waits-for-attachment", "reference", message->reference, "reason",
                   found->fault_words, NULL);
    return defer_found(record, txn, ledger, message, now_us, error);
}

static gboolean apply(LodgeTransaction *txn,
                      LodgeLedger *ledger,
                      gint64 now_us,
                      gpointer data,
                      GError **error)
{
    Record *record = data;
    LodgeFound *found = record->found;
    const LodgeSettings *settings = record->recorder->settings;
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_get_message(ledger, found->reference, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (message == NULL || strcmp(message->state, "pending") != 0)
        return TRUE; /* somebody was quicker; the same work twice is no harm */
    if (is_no_attempt(found)) {
        record->outcome = "deferred"; /* the next pass takes it up */
        return TRUE;
    }
    if (must_defer(settings, message, found))
        return defer_found(record, txn, ledger, message, now_us, error);
    g_auto(LodgeVerdict) verdict = {0};
    if (!reach_verdict(record->recorder, ledger, message, found, FALSE, now_us, &verdict,
                       &failure))
        return put_off(record, txn, message, failure, now_us, error);
    if (waits_for_dns(record, message, &verdict))
        return defer_for_dns(record, txn, message, verdict.evidence, now_us, error);
    if (found->fault_code == NULL &&
        lodge_awaited_is(&settings->limits, message, found->reading, verdict.decision,
                         now_us))
        return defer_awaited(record, txn, ledger, message, verdict.evidence, now_us, error);
    record->outcome = lodge_outcome_format(verdict.decision->outcome);
    record->changed = TRUE;
    g_autoptr(GBytes) rules =
        lodge_rules_in_force_bytes(record->recorder->rules, message->call);
    return keep_documents(txn, found, error) &&
           lodge_verdict_record(&verdict, txn, message, found->reading,
                                found->reading_bytes, rules, now_us, error) &&
           lodge_returned_record(txn, ledger, verdict.decision->bounce, message->reference,
                                 now_us, error);
}

static void done(gpointer data, const GError *error)
{
    Record *record = data;
    LodgeRecorder *recorder = record->recorder;
    recorder->recorded(record->found->reference, error == NULL ? record->outcome : NULL,
                       record->changed && error == NULL, error, recorder->recorded_data);
    lodge_found_free(record->found);
    g_free(record);
}

LodgeRecorder *lodge_recorder_new(const LodgeSettings *settings,
                                  LodgeCommitter *committer,
                                  LodgeRecorded recorded,
                                  gpointer data)
{
    LodgeRecorder *recorder = g_new0(LodgeRecorder, 1);
    recorder->settings = settings;
    recorder->committer = committer;
    recorder->recorded = recorded;
    recorder->recorded_data = data;
    recorder->rules = lodge_rules_in_force_new(settings);
    return recorder;
}

void lodge_recorder_free(LodgeRecorder *recorder)
{
    if (recorder == NULL)
        return;
    lodge_rules_in_force_free(recorder->rules);
    g_free(recorder);
}

void lodge_recorder_submit(LodgeRecorder *recorder, LodgeFound *found)
{
    Record *record = g_new0(Record, 1);
    record->recorder = recorder;
    record->found = found;
    lodge_committer_submit(recorder->committer, &(LodgeCommitItem){apply, done, record});
}
