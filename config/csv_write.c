/* The other half of csv.c: cells into records of RFC 4180, section 2, each ended by CRLF. */
#include "config/csv.h"

#include "parsers/text/display.h"
#include <string.h>

/* Spreadsheets take a cell that begins so for a formula, Asian ones also in the wide forms. The apostrophe
 * stands here so that what it marks can be told from what came with one. */
static gboolean needs_apostrophe(const char *cell)
{
    static const char *const wide[] = {"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d",
                                       "\xef\xbc\xa0"};
    if (*cell != '\0' && strchr("=+-@\t\r\n'", *cell) != NULL)
        return TRUE;
    for (gsize i = 0; i < G_N_ELEMENTS(wide); i++)
        if (g_str_has_prefix(cell, wide[i]))
            return TRUE;
    return FALSE;
}

static void append_escaped(GString *table, const char *cell)
{
    g_string_append_c(table, '"');
    for (; *cell != '\0'; cell++) {
        if (*cell == '"')
            g_string_append_c(table, '"');
        g_string_append_c(table, *cell);
    }
    g_string_append_c(table, '"');
}

static void append_cell(GString *table, const char *cell)
{
    g_autofree char *valid = lodge_display_utf8(cell, strlen(cell));
    g_autofree char *harmless =
        g_strconcat(needs_apostrophe(valid) ? "'" : "", valid, NULL);
    if (strpbrk(harmless, ",\"\r\n") != NULL)
        append_escaped(table, harmless);
    else
        g_string_append(table, harmless);
}

void lodge_csv_format_row(GString *table, const char *const *cells, guint count)
{
    g_return_if_fail(table != NULL && cells != NULL);
    for (guint i = 0; i < count; i++) {
        if (i > 0)
            g_string_append_c(table, ',');
        if (cells[i] != NULL)
            append_cell(table, cells[i]);
    }
    g_string_append(table, "\r\n");
}
