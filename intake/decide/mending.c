#include "intake/decide/mending.h"

#include "intake/decide/duplicate.h"
#include "parsers/text/reference.h"
#include <string.h>

#define DAY_US (24 * 60 * 60 * LODGE_SECOND_US)

void lodge_mends_free(LodgeMends *mends)
{
    if (mends == NULL)
        return;
    g_free(mends->reference);
    g_free(mends->by);
    g_free(mends);
}

/* ---- which one ---- */

/* "receipt.PP24-000122-L.1@intake.dept.gov.uk" is a receipt for PP24-000122-L. */
static gboolean is_receipt_for(const char *id, const char *reference, const char *domain)
{
    g_autofree char *beginning = g_strdup_printf("receipt.%s.", reference);
    const char *at = strrchr(id, '@');
    return g_str_has_prefix(id, beginning) && at != NULL && domain != NULL &&
           g_ascii_strcasecmp(at + 1, domain) == 0;
}

static gboolean
names_any(const char *const *ids, const LodgePast *past, const LodgeRules *rules)
{
    for (gsize i = 0; ids != NULL && ids[i] != NULL; i++)
        if (g_strcmp0(ids[i], past->message_id) == 0 ||
            is_receipt_for(ids[i], past->reference, rules->instance_domain))
            return TRUE;
    return FALSE;
}

static gboolean is_reply_to(const LodgeMessageFacts *message,
                            const LodgePast *past,
                            const LodgeRules *rules)
{
    return names_any((const char *const *)message->in_reply_to, past, rules) ||
           names_any((const char *const *)message->references, past, rules);
}

static gboolean names_reference(const LodgeMessageFacts *message, const LodgePast *past)
{
    g_autofree char *reference = lodge_reference_find(message->subject);
    return g_strcmp0(reference, past->reference) == 0;
}

static gboolean has_filed_since(const LodgeHistory *history, const LodgePast *past)
{
    for (guint i = 0; i < history->council->len; i++) {
        const LodgePast *other = g_ptr_array_index(history->council, i);
        if (other->version > 0 && g_strcmp0(other->council, past->council) == 0 &&
            other->received_us > past->received_us)
            return TRUE;
    }
    return FALSE;
}

/* Is the council likely to send that one again, having been told what is wrong with it? Not a mere
 * question, and not what a later message has mended already. */
static gboolean is_waited_for(const LodgeHistory *history, const LodgePast *past)
{
    return past->receipts > 0 && past->documents != NULL && past->documents[0] != NULL &&
           !has_filed_since(history, past);
}

/* How it is known that this message mends that one, or NULL. */
static const char *find_link(const LodgeMessageFacts *message,
                             const LodgeHistory *history,
                             const LodgePast *past,
                             const LodgeRules *rules)
{
    if (is_reply_to(message, past, rules))
        return "reply";
    if (names_reference(message, past))
        return "reference";
    return is_waited_for(history, past) ? "council" : NULL;
}

static guint rank(const char *link)
{
    return strcmp(link, "reply") == 0 ? 0 : strcmp(link, "reference") == 0 ? 1 : 2;
}

static gboolean is_in_time(const LodgePast *past, gint64 received_us, gint64 mend_days)
{
    if (received_us == LODGE_INSTANT_UNKNOWN || past->received_us == LODGE_INSTANT_UNKNOWN)
        return FALSE;
    return received_us > past->received_us &&
           received_us - past->received_us <= mend_days * DAY_US;
}

static gboolean may_be_mended(const LodgePast *past, const LodgeDecision *decision)
{
    return past->version == 0 &&
           (g_strcmp0(past->outcome, "held") == 0 ||
            g_strcmp0(past->outcome, "rejected") == 0) &&
           g_strcmp0(past->council, decision->authority->council) == 0;
}

static gboolean has_document(const LodgeDecision *decision)
{
    for (guint i = 0; i < decision->documents->len; i++) {
        const LodgeDecisionDocument *document = g_ptr_array_index(decision->documents, i);
        if (strcmp(document->role, "decoration") != 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean may_mend(const LodgeDecision *decision)
{
    return decision->kind == LODGE_KIND_SUBMISSION &&
           decision->authority->result == LODGE_AUTHORISED && has_document(decision);
}

static const LodgePast *find_mended(const LodgeMessageFacts *message,
                                    const LodgeHistory *history,
                                    const LodgeRules *rules,
                                    const LodgeDecision *decision,
                                    const char **link_out)
{
    const LodgePast *best = NULL;
    for (guint i = 0; i < history->council->len; i++) {
        const LodgePast *past = g_ptr_array_index(history->council, i);
        if (!may_be_mended(past, decision) || lodge_duplicate_is_same(history, past) ||
            !is_in_time(past, decision->received->instant_us, rules->call->mend_days))
            continue;
        const char *link = find_link(message, history, past, rules);
        if (link == NULL)
            continue;
        if (best != NULL &&
            (rank(link) > rank(*link_out) ||
             (rank(link) == rank(*link_out) && past->received_us >= best->received_us)))
            continue;
        best = past;
        *link_out = link;
    }
    return best;
}

/* ---- which time counts ---- */

/* A clock that was in doubt stays in doubt. */
static LodgeTimeliness
judge_original(const LodgePast *past, const LodgeRules *rules, gint64 deadline_us)
{
    if (g_strcmp0(past->timeliness, "undetermined") == 0)
        return LODGE_UNDETERMINED;
    return lodge_timeliness_judge_instant(past->received_us, rules->call, deadline_us);
}

LodgeMends *lodge_mending_judge(const LodgeMessageFacts *message,
                                const LodgeHistory *history,
                                const LodgeRules *rules,
                                const LodgeDecision *decision)
{
    if (!may_mend(decision))
        return NULL;
    const char *link = NULL;
    const LodgePast *past = find_mended(message, history, rules, decision, &link);
    if (past == NULL)
        return NULL;
    LodgeMends *mends = g_new0(LodgeMends, 1);
    mends->reference = g_strdup(past->reference);
    mends->by = g_strdup(link);
    mends->received_us = past->received_us;
    mends->timeliness = judge_original(past, rules, decision->deadline_us);
    mends->own = decision->timeliness;
    mends->original_counts =
        rules->call->mend_counts == LODGE_MEND_ORIGINAL && mends->own != LODGE_ON_TIME &&
        (mends->timeliness == LODGE_ON_TIME || mends->timeliness == LODGE_UNDETERMINED);
    return mends;
}

LodgeTimeliness lodge_mending_count(const LodgeMends *mends)
{
    return mends->original_counts ? mends->timeliness : mends->own;
}
