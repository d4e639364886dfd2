#include "intake/record.h"

#include "intake/answer/receipt.h"
#include "intake/log.h"
#include <string.h>

#define DEFER_FIRST_US (60 * LODGE_SECOND_US)
#define DEFER_MOST_US (3600 * LODGE_SECOND_US)

struct LodgeRecorder {
    const LodgeSettings *settings;
    LodgeCommitter *committer;
    LodgeRecorded recorded;
    gpointer recorded_data;
    GHashTable *rules; /* LodgeRules → their GBytes; the committer's thread only */
};

typedef struct {
    LodgeRecorder *recorder;
    LodgeFound *found;
    const char *outcome; /* static word, set by apply */
} Record;

void lodge_found_free(LodgeFound *found)
{
    if (found == NULL)
        return;
    g_free(found->reference);
    g_clear_pointer(&found->reading_bytes, g_bytes_unref);
    lodge_reading_free(found->reading);
    g_clear_pointer(&found->stages, g_ptr_array_unref);
    g_free(found->fault_code);
    g_free(found->fault_words);
    g_free(found);
}

/* ---- the inputs ---- */

static LodgeEvidence *make_evidence(const LodgeLedgerMessage *message)
{
    LodgeEvidence *evidence = lodge_evidence_new();
    evidence->account = g_strdup(message->location.account);
    evidence->folder = g_strdup(message->location.folder);
    evidence->internaldate_us = message->internaldate_us;
    evidence->kept_us = message->kept_us;
    evidence->attempts = message->attempts;
    return evidence;
}

static LodgePast *past_from_ledger(const LodgeLedgerPast *row)
{
    LodgePast *past = lodge_past_new();
    past->reference = g_strdup(row->reference);
    past->council = g_strdup(row->council);
    past->version = row->version;
    past->outcome = g_strdup(row->outcome);
    past->timeliness = g_strdup(row->timeliness);
    past->received_us = row->received_us;
    past->message_id = g_strdup(row->message_id);
    g_strfreev(past->documents);
    past->documents = g_strdupv(row->document_sha256s);
    past->receipts = row->receipts;
    return past;
}

static gboolean add_pasts(GPtrArray *pasts, GPtrArray *rows)
{
    if (rows == NULL)
        return FALSE;
    for (guint i = 0; i < rows->len; i++)
        g_ptr_array_add(pasts, past_from_ledger(g_ptr_array_index(rows, i)));
    g_ptr_array_unref(rows);
    return TRUE;
}

static LodgeHistory *make_history(LodgeLedger *ledger,
                                  const LodgeLedgerMessage *message,
                                  const char *content_key,
                                  const char *const *councils,
                                  GError **error)
{
    g_autoptr(LodgeHistory) history = lodge_history_new(message->reference);
    if (!add_pasts(history->same_content,
                   lodge_ledger_list_same_content(ledger, message->call, content_key,
                                                  message->reference, error)))
        return NULL;
    for (gsize i = 0; councils[i] != NULL; i++)
        if (!add_pasts(history->council,
                       lodge_ledger_list_council(ledger, message->call, councils[i],
                                                 message->reference, error)))
            return NULL;
    history->receipts = message->receipts->len;
    if (message->receipts->len > 0) {
        const LodgeLedgerReceipt *last =
            g_ptr_array_index(message->receipts, message->receipts->len - 1);
        history->last_receipt_message_id = g_strdup(last->message_id);
    }
    return g_steal_pointer(&history);
}

/* ---- deferring ---- */

static gint64 defer_until(guint attempt, gint64 now_us)
{
    gint64 wait_us = DEFER_FIRST_US;
    for (guint i = 1; i < attempt && wait_us < DEFER_MOST_US; i++)
        wait_us *= 2;
    return now_us + MIN(wait_us, DEFER_MOST_US);
}

static gboolean defer(LodgeTransaction *txn,
                      const LodgeLedgerMessage *message,
                      const char *code,
                      const char *words,
                      gint64 now_us,
                      GError **error)
{
    LodgeEvent event = {
        .type = LODGE_EVENT_DEFERRED,
        .at_us = now_us,
        .reference = message->reference,
        .code = (char *)code,
        .words = (char *)words,
        .attempt = message->attempts + 1,
        .retry_at_us = defer_until(message->attempts + 1, now_us),
    };
    return lodge_transaction_add(txn, &event, error);
}

/* ---- deciding and recording ---- */

typedef struct {
    const LodgeCallSettings *call;
    LodgeEvidence *evidence;
    LodgeHistory *history;
    LodgeDecision *decision;
    GPtrArray *mails; /* GBytes: the receipts as they will be sent */
} Verdict;

static void verdict_clear(Verdict *verdict)
{
    lodge_evidence_free(verdict->evidence);
    lodge_history_free(verdict->history);
    lodge_decision_free(verdict->decision);
    g_clear_pointer(&verdict->mails, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Verdict, verdict_clear)

static gboolean
compose_receipts(Verdict *verdict, const LodgeSmtp *smtp, gint64 now_us, GError **error)
{
    verdict->mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; smtp != NULL && i < verdict->decision->receipts->len; i++) {
        GBytes *mail =
            lodge_receipt_compose(g_ptr_array_index(verdict->decision->receipts, i),
                                  verdict->call->rules, smtp, now_us, error);
        if (mail == NULL)
            return FALSE;
        g_ptr_array_add(verdict->mails, mail);
    }
    return TRUE;
}

/* Everything that can fail for the message's own reasons, before the transaction is touched. */
static gboolean reach_verdict(const LodgeSettings *settings,
                              LodgeLedger *ledger,
                              const LodgeLedgerMessage *message,
                              const LodgeFound *found,
                              gint64 now_us,
                              Verdict *verdict,
                              GError **error)
{
    verdict->call = lodge_settings_find_call(settings, message->call);
    if (verdict->call == NULL) {
        g_set_error(
            error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
            "%s belongs to call %s, which is no longer in %s; add its [call] group again",
            message->reference, message->call, settings->path);
        return FALSE;
    }
    const LodgeRules *rules = verdict->call->rules;
    verdict->evidence = make_evidence(message);
    if (found->fault_code != NULL) {
        verdict->evidence->our_fault = g_strdup(found->fault_code);
        verdict->evidence->our_fault_words = g_strdup(found->fault_words);
    }
    g_auto(GStrv) councils =
        lodge_decide_candidates(found->reading, verdict->evidence, rules);
    g_autofree char *key = lodge_decide_content_key(found->reading->message);
    verdict->history =
        make_history(ledger, message, key, (const char *const *)councils, error);
    if (verdict->history == NULL)
        return FALSE;
    verdict->decision =
        lodge_decide(found->reading, verdict->evidence, verdict->history, rules);
    return compose_receipts(verdict, settings->smtp, now_us, error);
}

static GPtrArray *event_findings(const LodgeDecision *decision)
{
    GPtrArray *findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_finding_free);
    for (guint i = 0; i < decision->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(decision->findings, i);
        g_ptr_array_add(findings,
                        lodge_event_finding_new(finding->code,
                                                lodge_severity_format(finding->severity),
                                                finding->words));
    }
    return findings;
}

static GPtrArray *event_documents(const LodgeDecision *decision)
{
    GPtrArray *documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_document_free);
    for (guint i = 0; i < decision->documents->len; i++) {
        const LodgeDecisionDocument *from = g_ptr_array_index(decision->documents, i);
        LodgeEventDocument *document = lodge_event_document_new();
        document->name = g_strdup(from->name);
        document->role = g_strdup(from->role);
        document->media_type = g_strdup(from->media_type);
        document->size_bytes = from->size_bytes;
        document->pages = from->pages;
        document->sha256 = g_strdup(from->sha256);
        g_ptr_array_add(documents, document);
    }
    return documents;
}

/* Who it says it is from, proven or not: the single address, or else the first of several. */
static const char *claimed_sender(const LodgeDecision *decision,
                                  const LodgeReading *reading)
{
    if (decision->authority->address != NULL)
        return decision->authority->address;
    if (reading->message->from->len == 0)
        return NULL;
    const LodgeAddress *first = g_ptr_array_index(reading->message->from, 0);
    return first->address;
}

static const LodgeHeaderField *header(const LodgeReading *reading, const char *name)
{
    return lodge_message_facts_find_header(reading->message, name, 0);
}

/* Puts the bytes and frees them; formatting functions hand over fresh ones. */
static gboolean put(LodgeTransaction *txn,
                    GBytes *bytes,
                    char sha256_out[LODGE_DIGEST_SIZE],
                    GError **error)
{
    g_autoptr(GBytes) owned = bytes;
    return lodge_transaction_put_object(txn, owned, sha256_out, error);
}

/* Rules hold a register of hundreds of councils and are the same for every message. */
static GBytes *format_rules(LodgeRecorder *recorder, const LodgeRules *rules)
{
    GBytes *bytes = g_hash_table_lookup(recorder->rules, rules);
    if (bytes == NULL) {
        bytes = lodge_rules_format(rules);
        g_hash_table_insert(recorder->rules, (gpointer)rules, bytes);
    }
    return g_bytes_ref(bytes);
}

static gboolean
keep_documents(LodgeTransaction *txn, const LodgeFound *found, GError **error)
{
    for (guint i = 0; i < found->stages->len; i++)
        if (!lodge_transaction_keep_stage(txn, g_ptr_array_index(found->stages, i), error))
            return FALSE;
    return TRUE;
}

static gboolean add_decision(LodgeRecorder *recorder,
                             LodgeTransaction *txn,
                             const LodgeLedgerMessage *message,
                             const LodgeFound *found,
                             const Verdict *verdict,
                             gint64 now_us,
                             GError **error)
{
    char reading[LODGE_DIGEST_SIZE], evidence[LODGE_DIGEST_SIZE],
        history[LODGE_DIGEST_SIZE];
    char rules[LODGE_DIGEST_SIZE], decision[LODGE_DIGEST_SIZE];
    if (!put(txn, g_bytes_ref(found->reading_bytes), reading, error) ||
        !put(txn, lodge_evidence_format(verdict->evidence), evidence, error) ||
        !put(txn, lodge_history_format(verdict->history), history, error) ||
        !put(txn, format_rules(recorder, verdict->call->rules), rules, error) ||
        !put(txn, lodge_decision_format(verdict->decision), decision, error) ||
        !keep_documents(txn, found, error))
        return FALSE;
    const LodgeDecision *d = verdict->decision;
    const LodgeHeaderField *subject = header(found->reading, "Subject");
    g_autoptr(GPtrArray) findings = event_findings(d);
    g_autoptr(GPtrArray) documents = event_documents(d);
    LodgeEvent event = {
        .type = LODGE_EVENT_DECIDED,
        .at_us = now_us,
        .reference = message->reference,
        .call = message->call,
        .council = d->authority->council,
        .version = d->version,
        .outcome = (char *)lodge_outcome_format(d->outcome),
        .timeliness = (char *)lodge_timeliness_format(d->timeliness),
        .received_us = d->received->instant_us,
        .received_source = d->received->source,
        .content_key = d->content_key,
        .message_id = found->reading->message->message_id,
        .from = (char *)claimed_sender(d, found->reading),
        .subject = subject != NULL ? subject->value : NULL,
        .duplicate_of = d->duplicate_of,
        .findings = findings,
        .documents = documents,
        .reading = reading,
        .evidence = evidence,
        .history = history,
        .rules = rules,
        .decision = decision,
    };
    return lodge_transaction_add(txn, &event, error);
}

static gboolean add_receipts(LodgeTransaction *txn,
                             const LodgeLedgerMessage *message,
                             const Verdict *verdict,
                             gint64 now_us,
                             GError **error)
{
    for (guint i = 0; i < verdict->mails->len; i++) {
        const LodgeReceiptContent *content =
            g_ptr_array_index(verdict->decision->receipts, i);
        char mail[LODGE_DIGEST_SIZE];
        if (!lodge_transaction_put_object(txn, g_ptr_array_index(verdict->mails, i), mail,
                                          error))
            return FALSE;
        LodgeEvent event = {
            .type = LODGE_EVENT_OWED,
            .at_us = now_us,
            .reference = message->reference,
            .receipt = content->id,
            .receipt_kind = content->kind,
            .receipt_to = content->to,
            .receipt_message_id = content->message_id,
            .receipt_object = mail,
        };
        if (!lodge_transaction_add(txn, &event, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean must_defer(const LodgeSettings *settings,
                           const LodgeLedgerMessage *message,
                           const LodgeFound *found)
{
    return found->fault_code != NULL &&
           message->attempts + 1 < settings->limits.process_attempts;
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
    return unconfigured ||
           defer(txn, message, "decision-failed", failure->message, now_us, error);
}

static gboolean apply(LodgeTransaction *txn,
                      LodgeLedger *ledger,
                      gint64 now_us,
                      gpointer data,
                      GError **error)
{
    Record *record = data;
    const LodgeFound *found = record->found;
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
    if (g_strcmp0(found->fault_code, LODGE_FAULT_SPOOL) == 0) {
        record->outcome =
            "deferred"; /* our own disk: no attempt, the next pass takes it up */
        return TRUE;
    }
    if (must_defer(settings, message, found)) {
        record->outcome = "deferred";
        return defer(txn, message, found->fault_code, found->fault_words, now_us, error);
    }
    g_auto(Verdict) verdict = {0};
    if (!reach_verdict(settings, ledger, message, found, now_us, &verdict, &failure))
        return put_off(record, txn, message, failure, now_us, error);
    record->outcome = lodge_outcome_format(verdict.decision->outcome);
    return add_decision(record->recorder, txn, message, found, &verdict, now_us, error) &&
           add_receipts(txn, message, &verdict, now_us, error);
}

static void done(gpointer data, const GError *error)
{
    Record *record = data;
    LodgeRecorder *recorder = record->recorder;
    recorder->recorded(record->found->reference, error == NULL ? record->outcome : NULL,
                       error, recorder->recorded_data);
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
    recorder->rules =
        g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_bytes_unref);
    return recorder;
}

void lodge_recorder_free(LodgeRecorder *recorder)
{
    if (recorder == NULL)
        return;
    g_hash_table_unref(recorder->rules);
    g_free(recorder);
}

void lodge_recorder_submit(LodgeRecorder *recorder, LodgeFound *found)
{
    Record *record = g_new0(Record, 1);
    record->recorder = recorder;
    record->found = found;
    lodge_committer_submit(recorder->committer, &(LodgeCommitItem){apply, done, record});
}
