#include "intake/decide/folded_text.h"

#include "tests/support/cmocka.h"

typedef struct {
    const char *name, *text, *phrase;
    gboolean found;
} Case;

static const Case cases[] = {
    {"the same words", "We reduce wasteful spend.", "wasteful spend", TRUE},
    {"another case", "WASTEFUL SPEND", "Wasteful spend", TRUE},
    {"a line break in between", "wasteful\nspend", "wasteful spend", TRUE},
    {"a word hyphenated at the end of a line", "waste-\nful spend", "wasteful spend", TRUE},
    {"a soft hyphen", "waste\u00ADful spend", "wasteful spend", TRUE},
    {"a hyphen where the phrase has a space", "long-term plan", "long term plan", TRUE},
    {"a space where the phrase has a hyphen", "long term plan", "long-term plan", TRUE},
    {"the ligature of a PDF", "e\uFB03cient ways", "efficient ways", TRUE},
    {"accents, composed or not", "Dona\u0301t caf\u00E9", "donat cafe", TRUE},
    {"typographic quotation marks", "\u201Cwasteful spend\u201D", "wasteful spend", TRUE},
    {"an ampersand for and", "Tonbridge & Malling", "tonbridge-and-malling", TRUE},
    {"and for an ampersand", "technology and data", "technology & data", TRUE},
    {"the possessive", "Darlington Borough Council\u2019s plan",
     "Darlington Borough Council", TRUE},
    {"underscores of a file name", "Productivity_Plan_2024.pdf", "Productivity Plan", TRUE},
    {"a year run on", "ProductivityPlan2024.pdf", "productivity plan", TRUE},
    {"capital dotted I is no Turkish surprise", "TITLE", "title", TRUE},
    {"the inside of a word is not the word", "party", "art", FALSE},
    {"the beginning of a word is not the word", "barriersmith", "barriers", FALSE},
    {"the end of a word is not the word", "overspend", "spend", FALSE},
    {"words in another order", "spend wasteful", "wasteful spend", FALSE},
    {"a word in between", "wasteful public spend", "wasteful spend", FALSE},
    {"a phrase without letters", "- - -", "-", FALSE},
    {"an empty phrase", "anything", "", FALSE},
    {"an empty text", "", "anything", FALSE},
    {"a second chance after a false one", "overspend, spend", "spend", TRUE},
    {"bytes that are not UTF-8 separate words",
     "wasteful\xff"
     "spend",
     "wasteful spend", TRUE},
};

static void phrases_are_found_as_a_reader_would(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
        lodge_folded_text_append(text, cases[i].text);
        if (lodge_folded_text_has(text, cases[i].phrase) != cases[i].found)
            fail_msg("%s", cases[i].name);
    }
}

static void a_phrase_may_run_over_a_page(void **state)
{
    (void)state;
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    lodge_folded_text_append(text, "technology and");
    lodge_folded_text_append(text, NULL);
    lodge_folded_text_append(text, "data");
    assert_true(lodge_folded_text_has(text, "technology and data"));
}

static void the_opening_is_only_the_opening(void **state)
{
    (void)state;
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    lodge_folded_text_append(text, "A plan that mentions the minutes of a meeting");
    assert_true(lodge_folded_text_begins_near(text, "minutes of", 100));
    assert_false(lodge_folded_text_begins_near(text, "minutes of", 10));
}

static void the_first_phrase_found_is_told(void **state)
{
    (void)state;
    static const char *const phrases[] = {"nowhere", "plan", "mentions", NULL};
    g_autoptr(LodgeFoldedText) text = lodge_folded_text_new();
    assert_true(lodge_folded_text_is_empty(text));
    lodge_folded_text_append(text, "A plan that mentions");
    assert_string_equal(lodge_folded_text_find_any(text, phrases), "plan");
    assert_null(lodge_folded_text_find_any(text, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrases_are_found_as_a_reader_would),
        cmocka_unit_test(a_phrase_may_run_over_a_page),
        cmocka_unit_test(the_opening_is_only_the_opening),
        cmocka_unit_test(the_first_phrase_found_is_told),
    };
    return cmocka_run_group_tests_name("intake/decide/folded_text", tests, NULL, NULL);
}
