#include "intake/decide/notice.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define CONTACT "chief.executive@tmbc.gov.uk"

typedef struct {
    const char *name;
    void (*change)(
        World *
            world); /* of a day on which the officer's mail is proven by nothing; NULL: nothing */
    gboolean told;
} Case;

static LodgeBody *body_of(World *world)
{
    return (LodgeBody *)lodge_register_find(world->rules->reg, TONBRIDGE);
}

static void forge(World *world)
{
    world_add_method(world_add_results(world, 0, BORDER), "dmarc", "fail", "header", "from",
                     "tmbc.gov.uk");
}
static void prove(World *world)
{
    world_add_method(world_add_results(world, 0, BORDER), "dmarc", "pass", "header", "from",
                     "tmbc.gov.uk");
}
static void never(World *world)
{
    world->rules->tell_contact = LODGE_TELL_NEVER;
}
static void told_before(World *world)
{
    world->history->notices = 1;
}
static void daily_after_days(World *world)
{
    world->rules->tell_contact = LODGE_TELL_DAILY;
    world->history->notices = 3;
}
static void daily_after_hours(World *world)
{
    daily_after_days(world);
    world->history->notices_of_day = 1;
}
static void no_contact(World *world)
{
    world_set(&body_of(world)->contact, NULL);
}
static void contact_is_ours(World *world)
{
    world_set(&body_of(world)->contact, "plans-help@dept.gov.uk");
}
static void contact_is_nobody(World *world)
{
    world_set(&body_of(world)->contact, "no-reply@tmbc.gov.uk");
}
static void two_councils(World *world)
{
    world_set_from(world, "plans@adur-worthing.gov.uk");
}
static void stranger(World *world)
{
    world_set_from(world, "agent@evil.example");
}
static void decided_before(World *world)
{
    world->history->previous = lodge_past_new();
}
static void still_pending(World *world)
{
    world_set(&world->evidence->our_fault, "reader-unavailable");
    world->evidence->pending = TRUE;
}
static void absent(World *world)
{
    world_clear_documents(world);
    world_add_header(world, "Auto-Submitted", "auto-replied");
}
static void nothing_said(World *world)
{
    world_clear_documents(world);
    world_set(&world->message->subject, "Hello");
    world_set(&world->message->body_text, "Hello.");
}

static const Case cases[] = {
    {"unproven", NULL, TRUE},
    {"forged", forge, TRUE},
    {"proven", prove, FALSE},
    {"the settings tell nobody", never, FALSE},
    {"told in this call already", told_before, FALSE},
    {"told days ago, and daily", daily_after_days, TRUE},
    {"told hours ago, and daily", daily_after_hours, FALSE},
    {"the register has nobody to tell", no_contact, FALSE},
    {"the contact is ourselves", contact_is_ours, FALSE},
    {"nobody reads at the contact's address", contact_is_nobody, FALSE},
    {"two councils come into question", two_councils, FALSE},
    {"no council does", stranger, FALSE},
    {"decided again", decided_before, FALSE},
    {"not decided yet", still_pending, FALSE},
    {"a machine sent it", absent, FALSE},
    {"no document, and nothing about the call", nothing_said, FALSE},
};

static World *unproven_world(void)
{
    World *world = world_new();
    world_clear_results(world);
    world_set(&body_of(world)->contact, CONTACT);
    world->rules->tell_contact = LODGE_TELL_ONCE;
    return world;
}

static void every_case(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = unproven_world();
        if (cases[i].change != NULL)
            cases[i].change(world);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if ((decision->notice != NULL) != cases[i].told)
            fail_msg("%s", cases[i].name);
        if (cases[i].told)
            assert_int_equal(decision->receipts->len, 0);
    }
}

/* A stranger's words go out to the council as text and nothing else. */
static void it_is_a_mail_of_ours_to_the_contact_alone(void **state)
{
    (void)state;
    g_autoptr(World) world = unproven_world();
    world_set(&world->message->subject, "Plan\r\nBcc: victim@example.org");
    world_set(&world->message->body_text,
              "SECRET TEXT OF THE STRANGER: our Productivity Plan");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *notice = decision->notice;
    assert_non_null(notice);
    assert_string_equal(decision->may_answer, "unproven");
    assert_string_equal(notice->kind, "notice");
    assert_string_equal(notice->id, "PP24-000123-K.0");
    assert_string_equal(notice->to, CONTACT);
    assert_string_equal(notice->message_id, "receipt.PP24-000123-K.0@intake.dept.gov.uk");
    assert_null(notice->in_reply_to);
    assert_null(notice->references[0]);
    assert_null(strpbrk(notice->subject, "\r\n"));
    assert_null(strstr(notice->text, "SECRET"));
    assert_null(strstr(notice->evidence, "SECRET"));
    assert_non_null(strstr(notice->text, "nothing shows that it came from you"));
    assert_non_null(strstr(notice->text, "officer@tmbc.gov.uk"));
    assert_non_null(strstr(notice->text, "Productivity Plan.pdf"));
    assert_non_null(strstr(notice->text, "PP24-000123-K"));
    assert_non_null(strstr(notice->text, "If it is not yours"));
}

static void equal_inputs_give_equal_bytes(void **state)
{
    (void)state;
    g_autoptr(World) world = unproven_world();
    g_autoptr(LodgeDecision) first = world_decide(world);
    g_autoptr(LodgeDecision) second = world_decide(world);
    g_autoptr(GBytes) one = lodge_decision_format(first);
    g_autoptr(GBytes) other = lodge_decision_format(second);
    assert_true(g_bytes_equal(one, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(it_is_a_mail_of_ours_to_the_contact_alone),
        cmocka_unit_test(equal_inputs_give_equal_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
