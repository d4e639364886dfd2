#include "intake/decide/deception.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define STRANGER "agent@evil.example"

typedef struct {
    const char *name;
    const char *from; /* the one address; NULL: the officer of Tonbridge and Malling */
    const char *field, *value; /* of the header, or NULL */
    const char *defect;        /* or NULL */
    const char *findings;
    const char *may_answer;
} Case;

static const Case cases[] = {
    {"an officer who is none but himself", NULL, "From", "Officer <officer@tmbc.gov.uk>",
     NULL, "", "yes"},
    {"a stranger who is none but himself", STRANGER, "From", "Agent <" STRANGER ">", NULL,
     "sender-not-registered hold", "yes"},
    {"the council's domain and more", "officer@tmbc.gov.uk.evil.example", NULL, NULL, NULL,
     "sender-not-registered hold, sender-lookalike hold", "deceptive"},
    {"an address as the name", STRANGER, "From", "\"officer@tmbc.gov.uk\" <" STRANGER ">",
     NULL, "sender-not-registered hold, from-names-council warning", "deceptive"},
    {"a domain in the name, in capitals", STRANGER, "From", "TMBC.GOV.UK <" STRANGER ">",
     NULL, "sender-not-registered hold, from-names-council warning", "deceptive"},
    {"with wide signs", STRANGER, "From",
     "officer\xef\xbc\xa0tmbc\xef\xbc\x8egov\xef\xbc\x8euk <" STRANGER ">", NULL,
     "sender-not-registered hold, from-names-council warning", "deceptive"},
    {"with a dot behind it", STRANGER, "From", "Officer of tmbc.gov.uk. <" STRANGER ">",
     NULL, "sender-not-registered hold, from-names-council warning", "deceptive"},
    {"in a comment", STRANGER, "From", STRANGER " (for tmbc.gov.uk)", NULL,
     "sender-not-registered hold, from-names-council warning", "deceptive"},
    {"in the local part", "officer%tmbc.gov.uk@evil.example", "From",
     "officer%tmbc.gov.uk@evil.example", NULL,
     "sender-not-registered hold, from-names-council warning", "deceptive"},
    {"a name below the council's is not the council's", STRANGER, "From",
     "x.tmbc.gov.uk <" STRANGER ">", NULL, "sender-not-registered hold", "yes"},
    {"letters before it make another word", STRANGER, "From", "xtmbc.gov.uk <" STRANGER ">",
     NULL, "sender-not-registered hold", "yes"},
    {"a domain of nobody's", STRANGER, "From", "other.example <" STRANGER ">", NULL,
     "sender-not-registered hold", "yes"},
    {"a council names another one: filed, and answered", NULL, "From",
     "\"plans@adur-worthing.gov.uk\" <officer@tmbc.gov.uk>", NULL,
     "from-names-council warning", "yes"},
    {"a stranger's Sender is the council", STRANGER, "Sender", "officer@tmbc.gov.uk", NULL,
     "sender-not-registered hold, council-in-other-field warning", "deceptive"},
    {"a stranger's Reply-To is the council", STRANGER, "Reply-To",
     "Officer <officer@TMBC.gov.uk>", NULL,
     "sender-not-registered hold, council-in-other-field warning", "deceptive"},
    {"a council's Sender is another council", NULL, "Sender", "plans@adur-worthing.gov.uk",
     NULL, "", "yes"},
    {"a group", STRANGER, NULL, NULL, "from-group",
     "sender-not-registered hold, from-group warning", "deceptive"},
    {"a group of a council's officer", NULL, NULL, NULL, "from-group", "from-group warning",
     "yes"},
    {"a torn header", STRANGER, NULL, NULL, "header-torn",
     "sender-not-registered hold, header-unclear warning", "deceptive"},
    {"a council's torn header", NULL, NULL, NULL, "header-torn", "header-unclear warning",
     "yes"},
    {"two kinds of line ends", STRANGER, NULL, NULL, "header-mixed-line-ends",
     "sender-not-registered hold, header-unclear warning", "deceptive"},
    {"a bare CR in the text is no matter", STRANGER, NULL, NULL, "bare-cr",
     "sender-not-registered hold", "yes"},
};

static void write_case(World *world, const Case *at)
{
    const char *domain = at->from != NULL ? strrchr(at->from, '@') + 1 : NULL;
    if (at->from != NULL) {
        world_set_from(world, at->from);
        world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "pass",
                         "header", "from", domain);
    }
    if (at->field != NULL)
        world_add_header(world, at->field, at->value);
    if (at->defect == NULL)
        return;
    const char *const defects[] = {at->defect, NULL};
    g_strfreev(world->message->defects);
    world->message->defects = g_strdupv((char **)defects);
}

static void every_case(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        write_case(world, &cases[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autofree char *findings = world_list_findings(decision);
        if (strcmp(findings, cases[i].findings) != 0 ||
            strcmp(decision->may_answer, cases[i].may_answer) != 0)
            fail_msg("%s: '%s', answer %s", cases[i].name, findings, decision->may_answer);
    }
}

static void set_reply_to(World *world, const char *address)
{
    g_ptr_array_add(world->message->reply_to, lodge_address_new(address, NULL));
}

static void a_councils_answer_that_is_asked_for_elsewhere_is_noted(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    set_reply_to(world, "officer@elsewhere.example");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeFinding *finding = world_find(decision, "reply-to-elsewhere");
    assert_non_null(finding);
    assert_int_equal(finding->severity, LODGE_NOTE);
    assert_string_equal(finding->evidence, "officer@elsewhere.example");
    assert_string_equal(decision->may_answer, "yes");
}

static void a_reply_to_at_home_is_not_worth_a_word(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    set_reply_to(world, "team@tmbc.gov.uk");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_null(world_find(decision, "reply-to-elsewhere"));
}

static void nobody_in_from_is_told_why(void **state)
{
    (void)state;
    static const char *const defects[] = {"from-unclear", NULL};
    g_autoptr(World) world = world_new();
    g_ptr_array_set_size(world->message->from, 0);
    g_strfreev(world->message->defects);
    world->message->defects = g_strdupv((char **)defects);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "sender-not-single hold, from-unclear warning");
    assert_string_equal(decision->may_answer, "no-single-address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(a_councils_answer_that_is_asked_for_elsewhere_is_noted),
        cmocka_unit_test(a_reply_to_at_home_is_not_worth_a_word),
        cmocka_unit_test(nobody_in_from_is_told_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
