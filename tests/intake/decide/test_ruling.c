/* What a person decides: settled is what was ruled on, and nothing else. */
#include "intake/decide/ruling.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

static LodgeRuling *rule(World *world, LodgeRulingAction action)
{
    LodgeRuling *ruling = lodge_ruling_new(action);
    ruling->actor = g_strdup("alice");
    ruling->reason = g_strdup("secret reason");
    ruling->at_us = world_instant("2024-07-19T09:00:00Z");
    world->evidence->ruling = ruling;
    return ruling;
}

/* ---- the ordinary world, changed so that a person must look ---- */

static void as_it_is(World *world)
{
    (void)world;
}

static void nobody_proven(World *world)
{
    world_clear_results(world);
}

static void a_stranger(World *world)
{
    world_set_from(world, "jo@personal.example");
    world_clear_results(world);
    LodgeAuthenticationResults *results = world_add_results(world, 0, BORDER);
    world_add_method(results, "dmarc", "pass", "header", "from", "personal.example");
}

static void a_password(World *world)
{
    world_clear_documents(world);
    LodgeDocumentFacts *facts = world_add_document(world, "plan.pdf", PDF, 3, PLAN_TEXT);
    facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
}

static void two_plans(World *world)
{
    world_add_document(world, "plan two.pdf", PDF, 4, PLAN_TEXT);
}

static void out_of_office(World *world)
{
    world_clear_documents(world);
    world_add_header(world, "Auto-Submitted", "auto-replied");
}

static void clocks_straddle(World *world)
{
    world_clear_hops(world);
    world_add_hop(world, 0, BORDER, OUTSIDE, "ESMTP", "2024-07-19T22:59:59Z");
    world->evidence->internaldate_us = world_instant("2024-07-19T23:00:09Z");
}

static const struct {
    const char *name;
    void (*change)(World *world);
    LodgeRulingAction action;
    const char *council, *timeliness;
    gboolean answer;
    const char *before, *after, *after_timeliness, *after_council, *kind;
} cases[] = {
    {"unproven, assigned: filed, but the address is still nobody's", nobody_proven,
     LODGE_RULING_ASSIGN, TONBRIDGE, NULL, FALSE, "held", "accepted", "on-time", TONBRIDGE,
     NULL},
    {"unproven, assigned and vouched for: answered", nobody_proven, LODGE_RULING_ASSIGN,
     TONBRIDGE, NULL, TRUE, "held", "accepted", "on-time", TONBRIDGE, "decision"},
    {"a proven stranger, assigned: answered", a_stranger, LODGE_RULING_ASSIGN, TONBRIDGE,
     NULL, FALSE, "held", "accepted", "on-time", TONBRIDGE, "decision"},
    {"assigned, but the document is locked: still held", a_password, LODGE_RULING_ASSIGN,
     TONBRIDGE, NULL, FALSE, "held", "held", "on-time", TONBRIDGE, "received"},
    {"a locked document accepted all the same", a_password, LODGE_RULING_ACCEPT, TONBRIDGE,
     NULL, FALSE, "held", "accepted", "on-time", TONBRIDGE, "decision"},
    {"straddling clocks, ruled on time", clocks_straddle, LODGE_RULING_ACCEPT, TONBRIDGE,
     "on-time", FALSE, "held", "accepted", "on-time", TONBRIDGE, "decision"},
    {"straddling clocks, ruled late", clocks_straddle, LODGE_RULING_ACCEPT, TONBRIDGE,
     "late", FALSE, "held", "accepted", "late", TONBRIDGE, "decision"},
    {"rejected by a person", two_plans, LODGE_RULING_REJECT, TONBRIDGE, NULL, FALSE, "held",
     "rejected", "on-time", TONBRIDGE, "decision"},
    {"filed, then taken off file", as_it_is, LODGE_RULING_REJECT, TONBRIDGE, NULL, FALSE,
     "accepted", "rejected", "on-time", TONBRIDGE, "decision"},
    {"an out-of-office that is accepted is still not answered", out_of_office,
     LODGE_RULING_ACCEPT, TONBRIDGE, NULL, TRUE, "not-a-submission", "accepted", "on-time",
     TONBRIDGE, NULL},
};

static void check(guint i)
{
    g_autoptr(World) world = world_new();
    cases[i].change(world);
    g_autoptr(LodgeDecision) before = world_decide(world);
    LodgeRuling *ruling = rule(world, cases[i].action);
    ruling->council = g_strdup(cases[i].council);
    ruling->timeliness = g_strdup(cases[i].timeliness);
    ruling->answer = cases[i].answer;
    g_autoptr(LodgeDecision) after = world_decide(world);
    g_autofree char *findings = world_list_findings(after);
    const char *kind = NULL;
    if (after->receipts->len > 0)
        kind = ((const LodgeReceiptContent *)g_ptr_array_index(after->receipts, 0))->kind;
    if (strcmp(lodge_outcome_format(before->outcome), cases[i].before) != 0 ||
        strcmp(lodge_outcome_format(after->outcome), cases[i].after) != 0 ||
        strcmp(lodge_timeliness_format(after->timeliness), cases[i].after_timeliness) !=
            0 ||
        g_strcmp0(after->authority->council, cases[i].after_council) != 0 ||
        g_strcmp0(kind, cases[i].kind) != 0)
        fail_msg("%s: %s, then %s %s %s, receipt %s (%s), findings %s", cases[i].name,
                 lodge_outcome_format(before->outcome),
                 lodge_outcome_format(after->outcome),
                 lodge_timeliness_format(after->timeliness), after->authority->council,
                 kind != NULL ? kind : "none", after->may_answer, findings);
    assert_int_equal(after->version > 0, after->outcome == LODGE_ACCEPTED);
}

static void a_ruling_settles_what_it_is_about(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        check(i);
}

/* Who ruled and why is for the operators alone; what is told is told. */
static void the_council_learns_what_it_is_told_and_no_more(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    two_plans(world);
    LodgeRuling *ruling = rule(world, LODGE_RULING_REJECT);
    ruling->told = g_strdup("Please send one plan only.");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
    assert_non_null(strstr(receipt->text, "Please send one plan only."));
    assert_null(strstr(receipt->text, "alice"));
    assert_null(strstr(receipt->text, "secret"));
    assert_null(strstr(receipt->evidence, "alice"));
    assert_null(strstr(receipt->evidence, "secret"));
    assert_non_null(strstr(receipt->evidence, "\"ruling\":\"reject\""));
}

/* What held it is still told, but there is nothing left to mend. */
static void settled_findings_ask_for_nothing(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    a_password(world);
    rule(world, LODGE_RULING_ACCEPT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeFinding *finding = world_find(decision, "document-password");
    assert_int_equal(finding->severity, LODGE_NOTE);
    assert_null(finding->mend);
    assert_non_null(finding->words);
}

static void the_document_that_a_person_names_is_the_plan(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    two_plans(world);
    const LodgePart *second =
        g_ptr_array_index(world->message->parts, world->message->parts->len - 1);
    LodgeRuling *ruling = rule(world, LODGE_RULING_ACCEPT);
    ruling->document = g_strdup(second->sha256);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeDecisionDocument *plan = g_ptr_array_index(decision->documents, 0);
    assert_string_equal(plan->role, "plan");
    assert_string_equal(plan->sha256, second->sha256);
    assert_null(world_find(decision, "several-plans"));
}

static void tell_before(World *world, const char *outcome, const char *timeliness)
{
    world->history->receipts = 1;
    world_set(&world->history->last_receipt_kind, "decision");
    world->history->previous = lodge_past_new();
    world_set(&world->history->previous->outcome, outcome);
    world_set(&world->history->previous->timeliness, timeliness);
    world_set(&world->history->previous->council, TONBRIDGE);
}

/* A decision that was told takes its own correction; the reference says which. */
static void a_told_decision_is_corrected(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    tell_before(world, "accepted", "on-time");
    world->history->previous->version = 1;
    lodge_history_add_given(world->history, TONBRIDGE, 1, 1);
    rule(world, LODGE_RULING_REJECT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->version, 0);
    assert_int_equal(decision->receipts->len, 1);
    const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, 0);
    assert_string_equal(receipt->kind, "correction");
    assert_true(g_str_has_prefix(receipt->subject, "Auto: Correction "));
    assert_non_null(strstr(receipt->text, "takes the place of our earlier one"));
}

/* Version 1 was another message's, and was taken off file: its number is not given again. */
static void a_number_is_given_once(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    lodge_history_add_given(world->history, TONBRIDGE, 1, 0);
    g_autoptr(LodgeDecision) next = world_decide(world);
    assert_int_equal(next->version, 2);
    g_autoptr(World) again = world_new();
    lodge_history_add_given(again->history, TONBRIDGE, 3, 2);
    g_autoptr(LodgeDecision) same = world_decide(again);
    assert_int_equal(same->version, 2);
}

/* A copy of what a person has ruled on is never decided afresh. */
static void a_copy_of_what_was_rejected_is_a_duplicate(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    LodgePast *past = world_add_past(world->history->same_content, "PP24-000009-X",
                                     TONBRIDGE, 0, "2024-07-18T09:00:00Z");
    world_set(&past->outcome, "rejected");
    g_autoptr(LodgeDecision) afresh = world_decide(world);
    assert_int_equal(afresh->outcome, LODGE_ACCEPTED);
    past->ruled = TRUE;
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_DUPLICATE);
}

static void a_ruling_survives_the_round_trip(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    LodgeRuling *ruling = rule(world, LODGE_RULING_ACCEPT);
    ruling->council = g_strdup(TONBRIDGE);
    ruling->timeliness = g_strdup("late");
    ruling->document = g_strdup("abc");
    ruling->answer = TRUE;
    ruling->told = g_strdup("told");
    world->history->previous = lodge_past_new();
    world_set(&world->history->previous->reference, "PP24-000001-M");
    world_set(&world->history->previous->outcome, "held");
    world_set(&world->history->last_receipt_kind, "received");
    lodge_history_add_given(world->history, TONBRIDGE, 4, 2);
    g_autoptr(GBytes) evidence = lodge_evidence_format(world->evidence);
    g_autoptr(LodgeEvidence) read = lodge_evidence_parse(evidence, NULL);
    assert_non_null(read);
    g_autoptr(GBytes) evidence_again = lodge_evidence_format(read);
    assert_true(g_bytes_equal(evidence, evidence_again));
    assert_string_equal(read->ruling->reason, "secret reason");
    g_autoptr(GBytes) history = lodge_history_format(world->history);
    g_autoptr(LodgeHistory) back = lodge_history_parse(history, NULL);
    assert_non_null(back);
    g_autoptr(GBytes) history_again = lodge_history_format(back);
    assert_true(g_bytes_equal(history, history_again));
    assert_string_equal(back->previous->outcome, "held");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ruling_settles_what_it_is_about),
        cmocka_unit_test(the_council_learns_what_it_is_told_and_no_more),
        cmocka_unit_test(settled_findings_ask_for_nothing),
        cmocka_unit_test(the_document_that_a_person_names_is_the_plan),
        cmocka_unit_test(a_told_decision_is_corrected),
        cmocka_unit_test(a_number_is_given_once),
        cmocka_unit_test(a_copy_of_what_was_rejected_is_a_duplicate),
        cmocka_unit_test(a_ruling_survives_the_round_trip),
    };
    return cmocka_run_group_tests_name("intake/decide/ruling", tests, NULL, NULL);
}
