#include "intake/decide/answerable.h"

#include "intake/decide/automatic.h"
#include <string.h>

#define ADDRESS_BYTES 254 /* RFC 5321 4.5.3.1.3, less the brackets */

/* ---- the address ---- */

/* One plain addr-spec: it will stand in RCPT TO and in a header field. */
static gboolean is_usable(const char *address)
{
    const char *at = strchr(address, '@');
    if (at == NULL || at == address || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
        strlen(address) > ADDRESS_BYTES)
        return FALSE;
    for (const char *c = address; *c != '\0'; c++)
        if (!g_ascii_isgraph(*c) || strchr("<>()[]\\,;:\"", *c) != NULL)
            return FALSE;
    return TRUE;
}

static gboolean is_unusable(const LodgeAnswerable *at)
{
    return !is_usable(at->authority->address);
}

static gboolean has_no_single_address(const LodgeAnswerable *at)
{
    return at->authority->address == NULL;
}

static gboolean is_system_address(const LodgeAnswerable *at)
{
    return lodge_automatic_is_system_address(at->authority->address);
}

static gboolean is_forged(const LodgeAnswerable *at)
{
    return at->authority->result == LODGE_FORGED;
}

/* A stranger who is really the stranger that he is; but he shows himself as a council. */
static gboolean is_deceptive(const LodgeAnswerable *at)
{
    return at->authority->deceptive && at->authority->result == LODGE_UNREGISTERED;
}

static gboolean is_unproven(const LodgeAnswerable *at)
{
    return !at->authority->address_proven;
}

/* ---- ourselves ---- */

static gboolean is_in_loop(const LodgeAnswerable *at)
{
    return lodge_automatic_has_loop_header(at->message);
}

/* We would talk to ourselves. */
static gboolean is_ours(const char *address, const LodgeRules *rules)
{
    const char *domain = strrchr(address, '@');
    return (rules->help_address != NULL &&
            g_ascii_strcasecmp(address, rules->help_address) == 0) ||
           (domain != NULL && rules->instance_domain != NULL &&
            g_ascii_strcasecmp(domain + 1, rules->instance_domain) == 0);
}

static gboolean is_from_us(const LodgeAnswerable *at)
{
    return is_ours(at->authority->address, at->rules);
}

gboolean lodge_answerable_may_write(const char *address, const LodgeRules *rules)
{
    return is_usable(address) && !is_ours(address, rules) &&
           !lodge_automatic_is_system_address(address);
}

/* ---- what the message says of itself ---- */

static gboolean has_null_return_path(const LodgeAnswerable *at)
{
    return lodge_automatic_has_null_return_path(at->message);
}

static gboolean is_auto_submitted(const LodgeAnswerable *at)
{
    return lodge_automatic_is_auto_submitted(at->message);
}

static gboolean is_report(const LodgeAnswerable *at)
{
    return lodge_automatic_is_report(at->message);
}

static gboolean is_from_list(const LodgeAnswerable *at)
{
    return lodge_automatic_is_from_list(at->message);
}

static gboolean has_bulk_precedence(const LodgeAnswerable *at)
{
    return lodge_automatic_has_bulk_precedence(at->message);
}

static gboolean asks_for_silence(const LodgeAnswerable *at)
{
    return lodge_automatic_asks_for_silence(at->message);
}

static gboolean is_malformed(const LodgeAnswerable *at)
{
    return !at->message->parseable;
}

/* The list that sent it on, though it says so in no List- field. */
static gboolean is_sent_by_system(const LodgeAnswerable *at)
{
    const char *path = at->message->return_path;
    const LodgeHeaderField *sender =
        lodge_message_facts_find_header(at->message, "Sender", 0);
    if (path != NULL && lodge_automatic_is_list_address(path))
        return TRUE;
    if (sender == NULL || sender->value == NULL)
        return FALSE;
    const char *bracket = strrchr(sender->value, '<');
    const char *address = bracket == NULL ? sender->value : bracket + 1;
    return lodge_automatic_is_list_address(address + strspn(address, " \t"));
}

/* ---- what became of it ---- */

static gboolean is_duplicate(const LodgeAnswerable *at)
{
    return at->outcome == LODGE_DUPLICATE && !at->unanswered_copy;
}

static gboolean is_no_submission(const LodgeAnswerable *at)
{
    return at->outcome == LODGE_NOT_A_SUBMISSION;
}

static gboolean is_automatic(const LodgeAnswerable *at)
{
    return lodge_kind_is_automatic(at->kind);
}

static gboolean is_told(const LodgeAnswerable *at)
{
    return at->told;
}

static gboolean is_about_nothing(const LodgeAnswerable *at)
{
    return !at->about_call;
}

/* ---- how often it was answered ---- */

/* Whatever else goes out: once a day each council hears of its plan. */
static gboolean is_first_of_council(const LodgeAnswerable *at)
{
    return at->authority->result == LODGE_AUTHORISED &&
           lodge_answered_find_council(at->answered, at->authority->council).day == 0;
}

static gboolean is_address_capped(const LodgeAnswerable *at)
{
    return at->answered != NULL && !is_first_of_council(at) &&
           lodge_answered_is_enough(at->answered->address, &at->rules->caps.address);
}

static gboolean is_domain_capped(const LodgeAnswerable *at)
{
    return at->answered != NULL && !is_first_of_council(at) &&
           lodge_answered_is_enough(at->answered->domain, &at->rules->caps.domain);
}

static gboolean is_council_capped(const LodgeAnswerable *at)
{
    return at->answered != NULL &&
           lodge_answered_is_enough(
               lodge_answered_find_council(at->answered, at->authority->council),
               &at->rules->caps.council);
}

/* Everything below no-single-address may count on the address. */
static const struct {
    LodgeAnswerableRow row;
    gboolean (*applies)(const LodgeAnswerable *at);
} rows[] = {
    {{"duplicate", "the first of its copies was answered"}, is_duplicate},
    {{"not-a-submission", "nobody waits for an answer to it"}, is_no_submission},
    {{"loop", "it bears the mark of a gateway's own receipts"}, is_in_loop},
    {{"null-return-path", "it was sent so that nothing may come back"},
     has_null_return_path},
    {{"auto-submitted", "it says that a machine sent it"}, is_auto_submitted},
    {{"report", "it is a delivery report or a read receipt"}, is_report},
    {{"mailing-list", "it came through a mailing list"}, is_from_list},
    {{"precedence", "it says that it was sent to many"}, has_bulk_precedence},
    {{"auto-response-suppress", "it asks not to be answered by a machine"},
     asks_for_silence},
    {{"malformed", "it could not be read as an e-mail"}, is_malformed},
    {{"no-single-address", "it does not name exactly one sender"}, has_no_single_address},
    {{"own-address", "it is from ourselves"}, is_from_us},
    {{"system-address", "nobody reads mail at its address"}, is_system_address},
    {{"system-sender", "a list or a mail system sent it for its author"},
     is_sent_by_system},
    {{"forged", "it was not sent by whom it names"}, is_forged},
    {{"unproven", "nobody can say that its sender is whom it names"}, is_unproven},
    {{"deceptive", "it is a stranger's, and shows a council as its sender"}, is_deceptive},
    {{"address-unusable", "its address cannot be written to safely"}, is_unusable},
    {{"automatic", "a machine sent it"}, is_automatic},
    {{"nothing-to-answer", "it carries no document and does not name the call"},
     is_about_nothing},
    {{"already-told", "a receipt has said the same of it already"}, is_told},
    {{"address-capped", "its address has had as many answers lately as [answers] allows"},
     is_address_capped},
    {{"domain-capped", "its domain has had as many answers lately as [answers] allows"},
     is_domain_capped},
    {{"council-capped", "its council has had as many answers lately as [answers] allows"},
     is_council_capped},
};

const char *lodge_answerable_judge(const LodgeAnswerable *at)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (rows[i].applies(at))
            return rows[i].row.code;
    return "yes";
}

gboolean lodge_answerable_is_capped(const char *code)
{
    return g_str_has_suffix(code, "-capped");
}

LodgeAnswerableRow lodge_answerable_row(guint nth)
{
    return nth < G_N_ELEMENTS(rows) ? rows[nth].row : (LodgeAnswerableRow){NULL, NULL};
}

const char *lodge_answerable_words(const char *code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (strcmp(rows[i].row.code, code) == 0)
            return rows[i].row.words;
    return NULL;
}
