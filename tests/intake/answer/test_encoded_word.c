#include "intake/answer/encoded_word.h"

#include "parsers/text/display.h"
#include "tests/support/cmocka.h"
#include <gmime/gmime.h>
#include <string.h>

#define TEN "0123456789"
#define EURO "\xe2\x82\xac"

static void values_are_plain_where_nothing_needs_encoding(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *value;
    } cases[] = {
        {"plain", "Auto: Received PP24-000123-K: our plan",
         "Auto: Received PP24-000123-K: our plan"},
        {"empty", "", ""},
        {"space around it goes", "  plan ", "plan"},
        {"a pound sign", "\xc2\xa3", "=?UTF-8?Q?=C2=A3?="},
        {"what looks like an encoded-word is text, not markup",
         "=?utf-8?q?=0AEvil?=", "=?UTF-8?Q?=3D=3Futf-8=3Fq=3F=3D0AEvil=3F=3D?="},
        {"a line end is shown and cannot begin a field", "a\r\nBcc: x@y.example",
         "a\\x0D\\x0ABcc: x@y.example"},
        {"a long plain line is folded before a word",
         TEN TEN TEN TEN TEN " " TEN TEN " " TEN,
         TEN TEN TEN TEN TEN "\n " TEN TEN " " TEN},
        {"a word that no line holds is encoded", TEN TEN TEN TEN TEN TEN TEN,
         "=?UTF-8?Q?" TEN TEN TEN TEN TEN "012345?=\n =?UTF-8?Q?6789" TEN "?="},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = lodge_encoded_word_format_text(cases[i].text, 9);
        if (strcmp(value, cases[i].value) != 0)
            fail_msg("%s: %s", cases[i].name, value);
    }
}

static void phrases_are_quoted_where_they_must(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *value;
    } cases[] = {
        {"atoms", "Productivity plans intake", "Productivity plans intake"},
        {"a full stop", "Dr. Who", "\"Dr. Who\""},
        {"quotes and a backslash", "the \"best\" \\", "\"the \\\"best\\\" \\\\\""},
        {"an address inside", "x <a@b.example>", "\"x <a@b.example>\""},
        {"beyond ASCII", "Pl\xc3\xa4ne", "=?UTF-8?Q?Pl=C3=A4ne?="},
        {"nothing", "", ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = lodge_encoded_word_format_phrase(cases[i].text, 9);
        if (strcmp(value, cases[i].value) != 0)
            fail_msg("%s: %s", cases[i].name, value);
    }
}

static void check_value(const char *value, gsize column)
{
    g_auto(GStrv) lines = g_strsplit(value, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        assert_true((i == 0 ? column : 0) + strlen(lines[i]) <= 78);
        assert_true(i == 0 || (lines[i][0] == ' ' && lines[i][1] > ' '));
        for (const char *at = lines[i]; *at != '\0'; at++)
            assert_true(*at >= 0x20 && *at <= 0x7e);
    }
}

/* An independent decoder reads back exactly what a person would have been shown. */
static void any_bytes_come_back_as_they_are_displayed(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        EURO,       "a", "plan ", "\xff", "=?", "?=", "\r\n", " ", "\xf0\x9f\x93\x84",
        TEN TEN TEN};
    GRand *random = g_rand_new_with_seed(20240719);
    for (guint round = 0; round < 3000; round++) {
        g_autoptr(GString) text = g_string_new(NULL);
        gint32 count = g_rand_int_range(random, 0, 40);
        for (gint32 i = 0; i < count; i++)
            g_string_append(text,
                            pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
        g_autofree char *shown = lodge_display_line(text->str, 500);
        g_strstrip(shown);
        g_autofree char *value = lodge_encoded_word_format_text(text->str, 9);
        check_value(value, 9);
        g_autofree char *unfolded = g_mime_utils_header_unfold(value);
        g_autofree char *decoded = g_mime_utils_header_decode_text(NULL, unfolded);
        assert_string_equal(decoded, shown);
    }
    g_rand_free(random);
}

int main(void)
{
    g_mime_init();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_plain_where_nothing_needs_encoding),
        cmocka_unit_test(phrases_are_quoted_where_they_must),
        cmocka_unit_test(any_bytes_come_back_as_they_are_displayed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
