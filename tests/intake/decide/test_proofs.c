/* Our own checks beside the border's word: what outranks what, and what proves nothing. */
#include "intake/decide/authority.h"
#include "intake/decide/proofs.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define DOMAIN "tmbc.gov.uk"

typedef struct {
    const char *name;
    const char *border; /* dmarc's result there; NULL: the border says nothing */
    const char *domain, *result;
    gboolean part, without_from, testing;
    const char *arc, *sealer;
    gboolean covers_not;
    const char *sealed; /* the domain that passed where the sealer stands */
    const char *smime;  /* the address in a certificate that verifies; NULL: no signature */
    gboolean stranger;  /* under an anchor of nobody's */
    LodgeAuthorityResult expected;
    const char *rung; /* of "address" */
} Case;

static const Case cases[] = {
    {.name = "nothing passed anywhere", .expected = LODGE_UNPROVEN, .rung = "unproven"},
    {.name = "a signature of exactly this domain proves it",
     .domain = DOMAIN,
     .result = "pass",
     .expected = LODGE_AUTHORISED,
     .rung = "proven-by-signature"},
    {.name = "in whatever case it is written",
     .domain = "TMBC.GOV.UK",
     .result = "pass",
     .expected = LODGE_AUTHORISED,
     .rung = "proven-by-signature"},
    {.name = "the domain above proves nothing: all councils share it",
     .domain = "gov.uk",
     .result = "pass",
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "a domain below proves nothing",
     .domain = "mail." DOMAIN,
     .result = "pass",
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "an S/MIME signature of exactly this address proves it",
     .smime = "officer@" DOMAIN,
     .expected = LODGE_AUTHORISED,
     .rung = "proven-by-smime"},
    {.name = "a colleague's S/MIME signature proves nothing",
     .smime = "other@" DOMAIN,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "an S/MIME signature under an anchor of nobody's proves nothing",
     .smime = "officer@" DOMAIN,
     .stranger = TRUE,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "the border's failure outranks an S/MIME signature",
     .border = "fail",
     .smime = "officer@" DOMAIN,
     .expected = LODGE_FORGED,
     .rung = "forged"},
    {.name = "another council's signature proves nothing",
     .domain = "devon.gov.uk",
     .result = "pass",
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "a signature over a part of the body proves nothing",
     .domain = DOMAIN,
     .result = "pass",
     .part = TRUE,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "a signature that leaves From out proves nothing",
     .domain = DOMAIN,
     .result = "pass",
     .without_from = TRUE,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "a key in testing is no key",
     .domain = DOMAIN,
     .result = "pass",
     .testing = TRUE,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "our own failure never outranks the border's pass",
     .border = "pass",
     .domain = DOMAIN,
     .result = "fail",
     .expected = LODGE_AUTHORISED,
     .rung = "proven"},
    {.name = "the border's fail holds, whatever we find",
     .border = "fail",
     .domain = DOMAIN,
     .result = "pass",
     .expected = LODGE_FORGED,
     .rung = "forged"},
    {.name = "a short key's signature proves nothing",
     .domain = DOMAIN,
     .result = "policy",
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "a trusted gateway sealed that it passed",
     .arc = "pass",
     .sealer = "relay.example",
     .sealed = DOMAIN,
     .expected = LODGE_AUTHORISED,
     .rung = "proven-by-seal"},
    {.name = "anybody may seal",
     .arc = "pass",
     .sealer = "forger.example",
     .sealed = DOMAIN,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "it sealed that another domain passed",
     .arc = "pass",
     .sealer = "relay.example",
     .sealed = "devon.gov.uk",
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "the seal does not cover the message",
     .arc = "pass",
     .sealer = "relay.example",
     .covers_not = TRUE,
     .sealed = DOMAIN,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
    {.name = "the chain is broken",
     .arc = "fail",
     .sealer = "relay.example",
     .sealed = DOMAIN,
     .expected = LODGE_UNPROVEN,
     .rung = "unproven"},
};

static void set_strings(GStrv *strings, const char *only)
{
    g_strfreev(*strings);
    *strings = g_new0(char *, 2);
    (*strings)[0] = g_strdup(only);
}

static LodgeProofs *make(const Case *at)
{
    LodgeProofs *proofs = lodge_proofs_new();
    if (at->domain != NULL) {
        LodgeDkimProof *proof = lodge_proofs_add_dkim(proofs);
        proof->domain = g_strdup(at->domain);
        proof->result = g_strdup(at->result);
        proof->is_whole = !at->part;
        proof->signs_from = !at->without_from;
        proof->is_testing = at->testing;
    }
    if (at->arc != NULL) {
        proofs->arc.result = g_strdup(at->arc);
        proofs->arc.covers = !at->covers_not;
        set_strings(&proofs->arc.sealers, at->sealer);
        set_strings(&proofs->arc.dmarc_pass, at->sealed);
    }
    return proofs;
}

#define ANCHOR "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define STRANGER "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void sign_smime(World *world, const Case *at)
{
    LodgeSmimeLayer *layer = lodge_smime_layer_new("", LODGE_SMIME_DETACHED);
    LodgeSmimeSigner *signer = lodge_smime_signer_new();
    LodgeSmimeCertificate *anchor = lodge_smime_certificate_new("CN=anchor");
    g_strlcpy(anchor->sha256, at->stranger ? STRANGER : ANCHOR, sizeof anchor->sha256);
    anchor->not_before_us = 0;
    anchor->not_after_us = G_MAXINT64;
    g_ptr_array_add(signer->chain, anchor);
    set_strings(&signer->emails, at->smime);
    layer->result = signer->result = LODGE_SMIME_GOOD;
    layer->at_root = signer->suits_mail = TRUE;
    g_ptr_array_add(layer->signers, signer);
    g_ptr_array_add(world->reading->message->smime, layer);
    set_strings(&world->rules->trust->smime_anchors, ANCHOR);
}

static World *make_world(const Case *at)
{
    World *world = world_new();
    world_clear_results(world);
    if (at->border != NULL) {
        LodgeAuthenticationResults *results = world_add_results(world, 0, BORDER);
        world_add_method(results, "dmarc", at->border, "header", "from", DOMAIN);
    }
    set_strings(&world->rules->trust->arc_sealers, "relay.example");
    world->evidence->proofs = make(at);
    if (at->smime != NULL)
        sign_smime(world, at);
    return world;
}

static const char *address_rung(const LodgeDecision *decision)
{
    for (guint i = 0; i < decision->authority->ladder->len; i++) {
        const LodgeRung *rung = g_ptr_array_index(decision->authority->ladder, i);
        if (strcmp(rung->check, "address") == 0)
            return rung->result;
    }
    return "none";
}

static void the_table_of_proofs(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = make_world(&cases[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (decision->authority->result != cases[i].expected ||
            strcmp(address_rung(decision), cases[i].rung) != 0)
            fail_msg("%s: %s, %s", cases[i].name,
                     lodge_authority_result_format(decision->authority->result),
                     address_rung(decision));
        gboolean answered = strcmp(decision->may_answer, "yes") == 0;
        assert_int_equal(answered, cases[i].expected == LODGE_AUTHORISED);
    }
}

/* A look-up that failed for the moment is waited for only where it could change who it is from. */
static void what_dns_could_still_prove_is_waited_for(void **state)
{
    (void)state;
    static const struct {
        Case at;
        gboolean waits;
    } waits[] = {
        {{.name = "our domain's key", .domain = DOMAIN, .result = "temperror"}, TRUE},
        {{.name = "another's key", .domain = "devon.gov.uk", .result = "temperror"}, FALSE},
        {{.name = "a part of the body",
          .domain = DOMAIN,
          .result = "temperror",
          .part = TRUE},
         FALSE},
        {{.name = "the border has said it",
          .border = "pass",
          .domain = DOMAIN,
          .result = "temperror"},
         FALSE},
        {{.name = "the border has refused it",
          .border = "fail",
          .domain = DOMAIN,
          .result = "temperror"},
         FALSE},
        {{.name = "it failed for good", .domain = DOMAIN, .result = "fail"}, FALSE},
        {{.name = "a seal's key", .arc = "temperror", .sealer = "relay.example"}, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(waits); i++) {
        g_autoptr(World) world = make_world(&waits[i].at);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        gboolean found = lodge_authority_waits_for_dns(
            decision->authority, world->evidence->proofs, world->rules->trust);
        if (found != waits[i].waits)
            fail_msg("%s", waits[i].at.name);
    }
}

static void proofs_survive_the_round_trip(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = make_world(&cases[i]);
        g_autoptr(GBytes) bytes = lodge_evidence_format(world->evidence);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeEvidence) read = lodge_evidence_parse(bytes, &error);
        if (read == NULL)
            fail_msg("%s: %s", cases[i].name, error->message);
        g_autoptr(GBytes) again = lodge_evidence_format(read);
        assert_true(g_bytes_equal(bytes, again));
    }
    g_autoptr(World) before = world_new();
    g_autoptr(GBytes) bytes = lodge_evidence_format(before->evidence);
    assert_null(strstr(g_bytes_get_data(bytes, NULL), "proofs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_proofs),
        cmocka_unit_test(what_dns_could_still_prove_is_waited_for),
        cmocka_unit_test(proofs_survive_the_round_trip),
    };
    return cmocka_run_group_tests_name("intake/decide/proofs", tests, NULL, NULL);
}
