#include "intake/decide/answerable.h"

#include "intake/decide/automatic.h"
#include <string.h>

#define ADDRESS_BYTES 254 /* RFC 5321 4.5.3.1.3, less the brackets */

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

static const char *judge_outcome(LodgeOutcome outcome)
{
    if (outcome == LODGE_DUPLICATE)
        return "duplicate";
    return outcome == LODGE_NOT_A_SUBMISSION ? "not-a-submission" : NULL;
}

static const char *judge_headers(const LodgeMessageFacts *message)
{
    if (lodge_automatic_has_loop_header(message))
        return "loop";
    if (lodge_automatic_has_null_return_path(message))
        return "null-return-path";
    if (lodge_automatic_is_auto_submitted(message))
        return "auto-submitted";
    if (lodge_automatic_is_report(message))
        return "report";
    if (lodge_automatic_is_from_list(message))
        return "mailing-list";
    if (lodge_automatic_has_bulk_precedence(message))
        return "precedence";
    return lodge_automatic_asks_for_silence(message) ? "auto-response-suppress" : NULL;
}

static const char *judge_address(const LodgeAuthority *authority, const LodgeRules *rules)
{
    const char *address = authority->address;
    if (address == NULL)
        return "no-single-address";
    if (rules->help_address != NULL &&
        g_ascii_strcasecmp(address, rules->help_address) == 0)
        return "loop"; /* we would talk to ourselves */
    if (lodge_automatic_is_system_address(address))
        return "system-address";
    if (authority->result == LODGE_FORGED)
        return "forged";
    if (!authority->address_proven)
        return "unproven";
    return is_usable(address) ? NULL : "address-unusable";
}

const char *lodge_answerable_judge(const LodgeMessageFacts *message,
                                   const LodgeAuthority *authority,
                                   LodgeMailKind kind,
                                   LodgeOutcome outcome,
                                   gboolean about_call,
                                   const LodgeRules *rules)
{
    const char *why_not = judge_outcome(outcome);
    if (why_not == NULL)
        why_not = judge_headers(message);
    if (why_not == NULL)
        why_not = judge_address(authority, rules);
    if (why_not == NULL && lodge_kind_is_automatic(kind))
        why_not = "automatic";
    if (why_not == NULL && !about_call)
        why_not = "nothing-to-answer";
    return why_not == NULL ? "yes" : why_not;
}
