#include "parsers/text/base64.h"
#include "parsers/text/tag_list.h"

#include "tests/support/cmocka.h"
#include <string.h>

/* name=[value] of each tag, or "!" and the reason. */
static char *show(const char *text, gsize size)
{
    g_autoptr(GString) shown = g_string_new(NULL);
    LodgeTagList list;
    const char *reason = NULL;

    if (!lodge_tag_list_parse(text, size, &list, &reason))
        return g_strconcat("!", reason, NULL);
    assert_null(reason);
    for (guint i = 0; i < list.count; i++)
        g_string_append_printf(shown, "%.*s=[%.*s]", (int)list.tags[i].name_size,
                               list.tags[i].name, (int)list.tags[i].value_size,
                               list.tags[i].value);
    return g_strdup(shown->str);
}

static void a_list_follows_the_grammar_or_counts_for_nothing(void **state)
{
    (void)state;
    const struct {
        const char *text, *shown;
    } cases[] = {
        {"a=1", "a=[1]"},
        {"a=1;", "a=[1]"},
        {"a=1;b=2", "a=[1]b=[2]"},
        {" a = 1 ; b\t=\t2 ; ", "a=[1]b=[2]"},
        {"a=1;\r\n\tb=2;\r\n ", "a=[1]b=[2]"},
        {"a=1 2\r\n 3;b=", "a=[1 2\r\n 3]b=[]"},
        {"a=;b= ", "a=[]b=[]"},
        {"a=b=c", "a=[b=c]"},
        {"a_1=x;A_1=y", "a_1=[x]A_1=[y]"},
        {"a=\xc3\xa4", "a=[\xc3\xa4]"},
        {"", "!tag name missing or malformed"},
        {" ", "!tag name missing or malformed"},
        {";", "!tag name missing or malformed"},
        {"a=1;;b=2", "!tag name missing or malformed"},
        {"a=1;=2", "!tag name missing or malformed"},
        {"1a=1", "!tag name missing or malformed"},
        {"_a=1", "!tag name missing or malformed"},
        {"a", "!tag without a value"},
        {"a;b=1", "!tag without a value"},
        {"a-b=1", "!tag without a value"},
        {"a=1;b=2;a=1", "!tag given twice"},
        {"a=1\r2", "!character not allowed in a tag value"},
        {"a=1\n 2", "!character not allowed in a tag value"},
        {"a=1\r\n", "!character not allowed in a tag value"},
        {"a=1\r\n2", "!character not allowed in a tag value"},
        {"a=1\x7f", "!character not allowed in a tag value"},
        {"a=\x01", "!character not allowed in a tag value"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = show(cases[i].text, strlen(cases[i].text));
        assert_string_equal(shown, cases[i].shown);
    }
}

static void a_nul_is_no_value(void **state)
{
    (void)state;
    g_autofree char *shown = show("a=1\0", 4);
    assert_string_equal(shown, "!character not allowed in a tag value");
}

static void more_tags_than_the_limit_are_refused(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < LODGE_LIMIT_TAGS; i++)
        g_string_append_printf(text, "t%u=;", i);
    g_autofree char *most = show(text->str, text->len);
    assert_true(g_str_has_prefix(most, "t0=[]"));
    g_string_append(text, "x=");
    g_autofree char *more = show(text->str, text->len);
    assert_string_equal(more, "!too many tags");
}

static void the_raw_value_is_all_between_the_signs(void **state)
{
    (void)state;
    const char *text = "bh=x; b = ab\r\n c ;d=e";
    LodgeTagList list;
    const char *reason = NULL;

    assert_true(lodge_tag_list_parse(text, strlen(text), &list, &reason));
    const LodgeTag *tag = lodge_tag_list_find(&list, "b");
    assert_ptr_equal(tag->raw, strstr(text, " ab"));
    assert_int_equal(tag->raw_size, strlen(" ab\r\n c "));
    g_autofree char *compact = lodge_tag_compact(tag);
    assert_string_equal(compact, "abc");
    assert_true(lodge_tag_is(lodge_tag_list_find(&list, "d"), "e"));
    assert_false(lodge_tag_is(lodge_tag_list_find(&list, "d"), "E"));
    assert_null(lodge_tag_list_find(&list, "h"));
}

static void base64_is_strict_about_characters_only(void **state)
{
    (void)state;
    const struct {
        const char *text, *bytes;
    } cases[] = {
        {"Zm9vYmFy", "foobar"},
        {"Zm9v\r\n YmFy", "foobar"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYg = =", "foob"},
        {"Zm9vYg", "foob"},
        {"Zm9vYmE", "fooba"},
        {"Zm9vY", "foo"},
        {"Zg===", NULL},
        {"Zm9v=YmFy", NULL},
        {"", NULL},
        {"=", NULL},
        {" ", NULL},
        {"Zm9v!", NULL},
        {"Zm9v-_", NULL},
        {"Zm9v\xc3\xa4", NULL},
        {"+/+/", "\xfb\xff\xbf"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = lodge_base64_decode(cases[i].text, strlen(cases[i].text));
        assert_int_equal(bytes != NULL, cases[i].bytes != NULL);
        if (bytes == NULL)
            continue;
        gsize size = 0;
        const void *data = g_bytes_get_data(bytes, &size);
        assert_int_equal(size, strlen(cases[i].bytes));
        assert_memory_equal(data, cases[i].bytes, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_follows_the_grammar_or_counts_for_nothing),
        cmocka_unit_test(a_nul_is_no_value),
        cmocka_unit_test(more_tags_than_the_limit_are_refused),
        cmocka_unit_test(the_raw_value_is_all_between_the_signs),
        cmocka_unit_test(base64_is_strict_about_characters_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
