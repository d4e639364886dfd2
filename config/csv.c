/* RFC 4180, section 2:
 *   file    = [header CRLF] record *(CRLF record) [CRLF]
 *   record  = field *(COMMA field)
 *   field   = (escaped / non-escaped)
 *   escaped = DQUOTE *(TEXTDATA / COMMA / CR / LF / 2DQUOTE) DQUOTE */
#include "config/csv.h"

#include <string.h>

typedef struct {
    GPtrArray *fields; /* char* */
    guint line;
} Row;

struct LodgeCsv {
    GArray *rows; /* Row; the first is the header */
};

typedef struct {
    const char *at, *end;
    const char *name;
    guint line;
} Cursor;

static void clear_row(gpointer row)
{
    g_ptr_array_unref(((Row *)row)->fields);
}

void lodge_csv_free(LodgeCsv *csv)
{
    if (csv == NULL)
        return;
    g_array_unref(csv->rows);
    g_free(csv);
}

static gboolean refuse(const Cursor *cursor, guint line, const char *words, GError **error)
{
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID, "%s:%u: %s",
                cursor->name, line, words);
    return FALSE;
}

static gboolean is_at_row_end(const Cursor *cursor)
{
    if (cursor->at == cursor->end || *cursor->at == '\n')
        return TRUE;
    return *cursor->at == '\r' && cursor->at + 1 < cursor->end && cursor->at[1] == '\n';
}

static char *parse_escaped(Cursor *cursor, GError **error)
{
    g_autoptr(GString) field = g_string_new(NULL);
    guint opened = cursor->line;
    for (cursor->at++; cursor->at < cursor->end; cursor->at++) {
        if (*cursor->at == '\n')
            cursor->line++;
        if (*cursor->at != '"') {
            g_string_append_c(field, *cursor->at);
            continue;
        }
        cursor->at++;
        if (cursor->at == cursor->end || *cursor->at != '"') {
            if (is_at_row_end(cursor) || *cursor->at == ',')
                return g_string_free(g_steal_pointer(&field), FALSE);
            refuse(cursor, cursor->line, "text follows a closing quote", error);
            return NULL;
        }
        g_string_append_c(field, '"');
    }
    refuse(cursor, opened, "a quote opens here and never closes", error);
    return NULL;
}

static char *parse_bare(Cursor *cursor, GError **error)
{
    const char *start = cursor->at;
    while (!is_at_row_end(cursor) && *cursor->at != ',') {
        if (*cursor->at == '"') {
            refuse(cursor, cursor->line, "a quote stands inside an unquoted field", error);
            return NULL;
        }
        cursor->at++;
    }
    return g_strndup(start, (gsize)(cursor->at - start));
}

static gboolean parse_row(Cursor *cursor, GPtrArray *fields, GError **error)
{
    for (;;) {
        gboolean quoted = cursor->at < cursor->end && *cursor->at == '"';
        char *field = quoted ? parse_escaped(cursor, error) : parse_bare(cursor, error);
        if (field == NULL)
            return FALSE;
        g_ptr_array_add(fields, field);
        if (is_at_row_end(cursor))
            break;
        cursor->at++; /* the comma */
    }
    if (cursor->at < cursor->end && *cursor->at == '\r')
        cursor->at++;
    if (cursor->at < cursor->end)
        cursor->at++;
    cursor->line++;
    return TRUE;
}

static gboolean
check_width(const LodgeCsv *csv, const Cursor *cursor, const Row *row, GError **error)
{
    if (csv->rows->len == 0)
        return TRUE;
    guint width = g_array_index(csv->rows, Row, 0).fields->len;
    if (row->fields->len == width)
        return TRUE;
    g_autofree char *words =
        g_strdup_printf("the row has %u fields, the header %u", row->fields->len, width);
    return refuse(cursor, row->line, words, error);
}

static gboolean check_header(const LodgeCsv *csv, const Cursor *cursor, GError **error)
{
    if (csv->rows->len == 0)
        return refuse(cursor, 1, "the table is empty", error);
    const GPtrArray *header = g_array_index(csv->rows, Row, 0).fields;
    for (guint i = 0; i < header->len; i++) {
        for (guint j = 0; j < i; j++) {
            if (strcmp(header->pdata[i], header->pdata[j]) == 0)
                return refuse(cursor, 1, "two columns have the same name", error);
        }
    }
    return TRUE;
}

/* A NUL ends validation like any bad byte, so its line is found as well. */
static gboolean check_text(const Cursor *cursor, GError **error)
{
    const char *bad;
    guint line = 1;
    gsize size_bytes = (gsize)(cursor->end - cursor->at);
    if (size_bytes > LODGE_CSV_BYTES)
        return refuse(cursor, 1, "the table is over 16 MB", error);
    if (g_utf8_validate(cursor->at, (gssize)size_bytes, &bad))
        return TRUE;
    for (const char *at = cursor->at; at < bad; at++)
        line += *at == '\n';
    return refuse(cursor, line, "the line is not valid UTF-8 text", error);
}

LodgeCsv *
lodge_csv_parse(const char *text, gsize size_bytes, const char *name, GError **error)
{
    Cursor cursor = {.at = text, .end = text + size_bytes, .name = name, .line = 1};
    if (size_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        cursor.at += 3;
    if (!check_text(&cursor, error))
        return NULL;
    g_autoptr(LodgeCsv) csv = g_new0(LodgeCsv, 1);
    csv->rows = g_array_new(FALSE, FALSE, sizeof(Row));
    g_array_set_clear_func(csv->rows, clear_row);
    while (cursor.at < cursor.end) {
        Row row = {.fields = g_ptr_array_new_with_free_func(g_free), .line = cursor.line};
        if (!parse_row(&cursor, row.fields, error) ||
            !check_width(csv, &cursor, &row, error)) {
            clear_row(&row);
            return NULL;
        }
        g_array_append_val(csv->rows, row);
        if (csv->rows->len > LODGE_CSV_ROWS) {
            refuse(&cursor, cursor.line, "the table has too many rows", error);
            return NULL;
        }
    }
    return check_header(csv, &cursor, error) ? g_steal_pointer(&csv) : NULL;
}

guint lodge_csv_count(const LodgeCsv *csv)
{
    return csv->rows->len - 1;
}

static const Row *row_at(const LodgeCsv *csv, guint index)
{
    return &g_array_index(csv->rows, Row, index);
}

int lodge_csv_find_column(const LodgeCsv *csv, const char *column)
{
    const GPtrArray *header = row_at(csv, 0)->fields;
    for (guint i = 0; i < header->len; i++) {
        if (strcmp(header->pdata[i], column) == 0)
            return (int)i;
    }
    return -1;
}

const char *lodge_csv_get(const LodgeCsv *csv, guint row, int column)
{
    g_return_val_if_fail(row < lodge_csv_count(csv) && column >= 0, NULL);
    return row_at(csv, row + 1)->fields->pdata[column];
}

guint lodge_csv_line(const LodgeCsv *csv, guint row)
{
    return row_at(csv, row + 1)->line;
}
