#include "intake/verdict.h"

#include "intake/answer/receipt.h"
#include "intake/decide/stand_in.h"
#include "intake/recall.h"
#include <string.h>

/* ---- the inputs ---- */

LodgeEvidence *lodge_verdict_make_evidence(const LodgeLedgerMessage *message)
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
    past->ruled = row->ruled;
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

/* This message as it was decided before. */
static LodgePast *make_previous(const LodgeLedgerMessage *message)
{
    LodgePast *past = lodge_past_new();
    past->reference = g_strdup(message->reference);
    past->council = g_strdup(message->council);
    past->version = message->version;
    past->outcome = g_strdup(message->outcome);
    past->timeliness = g_strdup(message->timeliness);
    past->received_us = message->received_us;
    past->message_id = g_strdup(message->message_id);
    past->receipts = message->receipts->len;
    return past;
}

static gboolean add_given(LodgeHistory *history,
                          LodgeLedger *ledger,
                          const LodgeLedgerMessage *message,
                          const char *council,
                          GError **error)
{
    g_autoptr(GPtrArray) versions =
        lodge_ledger_list_versions(ledger, message->call, council, error);
    if (versions == NULL)
        return FALSE;
    guint highest = 0;
    guint own = 0;
    for (guint i = 0; i < versions->len; i++) {
        const LodgeLedgerVersion *given = g_ptr_array_index(versions, i);
        highest = MAX(highest, given->version);
        if (strcmp(given->reference, message->reference) == 0)
            own = MAX(own, given->version);
    }
    if (highest > 0)
        lodge_history_add_given(history, council, highest, own);
    return TRUE;
}

static gboolean add_council(LodgeHistory *history,
                            LodgeLedger *ledger,
                            const LodgeLedgerMessage *message,
                            const char *council,
                            GError **error)
{
    return add_pasts(history->council,
                     lodge_ledger_list_council(ledger, message->call, council,
                                               message->reference, error)) &&
           add_given(history, ledger, message, council, error);
}

static void add_own(LodgeHistory *history, const LodgeLedgerMessage *message)
{
    history->receipts = message->receipts->len;
    if (message->outcome != NULL)
        history->previous = make_previous(message);
    if (message->receipts->len == 0)
        return;
    const LodgeLedgerReceipt *last =
        g_ptr_array_index(message->receipts, message->receipts->len - 1);
    history->last_receipt_message_id = g_strdup(last->message_id);
    history->last_receipt_kind = g_strdup(last->kind);
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
        if (!add_council(history, ledger, message, councils[i], error))
            return NULL;
    add_own(history, message);
    return g_steal_pointer(&history);
}

/* A mail that took the place of this one bears its Message-ID. */
static gboolean add_same_id(LodgeHistory *history,
                            LodgeLedger *ledger,
                            const LodgeLedgerMessage *message,
                            const LodgeMessageFacts *facts,
                            GError **error)
{
    if (facts->message_id == NULL ||
        lodge_stand_in_find(facts, LODGE_STAND_IN_PLACEHOLDER) == NULL)
        return TRUE;
    return add_pasts(history->same_id,
                     lodge_ledger_list_same_id(ledger, message->call, facts->message_id,
                                               message->reference, error));
}

/* ---- the verdict ---- */

void lodge_verdict_clear(LodgeVerdict *verdict)
{
    lodge_evidence_free(verdict->evidence);
    lodge_history_free(verdict->history);
    lodge_decision_free(verdict->decision);
    g_clear_pointer(&verdict->mails, g_ptr_array_unref);
    g_clear_pointer(&verdict->notice_mail, g_bytes_unref);
    *verdict = (LodgeVerdict){0};
}

static gboolean compose_receipts(LodgeVerdict *verdict,
                                 const LodgeRules *rules,
                                 const LodgeSmtp *smtp,
                                 gint64 now_us,
                                 GError **error)
{
    verdict->mails = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    for (guint i = 0; smtp != NULL && i < verdict->decision->receipts->len; i++) {
        GBytes *mail = lodge_receipt_compose(
            g_ptr_array_index(verdict->decision->receipts, i), rules, smtp, now_us, error);
        if (mail == NULL)
            return FALSE;
        g_ptr_array_add(verdict->mails, mail);
    }
    if (smtp == NULL || verdict->decision->notice == NULL)
        return TRUE;
    verdict->notice_mail =
        lodge_receipt_compose(verdict->decision->notice, rules, smtp, now_us, error);
    return verdict->notice_mail != NULL;
}

gboolean lodge_verdict_reach(LodgeVerdict *verdict,
                             const LodgeRules *rules,
                             const LodgeSmtp *smtp,
                             LodgeLedger *ledger,
                             const LodgeLedgerMessage *message,
                             const LodgeReading *reading,
                             LodgeEvidence *evidence,
                             gint64 now_us,
                             GError **error)
{
    verdict->evidence = evidence;
    g_auto(GStrv) councils = lodge_decide_candidates(reading, evidence, rules);
    g_autofree char *key = lodge_decide_content_key(reading->message);
    verdict->history =
        make_history(ledger, message, key, (const char *const *)councils, error);
    if (verdict->history == NULL ||
        !add_same_id(verdict->history, ledger, message, reading->message, error) ||
        !lodge_recall_answers(verdict->history, ledger, reading->message,
                              (const char *const *)councils, now_us, error) ||
        (rules->tell_contact != LODGE_TELL_NEVER &&
         !lodge_recall_notices(verdict->history, ledger, message->call,
                               (const char *const *)councils, now_us, error)))
        return FALSE;
    verdict->decision = lodge_decide(reading, evidence, verdict->history, rules);
    return compose_receipts(verdict, rules, smtp, now_us, error);
}

/* ---- the record of it ---- */

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

/* The text that the reader found, page by page, as an object of its own: for whoever analyses the plans. */
static gboolean keep_text(LodgeEventDocument *document,
                          const LodgeReading *reading,
                          LodgeTransaction *txn,
                          GError **error)
{
    const LodgeDocumentFacts *facts =
        lodge_reading_find_document(reading, document->sha256);
    if (facts == NULL || facts->text_bytes == 0 || facts->pages_text->len == 0)
        return TRUE;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < facts->pages_text->len; i++)
        g_string_append_printf(text, "%s\f",
                               (const char *)g_ptr_array_index(facts->pages_text, i));
    char sha256[LODGE_DIGEST_SIZE];
    g_autoptr(GBytes) bytes = g_bytes_new(text->str, text->len);
    if (!lodge_transaction_put_object(txn, bytes, sha256, error))
        return FALSE;
    document->text = g_strdup(sha256);
    return TRUE;
}

static gboolean keep_texts(const GPtrArray *documents,
                           const LodgeReading *reading,
                           LodgeTransaction *txn,
                           GError **error)
{
    for (guint i = 0; i < documents->len; i++)
        if (!keep_text(g_ptr_array_index(documents, i), reading, txn, error))
            return FALSE;
    return TRUE;
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

static gboolean add_decision(const LodgeVerdict *verdict,
                             LodgeTransaction *txn,
                             const LodgeLedgerMessage *message,
                             const LodgeReading *read,
                             GBytes *reading_bytes,
                             GBytes *rules_bytes,
                             gint64 now_us,
                             GError **error)
{
    char reading[LODGE_DIGEST_SIZE], evidence[LODGE_DIGEST_SIZE],
        history[LODGE_DIGEST_SIZE];
    char rules[LODGE_DIGEST_SIZE], decision[LODGE_DIGEST_SIZE];
    if (!put(txn, g_bytes_ref(reading_bytes), reading, error) ||
        !put(txn, lodge_evidence_format(verdict->evidence), evidence, error) ||
        !put(txn, lodge_history_format(verdict->history), history, error) ||
        !put(txn, g_bytes_ref(rules_bytes), rules, error) ||
        !put(txn, lodge_decision_format(verdict->decision), decision, error))
        return FALSE;
    const LodgeDecision *d = verdict->decision;
    const LodgeHeaderField *subject = header(read, "Subject");
    g_autoptr(GPtrArray) findings = event_findings(d);
    g_autoptr(GPtrArray) documents = event_documents(d);
    if (!keep_texts(documents, read, txn, error))
        return FALSE;
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
        .message_id = read->message->message_id,
        .from = (char *)claimed_sender(d, read),
        .subject = subject != NULL ? subject->value : NULL,
        .duplicate_of = d->duplicate_of,
        .may_answer = d->may_answer,
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

static gboolean owe(LodgeTransaction *txn,
                    const LodgeLedgerMessage *message,
                    const LodgeReceiptContent *content,
                    GBytes *bytes,
                    gint64 now_us,
                    GError **error)
{
    char mail[LODGE_DIGEST_SIZE];
    if (!lodge_transaction_put_object(txn, bytes, mail, error))
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
    return lodge_transaction_add(txn, &event, error);
}

gboolean lodge_verdict_owe(const LodgeVerdict *verdict,
                           LodgeTransaction *txn,
                           const LodgeLedgerMessage *message,
                           gint64 now_us,
                           GError **error)
{
    for (guint i = 0; i < verdict->mails->len; i++)
        if (!owe(txn, message, g_ptr_array_index(verdict->decision->receipts, i),
                 g_ptr_array_index(verdict->mails, i), now_us, error))
            return FALSE;
    return verdict->notice_mail == NULL || owe(txn, message, verdict->decision->notice,
                                               verdict->notice_mail, now_us, error);
}

gboolean lodge_verdict_record(const LodgeVerdict *verdict,
                              LodgeTransaction *txn,
                              const LodgeLedgerMessage *message,
                              const LodgeReading *reading,
                              GBytes *reading_bytes,
                              GBytes *rules_bytes,
                              gint64 now_us,
                              GError **error)
{
    return add_decision(verdict, txn, message, reading, reading_bytes, rules_bytes, now_us,
                        error) &&
           lodge_verdict_owe(verdict, txn, message, now_us, error);
}
