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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_read_or_refused_by_line),
        cmocka_unit_test(a_nul_is_refused),
        cmocka_unit_test(columns_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
