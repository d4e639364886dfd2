#include "intake/decide/letter.h"

#include "tests/support/cmocka.h"
#include <string.h>

static void paragraphs_are_wrapped_and_parted(void **state)
{
    (void)state;
    LodgeLetter *letter = lodge_letter_new();
    lodge_letter_add_paragraph(letter, "One  two\nthree.");
    lodge_letter_add_line(letter, "A list:");
    lodge_letter_add_item(letter, "-", "item");
    lodge_letter_end_group(letter);
    lodge_letter_add_paragraph(letter, "End.");
    g_autofree char *text = lodge_letter_finish(letter);
    assert_string_equal(text, "One two three.\n\nA list:\n- item\n\nEnd.\n");
}

static void long_items_hang(void **state)
{
    (void)state;
    LodgeLetter *letter = lodge_letter_new();
    g_autofree char *word = g_strnfill(40, 'a');
    g_autofree char *words = g_strconcat(word, " ", word, NULL);
    lodge_letter_add_item(letter, "1.", words);
    g_autofree char *text = lodge_letter_finish(letter);
    g_autofree char *expected = g_strdup_printf("1. %s\n  %s\n", word, word);
    assert_string_equal(text, expected);
}

static void no_line_is_longer_than_it_may_be(void **state)
{
    (void)state;
    for (gsize size = 1; size < 400; size++) {
        LodgeLetter *letter = lodge_letter_new();
        GString *word = g_string_new(NULL);
        for (gsize i = 0; i < size; i++)
            g_string_append(word, "\u00e9"); /* two bytes, one character */
        lodge_letter_add_paragraph(letter, word->str);
        lodge_letter_add_item(letter, "-", word->str);
        g_autofree char *text = lodge_letter_finish(letter);
        g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
        glong letters = 0;
        for (gsize i = 0; lines[i] != NULL; i++) {
            assert_true(g_utf8_validate(lines[i], -1, NULL));
            assert_true(g_utf8_strlen(lines[i], -1) <= LODGE_LETTER_WIDTH);
            for (const char *c = lines[i]; *c != '\0'; c = g_utf8_next_char(c))
                letters += g_utf8_get_char(c) == 0xe9 ? 1 : 0;
        }
        assert_int_equal(letters, 2 * size);
        g_string_free(word, TRUE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_are_wrapped_and_parted),
        cmocka_unit_test(long_items_hang),
        cmocka_unit_test(no_line_is_longer_than_it_may_be),
    };
    return cmocka_run_group_tests_name("intake/decide/letter", tests, NULL, NULL);
}
