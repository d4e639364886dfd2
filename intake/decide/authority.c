#include "intake/decide/authority.h"

#include "intake/decide/address_proof.h"
#include "intake/decide/deception.h"
#include "intake/decide/findings.h"
#include "intake/decide/mention.h"
#include "intake/decide/rung.h"
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

static LodgeAuthorityResult conclude(LodgeAddressProof proof,
                                     gboolean registered,
                                     gboolean unconfirmed,
                                     gboolean council_known)
{
    if (!registered)
        return LODGE_UNREGISTERED;
    if (proof == LODGE_ADDRESS_FORGED)
        return LODGE_FORGED;
    if (proof == LODGE_ADDRESS_UNPROVEN || unconfirmed)
        return LODGE_UNPROVEN;
    return council_known ? LODGE_AUTHORISED : LODGE_AMBIGUOUS;
}

static void add_findings(const LodgeAuthority *authority,
                         const LodgeAddress *from,
                         const GPtrArray *bodies,
                         gboolean unconfirmed,
                         LodgeAddressProof proof,
                         GPtrArray *findings)
{
    g_autofree char *names = list_names(bodies);
    const char *address = from->address;
    if (proof == LODGE_ADDRESS_PROVEN_BY_SPF)
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
    if (authority->result == LODGE_UNPROVEN && proof == LODGE_ADDRESS_UNPROVEN)
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
    const LodgeAddress *from = lodge_message_facts_find_from(message);
    add_from_rung(authority->ladder, message, from);
    if (from == NULL) {
        g_autoptr(GPtrArray) nobody = g_ptr_array_new();
        lodge_findings_add(findings, LODGE_FINDING_SENDER_NOT_SINGLE, NULL, NULL, NULL);
        authority->deceptive =
            lodge_deception_judge(message, NULL, nobody, rules->reg, at_us, findings);
        return authority;
    }
    gboolean unconfirmed;
    g_autoptr(GPtrArray) bodies =
        lodge_authority_find_bodies(from, rules->reg, at_us, &unconfirmed);
    const LodgeBody *council = find_council(message, plan, bodies);
    add_register_rung(authority->ladder, bodies, unconfirmed);
    LodgeAddressProof proof = lodge_address_proof_weigh(
        message, border, from, at_us, rules->trust, proofs, authority->ladder, findings);
    add_council_rung(authority->ladder, bodies, council);

    authority->address = g_strdup(from->address);
    authority->council = council == NULL ? NULL : g_strdup(council->gss);
    g_strfreev(authority->candidates);
    authority->candidates = list_codes(bodies);
    authority->address_proven =
        proof != LODGE_ADDRESS_UNPROVEN && proof != LODGE_ADDRESS_FORGED;
    authority->result = conclude(proof, bodies->len > 0, unconfirmed, council != NULL);
    add_findings(authority, from, bodies, unconfirmed, proof, findings);
    authority->deceptive =
        lodge_deception_judge(message, from, bodies, rules->reg, at_us, findings);
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
