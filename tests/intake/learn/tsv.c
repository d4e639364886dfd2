#include "tests/intake/learn/tsv.h"

#include <string.h>

struct TestTable {
    GStrv columns;
    GPtrArray *rows; /* GStrv */
};

TestTable *test_table_load(const char *path)
{
    g_autofree char *content = NULL;
    if (!g_file_get_contents(path, &content, NULL, NULL))
        return NULL;
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    TestTable *table = g_new0(TestTable, 1);
    table->columns = g_strsplit(lines[0], "\t", -1);
    table->rows = g_ptr_array_new_with_free_func((GDestroyNotify)g_strfreev);
    for (gsize i = 1; lines[i]; i++) {
        if (*lines[i])
            g_ptr_array_add(table->rows, g_strsplit(lines[i], "\t", -1));
    }
    return table;
}

void test_table_free(TestTable *table)
{
    g_strfreev(table->columns);
    g_ptr_array_unref(table->rows);
    g_free(table);
}

guint test_table_count_rows(const TestTable *table)
{
    return table->rows->len;
}

const char *test_table_get(const TestTable *table, guint row, const char *column)
{
    char **fields = g_ptr_array_index(table->rows, row);
    guint length = g_strv_length(fields);
    for (guint i = 0; table->columns[i] && i < length; i++) {
        if (strcmp(table->columns[i], column) == 0)
            return fields[i];
    }
    return "";
}
