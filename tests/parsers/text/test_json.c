#include "parsers/text/json.h"

#include "parsers/text/instant.h"
#include "tests/support/cmocka.h"
#include <string.h>

static LodgeJsonDocument *parse(const char *text, GError **error)
{
    return lodge_json_parse(text, strlen(text), 1000, 8, error);
}

static void values_are_written_compactly_in_order(void **state)
{
    (void)state;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "name", "O\"Neil\\ \n\x01 \xc2\xa3");
    lodge_json_add_string(writer, "absent", NULL);
    lodge_json_add_int(writer, "count", G_MAXINT64);
    lodge_json_add_count(writer, "none counted", 0);
    lodge_json_add_count(writer, "not counted", -1);
    lodge_json_add_bool(writer, "yes", TRUE);
    lodge_json_add_instant(writer, "at", 0);
    lodge_json_add_instant(writer, "never", LODGE_INSTANT_UNKNOWN);
    lodge_json_begin_array(writer, "list");
    lodge_json_add_int(writer, NULL, 1);
    lodge_json_begin_object(writer, NULL);
    lodge_json_end_object(writer);
    lodge_json_add_raw(writer, NULL, "[]");
    lodge_json_end_array(writer);
    lodge_json_add_strings(writer, "none", NULL);
    lodge_json_end_object(writer);
    g_autofree char *text = lodge_json_finish_text(writer);
    assert_string_equal(
        text, "{\"name\":\"O\\\"Neil\\\\ \\n\\u0001 \xc2\xa3\",\"absent\":null,"
              "\"count\":9223372036854775807,\"none counted\":0,\"not counted\":null,"
              "\"yes\":true,"
              "\"at\":\"1970-01-01T00:00:00.000000Z\",\"never\":null,"
              "\"list\":[1,{},[]],\"none\":[]}");
}

static void bytes_that_are_not_utf8_are_replaced(void **state)
{
    (void)state;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_add_string(writer, NULL,
                          "a\xff"
                          "b\xe2\x80\xa8");
    g_autofree char *text = lodge_json_finish_text(writer);
    assert_string_equal(text, "\"a\xef\xbf\xbd"
                              "b\\u2028\"");
}

static void members_are_read_back(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeJsonDocument) document = parse(
        "{\"s\":\"x\",\"n\":null,\"i\":-7,\"b\":true,\"a\":[\"p\",\"q\"],\"o\":{\"k\":1},"
        "\"t\":\"2024-07-19T22:59:59.5Z\"}",
        &error);
    assert_null(error);
    const LodgeJsonNode *root = lodge_json_root(document);
    assert_string_equal(lodge_json_get_string(document, root, "s"), "x");
    assert_null(lodge_json_get_optional_string(document, root, "n"));
    assert_null(lodge_json_get_optional_string(document, root, "missing"));
    assert_int_equal(lodge_json_get_int(document, root, "i"), -7);
    assert_int_equal(lodge_json_get_optional_int(document, root, "none", 5), 5);
    assert_true(lodge_json_get_bool(document, root, "b"));
    g_auto(GStrv) strings = lodge_json_get_strings(document, root, "a");
    assert_int_equal(g_strv_length(strings), 2);
    assert_int_equal(lodge_json_get_instant(document, root, "t") % LODGE_SECOND_US, 500000);
    g_autofree char *nested =
        lodge_json_node_text(lodge_json_get_object(document, root, "o"));
    assert_string_equal(nested, "{\"k\":1}");
    assert_true(lodge_json_finish(document, &error));
}

static void the_first_failure_sticks(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"{}", "\"s\" is missing"},
        {"{\"s\":1}", "\"s\" is not a string"},
        {"{\"s\":null}", "\"s\" is missing"},
        {"[]", "an object with \"s\" was expected"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeJsonDocument) document = parse(cases[i].text, &error);
        assert_non_null(document);
        assert_string_equal(lodge_json_get_string(document, lodge_json_root(document), "s"),
                            "");
        lodge_json_get_int(document, lodge_json_root(document), "other");
        assert_false(lodge_json_finish(document, &error));
        assert_string_equal(error->message, cases[i].words);
    }
}

static void what_is_not_json_or_too_much_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        LodgeJsonError code;
    } cases[] = {
        {"nothing", "", LODGE_JSON_ERROR_SYNTAX},
        {"only space", "  ", LODGE_JSON_ERROR_SYNTAX},
        {"cut short", "{\"a\":", LODGE_JSON_ERROR_SYNTAX},
        {"a comment", "/* [ */ {}", LODGE_JSON_ERROR_SYNTAX},
        {"bytes after the value", "{} {}", LODGE_JSON_ERROR_SYNTAX},
        {"an assignment", "var x = {};", LODGE_JSON_ERROR_SYNTAX},
        {"no utf-8", "\"\xff\"", LODGE_JSON_ERROR_SYNTAX},
        {"nine levels", "[[[[[[[[[]]]]]]]]]", LODGE_JSON_ERROR_LIMIT},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        LodgeJsonDocument *document = parse(cases[i].text, &error);
        if (document != NULL)
            fail_msg("%s was taken", cases[i].name);
        assert_int_equal(error->code, cases[i].code);
    }
    g_autoptr(GError) error = NULL;
    assert_null(lodge_json_parse("[\0]", 3, 10, 8, &error));
    assert_int_equal(error->code, LODGE_JSON_ERROR_SYNTAX);
    g_clear_error(&error);
    assert_null(lodge_json_parse("[        ]", 10, 9, 8, &error));
    assert_int_equal(error->code, LODGE_JSON_ERROR_LIMIT);
}

static void two_hundred_thousand_brackets_harm_nothing(void **state)
{
    (void)state;
    g_autofree char *deep = g_strnfill(200000, '[');
    g_autoptr(GError) error = NULL;
    assert_null(lodge_json_parse(deep, 200000, 1000000, 64, &error));
    assert_int_equal(error->code, LODGE_JSON_ERROR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_written_compactly_in_order),
        cmocka_unit_test(bytes_that_are_not_utf8_are_replaced),
        cmocka_unit_test(members_are_read_back),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(what_is_not_json_or_too_much_is_refused),
        cmocka_unit_test(two_hundred_thousand_brackets_harm_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
