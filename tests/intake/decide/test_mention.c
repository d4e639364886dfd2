#include "intake/decide/mention.h"
#include "intake/decide/themes.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"

static void the_call_is_named_in_several_ways(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        gboolean named;
    } cases[] = {
        {"Our productivity plan", TRUE},
        {"Productivity Plans 2024", TRUE},
        {"FW: Council Productivity Plans", TRUE},
        {"Re: Auto: Received PP24-000123-K: hello", TRUE},
        {"productivity", FALSE},
        {"plans for the summer", FALSE},
        {"", FALSE},
    };
    g_autoptr(World) world = world_new();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
        lodge_folded_text_append(text, cases[i].text);
        if (lodge_mention_has_call(text, world->rules->call) != cases[i].named)
            fail_msg("%s", cases[i].text);
    }
}

static void one_ordinary_word_does_not_name_the_call(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_set(&world->rules->call->noun, "submission");
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    lodge_folded_text_append(text, "A submission of our catalogue");
    assert_false(lodge_mention_has_call(text, world->rules->call));
}

static void a_council_is_named_by_name_before_slug(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *only;
    } cases[] = {
        {"the full name of one", "Adur District Council", ADUR},
        {"the full name beats the address",
         "Adur District Council, www.adur-worthing.gov.uk", ADUR},
        {"the full names of both", "Adur District Council and Worthing Borough Council",
         NULL},
        {"the slug of one", "the Worthing plan", WORTHING},
        {"the slugs of both", "Adur and Worthing Councils", NULL},
        {"none", "our plan", NULL},
    };
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) bodies = lodge_register_find_domain(
        world->rules->reg, "adur-worthing.gov.uk", world->evidence->kept_us, FALSE);
    assert_int_equal(bodies->len, 2);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
        lodge_folded_text_append(text, cases[i].text);
        const LodgeBody *only = lodge_mention_find_only_body(text, bodies);
        if (g_strcmp0(only == NULL ? NULL : only->gss, cases[i].only) != 0)
            fail_msg("%s", cases[i].name);
    }
}

static void themes_are_found_in_the_order_of_the_call(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    lodge_folded_text_append(text, "Barriers to progress. Then: TECHNOLOGY\nAND DATA");
    g_auto(GStrv) found = lodge_themes_find(text, world->rules->call);
    assert_int_equal(g_strv_length(found), 2);
    assert_string_equal(found[0], "technology-and-data");
    assert_string_equal(found[1], "barriers");
    g_autofree char *missing =
        lodge_themes_list_missing((const char *const *)found, world->rules->call);
    assert_string_equal(missing, "How you transformed services; Reducing wasteful spend");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_call_is_named_in_several_ways),
        cmocka_unit_test(one_ordinary_word_does_not_name_the_call),
        cmocka_unit_test(a_council_is_named_by_name_before_slug),
        cmocka_unit_test(themes_are_found_in_the_order_of_the_call),
    };
    return cmocka_run_group_tests_name("intake/decide/mention", tests, NULL, NULL);
}
