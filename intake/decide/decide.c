#include "intake/decide/decision.h"

#include "intake/decide/answerable.h"
#include "intake/decide/attachments.h"
#include "intake/decide/authority.h"
#include "intake/decide/border.h"
#include "intake/decide/bounce.h"
#include "intake/decide/decision_documents.h"
#include "intake/decide/decision_value.h"
#include "intake/decide/duplicate.h"
#include "intake/decide/findings.h"
#include "intake/decide/malware.h"
#include "intake/decide/mending.h"
#include "intake/decide/mention.h"
#include "intake/decide/notice.h"
#include "intake/decide/other_council.h"
#include "intake/decide/partial.h"
#include "intake/decide/plan.h"
#include "intake/decide/receipt_content.h"
#include "intake/decide/received_instant.h"
#include "intake/decide/ruling.h"
#include "intake/decide/signs.h"
#include "intake/decide/timeliness.h"
#include "intake/decide/unsubmission.h"
#include <string.h>

/* The four inputs and what is known on the way; everything is borrowed but the decision. */
typedef struct {
    const LodgeReading *reading;
    const LodgeMessageFacts *message;
    const LodgeEvidence *evidence;
    const LodgeHistory *history;
    const LodgeRules *rules;
    LodgeBorder border;
    GPtrArray *attachments; /* LodgeAttachment */
    LodgePlanSearch search;
    const LodgeAttachment *plan;
    const LodgeExtension *extension;
    const LodgePast *original; /* on file, and no copy of it was answered; or NULL */
    const LodgeRuling *ruling; /* a person's, or NULL */
    gboolean ruled_timeliness;
    gboolean names_call;
    LodgeDecision *decision;
} Case;

/* The instant at which the register is asked. When nobody can say when the message came,
 * when we had it is the best there is; it is held anyway. */
static gint64 register_instant(const LodgeReceivedInstant *received,
                               const LodgeEvidence *evidence)
{
    return received->instant_us != LODGE_INSTANT_UNKNOWN ? received->instant_us
                                                         : evidence->kept_us;
}

static gboolean names_call(const LodgeMessageFacts *message, const LodgeCall *call)
{
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    lodge_folded_text_append(text, message->subject);
    lodge_folded_text_append(text, message->body_text);
    return lodge_mention_has_call(text, call);
}

/* A person has said which document it is. */
static void name_ruled_plan(Case *at)
{
    const char *document = at->ruling != NULL ? at->ruling->document : NULL;
    for (guint i = 0; document != NULL && i < at->attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(at->attachments, i);
        if (g_strcmp0(attachment->part->sha256, document) != 0)
            continue;
        at->plan = attachment;
        at->search = LODGE_PLAN_FOUND;
        return;
    }
}

static void look_at_message(Case *at)
{
    at->border = lodge_border_find(at->message, at->rules->trust);
    at->attachments = lodge_attachments_find(at->reading, at->rules->call);
    at->search = lodge_plan_find(at->attachments, &at->plan);
    name_ruled_plan(at);
    at->names_call = names_call(at->message, at->rules->call);
}

static gboolean has_files(const Case *at)
{
    return lodge_attachments_has_file(at->attachments) ||
           lodge_plan_has_closed(at->message) || lodge_stand_in_has_left(at->message);
}

static void judge_kind(Case *at)
{
    LodgeKindContent content = {
        has_files(at), at->decision->authority->candidates[0] != NULL, at->names_call};
    at->decision->kind = lodge_kind_judge(at->message, at->rules, content);
    at->decision->bounce = lodge_bounce_find(at->message, at->decision->kind, at->rules);
}

static void judge_time_and_sender(Case *at)
{
    LodgeDecision *decision = at->decision;
    decision->received = lodge_received_instant_judge(at->message, at->evidence,
                                                      at->rules->trust, &at->border);
    decision->authority =
        lodge_authority_judge(at->message, at->plan, &at->border,
                              register_instant(decision->received, at->evidence), at->rules,
                              at->evidence->proofs, decision->findings);
    if (at->ruling != NULL)
        lodge_ruling_judge_authority(at->ruling, at->rules->reg, decision->authority,
                                     decision->findings);
    LodgeTimelinessVerdict verdict = lodge_timeliness_judge(
        decision->received, at->rules->call, decision->authority->council);
    decision->timeliness = verdict.timeliness;
    decision->deadline_us = verdict.deadline_us;
    at->extension = verdict.extension;
    at->ruled_timeliness =
        at->ruling != NULL && lodge_ruling_judge_timeliness(at->ruling, decision);
}

static void judge_mending(Case *at)
{
    LodgeDecision *decision = at->decision;
    decision->mends = lodge_mending_judge(at->message, at->history, at->rules, decision);
    if (decision->mends == NULL)
        return;
    decision->kind = LODGE_KIND_MENDING;
    if (!at->ruled_timeliness)
        decision->timeliness = lodge_mending_count(decision->mends);
}

/* A copy of what we have mends nothing. */
static void forget_mending(LodgeDecision *decision)
{
    if (decision->mends == NULL)
        return;
    decision->kind = LODGE_KIND_SUBMISSION;
    decision->timeliness = decision->mends->own;
    lodge_mends_free(decision->mends);
    decision->mends = NULL;
}

/* ---- findings ---- */

static void add_mending_finding(Case *at)
{
    const LodgeMends *mends = at->decision->mends;
    if (mends == NULL)
        return;
    g_autofree char *when =
        lodge_zone_format_words(at->rules->call->zone, mends->received_us, TRUE);
    lodge_findings_add(at->decision->findings,
                       mends->original_counts ? LODGE_FINDING_MENDS_ORIGINAL_TIME
                                              : LODGE_FINDING_MENDS_OWN_TIME,
                       mends->by, mends->reference, when);
}

/* Rejected is only who can be told: with anybody else a person looks, for an extension may
 * apply to the council that it turns out to be, and the true sender may know nothing of it. */
static LodgeFindingKind late_finding(LodgeLatePolicy policy, LodgeAuthorityResult authority)
{
    if (policy == LODGE_LATE_FILE)
        return LODGE_FINDING_LATE_FILED;
    if (policy == LODGE_LATE_REJECT && authority == LODGE_AUTHORISED)
        return LODGE_FINDING_LATE_REJECTED;
    return LODGE_FINDING_LATE_HELD;
}

static void add_time_findings(Case *at)
{
    GPtrArray *findings = at->decision->findings;
    switch (at->decision->timeliness) {
    case LODGE_ON_TIME:
        break;
    case LODGE_LATE:
        lodge_findings_add(
            findings,
            late_finding(at->rules->call->late_policy, at->decision->authority->result),
            NULL, NULL, NULL);
        break;
    case LODGE_NOT_OPEN:
        lodge_findings_add(findings, LODGE_FINDING_NOT_OPEN, NULL, NULL, NULL);
        break;
    case LODGE_UNDETERMINED:
        lodge_findings_add(findings,
                           at->decision->received->instant_us == LODGE_INSTANT_UNKNOWN
                               ? LODGE_FINDING_RECEIVED_NOT_ESTABLISHED
                               : LODGE_FINDING_TIMELINESS_UNDETERMINED,
                           NULL, NULL, NULL);
        break;
    }
    if (at->extension != NULL)
        lodge_findings_add(findings, LODGE_FINDING_EXTENSION_APPLIED,
                           at->extension->until_text, at->extension->reason, NULL);
}

static void add_message_findings(Case *at)
{
    const LodgeMessageFacts *message = at->message;
    GPtrArray *findings = at->decision->findings;
    if (!message->parseable) {
        const char *defect = message->defects == NULL ? NULL : message->defects[0];
        lodge_findings_add(findings, LODGE_FINDING_MESSAGE_UNREADABLE, defect, NULL, NULL);
    }
    const char *limit = lodge_partial_find(message);
    if (limit != NULL)
        lodge_findings_add(findings, LODGE_FINDING_MESSAGE_READ_IN_PART, limit, NULL, NULL);
    const LodgePast *past = lodge_duplicate_find_reused_id(message, at->history);
    if (past != NULL)
        lodge_findings_add(findings, LODGE_FINDING_MESSAGE_ID_REUSED, past->reference,
                           past->reference, NULL);
}

/* After our own failure nothing is said about the message: what we did not see is no fault of it. */
static void add_our_fault(Case *at)
{
    const char *words = at->evidence->our_fault_words;
    LodgeFindingKind kind =
        at->evidence->pending ? LODGE_FINDING_STILL_TRYING : LODGE_FINDING_OUR_FAULT;
    if (strcmp(at->evidence->our_fault, LODGE_FAULT_AWAITED) == 0)
        kind = LODGE_FINDING_AWAITED;
    lodge_findings_add(at->decision->findings, kind,
                       words == NULL ? at->evidence->our_fault : words, NULL, NULL);
}

/* Nobody is named who could have sent it differently when the message could not be read at all. */
static void forget_sender_findings(Case *at)
{
    g_ptr_array_set_size(at->decision->findings, 0);
}

/* Whom a person has named is settled; of anybody else's mail the sender is in question, not the plan. */
static void add_other_council(Case *at)
{
    const LodgeAuthority *authority = at->decision->authority;
    if (at->plan == NULL || authority->result != LODGE_AUTHORISED ||
        (at->ruling != NULL && at->ruling->council != NULL))
        return;
    const LodgeBody *other =
        lodge_other_council_find(at->plan, at->rules->reg, authority->council,
                                 register_instant(at->decision->received, at->evidence));
    if (other != NULL)
        lodge_findings_add(at->decision->findings, LODGE_FINDING_OTHER_COUNCIL, other->gss,
                           at->plan->name, other->name);
}

static void add_findings(Case *at)
{
    if (!at->message->parseable)
        forget_sender_findings(at);
    add_time_findings(at);
    add_mending_finding(at);
    lodge_malware_judge(at->evidence->scans, at->attachments,
                        at->decision->authority->result, at->decision->findings);
    if (at->evidence->our_fault != NULL) {
        add_our_fault(at);
        return;
    }
    add_message_findings(at);
    if (!at->message->parseable)
        return;
    lodge_plan_judge(at->search, at->plan, at->attachments, at->message, at->rules->call,
                     at->decision->findings);
    lodge_signs_judge(at->plan, at->attachments, at->message, at->rules->call,
                      at->decision->findings);
    add_other_council(at);
}

/* ---- outcome ---- */

static void settle(Case *at, LodgeOutcome outcome, LodgeFindingKind why, const char *fact)
{
    GPtrArray *findings = at->decision->findings;
    g_ptr_array_set_size(findings, 0);
    lodge_findings_add(findings, why, fact, fact, NULL);
    at->decision->outcome = outcome;
}

/* What is no submission is told apart before anything is found fault with. */
static gboolean is_no_submission(Case *at)
{
    LodgeFindingKind why =
        lodge_unsubmission_judge(at->decision->kind, at->message, at->attachments,
                                 at->decision->authority, at->names_call);
    if (why == LODGE_FINDING_COUNT || at->evidence->our_fault != NULL ||
        lodge_partial_find(at->message) != NULL)
        return FALSE;
    settle(at, LODGE_NOT_A_SUBMISSION, why, at->rules->call->noun);
    const LodgeBounce *bounce = at->decision->bounce;
    if (bounce != NULL)
        lodge_findings_add(at->decision->findings, LODGE_FINDING_RECEIPT_RETURNED,
                           bounce->words, bounce->receipt,
                           bounce->recipient != NULL ? bounce->recipient : "its address");
    return TRUE;
}

static void file_version(Case *at)
{
    LodgeDecision *decision = at->decision;
    const char *council = decision->authority->council;
    gint64 at_us = decision->received->instant_us;
    decision->version = lodge_duplicate_next_version(at->history, council);
    const LodgePast *later = lodge_duplicate_find_later(at->history, council, at_us);
    decision->current = later == NULL;
    if (later != NULL)
        lodge_findings_add(decision->findings, LODGE_FINDING_OLDER_VERSION,
                           later->reference, later->reference, NULL);
    if (decision->version < 2)
        return;
    g_autofree char *version = g_strdup_printf("%u", decision->version);
    lodge_findings_add(decision->findings, LODGE_FINDING_NEW_VERSION, NULL, version, NULL);
}

/* On its own merits, as if nothing like it had come before. */
static void judge_merits(Case *at)
{
    LodgeDecision *decision = at->decision;
    if (at->ruling == NULL && is_no_submission(at))
        return;
    add_findings(at);
    if (at->ruling != NULL)
        lodge_ruling_judge_outcome(at->ruling, decision->findings);
    decision->outcome = lodge_findings_decide(decision->findings);
}

/* Decided again, and a receipt has said all of it already. */
static gboolean is_told(const Case *at)
{
    const LodgePast *before = at->history->previous;
    const LodgeDecision *now = at->decision;
    if (before == NULL || at->history->receipts == 0 ||
        (at->ruling != NULL && at->ruling->told != NULL))
        return FALSE;
    return g_strcmp0(before->outcome, lodge_outcome_format(now->outcome)) == 0 &&
           g_strcmp0(before->timeliness, lodge_timeliness_format(now->timeliness)) == 0 &&
           g_strcmp0(before->council, now->authority->council) == 0 &&
           before->version == now->version;
}

static gboolean is_about_call(const Case *at)
{
    return has_files(at) || at->names_call || at->ruling != NULL;
}

/* `answered` NULL: as if nobody were capped. */
static const char *judge_answer(const Case *at, const LodgeAnswered *answered)
{
    LodgeAnswerable answerable = {
        .message = at->message,
        .authority = at->decision->authority,
        .rules = at->rules,
        .kind = at->decision->kind,
        .outcome = at->decision->outcome,
        .about_call = is_about_call(at),
        .unanswered_copy = at->original != NULL,
        .told = is_told(at),
        .answered = answered,
    };
    return lodge_answerable_judge(&answerable);
}

/* The late copy of a mail was processed before the one that came in time. */
static gboolean is_copy_in_time(const Case *at, const LodgePast *same)
{
    return same->version > 0 && g_strcmp0(same->timeliness, "late") == 0 &&
           at->decision->outcome == LODGE_ACCEPTED &&
           at->decision->timeliness == LODGE_ON_TIME;
}

static void settle_repeat(Case *at, const LodgePast *past, LodgeFindingKind why)
{
    at->decision->duplicate_of = g_strdup(past->reference);
    forget_mending(at->decision);
    settle(at, LODGE_DUPLICATE, why, past->reference);
}

static void settle_copy(Case *at, const LodgePast *same, gboolean may_answer)
{
    LodgeDecision *decision = at->decision;
    if (is_copy_in_time(at, same)) {
        lodge_findings_add(decision->findings, LODGE_FINDING_COPY_IN_TIME, same->reference,
                           same->reference, NULL);
        decision->outcome = LODGE_HELD;
        return;
    }
    /* A list passed it on first, say: then its author has heard nothing yet. */
    if (same->version > 0 && same->receipts == 0 && may_answer)
        at->original = same;
    settle_repeat(at, same, LODGE_FINDING_DUPLICATE);
}

static void judge_outcome(Case *at)
{
    LodgeDecision *decision = at->decision;
    judge_merits(at);
    gboolean may_answer = strcmp(judge_answer(at, NULL), "yes") == 0;
    const LodgePast *same = NULL, *whole = NULL;
    if (at->ruling == NULL) {
        same =
            lodge_duplicate_find(at->message, at->history, decision->outcome, may_answer);
        whole = lodge_duplicate_find_whole(at->message, at->history,
                                           decision->authority->council);
    }
    if (same != NULL)
        settle_copy(at, same, may_answer);
    else if (whole != NULL)
        settle_repeat(at, whole, LODGE_FINDING_COMPLETED);
    else if (decision->outcome == LODGE_ACCEPTED)
        file_version(at);
    lodge_findings_sort(decision->findings);
    lodge_findings_reword(decision->findings, at->rules->wording);
}

/* A decision that a person caused is no answer of a machine to a machine: no cap keeps it back. */
static const LodgeAnswered *find_answered(const Case *at)
{
    gboolean is_first = at->ruling == NULL && at->history->previous == NULL;
    return is_first ? at->history->answered : NULL;
}

/* A cap takes away the receipt and nothing else: no outcome depends on it. */
static void owe_answer(Case *at)
{
    LodgeDecision *decision = at->decision;
    const LodgeReceiptInputs inputs = {
        .reading = at->reading,
        .history = at->history,
        .rules = at->rules,
        .decision = decision,
        .original = at->original,
        .extension = at->extension,
        .ruled_timeliness = at->ruled_timeliness,
        .pending = at->evidence->pending,
    };
    decision->may_answer = g_strdup(judge_answer(at, find_answered(at)));
    if (strcmp(decision->may_answer, "yes") == 0)
        g_ptr_array_add(decision->receipts, lodge_receipt_content_make(&inputs));
    else
        decision->notice = lodge_notice_make(&inputs, is_about_call(at));
}

LodgeDecision *lodge_decide(const LodgeReading *reading,
                            const LodgeEvidence *evidence,
                            const LodgeHistory *history,
                            const LodgeRules *rules)
{
    g_return_val_if_fail(reading != NULL && reading->message != NULL, NULL);
    g_return_val_if_fail(evidence != NULL && rules != NULL, NULL);
    g_return_val_if_fail(history != NULL && history->reference != NULL, NULL);
    Case at = {.reading = reading,
               .message = reading->message,
               .evidence = evidence,
               .history = history,
               .rules = rules,
               .ruling = evidence->ruling,
               .decision = lodge_decision_new()};
    if (at.ruling != NULL)
        at.decision->ruling = g_strdup(lodge_ruling_action_format(at.ruling->action));
    at.decision->content_key = lodge_decide_content_key(at.message);
    look_at_message(&at);
    judge_time_and_sender(&at);
    judge_kind(&at);
    lodge_decision_documents_list(at.decision->documents, at.attachments, at.plan,
                                  at.message, rules->call);
    lodge_malware_withhold(evidence->scans, at.decision->documents);
    judge_mending(&at);
    judge_outcome(&at);
    owe_answer(&at);
    g_ptr_array_unref(at.attachments);
    return at.decision;
}

GStrv lodge_decide_candidates(const LodgeReading *reading,
                              const LodgeEvidence *evidence,
                              const LodgeRules *rules)
{
    g_autoptr(GStrvBuilder) codes = g_strv_builder_new();
    const LodgeAddress *from = lodge_message_facts_find_from(reading->message);
    if (evidence->ruling != NULL && evidence->ruling->council != NULL)
        g_strv_builder_add(codes, evidence->ruling->council);
    if (from == NULL)
        return g_strv_builder_end(codes);
    LodgeBorder border = lodge_border_find(reading->message, rules->trust);
    LodgeReceivedInstant *received =
        lodge_received_instant_judge(reading->message, evidence, rules->trust, &border);
    g_autoptr(GPtrArray) bodies = lodge_authority_find_bodies(
        from, rules->reg, register_instant(received, evidence), NULL);
    lodge_received_instant_free(received);
    for (guint i = 0; i < bodies->len; i++) {
        const LodgeBody *body = g_ptr_array_index(bodies, i);
        if (evidence->ruling == NULL ||
            g_strcmp0(body->gss, evidence->ruling->council) != 0)
            g_strv_builder_add(codes, body->gss);
    }
    return g_strv_builder_end(codes);
}
