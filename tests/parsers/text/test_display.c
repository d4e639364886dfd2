#include "parsers/text/display.h"

#include "tests/support/cmocka.h"
#include <string.h>

static void strangers_text_becomes_one_harmless_line(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        gsize max_bytes;
        const char *shown;
    } cases[] = {
        {"plain text stays",
         "Caf\xc3\xa9 \xc2\xa3"
         "5",
         0,
         "Caf\xc3\xa9 \xc2\xa3"
         "5"},
        {"a backslash stays", "C:\\plan", 0, "C:\\plan"},
        {"line ends are shown", "a\r\nBcc: b", 0, "a\\x0D\\x0ABcc: b"},
        {"terminal escapes are shown", "\x1b[31mred", 0, "\\x1B[31mred"},
        {"right-to-left override is shown",
         "plan\xe2\x80\xae"
         "fdp.exe",
         0, "plan\\u{202E}fdp.exe"},
        {"zero width space is shown",
         "a\xe2\x80\x8b"
         "b",
         0, "a\\u{200B}b"},
        {"an unicode line separator is shown",
         "a\xe2\x80\xa8"
         "b",
         0, "a\\u{2028}b"},
        {"invalid bytes are shown", "a\xff\xc3", 0, "a\\xFF\\xC3"},
        {"an exact fit is not cut", "12345", 5, "12345"},
        {"too long is cut before the ellipsis", "1234567", 6, "123\xe2\x80\xa6"},
        {"a character is never cut in half", "\xc3\xa9\xc3\xa9\xc3\xa9", 5,
         "\xc3\xa9\xe2\x80\xa6"},
        {"an escape is never cut in half", "\x1b\x1b\x1b", 8, "\\x1B\xe2\x80\xa6"},
        {"nothing", NULL, 5, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = lodge_display_line(cases[i].text, cases[i].max_bytes);
        if (strcmp(shown, cases[i].shown) != 0)
            fail_msg("%s: %s", cases[i].name, shown);
    }
}

static void a_nul_is_shown(void **state)
{
    (void)state;
    g_autofree char *shown = lodge_display_bytes("a\0b", 3, 0);
    assert_string_equal(shown, "a\\x00b");
}

static void machine_values_become_valid_and_nothing_is_nothing(void **state)
{
    (void)state;
    g_autofree char *mended = lodge_display_utf8("a\xff\n", 3);
    assert_string_equal(mended, "a\xef\xbf\xbd\n");
    g_autofree char *nothing = lodge_display_utf8(NULL, 0);
    assert_string_equal(nothing, "");
}

static void a_name_becomes_one_safe_component(void **state)
{
    (void)state;
    static const struct {
        const char *name, *given;
        gsize max_bytes;
        const char *safe;
    } cases[] = {
        {"a plain name stays", "Productivity Plan.pdf", 100, "Productivity Plan.pdf"},
        {"a path is flattened", "../../etc/passwd", 100, "_.._etc_passwd"},
        {"a windows path is flattened", "C:\\plans\\a.pdf", 100, "C__plans_a.pdf"},
        {"dots alone are nothing", "..", 100, "plan"},
        {"empty", "", 100, "plan"},
        {"none", NULL, 100, "plan"},
        {"controls are replaced", "a\nb\x7f.pdf", 100, "a_b_.pdf"},
        {"overrides are replaced", "a\xe2\x80\xae.pdf", 100, "a_.pdf"},
        {"device names are changed", "CON.pdf", 100, "_CON.pdf"},
        {"com1 too", "com1", 100, "_com1"},
        {"the extension survives shortening", "abcdefghij.pdf", 8, "abcd.pdf"},
        {"a character is not cut", "\xc3\xa9\xc3\xa9\xc3\xa9.pdf", 7, "\xc3\xa9.pdf"},
        {"trailing dots and spaces go", "a. . ", 100, "a"},
        {"decomposed letters are composed", "e\xcc\x81.pdf", 100, "\xc3\xa9.pdf"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *safe =
            lodge_display_file_name(cases[i].given, cases[i].max_bytes, "plan");
        if (strcmp(safe, cases[i].safe) != 0)
            fail_msg("%s: %s", cases[i].name, safe);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_text_becomes_one_harmless_line),
        cmocka_unit_test(a_nul_is_shown),
        cmocka_unit_test(machine_values_become_valid_and_nothing_is_nothing),
        cmocka_unit_test(a_name_becomes_one_safe_component),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
