#include "intake/authenticate.h"

#include "intake/decide/dmarc.h"
#include "intake/decide/findings.h"
#include "intake/decide/partial.h"
#include "intake/decide/trusted_results.h"
#include "intake/learn/authenticator.h"
#include "intake/learn/dns_recorder.h"
#include <string.h>

#define NEEDS_QUOTES " \t\r\n\"\\();"

/* ---- DMARC ---- */

static GStrv list_passed(const LodgeProofs *proofs)
{
    g_autoptr(GStrvBuilder) domains = g_strv_builder_new();
    for (guint i = 0; i < proofs->dkim->len; i++) {
        const LodgeDkimProof *proof = g_ptr_array_index(proofs->dkim, i);
        if (proof->domain != NULL && strcmp(proof->result, "pass") == 0 &&
            !proof->is_testing)
            g_strv_builder_add(domains, proof->domain);
    }
    return g_strv_builder_end(domains);
}

static const char *weigh_dmarc(const LodgeMessageFacts *message,
                               const LodgeProofs *proofs,
                               const LodgeDnsAsk *ask)
{
    const LodgeAddress *from = lodge_message_facts_find_from(message);
    if (from == NULL)
        return lodge_dmarc_result_format(LODGE_DMARC_RESULT_NONE);
    g_autoptr(LodgeDmarc) dmarc = lodge_dmarc_find(from->domain, ask);
    g_auto(GStrv) passed = list_passed(proofs);
    LodgeDmarcVerdict verdict =
        lodge_dmarc_evaluate(dmarc, (const char *const *)passed, NULL, ask);
    return lodge_dmarc_result_format(verdict.result);
}

static void ask_dns(LodgeAuthentication *to,
                    const LodgeMessageFacts *message,
                    LodgeResolver *resolver,
                    const LodgeTrust *trust,
                    gint64 at_us)
{
    to->dmarc = lodge_dmarc_result_format(LODGE_DMARC_RESULT_NONE);
    if (resolver == NULL)
        return;
    g_autoptr(LodgeDnsRecorder) recorder =
        lodge_dns_recorder_new(resolver, LODGE_AUTHENTICATOR_BUDGET_MS);
    const LodgeDnsAsk ask = lodge_dns_recorder_ask(recorder);
    to->proofs = lodge_authenticator_check(message, &ask, trust, at_us);
    to->dmarc = weigh_dmarc(message, to->proofs, &ask);
}

/* ---- the border's results ---- */

/* `"john doe"@council.example`: quoted already, and nothing behind it that would have to be. */
static gboolean is_quoted_address(const char *value)
{
    if (*value != '"')
        return FALSE;
    const char *at = value + 1;
    while (*at != '\0' && *at != '"')
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    return at[0] == '"' && at[1] == '@' && strpbrk(at + 1, NEEDS_QUOTES) == NULL;
}

/* A value or quoted-string of RFC 8601 section 2.2: what a sender may have put into it must not look like results. */
static void append_value(GString *words, const char *value)
{
    if (*value != '\0' &&
        (strpbrk(value, NEEDS_QUOTES) == NULL || is_quoted_address(value))) {
        g_string_append(words, value);
        return;
    }
    g_string_append_c(words, '"');
    for (const char *at = value; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(words, '\\');
        g_string_append_c(words, *at);
    }
    g_string_append_c(words, '"');
}

static char *format_method(const LodgeAuthenticationMethod *method)
{
    GString *words = g_string_new(method->method);
    if (method->version != 1)
        g_string_append_printf(words, "/%u", method->version);
    g_string_append_printf(words, "=%s", method->result);
    if (method->reason != NULL) {
        g_string_append(words, " reason=");
        append_value(words, method->reason);
    }
    for (guint i = 0; i < method->properties->len; i++) {
        const LodgeAuthenticationProperty *at = g_ptr_array_index(method->properties, i);
        if (at->ptype == NULL || at->property == NULL || at->value == NULL)
            continue;
        g_string_append_printf(words, " %s%s%s=", at->ptype, *at->ptype != '\0' ? "." : "",
                               at->property);
        append_value(words, at->value);
    }
    return g_string_free(words, FALSE);
}

static void add_methods(const LodgeAuthenticationResults *header, GStrvBuilder *results)
{
    for (guint i = 0; i < header->methods->len; i++) {
        const LodgeAuthenticationMethod *method = g_ptr_array_index(header->methods, i);
        if (method->method == NULL || method->result == NULL)
            continue;
        g_autofree char *words = format_method(method);
        g_strv_builder_add(results, words);
    }
}

static void collect_results(LodgeAuthentication *to,
                            const LodgeMessageFacts *message,
                            const LodgeBorder *border,
                            const LodgeTrust *trust)
{
    g_autoptr(GStrvBuilder) results = g_strv_builder_new();
    for (guint i = 0; i < message->authentication_results->len; i++) {
        const LodgeAuthenticationResults *header =
            g_ptr_array_index(message->authentication_results, i);
        if (lodge_trusted_results_why_ignored(message, header, border, trust) != NULL)
            continue;
        if (to->results_source == NULL)
            to->results_source =
                g_strdup(header->exchange_form ? "exchange-online" : header->authserv_id);
        add_methods(header, results);
    }
    to->results = g_strv_builder_end(results);
}

/* Nobody is blamed for what could not be read at all, as in decide.c. */
static void add_message_findings(GPtrArray *findings, const LodgeMessageFacts *message)
{
    const char *limit = lodge_partial_find(message);
    if (!message->parseable) {
        const char *defect = message->defects != NULL ? message->defects[0] : NULL;
        g_ptr_array_set_size(findings, 0);
        lodge_findings_add(findings, LODGE_FINDING_MESSAGE_UNREADABLE, defect, NULL, NULL);
    }
    if (limit != NULL)
        lodge_findings_add(findings, LODGE_FINDING_MESSAGE_READ_IN_PART, limit, NULL, NULL);
}

LodgeAuthentication *lodge_authenticate(const LodgeMessageFacts *message,
                                        LodgeResolver *resolver,
                                        const LodgeRules *rules,
                                        gint64 at_us)
{
    LodgeAuthentication *authentication = g_new0(LodgeAuthentication, 1);
    LodgeBorder border = lodge_border_find(message, rules->trust);
    ask_dns(authentication, message, resolver, rules->trust, at_us);
    authentication->smime = lodge_smime_proof_judge(message, rules->trust, at_us);
    collect_results(authentication, message, &border, rules->trust);
    authentication->findings = lodge_findings_new();
    authentication->authority =
        lodge_authority_judge(message, NULL, &border, at_us, rules, authentication->proofs,
                              authentication->findings);
    add_message_findings(authentication->findings, message);
    return authentication;
}

void lodge_authentication_free(LodgeAuthentication *authentication)
{
    if (authentication == NULL)
        return;
    lodge_proofs_free(authentication->proofs);
    g_free(authentication->results_source);
    g_strfreev(authentication->results);
    lodge_authority_free(authentication->authority);
    g_ptr_array_unref(authentication->findings);
    g_free(authentication);
}
