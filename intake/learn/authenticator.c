#include "intake/learn/authenticator.h"

#include "intake/decide/dmarc.h"
#include "intake/learn/arc_chain.h"
#include "intake/learn/dkim_check.h"
#include "intake/learn/dns_recorder.h"
#include <string.h>

typedef struct {
    const LodgeMessageFacts *message;
    const LodgeDnsAsk *ask;
    gint64 instant_us;
    LodgeDkimPolicy policy;
    LodgeProofs *proofs;
} Case;

/* ---- DKIM ---- */

static void check_signature(Case *at, const LodgeDkimSignature *signature)
{
    LodgeDkimVerdict verdict =
        lodge_dkim_check_asking(signature, at->ask, at->instant_us, &at->policy);
    LodgeDkimProof *proof = lodge_proofs_add_dkim(at->proofs);
    proof->domain = g_strdup(signature->domain);
    proof->selector = g_strdup(signature->selector);
    proof->algorithm = g_strdup(signature->algorithm);
    proof->result = g_strdup(lodge_dkim_result_format(verdict.result));
    proof->reason = g_strdup(verdict.reason);
    proof->crypto = g_strdup(lodge_dkim_result_format(verdict.crypto));
    proof->key_bits = verdict.key_bits;
    proof->is_whole = verdict.is_whole;
    proof->is_testing = verdict.is_testing;
    proof->signs_from =
        g_strv_contains((const char *const *)signature->signed_headers, "from");
}

static void check_dkim(Case *at)
{
    const GPtrArray *signatures = at->message->signatures;
    for (guint i = 0; i < signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(signatures, i);
        if (signature->field == LODGE_DKIM_SIGNATURE)
            check_signature(at, signature);
    }
}

/* ---- ARC ---- */

static void add_domain(GStrvBuilder *domains,
                       const LodgeAuthenticationMethod *method,
                       const char *name,
                       const char *property)
{
    if (strcmp(method->method, name) != 0 || method->version != 1 ||
        g_strcmp0(method->result, "pass") != 0)
        return;
    const char *domain = lodge_authentication_method_find(method, "header", property);
    if (domain != NULL)
        g_strv_builder_add(domains, domain);
}

/* For which domains this method passed where the newest sealer stands. */
static GStrv list_passed(const LodgeAuthenticationResults *results,
                         const char *name,
                         const char *property)
{
    g_autoptr(GStrvBuilder) domains = g_strv_builder_new();
    gboolean usable = results != NULL && results->well_formed && !results->exchange_form &&
                      results->version <= 1;
    for (guint i = 0; usable && i < results->methods->len; i++)
        add_domain(domains, g_ptr_array_index(results->methods, i), name, property);
    return g_strv_builder_end(domains);
}

static GStrv list_sealers(const GPtrArray *sealers)
{
    g_autoptr(GStrvBuilder) domains = g_strv_builder_new();
    for (guint i = 0; i < sealers->len; i++)
        g_strv_builder_add(domains, g_ptr_array_index(sealers, i));
    return g_strv_builder_end(domains);
}

static void check_arc(Case *at)
{
    g_auto(LodgeArcVerdict) verdict =
        lodge_arc_check(at->message, at->ask, at->instant_us, &at->policy);
    LodgeArcProof *arc = &at->proofs->arc;
    arc->result = g_strdup(verdict.is_temporary ? "temperror"
                                                : lodge_dkim_result_format(verdict.result));
    arc->reason = g_strdup(verdict.reason);
    arc->covers = verdict.signs_from && verdict.is_whole;
    g_strfreev(arc->sealers);
    g_strfreev(arc->dmarc_pass);
    g_strfreev(arc->dkim_pass);
    arc->sealers = list_sealers(verdict.sealers);
    arc->dmarc_pass = list_passed(verdict.results, "dmarc", "from");
    arc->dkim_pass = list_passed(verdict.results, "dkim", "d");
}

/* ---- DMARC ---- */

static void find_policy(Case *at)
{
    LodgeDmarcProof *proof = &at->proofs->dmarc;
    const LodgeAddress *from = lodge_message_facts_find_from(at->message);
    if (from == NULL)
        return;
    g_autoptr(LodgeDmarc) dmarc = lodge_dmarc_find(from->domain, at->ask);
    proof->result = g_strdup(lodge_dmarc_status_format(dmarc->status));
    proof->domain = g_strdup(dmarc->record_domain);
    if (dmarc->status == LODGE_DMARC_FOUND)
        proof->policy = g_strdup(lodge_dmarc_policy_format(dmarc->applied));
}

LodgeProofs *lodge_authenticator_check(const LodgeMessageFacts *message,
                                       const LodgeDnsAsk *ask,
                                       const LodgeTrust *trust,
                                       gint64 instant_us)
{
    Case at = {.message = message,
               .ask = ask,
               .instant_us = instant_us,
               .policy = lodge_dkim_policy_of(trust),
               .proofs = lodge_proofs_new()};
    check_dkim(&at);
    check_arc(&at);
    find_policy(&at);
    return at.proofs;
}

LodgeProofs *lodge_authenticator_run(const LodgeMessageFacts *message,
                                     LodgeResolver *resolver,
                                     const LodgeTrust *trust,
                                     gint64 instant_us,
                                     GPtrArray **dns_out)
{
    g_autoptr(LodgeDnsRecorder) recorder =
        lodge_dns_recorder_new(resolver, LODGE_AUTHENTICATOR_BUDGET_MS);
    const LodgeDnsAsk ask = lodge_dns_recorder_ask(recorder);
    LodgeProofs *proofs = lodge_authenticator_check(message, &ask, trust, instant_us);
    *dns_out = g_ptr_array_ref(lodge_dns_recorder_answers(recorder));
    return proofs;
}
