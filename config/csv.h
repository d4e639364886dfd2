/* csv.h - RFC 4180 tables: one read out of text, and the rows of one to be written. Pure.
 *
 * Read: fields may be quoted, hold commas, doubled quotes and line ends; lines end in CRLF or LF; a BOM is skipped. The
 * first row names the columns. Refused by line: an open quote, a quote in the middle of a bare
 * field, text after a closing quote, a row of another width, NULs, invalid UTF-8, doubled column names.
 * Limits: LODGE_CSV_BYTES, LODGE_CSV_ROWS.
 *
 * Written: UTF-8 without a BOM, rows end in CRLF. People open it in a spreadsheet, which must not take what a
 * stranger wrote for a formula: a cell that begins with = + - @, one of their wide forms, a tab, a line end or an
 * apostrophe gets an apostrophe before it. So whoever reads it back drops one apostrophe from the beginning of each
 * cell that has one, and has what was written. */
#pragma once

#include "config/config_error.h"
#include <glib.h>

#define LODGE_CSV_BYTES (16 * 1024 * 1024)
#define LODGE_CSV_ROWS 100000

typedef struct LodgeCsv LodgeCsv;

/* `name` is for messages. */
LodgeCsv *
lodge_csv_parse(const char *text, gsize size_bytes, const char *name, GError **error);
void lodge_csv_free(LodgeCsv *csv);

guint lodge_csv_count(const LodgeCsv *csv); /* rows below the header */
/* The column of this name; -1: none. */
int lodge_csv_find_column(const LodgeCsv *csv, const char *column);
const char *lodge_csv_get(const LodgeCsv *csv, guint row, int column);
/* The line on which the row begins. */
guint lodge_csv_line(const LodgeCsv *csv, guint row);

/* Appends one row of `count` cells; NULL: an empty one. Bytes that are no UTF-8 become U+FFFD. */
void lodge_csv_format_row(GString *table, const char *const *cells, guint count);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeCsv, lodge_csv_free)
