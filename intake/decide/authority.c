#include "intake/decide/authority.h"

#include "intake/decide/findings.h"
#include "intake/decide/mention.h"
#include "intake/decide/rung.h"
#include "intake/decide/trusted_results.h"
#include "parsers/text/display.h"
#include <string.h>

#define NAME_BYTES 200

void lodge_authority_free(LodgeAuthority *authority)
{
    if (authority == NULL)
        return;
    g_free(authority->council);
    g_strfreev(authority->candidates);
    g_free(authority->address);
    g_ptr_array_unref(authority->ladder);
    g_free(authority);
}

const LodgeAddress *lodge_authority_find_from(const LodgeMessageFacts *message)
{
    if (message->from_fields != 1 || message->from->len != 1)
        return NULL;
    const LodgeAddress *from = g_ptr_array_index(message->from, 0);
    gboolean whole = from->address != NULL && *from->address != '\0' &&
                     from->domain != NULL && *from->domain != '\0';
    return whole ? from : NULL;
}

static void add_new_bodies(GPtrArray *bodies, GPtrArray *more)
{
    for (guint i = 0; i < more->len; i++)
        if (!g_ptr_array_find(bodies, g_ptr_array_index(more, i), NULL))
            g_ptr_array_add(bodies, g_ptr_array_index(more, i));
}

GPtrArray *lodge_authority_find_bodies(const LodgeAddress *from,
                                       const LodgeRegister *reg,
                                       gint64 at_us,
                                       gboolean *unconfirmed_out)
{
    GPtrArray *bodies = g_ptr_array_new();
    g_autoptr(GPtrArray) by_domain =
        lodge_register_find_domain(reg, from->domain, at_us, FALSE);
    g_autoptr(GPtrArray) by_delegate =
        lodge_register_find_delegate(reg, from->address, at_us);
    add_new_bodies(bodies, by_domain);
    add_new_bodies(bodies, by_delegate);
    gboolean unconfirmed = bodies->len == 0;
    if (unconfirmed) {
        g_autoptr(GPtrArray) proposed =
            lodge_register_find_domain(reg, from->domain, at_us, TRUE);
        add_new_bodies(bodies, proposed);
    }
    if (unconfirmed_out != NULL)
        *unconfirmed_out = unconfirmed && bodies->len > 0;
    return bodies;
}

static GStrv list_codes(const GPtrArray *bodies)
{
    g_autoptr(GStrvBuilder) codes = g_strv_builder_new();
    for (guint i = 0; i < bodies->len; i++)
        g_strv_builder_add(codes, ((const LodgeBody *)g_ptr_array_index(bodies, i))->gss);
    return g_strv_builder_end(codes);
}

static char *list_names(const GPtrArray *bodies)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < bodies->len; i++) {
        const LodgeBody *body = g_ptr_array_index(bodies, i);
        g_string_append_printf(names, "%s%s", names->len == 0 ? "" : ", ", body->name);
    }
    return g_string_free(names, FALSE);
}

static void append_words(LodgeFoldedText *text, const LodgeAttachment *plan)
{
    lodge_folded_text_append(text, plan->part->name);
    if (plan->facts == NULL)
        return;
    lodge_folded_text_append(text, plan->facts->title);
    const GPtrArray *pages = plan->examined ? plan->facts->pages_text : NULL;
    for (guint i = 0; pages != NULL && i < pages->len; i++)
        lodge_folded_text_append(text, g_ptr_array_index(pages, i));
}

static const LodgeBody *find_council(const LodgeMessageFacts *message,
                                     const LodgeAttachment *plan,
                                     const GPtrArray *bodies)
{
    if (bodies->len < 2)
        return bodies->len == 1 ? g_ptr_array_index(bodies, 0) : NULL;
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    lodge_folded_text_append(text, message->subject);
    if (plan != NULL)
        append_words(text, plan);
    return lodge_mention_find_only_body(text, bodies);
}

typedef enum {
    UNPROVEN,
    PROVEN,
    PROVEN_BY_SIGNATURE,
    PROVEN_BY_SEAL,
    PROVEN_BY_SPF,
    FORGED,
} Proof;

static Proof weigh(const LodgeTrustedResults *results,
                   const LodgeProofs *proofs,
                   const LodgeTrust *trust,
                   const char *domain)
{
    gboolean pass = results->dmarc_pass || results->dkim_pass;
    if (results->dmarc_fail)
        return pass ? UNPROVEN : FORGED; /* our own servers contradict each other */
    if (pass)
        return PROVEN;
    if (lodge_proofs_has_dkim_pass(proofs, domain))
        return PROVEN_BY_SIGNATURE;
    if (lodge_proofs_has_arc_pass(proofs, (const char *const *)trust->arc_sealers, domain))
        return PROVEN_BY_SEAL;
    return results->spf_pass && trust->spf == LODGE_SPF_WARN ? PROVEN_BY_SPF : UNPROVEN;
}

static const char *explain(const LodgeTrustedResults *results, Proof proof)
{
    switch (proof) {
    case PROVEN:
        return "DMARC or DKIM passed for exactly this domain";
    case PROVEN_BY_SIGNATURE:
        return "our own check of its DKIM signature passed for exactly this domain";
    case PROVEN_BY_SEAL:
        return "a gateway that the settings trust sealed that it passed for exactly this domain";
    case PROVEN_BY_SPF:
        return "SPF alone passed for exactly this domain; the settings let it count";
    case FORGED:
        return "DMARC failed for this domain and nothing else passed";
    case UNPROVEN:
        break;
    }
    if (results->trusted == 0)
        return "no authentication results of our own border";
    if (results->dmarc_fail)
        return "our own results contradict each other";
    return results->spf_pass ? "SPF alone passed, which is not enough by the settings"
                             : "nothing passed for exactly this domain";
}

static void add_dkim_rungs(GPtrArray *ladder, const LodgeProofs *proofs)
{
    for (guint i = 0; i < proofs->dkim->len; i++) {
        const LodgeDkimProof *proof = g_ptr_array_index(proofs->dkim, i);
        g_autofree char *domain = lodge_display_line(
            proof->domain != NULL ? proof->domain : "no domain", NAME_BYTES);
        g_autofree char *reason = lodge_display_line(proof->reason, NAME_BYTES);
        g_autofree char *words =
            g_strdup_printf("our own check of the signature of %s%s%s%s", domain,
                            *reason != '\0' ? ": " : "", reason,
                            proof->is_whole ? "" : "; it does not cover the whole message");
        lodge_rung_add(ladder, "dkim-check", proof->result, words);
    }
}

/* What we found ourselves, beside what the border says. */
static void add_proof_rungs(GPtrArray *ladder, const LodgeProofs *proofs)
{
    if (proofs == NULL)
        return;
    add_dkim_rungs(ladder, proofs);
    if (proofs->arc.result != NULL && strcmp(proofs->arc.result, "none") != 0) {
        g_autofree char *sealers = g_strjoinv(", ", proofs->arc.sealers);
        g_autofree char *shown =
            lodge_display_line(*sealers != '\0' ? sealers : proofs->arc.reason, NAME_BYTES);
        lodge_rung_add(ladder, "arc-check", proofs->arc.result, shown);
    }
    if (proofs->dmarc.policy != NULL)
        lodge_rung_add(
            ladder, "dmarc-policy", proofs->dmarc.policy,
            "what the domain asks of whoever receives its mail; shown, not weighed");
}

static Proof prove(const LodgeMessageFacts *message,
                   const LodgeBorder *border,
                   const LodgeAddress *from,
                   const LodgeTrust *trust,
                   const LodgeProofs *proofs,
                   GPtrArray *ladder,
                   GPtrArray *findings)
{
    static const char *const words[] = {
        "unproven",       "proven",        "proven-by-signature",
        "proven-by-seal", "proven-by-spf", "forged"};
    LodgeTrustedResults results =
        lodge_trusted_results_judge(message, border, trust, from->domain, ladder);
    if (results.forged > 0)
        lodge_findings_add(findings, LODGE_FINDING_RESULTS_FORGED, NULL, NULL, NULL);
    add_proof_rungs(ladder, proofs);
    Proof proof = weigh(&results, proofs, trust, from->domain);
    lodge_rung_add(ladder, "address", words[proof], explain(&results, proof));
    return proof;
}

static void
add_from_rung(GPtrArray *ladder, const LodgeMessageFacts *message, const LodgeAddress *from)
{
    if (from != NULL) {
        g_autofree char *shown = lodge_display_line(from->address, NAME_BYTES);
        lodge_rung_add(ladder, "from", "one", shown);
        return;
    }
    g_autofree char *words = g_strdup_printf("%u From fields with %u addresses in all",
                                             message->from_fields, message->from->len);
    lodge_rung_add(ladder, "from", "not-single", words);
}

static void
add_register_rung(GPtrArray *ladder, const GPtrArray *bodies, gboolean unconfirmed)
{
    g_autofree char *names = list_names(bodies);
    if (bodies->len == 0)
        lodge_rung_add(ladder, "register", "unregistered",
                       "no council has this domain or address");
    else
        lodge_rung_add(ladder, "register", unconfirmed ? "unconfirmed" : "registered",
                       names);
}

static void
add_council_rung(GPtrArray *ladder, const GPtrArray *bodies, const LodgeBody *council)
{
    if (bodies->len < 2)
        return;
    if (council == NULL)
        lodge_rung_add(ladder, "council", "ambiguous",
                       "subject and plan do not name just one");
    else
        lodge_rung_add(ladder, "council", "named", council->name);
}

static LodgeAuthorityResult
conclude(Proof proof, gboolean registered, gboolean unconfirmed, gboolean council_known)
{
    if (!registered)
        return LODGE_UNREGISTERED;
    if (proof == FORGED)
        return LODGE_FORGED;
    if (proof == UNPROVEN || unconfirmed)
        return LODGE_UNPROVEN;
    return council_known ? LODGE_AUTHORISED : LODGE_AMBIGUOUS;
}

static void add_findings(const LodgeAuthority *authority,
                         const LodgeAddress *from,
                         const GPtrArray *bodies,
                         gboolean unconfirmed,
                         Proof proof,
                         GPtrArray *findings)
{
    g_autofree char *names = list_names(bodies);
    const char *address = from->address;
    if (proof == PROVEN_BY_SPF)
        lodge_findings_add(findings, LODGE_FINDING_SENDER_SPF_ONLY, address, NULL, NULL);
    if (authority->result == LODGE_UNREGISTERED)
        lodge_findings_add(findings, LODGE_FINDING_SENDER_NOT_REGISTERED, address, address,
                           NULL);
    if (authority->result == LODGE_FORGED)
        lodge_findings_add(findings, LODGE_FINDING_SENDER_FORGED, address, address, NULL);
    if (authority->result == LODGE_AMBIGUOUS)
        lodge_findings_add(findings, LODGE_FINDING_COUNCIL_AMBIGUOUS, address, address,
                           names);
    if (unconfirmed)
        lodge_findings_add(findings, LODGE_FINDING_DOMAIN_UNCONFIRMED, address,
                           from->domain, names);
    if (authority->result == LODGE_UNPROVEN && proof == UNPROVEN)
        lodge_findings_add(findings, LODGE_FINDING_SENDER_NOT_PROVEN, address, address,
                           NULL);
}

static LodgeAuthority *authority_new(void)
{
    LodgeAuthority *authority = g_new0(LodgeAuthority, 1);
    authority->result = LODGE_UNPROVEN;
    authority->ladder = lodge_rungs_new();
    authority->candidates = g_new0(char *, 1);
    return authority;
}

LodgeAuthority *lodge_authority_judge(const LodgeMessageFacts *message,
                                      const LodgeAttachment *plan,
                                      const LodgeBorder *border,
                                      gint64 at_us,
                                      const LodgeRules *rules,
                                      const LodgeProofs *proofs,
                                      GPtrArray *findings)
{
    LodgeAuthority *authority = authority_new();
    const LodgeAddress *from = lodge_authority_find_from(message);
    add_from_rung(authority->ladder, message, from);
    if (from == NULL) {
        lodge_findings_add(findings, LODGE_FINDING_SENDER_NOT_SINGLE, NULL, NULL, NULL);
        return authority;
    }
    gboolean unconfirmed;
    g_autoptr(GPtrArray) bodies =
        lodge_authority_find_bodies(from, rules->reg, at_us, &unconfirmed);
    const LodgeBody *council = find_council(message, plan, bodies);
    add_register_rung(authority->ladder, bodies, unconfirmed);
    Proof proof =
        prove(message, border, from, rules->trust, proofs, authority->ladder, findings);
    add_council_rung(authority->ladder, bodies, council);

    authority->address = g_strdup(from->address);
    authority->council = council == NULL ? NULL : g_strdup(council->gss);
    g_strfreev(authority->candidates);
    authority->candidates = list_codes(bodies);
    authority->address_proven = proof != UNPROVEN && proof != FORGED;
    authority->result = conclude(proof, bodies->len > 0, unconfirmed, council != NULL);
    add_findings(authority, from, bodies, unconfirmed, proof, findings);
    return authority;
}

gboolean lodge_authority_waits_for_dns(const LodgeAuthority *authority,
                                       const LodgeProofs *proofs,
                                       const LodgeTrust *trust)
{
    const char *domain =
        authority->address != NULL ? strrchr(authority->address, '@') : NULL;
    return domain != NULL && !authority->address_proven &&
           authority->result != LODGE_FORGED &&
           lodge_proofs_may_pass_later(proofs, (const char *const *)trust->arc_sealers,
                                       domain + 1);
}
