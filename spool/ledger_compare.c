/* Two indexes row by row, in the order of their keys. */
#include "spool/ledger_internal.h"

#include <string.h>

typedef struct {
    const char *table;
    sqlite3_stmt *found, *expected;
    guint max;
    GPtrArray *differences;
} Comparison;

/* The key of the row at which a statement stands, for people: "table 17, …". */
static char *describe_row(const char *table, sqlite3_stmt *statement)
{
    GString *words = g_string_new(table);
    for (int i = 0; i < MIN(sqlite3_column_count(statement), 3); i++) {
        const char *text = (const char *)sqlite3_column_text(statement, i);
        g_string_append_printf(words, "%s %s %s", i > 0 ? "," : "",
                               sqlite3_column_name(statement, i),
                               text != NULL ? text : "null");
    }
    return g_string_free(words, FALSE);
}

static void note(const Comparison *comparison, sqlite3_stmt *at, const char *what)
{
    if (comparison->differences->len >= comparison->max)
        return;
    g_autofree char *row = describe_row(comparison->table, at);
    g_ptr_array_add(comparison->differences, g_strdup_printf("%s: %s", row, what));
}

static gboolean equal_column(sqlite3_stmt *a, sqlite3_stmt *b, int column)
{
    const char *left = (const char *)sqlite3_column_text(a, column);
    const char *right = (const char *)sqlite3_column_text(b, column);
    return sqlite3_column_type(a, column) == sqlite3_column_type(b, column) &&
           g_strcmp0(left, right) == 0;
}

static void compare_row(const Comparison *comparison)
{
    for (int i = 0; i < sqlite3_column_count(comparison->expected); i++) {
        if (equal_column(comparison->found, comparison->expected, i))
            continue;
        g_autofree char *what =
            g_strdup_printf("%s differs from what the journal says",
                            sqlite3_column_name(comparison->expected, i));
        note(comparison, comparison->expected, what);
        return;
    }
}

/* Once one side has a row more, everything after it would differ: the table is left. */
static gboolean compare_table(LodgeLedger *found,
                              LodgeLedger *expected,
                              const Comparison *comparison,
                              GError **error)
{
    for (;;) {
        int left = lodge_ledger_step(found, comparison->found, error);
        int right =
            left >= 0 ? lodge_ledger_step(expected, comparison->expected, error) : -1;
        if (left < 0 || right < 0)
            return FALSE;
        if (left == 0 && right == 0)
            return TRUE;
        if (left != right) {
            note(comparison, left > 0 ? comparison->found : comparison->expected,
                 left > 0 ? "is not in the journal" : "is missing from the index");
            return TRUE;
        }
        compare_row(comparison);
    }
}

static sqlite3_stmt *
select_all(LodgeLedger *ledger, const LodgeLedgerTable *table, GError **error)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT * FROM %s ORDER BY %s", table->table, table->order);
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(ledger->db, sql, -1, &statement, NULL) != SQLITE_OK)
        lodge_ledger_fail(ledger, error);
    return statement;
}

gboolean lodge_ledger_compare(LodgeLedger *found,
                              LodgeLedger *expected,
                              guint max,
                              GPtrArray *differences,
                              GError **error)
{
    gboolean good = TRUE;
    for (const LodgeLedgerTable *table = lodge_ledger_tables; good && table->table;
         table++) {
        Comparison comparison = {table->table, NULL, NULL, max, differences};
        comparison.found = select_all(found, table, error);
        comparison.expected =
            comparison.found != NULL ? select_all(expected, table, error) : NULL;
        good = comparison.expected != NULL &&
               compare_table(found, expected, &comparison, error);
        sqlite3_finalize(comparison.found);
        sqlite3_finalize(comparison.expected);
    }
    return good;
}
