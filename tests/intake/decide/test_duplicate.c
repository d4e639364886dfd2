#include "intake/decide/duplicate.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

static void rename_message(World *w)
{
    world_set(&w->message->message_id, "two@tmbc.gov.uk");
}
static void change_sender(World *w)
{
    world_set_from(w, "other@tmbc.gov.uk");
}
static void change_date(World *w)
{
    w->message->date_us += LODGE_SECOND_US;
}
static void change_document(World *w)
{
    world_clear_documents(w);
    world_add_document(w, "Productivity Plan v2.pdf", PDF, 3, PLAN_TEXT);
}
static void add_document(World *w)
{
    world_add_document(w, "annex.pdf", PDF, 1, "annex");
}
static void render_anew(World *w)
{
    world_set(&w->message->subject, "RE: something else");
    world_set(&w->message->body_text, "another text");
    world_clear_hops(w);
    world_add_part(w, "9", LODGE_PART_DECORATION, "image/png", "logo.png");
    world_set(&((LodgePart *)g_ptr_array_index(w->message->parts, 2))->path, "2.7");
}
static void leave_alone(World *w)
{
    (void)w;
}

static void the_key_is_the_same_for_the_same_message_only(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(World *);
        gboolean same;
    } cases[] = {
        {"nothing changed", leave_alone, TRUE},
        {"a server rendered it anew", render_anew, TRUE},
        {"another Message-ID", rename_message, FALSE},
        {"another sender", change_sender, FALSE},
        {"another date", change_date, FALSE},
        {"another document", change_document, FALSE},
        {"one document more", add_document, FALSE},
    };
    g_autoptr(World) first = world_new();
    g_autofree char *key = lodge_decide_content_key(first->message);
    assert_true(lodge_digest_is_valid(key));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) second = world_new();
        cases[i].change(second);
        g_autofree char *other = lodge_decide_content_key(second->message);
        if ((strcmp(key, other) == 0) != cases[i].same)
            fail_msg("%s", cases[i].name);
    }
}

static void the_order_of_the_documents_does_not_matter(void **state)
{
    (void)state;
    g_autoptr(World) first = world_new();
    add_document(first);
    g_autoptr(World) second = world_new();
    world_clear_documents(second);
    add_document(second);
    world_add_document(second, "Productivity Plan.pdf", PDF, 3, PLAN_TEXT);
    g_autofree char *one = lodge_decide_content_key(first->message);
    g_autofree char *two = lodge_decide_content_key(second->message);
    assert_string_equal(one, two);
}

static void mail_without_id_or_document_is_told_apart_by_subject_and_text(void **state)
{
    (void)state;
    g_autoptr(World) first = world_new();
    g_autoptr(World) second = world_new();
    World *both[] = {first, second};
    for (gsize i = 0; i < 2; i++) {
        world_clear_documents(both[i]);
        world_set(&both[i]->message->message_id, NULL);
    }
    g_autofree char *one = lodge_decide_content_key(first->message);
    g_autofree char *two = lodge_decide_content_key(second->message);
    assert_string_equal(one, two);
    world_set(&second->message->subject, "Another question");
    g_autofree char *three = lodge_decide_content_key(second->message);
    assert_string_not_equal(one, three);
    LodgePart *body = g_ptr_array_index(first->message->parts, 1);
    lodge_digest_compute("x", 1, body->sha256);
    g_autofree char *four = lodge_decide_content_key(first->message);
    assert_string_not_equal(one, four);
}

static void the_same_message_again_is_a_duplicate_without_receipt(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_past(world->history->same_content, "PP24-000001-A", TONBRIDGE, 1,
                   "2024-07-01T00:00:00Z")
        ->receipts = 1;
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_DUPLICATE);
    assert_string_equal(decision->duplicate_of, "PP24-000001-A");
    assert_string_equal(decision->may_answer, "duplicate");
    assert_int_equal(decision->receipts->len, 0);
    assert_int_equal(decision->version, 0);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "duplicate note");
}

/* Who copies a mail ahead of its sender must not silence them. */
static void a_copy_is_a_duplicate_only_of_what_was_filed_or_answered(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        guint past_receipts;
        gboolean password; /* the plan cannot be opened: held on its own merits */
        gboolean proven;
        LodgeOutcome outcome;
    } cases[] = {
        {"a good mail after a held copy that was not answered", 0, FALSE, TRUE,
         LODGE_ACCEPTED},
        {"a good mail after a held copy that was answered", 1, FALSE, TRUE, LODGE_ACCEPTED},
        {"a faulty mail after a copy that was not answered", 0, TRUE, TRUE, LODGE_HELD},
        {"a faulty mail after a copy that was answered", 1, TRUE, TRUE, LODGE_DUPLICATE},
        {"an unproven mail after a copy that was not answered", 0, FALSE, FALSE,
         LODGE_DUPLICATE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        world_add_past(world->history->same_content, "PP24-000001-A", TONBRIDGE, 0,
                       "2024-07-01T00:00:00Z");
        LodgePast *past = g_ptr_array_index(world->history->same_content, 0);
        past->receipts = cases[i].past_receipts;
        LodgeDocumentFacts *plan = g_ptr_array_index(world->reading->documents, 0);
        if (cases[i].password)
            plan->encrypted = LODGE_ENCRYPTED_PASSWORD;
        if (!cases[i].proven)
            g_ptr_array_set_size(world->message->authentication_results, 0);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (decision->outcome != cases[i].outcome)
            fail_msg("%s: %s", cases[i].name, lodge_outcome_format(decision->outcome));
    }
}

static void a_message_that_cannot_be_read_is_never_a_duplicate(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world->message->parseable = FALSE;
    world_add_past(world->history->same_content, "PP24-000001-A", NULL, 0, NULL);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_HELD);
    assert_null(decision->duplicate_of);
}

static void what_cannot_be_recognised_is_never_a_duplicate(void **state)
{
    (void)state;
    g_autoptr(World) bare = world_new();
    world_clear_documents(bare);
    world_set(&bare->message->message_id, NULL);
    world_set(&bare->message->subject, NULL);
    g_ptr_array_set_size(bare->message->parts, 0);
    g_autoptr(World) cut = world_new();
    g_strfreev(cut->message->limits_hit);
    cut->message->limits_hit = g_strsplit("header-fields", " ", -1);
    World *both[] = {bare, cut};
    for (gsize i = 0; i < 2; i++) {
        world_add_past(both[i]->history->same_content, "PP24-000001-A", TONBRIDGE, 1,
                       "2024-07-01T00:00:00Z");
        g_autoptr(LodgeDecision) decision = world_decide(both[i]);
        assert_null(decision->duplicate_of);
    }
}

static void what_was_read_in_part_is_never_set_aside(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    g_ptr_array_set_size(world->message->from, 0);
    world->message->from_fields = 0;
    world_set(&world->message->subject, NULL);
    world_set(&world->message->body_text, NULL);
    g_strfreev(world->message->limits_hit);
    world->message->limits_hit = g_strsplit("header-fields", " ", -1);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_HELD);
    g_autofree char *findings = world_list_findings(decision);
    assert_non_null(strstr(findings, "message-read-in-part"));
}

static void versions_are_counted_for_the_council_alone(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    GPtrArray *council = world->history->council;
    world_add_past(council, "PP24-000001-A", TONBRIDGE, 1, "2024-07-01T00:00:00Z");
    world_add_past(council, "PP24-000002-B", ADUR, 7, "2024-07-02T00:00:00Z");
    world_add_past(council, "PP24-000003-C", TONBRIDGE, 0, "2024-07-19T00:00:00Z");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->version, 2);
    assert_true(decision->current);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "new-version note");
}

static void current_is_what_was_received_last_whatever_was_processed_first(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_past(world->history->council, "PP24-000001-A", TONBRIDGE, 1,
                   "2024-07-18T10:00:03Z");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->version, 2);
    assert_false(decision->current);
    assert_non_null(world_find(decision, "older-version"));
}

static void of_two_received_in_the_same_second_the_later_filed_is_current(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_past(world->history->council, "PP24-000001-A", TONBRIDGE, 1,
                   "2024-07-18T10:00:02Z");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_true(decision->current);
}

static void a_held_message_has_no_version(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_results(world);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_HELD);
    assert_int_equal(decision->version, 0);
    assert_false(decision->current);
}

static void a_message_id_used_again_for_other_content_is_noted(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    LodgePast *past = world_add_past(world->history->council, "PP24-000001-A", TONBRIDGE, 1,
                                     "2024-07-01T00:00:00Z");
    world_set(&past->message_id, world->message->message_id);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
    assert_non_null(world_find(decision, "message-id-reused"));
}

static LodgePast *file_copy(World *world, const char *timeliness, guint receipts)
{
    LodgePast *past = world_add_past(world->history->same_content, "PP24-000009-X",
                                     TONBRIDGE, 1, "2024-07-18T09:00:00Z");
    world_set(&past->outcome, "accepted");
    world_set(&past->timeliness, timeliness);
    past->receipts = receipts;
    return past;
}

/* A mailing list passed it on first: its author has heard nothing, and is told now. */
static void a_copy_of_what_was_never_answered_is_answered_once(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    LodgePast *past = file_copy(world, "on-time", 0);
    g_autoptr(LodgeDecision) first = world_decide(world);
    assert_int_equal(first->outcome, LODGE_DUPLICATE);
    assert_string_equal(first->may_answer, "yes");
    const LodgeReceiptContent *receipt = g_ptr_array_index(first->receipts, 0);
    assert_string_equal(receipt->kind, "decision");
    assert_non_null(strstr(receipt->text, "is on file as"));
    assert_non_null(strstr(receipt->text, "PP24-000009-X"));
    assert_non_null(strstr(receipt->text, "It arrived on time."));
    past->receipts = 1;
    g_autoptr(LodgeDecision) second = world_decide(world);
    assert_string_equal(second->may_answer, "duplicate");
    assert_int_equal(second->receipts->len, 0);
}

/* What was filed as late by its late copy must not stay late because that one was read first. */
static void a_copy_that_came_in_time_is_held_beside_the_late_one(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    file_copy(world, "late", 1);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_HELD);
    assert_int_equal(decision->timeliness, LODGE_ON_TIME);
    assert_non_null(world_find(decision, "copy-in-time"));
    assert_null(decision->duplicate_of);
}

/* A placeholder stands for what has come whole by now, and for nothing else. */
static void the_whole_mail_takes_the_place_of_a_placeholder(void **state)
{
    (void)state;
    static const struct {
        const char *name, *council, *message_id, *documents;
        guint version, receipts;
        gboolean is_whole;
    } cases[] = {
        {"filed", TONBRIDGE, "1@tmbc.gov.uk", "aa", 1, 0, TRUE},
        {"held, and answered", TONBRIDGE, "1@tmbc.gov.uk", "aa", 0, 1, TRUE},
        {"held, and not answered: perhaps a forger's", TONBRIDGE, "1@tmbc.gov.uk", "aa", 0,
         0, FALSE},
        {"another council's", ADUR, "1@tmbc.gov.uk", "aa", 1, 1, FALSE},
        {"another mail", TONBRIDGE, "2@tmbc.gov.uk", "aa", 1, 1, FALSE},
        {"another placeholder", TONBRIDGE, "1@tmbc.gov.uk", "", 0, 1, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        world_clear_documents(world);
        world_set(&world->message->message_id, "1@tmbc.gov.uk");
        world_add_part(world, "2", LODGE_PART_MESSAGE, "message/rfc822",
                       "Safe Attachments Scan In Progress");
        LodgePast *past = world_add_past(world->history->same_id, "PP24-000001-A",
                                         cases[i].council, cases[i].version, NULL);
        world_set(&past->message_id, cases[i].message_id);
        past->receipts = cases[i].receipts;
        g_strfreev(past->documents);
        past->documents = g_strsplit(cases[i].documents, " ", -1);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if ((decision->outcome == LODGE_DUPLICATE) != cases[i].is_whole)
            fail_msg("%s: %s", cases[i].name, lodge_outcome_format(decision->outcome));
        assert_int_equal(world_find(decision, "completed") != NULL, cases[i].is_whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_mail_takes_the_place_of_a_placeholder),
        cmocka_unit_test(the_key_is_the_same_for_the_same_message_only),
        cmocka_unit_test(the_order_of_the_documents_does_not_matter),
        cmocka_unit_test(mail_without_id_or_document_is_told_apart_by_subject_and_text),
        cmocka_unit_test(the_same_message_again_is_a_duplicate_without_receipt),
        cmocka_unit_test(a_copy_is_a_duplicate_only_of_what_was_filed_or_answered),
        cmocka_unit_test(what_cannot_be_recognised_is_never_a_duplicate),
        cmocka_unit_test(what_was_read_in_part_is_never_set_aside),
        cmocka_unit_test(a_message_that_cannot_be_read_is_never_a_duplicate),
        cmocka_unit_test(versions_are_counted_for_the_council_alone),
        cmocka_unit_test(current_is_what_was_received_last_whatever_was_processed_first),
        cmocka_unit_test(of_two_received_in_the_same_second_the_later_filed_is_current),
        cmocka_unit_test(a_held_message_has_no_version),
        cmocka_unit_test(a_copy_of_what_was_never_answered_is_answered_once),
        cmocka_unit_test(a_copy_that_came_in_time_is_held_beside_the_late_one),
        cmocka_unit_test(a_message_id_used_again_for_other_content_is_noted),
    };
    return cmocka_run_group_tests_name("intake/decide/duplicate", tests, NULL, NULL);
}
