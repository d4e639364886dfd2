#include "intake/decide/unsubmission.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"

static void out_of_office(World *w)
{
    world_clear_documents(w);
    world_add_header(w, "Auto-Submitted", "auto-replied");
}
static void bounce(World *w)
{
    world_clear_documents(w);
    world_set(&w->message->return_path, "");
    world_set(&((LodgePart *)g_ptr_array_index(w->message->parts, 0))->declared_type,
              "multipart/report");
}
/* A bounce that gives back the whole mail, with the plan in it. */
static void bounce_with_the_returned_plan(World *w)
{
    bounce(w);
    world_add_part(w, "3", LODGE_PART_MESSAGE, "message/rfc822", NULL);
    world_add_document(w, "Productivity Plan.pdf", PDF, 3, PLAN_TEXT);
    world_set(&((LodgePart *)g_ptr_array_index(w->message->parts, 3))->path, "3.2");
}
static void our_receipt_come_back(World *w)
{
    world_clear_documents(w);
    world_add_header(w, "X-Intake-Loop", "intake.dept.gov.uk");
    world_add_document(w, "receipt.json", "application/json", -1, NULL);
}
static void a_scanner_that_sends_a_plan(World *w)
{
    world_add_header(w, "Auto-Submitted", "auto-generated");
}
static void advertising(World *w)
{
    world_clear_documents(w);
    world_set_from(w, "sales@shop.example");
    world_set(&w->message->subject, "Cheap chairs");
}
static void a_stranger_who_names_the_call(World *w)
{
    advertising(w);
    world_set(&w->message->body_text, "A question about your productivity plans 2024");
}
static void a_stranger_with_a_document(World *w)
{
    advertising(w);
    world_add_document(w, "chairs.pdf", PDF, 1, "chairs");
}
static void a_council_with_a_question(World *w)
{
    world_clear_documents(w);
    world_set(&w->message->subject, "A question");
}
static void nobody(World *w)
{
    world_clear_documents(w);
    world_set(&w->message->subject, "?");
    g_ptr_array_set_size(w->message->from, 0);
    w->message->from_fields = 0;
}

static void what_is_no_submission_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(World *);
        LodgeOutcome outcome;
        const char *code; /* of a finding */
    } cases[] = {
        {"out of office", out_of_office, LODGE_NOT_A_SUBMISSION, "automatic-message"},
        {"a bounce", bounce, LODGE_NOT_A_SUBMISSION, "delivery-report"},
        {"a bounce with the returned plan", bounce_with_the_returned_plan,
         LODGE_NOT_A_SUBMISSION, "delivery-report"},
        {"our receipt come back", our_receipt_come_back, LODGE_NOT_A_SUBMISSION,
         "own-receipt"},
        {"a scanner that sends a plan", a_scanner_that_sends_a_plan, LODGE_ACCEPTED, NULL},
        {"advertising", advertising, LODGE_NOT_A_SUBMISSION, "not-about-the-call"},
        {"a stranger who names the call", a_stranger_who_names_the_call, LODGE_HELD,
         "sender-not-registered"},
        {"a stranger with a document", a_stranger_with_a_document, LODGE_HELD,
         "sender-not-registered"},
        {"a council with a question", a_council_with_a_question, LODGE_HELD,
         "document-missing"},
        {"nobody, saying nothing", nobody, LODGE_NOT_A_SUBMISSION, "not-about-the-call"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        cases[i].change(world);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (decision->outcome != cases[i].outcome ||
            (cases[i].code != NULL && world_find(decision, cases[i].code) == NULL))
            fail_msg("%s: %s", cases[i].name, lodge_outcome_format(decision->outcome));
        if (decision->outcome == LODGE_NOT_A_SUBMISSION)
            assert_int_equal(decision->receipts->len, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_submission_is_told_apart),
    };
    return cmocka_run_group_tests_name("intake/decide/unsubmission", tests, NULL, NULL);
}
