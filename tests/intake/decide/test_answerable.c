#include "intake/decide/answerable.h"
#include "intake/decide/automatic.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *name;
    const char *field, *value; /* header to add, or NULL */
    const char *from;          /* sender, proven; NULL: the officer */
    const char *expected;
} Case;

static const Case cases[] = {
    {"an ordinary mail", NULL, NULL, NULL, "yes"},
    {"Auto-Submitted: no is a person", "Auto-Submitted", "no", NULL, "yes"},
    {"No in capitals with a comment", "auto-submitted", "NO (by hand)", NULL, "yes"},
    {"Auto-Submitted: auto-replied", "Auto-Submitted", "auto-replied; owner-email=x@y",
     NULL, "auto-submitted"},
    {"an unknown keyword is a machine, too", "Auto-Submitted", "x-robot", NULL,
     "auto-submitted"},
    {"Precedence: bulk", "Precedence", "bulk", NULL, "precedence"},
    {"Precedence: Junk", "Precedence", "Junk", NULL, "precedence"},
    {"Precedence: first-class is a person", "Precedence", "first-class", NULL, "yes"},
    {"a mailing list", "List-Id", "<all.tmbc.gov.uk>", NULL, "mailing-list"},
    {"a newsletter", "List-Unsubscribe", "<https://x>", NULL, "mailing-list"},
    {"X-Auto-Response-Suppress: All", "X-Auto-Response-Suppress", "All", NULL,
     "auto-response-suppress"},
    {"X-Auto-Response-Suppress: DR, OOF", "X-Auto-Response-Suppress", "DR, OOF", NULL,
     "auto-response-suppress"},
    {"no delivery and read receipts, please: ours is neither", "X-Auto-Response-Suppress",
     "DR, RN, NRN", NULL, "yes"},
    {"our own loop header", "X-Intake-Loop", "intake.dept.gov.uk", NULL, "loop"},
    {"our own help address", NULL, NULL, "plans-help@dept.gov.uk", "loop"},
    {"MAILER-DAEMON", NULL, NULL, "MAILER-DAEMON@tmbc.gov.uk", "system-address"},
    {"postmaster", NULL, NULL, "postmaster@tmbc.gov.uk", "system-address"},
    {"no-reply with a tail", NULL, NULL, "no-reply-planning@tmbc.gov.uk", "system-address"},
    {"a list's request address", NULL, NULL, "members-request@tmbc.gov.uk",
     "system-address"},
    {"a list's owner", NULL, NULL, "owner-members@tmbc.gov.uk", "system-address"},
    {"Norbert Oreply is a person", NULL, NULL, "n.oreply@tmbc.gov.uk", "yes"},
    {"an address with a quoted part is not written to", NULL, NULL, "\"a b\"@tmbc.gov.uk",
     "address-unusable"},
    {"nor one with angle brackets", NULL, NULL, "a>b@tmbc.gov.uk", "address-unusable"},
    {"nor one with a bare line end", NULL, NULL, "a\nb@tmbc.gov.uk", "address-unusable"},
    {"nor one with letters that SMTP has no way to carry", NULL, NULL,
     "m\u00fcller@tmbc.gov.uk", "address-unusable"},
    {"nor one with a line end", NULL, NULL, "a\r\nBcc: x@tmbc.gov.uk", "address-unusable"},
};

static void check_case(const Case *at)
{
    g_autoptr(World) world = world_new();
    if (at->field != NULL)
        world_add_header(world, at->field, at->value);
    if (at->from != NULL) {
        const char *domain = strrchr(at->from, '@') + 1;
        world_set_from(world, at->from);
        world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "pass",
                         "header", "from", domain);
    }
    g_autoptr(LodgeDecision) decision = world_decide(world);
    if (strcmp(decision->may_answer, at->expected) != 0)
        fail_msg("%s: %s", at->name, decision->may_answer);
    guint receipts = strcmp(at->expected, "yes") == 0 ? 1 : 0;
    if (decision->receipts->len != receipts)
        fail_msg("%s: %u receipts", at->name, decision->receipts->len);
}

static void we_answer_people_who_are_who_they_say(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

static void what_is_automatic_is_filed_all_the_same(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_header(world, "Auto-Submitted", "auto-generated");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
    assert_int_equal(decision->receipts->len, 0);
}

static void a_null_return_path_is_not_answered_but_an_absent_one_is(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_set(&world->message->return_path, "");
    g_autoptr(LodgeDecision) null = world_decide(world);
    assert_string_equal(null->may_answer, "null-return-path");
    world_set(&world->message->return_path, NULL);
    g_autoptr(LodgeDecision) absent = world_decide(world);
    assert_string_equal(absent->may_answer, "yes");
}

static void a_forger_and_an_unproven_sender_get_no_answer(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_results(world);
    g_autoptr(LodgeDecision) unproven = world_decide(world);
    assert_string_equal(unproven->may_answer, "unproven");
    world_add_method(world_add_results(world, 0, "mx.dept.gov.uk"), "dmarc", "fail",
                     "header", "from", "tmbc.gov.uk");
    g_autoptr(LodgeDecision) forged = world_decide(world);
    assert_string_equal(forged->may_answer, "forged");
    assert_int_equal(forged->receipts->len, 0);
}

static void the_answer_goes_to_from_and_never_to_reply_to(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_ptr_array_add(world->message->reply_to, lodge_address_new("evil@example.com", NULL));
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
    assert_string_equal(receipt->to, "officer@tmbc.gov.uk");
}

static void a_question_without_document_or_call_is_left_to_a_person(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_set(&world->message->subject, "A question");
    world_set(&world->message->body_text, "How are you?");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_HELD);
    assert_string_equal(decision->may_answer, "nothing-to-answer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(we_answer_people_who_are_who_they_say),
        cmocka_unit_test(what_is_automatic_is_filed_all_the_same),
        cmocka_unit_test(a_null_return_path_is_not_answered_but_an_absent_one_is),
        cmocka_unit_test(a_forger_and_an_unproven_sender_get_no_answer),
        cmocka_unit_test(the_answer_goes_to_from_and_never_to_reply_to),
        cmocka_unit_test(a_question_without_document_or_call_is_left_to_a_person),
    };
    return cmocka_run_group_tests_name("intake/decide/answerable", tests, NULL, NULL);
}
