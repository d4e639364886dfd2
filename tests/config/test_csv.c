#include "config/csv.h"

#include "tests/support/cmocka.h"
#include <string.h>

/* Fields with "|" between, rows with "/" between, lines in brackets: "[2]a|b/[3]c|d". */
static char *flatten(const LodgeCsv *csv, int columns)
{
    GString *flat = g_string_new(NULL);
    for (guint row = 0; row < lodge_csv_count(csv); row++) {
        g_string_append_printf(flat, "%s[%u]", row == 0 ? "" : "/",
                               lodge_csv_line(csv, row));
        for (int column = 0; column < columns; column++)
            g_string_append_printf(flat, "%s%s", column == 0 ? "" : "|",
                                   lodge_csv_get(csv, row, column));
    }
    return g_string_free(flat, FALSE);
}

typedef struct {
    const char *name, *text;
    const char *flat; /* NULL: refused */
    const char *words;
} Case;

static const Case CASES[] = {
    {"plain rows", "a,b\n1,2\n3,4\n", "[2]1|2/[3]3|4", NULL},
    {"CRLF", "a,b\r\n1,2\r\n", "[2]1|2", NULL},
    {"no line end at the end", "a,b\n1,2", "[2]1|2", NULL},
    {"a byte order mark",
     "\xEF\xBB\xBF"
     "a,b\n1,2\n",
     "[2]1|2", NULL},
    {"a quoted comma", "a,b\n\"Armagh, Banbridge\",2\n", "[2]Armagh, Banbridge|2", NULL},
    {"doubled quotes", "a,b\n\"the \"\"best\"\"\",2\n", "[2]the \"best\"|2", NULL},
    {"a line end inside quotes", "a,b\n\"x\r\ny\",2\n3,4\n", "[2]x\r\ny|2/[4]3|4", NULL},
    {"empty fields", "a,b\n,\n\"\",\n", "[2]|/[3]|", NULL},
    {"blanks are part of a field", "a,b\n 1 ,2\n", "[2] 1 |2", NULL},
    {"a header only", "a,b\n", "", NULL},
    {"a carriage return inside a field", "a,b\nx\ry,2\n", "[2]x\ry|2", NULL},
    {"nothing", "", NULL, "list.csv:1: the table is empty"},
    {"too few fields", "a,b\n1,2\n3\n", NULL,
     "list.csv:3: the row has 1 fields, the header 2"},
    {"too many fields", "a,b\n1,2,3\n", NULL, "list.csv:2: the row has 3 fields"},
    {"an empty line", "a,b\n\n1,2\n", NULL, "list.csv:2: the row has 1 fields"},
    {"an open quote", "a,b\n1,\"2\n3,4\n", NULL,
     "list.csv:2: a quote opens here and never closes"},
    {"text after a quote", "a,b\n\"1\"x,2\n", NULL,
     "list.csv:2: text follows a closing quote"},
    {"a quote in the middle", "a,b\n1x\"y\",2\n", NULL,
     "list.csv:2: a quote stands inside"},
    {"invalid UTF-8", "a,b\n1,\xff\n", NULL, "list.csv:2: the line is not valid UTF-8"},
    {"a doubled column", "a,a\n1,2\n", NULL, "list.csv:1: two columns have the same name"},
};

static void tables_are_read_or_refused_by_line(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const Case *c = &CASES[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeCsv) csv =
            lodge_csv_parse(c->text, strlen(c->text), "list.csv", &error);
        g_autofree char *flat = csv == NULL ? NULL : flatten(csv, 2);
        if (g_strcmp0(flat, c->flat) != 0)
            fail_msg("%s: '%s' (%s)", c->name, flat, error ? error->message : "no error");
        if (flat == NULL && strstr(error->message, c->words) == NULL)
            fail_msg("%s: '%s'", c->name, error->message);
    }
}

static void a_nul_is_refused(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(lodge_csv_parse("a,b\n1,\0002\n", 9, "list.csv", &error));
    assert_non_null(strstr(error->message, "list.csv:2:"));
}

static void columns_are_found_by_name(void **state)
{
    (void)state;
    g_autoptr(LodgeCsv) csv = lodge_csv_parse("gss,name\nE1,Kent\n", 17, "list.csv", NULL);
    assert_int_equal(lodge_csv_find_column(csv, "name"), 1);
    assert_int_equal(lodge_csv_find_column(csv, "Name"), -1);
    assert_string_equal(lodge_csv_get(csv, 0, 1), "Kent");
}

/* ---- writing ---- */

static const struct {
    const char *name, *cell, *written;
} CELLS[] = {
    {"a plain one", "plan.pdf", "plan.pdf"},
    {"none", NULL, ""},
    {"an empty one", "", ""},
    {"a comma", "Brighton, Hove", "\"Brighton, Hove\""},
    {"a quote", "the \"plan\"", "\"the \"\"plan\"\"\""},
    {"lines", "a\r\nb", "\"a\r\nb\""},
    {"blanks stay", " a ", " a "},
    {"beyond ASCII", "Sir F\xc3\xb4n \xe2\x80\x93 plan",
     "Sir F\xc3\xb4n \xe2\x80\x93 plan"},
    {"no UTF-8", "a\xff", "a\xef\xbf\xbd"},
    {"a formula", "=1+1", "'=1+1"},
    {"a formula with a comma and a quote", "=HYPERLINK(\"x\",\"y\")",
     "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""},
    {"a plus", "+44 20", "'+44 20"},
    {"a minus", "-1", "'-1"},
    {"an at", "@SUM(A1)", "'@SUM(A1)"},
    {"a tab", "\t=1", "'\t=1"},
    {"a carriage return", "\r=1", "\"'\r=1\""},
    {"a line feed", "\n=1", "\"'\n=1\""},
    {"a wide equals sign",
     "\xef\xbc\x9d"
     "1",
     "'\xef\xbc\x9d"
     "1"},
    {"a wide at", "\xef\xbc\xa0", "'\xef\xbc\xa0"},
    {"an apostrophe of its own", "'=1", "''=1"},
    {"an apostrophe and no formula", "'tis", "''tis"},
    {"a sign further on", "a=1", "a=1"},
};

static void no_cell_is_taken_for_a_formula(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CELLS); i++) {
        g_autoptr(GString) table = g_string_new(NULL);
        lodge_csv_format_row(table, &CELLS[i].cell, 1);
        g_autofree char *expected = g_strconcat(CELLS[i].written, "\r\n", NULL);
        if (strcmp(table->str, expected) != 0)
            fail_msg("%s: '%s'", CELLS[i].name, table->str);
    }
}

/* The rule of csv.h: one apostrophe at the beginning is dropped. */
static void what_is_written_is_read_back(void **state)
{
    (void)state;
    g_autoptr(GString) table = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(CELLS); i++) {
        const char *const row[] = {i == 0 ? "name" : CELLS[i].name,
                                   i == 0 ? "cell" : CELLS[i].cell};
        lodge_csv_format_row(table, row, 2);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeCsv) csv = lodge_csv_parse(table->str, table->len, "written", &error);
    if (csv == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(lodge_csv_count(csv), G_N_ELEMENTS(CELLS) - 1);
    for (guint i = 1; i < G_N_ELEMENTS(CELLS); i++) {
        const char *read = lodge_csv_get(csv, i - 1, 1);
        const char *cell = CELLS[i].cell == NULL ? "" : CELLS[i].cell;
        g_autofree char *valid = g_utf8_make_valid(cell, -1);
        assert_string_equal(*read == '\'' ? read + 1 : read, valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read_or_refused_by_line),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(no_cell_is_taken_for_a_formula),
        cmocka_unit_test(what_is_written_is_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
