/* transcript.h - runs bytes through the parser and writes down what it called back, one line each,
 * so that a table of cases can say in plain text what is expected, and so that every chunking can be compared. */
#pragma once

#include "parsers/imap/parser.h"
#include "parsers/text/display.h"
#include <glib.h>
#include <string.h>

typedef struct {
    GString *lines;
    gboolean in_body;
    GString *body;
} Transcript;

static void write_value(GString *out, const LodgeImapValue *value)
{
    static const char *const marks[] = {"NIL", "", "\"", "", "<streamed>"};
    if (value->type == LODGE_IMAP_LIST) {
        g_string_append_c(out, '(');
        for (const LodgeImapValue *item = lodge_imap_list_first(value); item != NULL;
             item = lodge_imap_list_next(value, item)) {
            if (item != value + 1)
                g_string_append_c(out, ' ');
            write_value(out, item);
        }
        g_string_append_c(out, ')');
        return;
    }
    g_autofree char *shown = lodge_display_bytes(value->text, value->size_bytes, 0);
    g_string_append(out, marks[value->type]);
    g_string_append(out, shown);
    if (value->type == LODGE_IMAP_STRING)
        g_string_append(out, marks[value->type]);
}

static gboolean
write_response(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    static const char *const kinds[] = {"greeting", "untagged", "tagged", "continue"};
    static const char *const statuses[] = {"", " OK", " NO", " BAD", " BYE", " PREAUTH"};
    GString *out = ((Transcript *)data)->lines;
    g_string_append_printf(out, "%s", kinds[response->kind]);
    if (response->tag != NULL)
        g_string_append_printf(out, " %s", response->tag);
    g_string_append(out, statuses[response->status]);
    if (response->numbered)
        g_string_append_printf(out, " %u", response->number);
    if (response->name != NULL)
        g_string_append_printf(out, " %s ", response->name);
    if (response->code != NULL)
        g_string_append_printf(out, " [%s", response->code);
    if (response->code_data != NULL)
        write_value(out, response->code_data);
    if (response->code != NULL)
        g_string_append_c(out, ']');
    if (response->name == NULL) {
        g_autofree char *shown = lodge_display_line(response->text, 0);
        g_string_append_printf(out, " %s", shown);
    } else if (response->data != NULL) {
        write_value(out, response->data);
    } else {
        g_string_append(out, "malformed");
    }
    g_string_append_c(out, '\n');
    return TRUE;
}

static gboolean write_body_begin(
    guint32 number, const char *item, guint64 size_bytes, gpointer data, GError **error)
{
    (void)error;
    Transcript *transcript = data;
    g_assert_false(transcript->in_body);
    transcript->in_body = TRUE;
    g_string_append_printf(transcript->lines, "body %u %s %" G_GUINT64_FORMAT " ", number,
                           item, size_bytes);
    return TRUE;
}

static gboolean
write_body_bytes(const void *bytes, gsize size, gpointer data, GError **error)
{
    (void)error;
    Transcript *transcript = data;
    g_assert_true(transcript->in_body && size > 0);
    g_string_append_len(transcript->body, bytes, (gssize)size);
    return TRUE;
}

static gboolean write_body_end(gpointer data, GError **error)
{
    (void)error;
    Transcript *transcript = data;
    g_assert_true(transcript->in_body);
    transcript->in_body = FALSE;
    g_autofree char *shown =
        lodge_display_bytes(transcript->body->str, transcript->body->len, 0);
    g_string_append_printf(transcript->lines, "%s\n", shown);
    g_string_truncate(transcript->body, 0);
    return TRUE;
}

/* `chunk` bytes at a time, 0: all at once. The last line is "error CODE" if it ended so, or "cut". */
static char *
transcribe(const char *bytes, gsize size, gsize chunk, gboolean stream, gboolean greet)
{
    Transcript transcript = {.lines = g_string_new(NULL), .body = g_string_new(NULL)};
    LodgeImapHandler handler = {.response = write_response};
    if (stream) {
        handler.body_begin = write_body_begin;
        handler.body_bytes = write_body_bytes;
        handler.body_end = write_body_end;
    }
    g_autoptr(LodgeImapParser) parser = lodge_imap_parser_new(&handler, greet, &transcript);
    g_autoptr(GError) error = NULL;
    chunk = chunk == 0 ? size : chunk;
    for (gsize at = 0; at < size && error == NULL; at += chunk) {
        /* a block of its own, so that a read past its end is seen */
        g_autofree char *piece = g_memdup2(bytes + at, MIN(chunk, size - at));
        lodge_imap_parser_feed(parser, piece, MIN(chunk, size - at), &error);
    }
    static const char *const codes[] = {"SYNTAX", "LIMIT", "DESYNC", "STRAY"};
    if (error != NULL)
        g_string_append_printf(transcript.lines, "error %s\n", codes[error->code]);
    else if (!lodge_imap_parser_is_idle(parser))
        g_string_append(transcript.lines, "cut\n");
    g_string_free(transcript.body, TRUE);
    return g_string_free(transcript.lines, FALSE);
}
