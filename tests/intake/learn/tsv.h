/* tsv.h - the tables of LODGE_TEST_DATA: a header line, TABs between fields, no quoting. */
#pragma once

#include <glib.h>

typedef struct TestTable TestTable;

/* NULL if it cannot be read. */
TestTable *test_table_load(const char *path);
void test_table_free(TestTable *table);
guint test_table_count_rows(const TestTable *table);
/* "" for a column that is not there. */
const char *test_table_get(const TestTable *table, guint row, const char *column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestTable, test_table_free)
