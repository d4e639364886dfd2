#include "intake/decide/authority.h"
#include "intake/decide/findings.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *id; /* authserv-id; "exchange": Exchange's form */
    guint position;
    const char *method, *result, *ptype, *property, *value;
} Result;

#define OURS "mx.dept.gov.uk"
#define TMBC "tmbc.gov.uk"
#define DMARC(result, domain)                                                              \
    {                                                                                      \
        OURS, 0, "dmarc", result, "header", "from", domain                                 \
    }

typedef struct {
    const char *name;
    const char *from;  /* NULL: the officer of Tonbridge and Malling */
    Result results[3]; /* above the border unless a position says otherwise; border is 1 */
    LodgeSpfPolicy spf;
    LodgeAuthorityResult expected;
    gboolean proven;
    const char *findings; /* codes */
} Case;

static const Case cases[] = {
    {"DMARC pass for exactly the From domain",
     NULL,
     {DMARC("pass", TMBC)},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     ""},
    {"DKIM pass by the From domain",
     NULL,
     {{OURS, 0, "dkim", "pass", "header", "d", TMBC}},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     ""},
    {"DKIM pass told by its identity alone",
     NULL,
     {{OURS, 0, "dkim", "pass", "header", "i", "@" TMBC}},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     ""},
    {"the domain is compared without regard to case",
     NULL,
     {DMARC("pass", "TMBC.gov.uk")},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     ""},
    {"DKIM fails but DMARC passes",
     NULL,
     {{OURS, 0, "dkim", "fail", "header", "d", TMBC}, DMARC("pass", TMBC)},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     ""},
    {"no result at all",
     NULL,
     {{0}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"DMARC pass for the parent gov.uk proves no council",
     NULL,
     {DMARC("pass", "gov.uk")},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"DMARC pass for another council proves nothing here",
     NULL,
     {DMARC("pass", "adur-worthing.gov.uk")},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"DKIM pass by a mail service",
     NULL,
     {{OURS, 0, "dkim", "pass", "header", "d", "mailer.example"}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"bestguesspass is no pass",
     NULL,
     {DMARC("bestguesspass", TMBC)},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"an unknown method is ignored",
     NULL,
     {{OURS, 0, "compauth", "pass", "header", "from", TMBC}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"SPF alone is held where the settings say hold",
     NULL,
     {{OURS, 0, "spf", "pass", "smtp", "mailfrom", "officer@" TMBC}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"SPF alone proves with a warning where the settings say warn",
     NULL,
     {{OURS, 0, "spf", "pass", "smtp", "mailfrom", "officer@" TMBC}},
     LODGE_SPF_WARN,
     LODGE_AUTHORISED,
     TRUE,
     "sender-spf-only"},
    {"SPF of a bounce address elsewhere proves nothing",
     NULL,
     {{OURS, 0, "spf", "pass", "smtp", "mailfrom", "x@mailer.example"}},
     LODGE_SPF_WARN,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"DMARC fail is a forgery",
     NULL,
     {DMARC("fail", TMBC)},
     LODGE_SPF_HOLD,
     LODGE_FORGED,
     FALSE,
     "sender-forged"},
    {"DMARC fail outranks SPF",
     NULL,
     {DMARC("fail", TMBC), {OURS, 0, "spf", "pass", "smtp", "mailfrom", TMBC}},
     LODGE_SPF_WARN,
     LODGE_FORGED,
     FALSE,
     "sender-forged"},
    {"our own results that contradict each other prove nothing",
     NULL,
     {DMARC("fail", TMBC), DMARC("pass", TMBC)},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "authentication-results-contradict sender-not-proven"},
    {"results of a server that is not trusted",
     NULL,
     {{"mx.elsewhere.example", 0, "dmarc", "pass", "header", "from", TMBC}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"results without an id are not trusted",
     NULL,
     {{"exchange", 0, "dmarc", "pass", "header", "from", TMBC}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "sender-not-proven"},
    {"results with our id below the border are forged",
     NULL,
     {{OURS, 5, "dmarc", "pass", "header", "from", TMBC}},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     FALSE,
     "authentication-results-forged sender-not-proven"},
    {"forged results beside true ones only warn",
     NULL,
     {DMARC("pass", TMBC), {OURS, 5, "dmarc", "pass", "header", "from", TMBC}},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     "authentication-results-forged"},
    {"a sender that no council has",
     "someone@elsewhere.example",
     {DMARC("pass", "elsewhere.example")},
     LODGE_SPF_HOLD,
     LODGE_UNREGISTERED,
     TRUE,
     "sender-not-registered"},
    {"a subdomain of a council is another domain",
     "someone@mail.tmbc.gov.uk",
     {DMARC("pass", "mail.tmbc.gov.uk")},
     LODGE_SPF_HOLD,
     LODGE_UNREGISTERED,
     TRUE,
     "sender-not-registered"},
    {"a look-alike of a council is another domain",
     "officer@tmbc-gov.uk",
     {DMARC("pass", "tmbc-gov.uk")},
     LODGE_SPF_HOLD,
     LODGE_UNREGISTERED,
     TRUE,
     "sender-not-registered sender-lookalike"},
    {"a delegate by exact address",
     "clerk@consultants.example",
     {DMARC("pass", "consultants.example")},
     LODGE_SPF_HOLD,
     LODGE_AUTHORISED,
     TRUE,
     ""},
    {"a colleague of the delegate is nobody",
     "boss@consultants.example",
     {DMARC("pass", "consultants.example")},
     LODGE_SPF_HOLD,
     LODGE_UNREGISTERED,
     TRUE,
     "sender-not-registered"},
    {"a domain that nobody confirmed gives no authority",
     "officer@tonbridge.example",
     {DMARC("pass", "tonbridge.example")},
     LODGE_SPF_HOLD,
     LODGE_UNPROVEN,
     TRUE,
     "domain-unconfirmed"},
};

static char *list_codes(const GPtrArray *findings)
{
    GString *codes = g_string_new(NULL);
    for (guint i = 0; i < findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(findings, i);
        g_string_append_printf(codes, "%s%s", i == 0 ? "" : " ", finding->code);
    }
    return g_string_free(codes, FALSE);
}

static LodgeAuthority *judge(World *world, GPtrArray *findings)
{
    LodgeBorder border = lodge_border_find(world->message, world->rules->trust);
    return lodge_authority_judge(world->message, NULL, &border,
                                 world_instant("2024-07-18T10:00:00Z"), world->rules,
                                 world->evidence->proofs, findings);
}

static void check_case(const Case *at)
{
    WorldRules rules = {.spf = at->spf};
    g_autoptr(World) world = world_new_with(&rules);
    world_clear_results(world);
    if (at->from != NULL)
        world_set_from(world, at->from);
    for (guint i = 0; i < G_N_ELEMENTS(at->results) && at->results[i].id != NULL; i++) {
        const Result *r = &at->results[i];
        const char *id = strcmp(r->id, "exchange") == 0 ? NULL : r->id;
        world_add_method(world_add_results(world, r->position, id), r->method, r->result,
                         r->ptype, r->property, r->value);
    }
    g_autoptr(GPtrArray) findings = lodge_findings_new();
    LodgeAuthority *authority = judge(world, findings);
    g_autofree char *codes = list_codes(findings);
    if (authority->result != at->expected || authority->address_proven != at->proven ||
        strcmp(codes, at->findings) != 0)
        fail_msg("%s: %s, %s, %s", at->name,
                 lodge_authority_result_format(authority->result),
                 authority->address_proven ? "proven" : "not proven", codes);
    assert_true(authority->ladder->len >= 3);
    lodge_authority_free(authority);
}

static void authority_needs_register_and_proof(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

static LodgeAuthorityResult judge_result(World *world, gboolean *proven_out)
{
    g_autoptr(GPtrArray) findings = lodge_findings_new();
    LodgeAuthority *authority = judge(world, findings);
    LodgeAuthorityResult result = authority->result;
    *proven_out = authority->address_proven;
    lodge_authority_free(authority);
    return result;
}

static void a_second_from_is_never_authorised(void **state)
{
    (void)state;
    gboolean proven;
    g_autoptr(World) two_addresses = world_new();
    world_add_from(two_addresses, "other@tmbc.gov.uk");
    assert_int_equal(judge_result(two_addresses, &proven), LODGE_UNPROVEN);
    assert_false(proven);
    g_autoptr(World) two_fields = world_new();
    two_fields->message->from_fields = 2;
    assert_int_equal(judge_result(two_fields, &proven), LODGE_UNPROVEN);
    g_autoptr(World) none = world_new();
    g_ptr_array_set_size(none->message->from, 0);
    none->message->from_fields = 0;
    assert_int_equal(judge_result(none, &proven), LODGE_UNPROVEN);
}

static void without_a_border_only_results_above_every_line_count(void **state)
{
    (void)state;
    gboolean proven;
    g_autoptr(World) world = world_new();
    world_clear_hops(world);
    world_add_hop(world, 1, "mx.unlisted.example", OUTSIDE, "ESMTP",
                  "2024-07-18T10:00:00Z");
    assert_int_equal(judge_result(world, &proven), LODGE_AUTHORISED);
    world_clear_hops(world);
    assert_int_equal(judge_result(world, &proven), LODGE_UNPROVEN); /* no line at all */
}

/* The message came through a server that is not listed; its sender wrote a line that looks like our
 * border and results that look like ours in between. */
static void results_below_a_line_that_is_not_surely_ours_are_not_trusted(void **state)
{
    (void)state;
    static const struct {
        const char *by, *peer;
    } tops[] = {{"mx.unlisted.example", OUTSIDE}, {BORDER, NULL}, {BORDER, "nonsense"}};
    for (gsize i = 0; i < G_N_ELEMENTS(tops); i++) {
        gboolean proven;
        g_autoptr(World) world = world_new();
        world_clear_hops(world);
        world_clear_results(world);
        world_add_hop(world, 0, tops[i].by, tops[i].peer, "ESMTP", "2024-07-18T10:00:00Z");
        world_add_method(world_add_results(world, 1, OURS), "dmarc", "pass", "header",
                         "from", TMBC);
        world_add_hop(world, 2, BORDER, OUTSIDE, "ESMTP", "2024-07-18T09:00:00Z");
        assert_int_equal(judge_result(world, &proven), LODGE_UNPROVEN);
        assert_false(proven);
    }
}

static void results_between_our_own_servers_are_ours(void **state)
{
    (void)state;
    gboolean proven;
    g_autoptr(World) world = world_new();
    world_clear_hops(world);
    world_clear_results(world);
    world_add_hop(world, 0, "store.dept.gov.uk", NULL, "LMTP", "2024-07-18T10:00:00Z");
    world_add_method(world_add_results(world, 1, OURS), "dmarc", "pass", "header", "from",
                     TMBC);
    world_add_hop(world, 2, BORDER, OUTSIDE, "ESMTP", "2024-07-18T09:00:00Z");
    assert_int_equal(judge_result(world, &proven), LODGE_AUTHORISED);
}

static void headers_of_unknown_form_or_version_are_ignored(void **state)
{
    (void)state;
    gboolean proven;
    g_autoptr(World) malformed = world_new();
    LodgeAuthenticationResults *results =
        g_ptr_array_index(malformed->message->authentication_results, 0);
    results->well_formed = FALSE;
    assert_int_equal(judge_result(malformed, &proven), LODGE_UNPROVEN);
    g_autoptr(World) future = world_new();
    results = g_ptr_array_index(future->message->authentication_results, 0);
    results->version = 2;
    assert_int_equal(judge_result(future, &proven), LODGE_UNPROVEN);
}

static void a_method_of_unknown_version_is_ignored(void **state)
{
    (void)state;
    gboolean proven;
    g_autoptr(World) world = world_new();
    LodgeAuthenticationResults *results =
        g_ptr_array_index(world->message->authentication_results, 0);
    ((LodgeAuthenticationMethod *)g_ptr_array_index(results->methods, 0))->version = 2;
    assert_int_equal(judge_result(world, &proven), LODGE_UNPROVEN);
}

/* gov.uk may sign for i=@tmbc.gov.uk; that is not the council. */
static void the_signing_domain_outranks_the_identity(void **state)
{
    (void)state;
    gboolean proven;
    g_autoptr(World) world = world_new();
    world_clear_results(world);
    LodgeAuthenticationResults *results = world_add_results(world, 0, OURS);
    world_add_method(results, "dkim", "pass", "header", "d", "gov.uk");
    LodgeAuthenticationMethod *method = g_ptr_array_index(results->methods, 0);
    g_ptr_array_add(method->properties,
                    lodge_authentication_property_new("header", "i", "@tmbc.gov.uk"));
    assert_int_equal(judge_result(world, &proven), LODGE_UNPROVEN);
}

static void a_shared_domain_needs_a_plan_that_names_one_council(void **state)
{
    (void)state;
    static const struct {
        const char *subject, *text;
        LodgeAuthorityResult expected;
        const char *council;
    } shared[] = {
        {"Our plan", "Productivity Plan, technology and data, wasteful spend",
         LODGE_AMBIGUOUS, NULL},
        {"Adur District Council plan", NULL, LODGE_AUTHORISED, ADUR},
        {"Plan",
         "Worthing Borough Council Productivity Plan technology and data wasteful spend",
         LODGE_AUTHORISED, WORTHING},
        {"Adur District Council", "Worthing Borough Council Productivity Plan",
         LODGE_AMBIGUOUS, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(shared); i++) {
        g_autoptr(World) world = world_new();
        world_set_from(world, "officer@adur-worthing.gov.uk");
        world_clear_results(world);
        world_add_method(world_add_results(world, 0, OURS), "dmarc", "pass", "header",
                         "from", "adur-worthing.gov.uk");
        world_set(&world->message->subject, shared[i].subject);
        world_clear_documents(world);
        world_add_document(world, "plan.pdf", PDF, 3, shared[i].text);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        assert_int_equal(decision->authority->result, shared[i].expected);
        assert_int_equal(g_strv_length(decision->authority->candidates), 2);
        assert_true(g_strcmp0(decision->authority->council, shared[i].council) == 0);
    }
}

static void a_council_that_has_ended_has_no_authority(void **state)
{
    (void)state;
    WorldRules rules = {.extra_register = "[E07000999]\nname = Old District Council\n"
                                          "domains = old.gov.uk\nvalid_to = 2023-03-31\n"};
    gboolean proven;
    g_autoptr(World) world = world_new_with(&rules);
    world_set_from(world, "officer@old.gov.uk");
    world_add_method(world_add_results(world, 0, OURS), "dmarc", "pass", "header", "from",
                     "old.gov.uk");
    assert_int_equal(judge_result(world, &proven), LODGE_UNREGISTERED);
    assert_true(proven);
}

static void candidates_are_those_whose_history_is_needed(void **state)
{
    (void)state;
    static const struct {
        const char *from, *expected;
    } senders[] = {
        {"officer@tmbc.gov.uk", TONBRIDGE},
        {"clerk@consultants.example", TONBRIDGE},
        {"officer@tonbridge.example", TONBRIDGE},
        {"officer@adur-worthing.gov.uk", ADUR " " WORTHING},
        {"someone@elsewhere.example", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(senders); i++) {
        g_autoptr(World) world = world_new();
        world_set_from(world, senders[i].from);
        g_auto(GStrv) codes =
            lodge_decide_candidates(world->reading, world->evidence, world->rules);
        g_autofree char *list = g_strjoinv(" ", codes);
        assert_string_equal(list, senders[i].expected);
    }
    g_autoptr(World) two = world_new();
    world_add_from(two, "other@tmbc.gov.uk");
    g_auto(GStrv) none = lodge_decide_candidates(two->reading, two->evidence, two->rules);
    assert_null(none[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authority_needs_register_and_proof),
        cmocka_unit_test(a_second_from_is_never_authorised),
        cmocka_unit_test(without_a_border_only_results_above_every_line_count),
        cmocka_unit_test(results_below_a_line_that_is_not_surely_ours_are_not_trusted),
        cmocka_unit_test(results_between_our_own_servers_are_ours),
        cmocka_unit_test(headers_of_unknown_form_or_version_are_ignored),
        cmocka_unit_test(a_method_of_unknown_version_is_ignored),
        cmocka_unit_test(the_signing_domain_outranks_the_identity),
        cmocka_unit_test(a_shared_domain_needs_a_plan_that_names_one_council),
        cmocka_unit_test(a_council_that_has_ended_has_no_authority),
        cmocka_unit_test(candidates_are_those_whose_history_is_needed),
    };
    return cmocka_run_group_tests_name("intake/decide/authority", tests, NULL, NULL);
}
