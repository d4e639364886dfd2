/* Rich text: letters in every spelling, what is no text, what was left in. */
#include "parsers/text/limits.h"
#include "tests/parsers/document/closed_cell.h"
#include "tests/support/cmocka.h"
#include <string.h>

static void the_text_of_rich_text_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        const char *rtf;
        const char *text;
    } cases[] = {
        {"paragraphs end lines, line ends of the file do not",
         "{\\rtf1\\ansi one\r\n two\\par three\\tab four\\line five}",
         "one two\nthree\tfour\nfive"},
        {"a pound sign and an é in windows-1252",
         "{\\rtf1\\ansi\\ansicpg1252 \\'a35 caf\\'e9 \\'80}", "£5 café €"},
        {"raw bytes in the same code page", "{\\rtf1\\ansi\\ansicpg1252 \xa3 \xe9}", "£ é"},
        {"the code page of the font",
         "{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 A;}"
         "{\\f1\\fcharset204 B;}}\\f0\\'e9{\\f1\\'e9}\\'e9}",
         "éйé"},
        {"a Macintosh", "{\\rtf1\\mac \\'a3 \\'8e}", "£ é"},
        {"MS-DOS", "{\\rtf1\\pca \\'9c \\'82}", "£ é"},
        {"Unicode with a letter for those who cannot",
         "{\\rtf1\\ansi\\uc1 \\u163?5 \\u-3913\\'5f{\\uc2 \\u8364 EU}{\\uc0\\u233}x}",
         "£5 \uf0b7€éx"},
        {"a pair of halves", "{\\rtf1\\uc1\\u-10179?\\u-8704?}", "\U0001f600"},
        {"letters of a code page of two bytes are not guessed",
         "{\\rtf1\\ansicpg932 \\'82\\'a0}", "\ufffd\ufffd"},
        {"named letters", "{\\rtf1 \\lquote a\\rquote\\~b\\_c\\-d\\emdash\\{\\}\\\\}",
         "‘a’\u00a0b-cd—{}\\"},
        {"headers, pictures, styles and unknown destinations are no text",
         "{\\rtf1{\\stylesheet{\\s0 Normal;}}{\\header top}{\\pict ffd8}{\\*\\new x}"
         "{\\fonttbl{\\f0 Arial;}}body{\\footnote note}}",
         "body"},
        {"bytes that are announced are passed over", "{\\rtf1 a{\\pict\\bin4 }}}}b}c}",
         "ac"},
        {"text boxes are read",
         "{\\rtf1{\\shp{\\*\\shpinst{\\sp{\\sn x}{\\sv 1}}"
         "{\\shptxt boxed}}}}",
         "boxed"},
        {"the result of a field, not its instruction",
         "{\\rtf1{\\field{\\*\\fldinst HYPERLINK \"http://x\"}{\\fldrslt here}}}", "here"},
        {"what was inserted counts, what was deleted does not",
         "{\\rtf1 a{\\revised b}{\\deleted c}\\deleted d\\deleted0 e}", "abe"},
        {"nothing after the end", "{\\rtf1 a}{\\rtf1 b}", "a"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDocumentFacts) facts = test_examine_text(cases[i].rtf, "plan.rtf");
        if (strcmp(test_text_of(facts), cases[i].text) != 0)
            fail_msg("%s: \"%s\"", cases[i].name, test_text_of(facts));
        assert_string_equal(facts->media_type, "application/rtf");
        assert_int_equal(facts->examination, LODGE_EXAMINED);
        assert_int_equal(facts->encrypted, LODGE_ENCRYPTED_NO);
    }
}

static void what_rich_text_says_of_itself_is_told(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(
        "{\\rtf1\\ansi{\\info{\\title Our \\'a3 plan}{\\author A. Clerk}{\\operator B}"
        "{\\creatim\\yr2024\\mo7\\dy9\\hr10\\min11\\sec12}{\\revtim\\yr2024\\mo7\\dy10}"
        "\\nofpages4}text}",
        "plan.rtf");
    assert_string_equal(facts->title, "Our £ plan");
    assert_string_equal(facts->details->author, "A. Clerk");
    assert_string_equal(facts->details->last_author, "B");
    assert_string_equal(facts->details->created, "2024-07-09T10:11:12");
    assert_string_equal(facts->details->modified, "2024-07-10");
    assert_int_equal(facts->pages, 4);
    assert_string_equal(test_text_of(facts), "text");
}

static void what_was_left_in_rich_text_is_counted(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(
        "{\\rtf1 a{\\revised b}{\\deleted c\\deleted d}{\\*\\annotation why?}"
        "{\\field{\\*\\fldinst DDEAUTO c:\\\\\\\\x.exe}{\\fldrslt r}}"
        "{\\object\\objemb{\\*\\objdata 0105}{\\result shown}}"
        "{\\*\\template http://evil.example/t.dotm}}",
        "plan.rtf");
    assert_int_equal(facts->details->tracked_changes, 2);
    assert_int_equal(facts->details->comments, 1);
    assert_int_equal(facts->details->dde_fields, 1);
    assert_int_equal(facts->details->embedded, 1);
    assert_int_equal(facts->details->external, 1);
    assert_true(test_has(facts->active_content, "dde"));
    assert_true(test_has(facts->active_content, "embedded-files"));
    assert_true(test_has(facts->active_content, "remote-template"));
    assert_string_equal(test_text_of(facts), "abrshown");
}

static void a_template_on_the_own_disk_is_nothing(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(
        "{\\rtf1{\\*\\template C:\\\\Templates\\\\council.dot}x}", "plan.rtf");
    assert_null(facts->active_content[0]);
}

static void rich_text_cut_short_is_damaged(void **state)
{
    (void)state;
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text("{\\rtf1 a{b", "plan.rtf");
    assert_true(facts->damaged);
    assert_string_equal(test_text_of(facts), "ab");
}

static void groups_nested_too_deep_stop_at_the_limit(void **state)
{
    (void)state;
    g_autoptr(GString) rtf = g_string_new("{\\rtf1 top");
    for (guint i = 0; i < 200000; i++)
        g_string_append_c(rtf, '{');
    g_autoptr(LodgeDocumentFacts) facts = test_examine_text(rtf->str, "plan.rtf");
    assert_true(test_has(facts->limits_hit, "rtf-depth"));
    assert_string_equal(test_text_of(facts), "top");
    assert_int_equal(facts->examination, LODGE_EXAMINED_PARTLY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_text_of_rich_text_is_read),
        cmocka_unit_test(what_rich_text_says_of_itself_is_told),
        cmocka_unit_test(what_was_left_in_rich_text_is_counted),
        cmocka_unit_test(a_template_on_the_own_disk_is_nothing),
        cmocka_unit_test(rich_text_cut_short_is_damaged),
        cmocka_unit_test(groups_nested_too_deep_stop_at_the_limit),
    };
    return cmocka_run_group_tests_name("rtf", tests, test_prepare, NULL);
}
