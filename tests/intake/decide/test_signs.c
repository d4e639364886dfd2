#include "intake/decide/signs.h"

#include "intake/decide/place.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define PLAN_PATH "Productivity Plan.pdf"

static void add_sign(World *world, const char *id, const char *title, const char *phrase)
{
    LodgeSign *sign = g_new0(LodgeSign, 1);
    const char *const phrases[] = {phrase, NULL};
    sign->id = g_strdup(id);
    sign->title = g_strdup(title);
    sign->phrases = g_strdupv((char **)phrases);
    g_ptr_array_add(world->rules->call->signs, sign);
}

static World *world_with_signs(void)
{
    World *world = world_new();
    add_sign(world, "endorsement", "Endorsement by members", "endorsed by");
    return world;
}

static LodgeDocumentFacts *plan_of(World *world)
{
    return g_ptr_array_index(world->reading->documents, 0);
}

static void add_page(World *world, const char *text)
{
    g_ptr_array_add(plan_of(world)->pages_text, g_strdup(text));
}

static void check(World *world, const char *code, const char *words)
{
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    g_autofree char *expected = g_strconcat(code, " note", NULL);
    assert_string_equal(findings, expected);
    assert_string_equal(world_find(decision, code)->words, words);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
}

static void in_the_plan_with_page_and_words(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    add_page(world, "Two");
    add_page(world, "This plan was endorsed by the Cabinet on 9 July 2024. More.");
    check(world, "sign-found",
          "Endorsement by members: we found this in Productivity Plan.pdf, page 3: \"This "
          "plan was endorsed by the Cabinet on 9 July 2024\".");
}

static void in_a_document_whose_text_has_no_pages(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    add_page(world, "endorsed by Cabinet");
    check(world, "sign-found",
          "Endorsement by members: we found this in Productivity Plan.pdf: \"endorsed by "
          "Cabinet\".");
}

static void in_the_minutes_beside_it(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    world_add_document(world, "minutes.pdf", PDF, 1, "The plan was endorsed by Cabinet.");
    check(world, "sign-found",
          "Endorsement by members: we found this in minutes.pdf, page 1: \"The plan was "
          "endorsed by Cabinet.\".");
}

static void in_the_mail_itself(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    world_set(&world->message->body_text, "Dear all,\n\nit was endorsed by the Leader.");
    check(
        world, "sign-found",
        "Endorsement by members: we found this in the e-mail itself: \"it was endorsed by "
        "the Leader.\".");
}

static void nowhere(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    check(world, "sign-not-found",
          "Endorsement by members: we did not find it by its usual wording in Productivity "
          "Plan.pdf.");
}

static void a_plan_without_text_is_not_said_to_lack_anything(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    g_ptr_array_set_size(plan_of(world)->pages_text, 0);
    plan_of(world)->scanned = TRUE;
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "document-scanned note");
}

static void the_decision_keeps_places_of_themes_and_signs(void **state)
{
    (void)state;
    g_autoptr(World) world = world_with_signs();
    add_page(world, "Two");
    add_page(world, "endorsed by\x01 Cabinet");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeDecisionDocument *plan = g_ptr_array_index(decision->documents, 0);
    assert_int_equal(plan->places->len, 5);
    const LodgePlace *first = g_ptr_array_index(plan->places, 0);
    assert_string_equal(first->id, plan->themes[0]);
    assert_int_equal(first->page, 1);
    g_autoptr(GBytes) bytes = lodge_decision_format(decision);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    assert_non_null(strstr(text, "\"id\":\"endorsement\",\"page\":3"));
    assert_null(strstr(text, "\x01"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_the_plan_with_page_and_words),
        cmocka_unit_test(in_a_document_whose_text_has_no_pages),
        cmocka_unit_test(in_the_minutes_beside_it),
        cmocka_unit_test(in_the_mail_itself),
        cmocka_unit_test(nowhere),
        cmocka_unit_test(a_plan_without_text_is_not_said_to_lack_anything),
        cmocka_unit_test(the_decision_keeps_places_of_themes_and_signs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
