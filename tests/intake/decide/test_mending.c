#include "intake/decide/mending.h"

#include "parsers/text/reference.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define ON_TIME "2024-07-18T09:00:00Z"

/* A real reference: its check character must be right to be found in a subject. */
static char *reference(guint64 number)
{
    return lodge_reference_format("PP24", number);
}

static LodgePast *add_held(World *world, guint64 number, const char *received)
{
    g_autofree char *name = reference(number);
    LodgePast *past = world_add_past(world->history->council, name, TONBRIDGE, 0, received);
    g_autofree char *id = g_strdup_printf("held-%u@tmbc.gov.uk", (guint)number);
    world_set(&past->message_id, id);
    g_strfreev(past->documents);
    past->documents = g_strsplit("5e11", " ", -1);
    return past;
}

static void reply_to(World *world, const char *id)
{
    g_strfreev(world->message->in_reply_to);
    world->message->in_reply_to = g_strsplit(id, " ", -1);
}

/* The border's clock and the mailbox's agree. */
static void arrive(World *world, const char *when)
{
    world_clear_hops(world);
    world_add_hop(world, 1, BORDER, OUTSIDE, "ESMTPS", when);
    world->evidence->internaldate_us = world_instant(when);
}

/* ---- which one ---- */

static void in_reply(World *w)
{
    add_held(w, 1, ON_TIME);
    reply_to(w, "held-1@tmbc.gov.uk");
}
static void in_reply_to_its_receipt(World *w)
{
    add_held(w, 1, ON_TIME);
    g_autofree char *name = reference(1);
    g_autofree char *id = g_strdup_printf("x@y receipt.%s.1@INTAKE.dept.gov.uk", name);
    reply_to(w, id);
}
static void by_references(World *w)
{
    add_held(w, 1, ON_TIME);
    g_strfreev(w->message->references);
    w->message->references = g_strsplit("x@y held-1@tmbc.gov.uk", " ", -1);
}
static void in_reply_to_a_receipt_of_another_gateway(World *w)
{
    add_held(w, 1, ON_TIME);
    g_autofree char *name = reference(1);
    g_autofree char *id = g_strdup_printf("receipt.%s.1@intake.other.gov.uk", name);
    reply_to(w, id);
}
static void subject_names(World *w)
{
    add_held(w, 1, ON_TIME);
    g_autofree char *name = reference(1);
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *subject = g_strdup_printf("RE: Auto: Received %s: our plan", lower);
    world_set(&w->message->subject, subject);
}
static void subject_with_a_wrong_check_character(World *w)
{
    subject_names(w);
    gsize length = strlen(w->message->subject);
    char *check = w->message->subject + length - strlen("x: our plan");
    *check = *check == 'a' ? 'b' : 'a';
}
static void same_council_that_was_told(World *w)
{
    add_held(w, 1, ON_TIME)->receipts = 1;
}
static void same_council_that_was_not_told(World *w)
{
    add_held(w, 1, ON_TIME);
}
static void same_council_that_only_asked(World *w)
{
    LodgePast *past = add_held(w, 1, ON_TIME);
    past->receipts = 1;
    g_strfreev(past->documents);
    past->documents = g_new0(char *, 1);
}
static void answer_to_a_question(World *w)
{
    same_council_that_only_asked(w);
    reply_to(w, "held-1@tmbc.gov.uk");
}
static void same_council_that_has_filed_since(World *w)
{
    add_held(w, 1, ON_TIME)->receipts = 1;
    world_add_past(w->history->council, "PP24-000002-X", TONBRIDGE, 1,
                   "2024-07-18T09:30:00Z");
}
static void same_council_that_had_filed_before(World *w)
{
    world_add_past(w->history->council, "PP24-000002-X", TONBRIDGE, 1,
                   "2024-07-18T08:30:00Z");
    add_held(w, 1, ON_TIME)->receipts = 1;
}
static void reply_though_filed_since(World *w)
{
    same_council_that_has_filed_since(w);
    reply_to(w, "held-1@tmbc.gov.uk");
}
static void rejected(World *w)
{
    in_reply(w);
    LodgePast *past = g_ptr_array_index(w->history->council, 0);
    world_set(&past->outcome, "rejected");
}
static void a_filed_one(World *w)
{
    world_add_past(w->history->council, "PP24-000001-X", TONBRIDGE, 1, ON_TIME);
    LodgePast *past = g_ptr_array_index(w->history->council, 0);
    world_set(&past->message_id, "held-1@tmbc.gov.uk");
    reply_to(w, "held-1@tmbc.gov.uk");
}
static void of_another_council(World *w)
{
    in_reply(w);
    LodgePast *past = g_ptr_array_index(w->history->council, 0);
    world_set(&past->council, ADUR);
}
static void later_than_this_one(World *w)
{
    in_reply(w);
    LodgePast *past = g_ptr_array_index(w->history->council, 0);
    past->received_us = world_instant("2024-07-19T09:00:00Z");
}
static void without_a_document(World *w)
{
    in_reply(w);
    world_clear_documents(w);
    world_add_part(w, "2", LODGE_PART_DECORATION, "image/png", "logo.png");
}
static void unproven(World *w)
{
    in_reply(w);
    world_clear_results(w);
}
static void by_a_machine(World *w)
{
    in_reply(w);
    world_add_header(w, "Auto-Submitted", "auto-generated");
}
static void the_same_content_again(World *w)
{
    in_reply(w);
    g_autofree char *name = reference(1);
    world_add_past(w->history->same_content, name, TONBRIDGE, 0, ON_TIME);
}
static void a_copy_of_what_is_filed(World *w)
{
    in_reply(w);
    world_add_past(w->history->same_content, "PP24-000002-X", TONBRIDGE, 1, ON_TIME);
}

static void a_message_mends_what_it_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(World *);
        const char *by; /* NULL: mends nothing */
    } cases[] = {
        {"a reply to the held message", in_reply, "reply"},
        {"a reply to its receipt", in_reply_to_its_receipt, "reply"},
        {"named in References", by_references, "reply"},
        {"a receipt of another gateway", in_reply_to_a_receipt_of_another_gateway, NULL},
        {"the reference in the subject, in lower case", subject_names, "reference"},
        {"a misread reference", subject_with_a_wrong_check_character, NULL},
        {"the same council, which was told", same_council_that_was_told, "council"},
        {"the same council, never told", same_council_that_was_not_told, NULL},
        {"the same council, which had only asked", same_council_that_only_asked, NULL},
        {"an answer that brings what was missing", answer_to_a_question, "reply"},
        {"the same council, which has filed since", same_council_that_has_filed_since,
         NULL},
        {"the same council, which had filed before", same_council_that_had_filed_before,
         "council"},
        {"a reply, though something was filed since", reply_though_filed_since, "reply"},
        {"a rejected message", rejected, "reply"},
        {"what is filed is not mended but followed", a_filed_one, NULL},
        {"another council's message", of_another_council, NULL},
        {"a message that came later", later_than_this_one, NULL},
        {"a reply with a logo and no document", without_a_document, NULL},
        {"an unproven sender", unproven, NULL},
        {"a machine", by_a_machine, NULL},
        {"the same content again", the_same_content_again, NULL},
        {"a copy of what is filed", a_copy_of_what_is_filed, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        cases[i].change(world);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const char *by = decision->mends == NULL ? NULL : decision->mends->by;
        if (g_strcmp0(by, cases[i].by) != 0)
            fail_msg("%s: %s", cases[i].name, by == NULL ? "mends nothing" : by);
        if ((by != NULL) != (decision->kind == LODGE_KIND_MENDING) ||
            (by != NULL) != (world_find(decision, "mends") != NULL))
            fail_msg("%s: kind %s", cases[i].name, lodge_kind_format(decision->kind));
    }
}

static void a_reply_counts_before_a_reference_and_the_first_is_the_original(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    add_held(world, 1, "2024-07-17T08:00:00Z")->receipts = 1;
    add_held(world, 2, "2024-07-18T08:00:00Z")->receipts = 1;
    add_held(world, 3, ON_TIME)->receipts = 1;
    g_autofree char *first = reference(1);
    g_autofree char *second = reference(2);
    g_autofree char *third = reference(3);
    g_autoptr(LodgeDecision) council = world_decide(world);
    assert_string_equal(council->mends->reference, first);
    world_set(&world->message->subject, third);
    g_autoptr(LodgeDecision) named = world_decide(world);
    assert_string_equal(named->mends->reference, third);
    reply_to(world, "held-2@tmbc.gov.uk");
    g_autoptr(LodgeDecision) replied = world_decide(world);
    assert_string_equal(replied->mends->reference, second);
}

static void mending_ends_with_the_last_microsecond_of_the_days(void **state)
{
    (void)state;
    static const struct {
        const char *days, *arrives;
        gboolean mends;
    } cases[] = {{"14", "2024-08-01T09:00:00Z", TRUE},
                 {"14", "2024-08-01T09:00:01Z", FALSE},
                 {"1", "2024-07-19T09:00:00Z", TRUE},
                 {"1", "2024-07-19T09:00:01Z", FALSE},
                 {"0", "2024-07-18T09:00:01Z", FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WorldRules rules = {.mend_days = cases[i].days};
        g_autoptr(World) world = world_new_with(&rules);
        in_reply(world);
        arrive(world, cases[i].arrives);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if ((decision->mends != NULL) != cases[i].mends)
            fail_msg("%s days, %s", cases[i].days, cases[i].arrives);
    }
}

/* ---- which time counts ---- */

typedef struct {
    const char *name;
    const char *counts;
    const char *original, *timeliness; /* of the held message, as it was stored */
    const char *arrives;               /* the one that mends */
    LodgeTimeliness own, expected;
    LodgeOutcome outcome; /* where late is rejected */
} TimeCase;

#define BEFORE "2024-07-19T22:59:59Z"
#define AFTER "2024-07-19T23:00:00Z"

static const TimeCase times[] = {
    {"both on time", "own", ON_TIME, "on-time", BEFORE, LODGE_ON_TIME, LODGE_ON_TIME,
     LODGE_ACCEPTED},
    {"mended late, and its own time counts", "own", ON_TIME, "on-time", AFTER, LODGE_LATE,
     LODGE_LATE, LODGE_REJECTED},
    {"mended late, and the original's time counts", "original", ON_TIME, "on-time", AFTER,
     LODGE_LATE, LODGE_ON_TIME, LODGE_ACCEPTED},
    {"both late", "original", AFTER, "late", "2024-07-20T09:00:00Z", LODGE_LATE, LODGE_LATE,
     LODGE_REJECTED},
    {"a chain: the held one was itself late and counted as on time", "original", AFTER,
     "on-time", "2024-07-20T09:00:00Z", LODGE_LATE, LODGE_LATE, LODGE_REJECTED},
    {"the original's clocks disagreed", "original", ON_TIME, "undetermined", AFTER,
     LODGE_LATE, LODGE_UNDETERMINED, LODGE_HELD},
    {"on time by itself, whatever the original", "original", ON_TIME, "undetermined",
     BEFORE, LODGE_ON_TIME, LODGE_ON_TIME, LODGE_ACCEPTED},
    {"the original came before the call opened", "original", "2024-04-15T22:59:59Z",
     "not-open", "2024-04-16T09:00:00Z", LODGE_ON_TIME, LODGE_ON_TIME, LODGE_ACCEPTED},
};

static void both_times_are_kept_and_the_call_says_which_counts(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
        const TimeCase *at = &times[i];
        WorldRules rules = {.mend_counts = at->counts, .late_policy = "reject"};
        g_autoptr(World) world = world_new_with(&rules);
        LodgePast *past = add_held(world, 1, at->original);
        world_set(&past->timeliness, at->timeliness);
        reply_to(world, "held-1@tmbc.gov.uk");
        arrive(world, at->arrives);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (decision->timeliness != at->expected || decision->mends->own != at->own ||
            decision->outcome != at->outcome)
            fail_msg("%s: %s, own %s, %s", at->name,
                     lodge_timeliness_format(decision->timeliness),
                     lodge_timeliness_format(decision->mends->own),
                     lodge_outcome_format(decision->outcome));
        assert_int_equal(decision->mends->received_us, past->received_us);
        assert_int_equal(decision->received->instant_us, world_instant(at->arrives));
    }
}

static void the_receipt_says_so(void **state)
{
    (void)state;
    WorldRules rules = {.mend_counts = "original"};
    g_autoptr(World) world = world_new_with(&rules);
    in_reply(world);
    arrive(world, AFTER);
    g_autofree char *name = reference(1);
    g_autofree char *counted = g_strdup_printf("because it mends\n%s.", name);
    g_autofree char *evidence = g_strdup_printf("\"mends\":\"%s\"", name);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->receipts->len, 1);
    const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
    assert_non_null(strstr(receipt->text, "It arrived late, but it counts as on time,"));
    assert_non_null(strstr(receipt->text, counted));
    assert_non_null(strstr(receipt->text, "Thursday 18 July\n  2024 at 10:00:00 BST"));
    assert_null(strstr(receipt->text, "It arrived on time."));
    assert_non_null(strstr(receipt->evidence, evidence));
}

static void the_decision_keeps_both_instants(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    in_reply(world);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autoptr(GBytes) bytes = lodge_decision_format(decision);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_autofree char *name = reference(1);
    g_autofree char *mends = g_strdup_printf(
        "\"mends\":{\"reference\":\"%s\",\"by\":\"reply\",\"received\":\"2024-07-18T09:00:00",
        name);
    assert_non_null(strstr(text, mends));
    assert_non_null(strstr(text, "\"own_timeliness\":\"on-time\",\"counts\":\"own\""));
    assert_non_null(strstr(text, "\"kind\":\"mending\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_mends_what_it_names),
        cmocka_unit_test(a_reply_counts_before_a_reference_and_the_first_is_the_original),
        cmocka_unit_test(mending_ends_with_the_last_microsecond_of_the_days),
        cmocka_unit_test(both_times_are_kept_and_the_call_says_which_counts),
        cmocka_unit_test(the_receipt_says_so),
        cmocka_unit_test(the_decision_keeps_both_instants),
    };
    return cmocka_run_group_tests_name("intake/decide/mending", tests, NULL, NULL);
}
