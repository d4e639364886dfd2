#include "parsers/imap/parser.h"
#include "parsers/imap/scanner.h"
#include "parsers/imap/status.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <string.h>

G_DEFINE_QUARK(lodge_imap_error, lodge_imap_error)

typedef enum {
    LINE,            /* collecting a line */
    HELD_LITERAL,    /* collecting a literal */
    STREAMED_LITERAL /* passing a literal on */
} ParserState;

struct LodgeImapParser {
    LodgeImapHandler handler;
    gpointer data;
    gboolean greeting; /* still to come */
    ParserState state;
    GByteArray *line;
    guint64 literal_left;
    gboolean continued; /* this line goes on behind a literal */
    char *head;         /* first line of a response that goes on: owns response.name */
    LodgeImapResponse response;
    LodgeImapScanner *scanner;
    GError *error;
};

LodgeImapParser *
lodge_imap_parser_new(const LodgeImapHandler *handler, gboolean greeting, gpointer data)
{
    g_return_val_if_fail(handler != NULL && handler->response != NULL, NULL);
    LodgeImapParser *parser = g_new0(LodgeImapParser, 1);
    parser->handler = *handler;
    parser->data = data;
    parser->greeting = greeting;
    parser->line = g_byte_array_new();
    parser->scanner = lodge_imap_scanner_new();
    return parser;
}

void lodge_imap_parser_free(LodgeImapParser *parser)
{
    if (parser == NULL)
        return;
    g_byte_array_unref(parser->line);
    lodge_imap_scanner_free(parser->scanner);
    g_free(parser->head);
    g_clear_error(&parser->error);
    g_free(parser);
}

gboolean lodge_imap_parser_is_idle(const LodgeImapParser *parser)
{
    return parser->state == LINE && !parser->continued && parser->line->len == 0;
}

gboolean lodge_imap_response_is(const LodgeImapResponse *response, const char *name)
{
    return response->name != NULL && strcmp(response->name, name) == 0;
}

gboolean lodge_imap_response_has_code(const LodgeImapResponse *response, const char *code)
{
    return response->code != NULL && strcmp(response->code, code) == 0;
}

/* ---- responses ---- */

static gboolean deliver(LodgeImapParser *parser, GError **error)
{
    if (parser->greeting) {
        LodgeImapResponse *response = &parser->response;
        gboolean welcome =
            response->kind == LODGE_IMAP_UNTAGGED &&
            (response->status == LODGE_IMAP_OK || response->status == LODGE_IMAP_PREAUTH ||
             response->status == LODGE_IMAP_BYE);
        if (!welcome) {
            g_set_error_literal(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_SYNTAX,
                                "the server does not begin with an IMAP greeting");
            return FALSE;
        }
        response->kind = LODGE_IMAP_GREETING;
        parser->greeting = FALSE;
    }
    return parser->handler.response(&parser->response, parser->data, error);
}

static gboolean
refuse_line(LodgeImapError code, const char *line, const char *what, GError **error)
{
    g_autofree char *shown = lodge_display_line(line, 200);
    g_set_error(error, LODGE_IMAP_ERROR, (gint)code, "%s: \"%s\"", what, shown);
    return FALSE;
}

static gboolean parser_streams(const LodgeImapParser *parser)
{
    return parser->handler.body_begin != NULL;
}

/* A body in quotes: rare, legal, and small enough to be held. */
static gboolean deliver_quoted_body(LodgeImapParser *parser,
                                    const char *item,
                                    LodgeImapValue *body,
                                    GError **error)
{
    const LodgeImapHandler *handler = &parser->handler;
    if (!handler->body_begin(parser->response.number, item, body->size_bytes, parser->data,
                             error))
        return FALSE;
    if (body->size_bytes > 0 &&
        !handler->body_bytes(body->text, body->size_bytes, parser->data, error))
        return FALSE;
    body->type = LODGE_IMAP_STREAMED;
    body->text = "";
    body->size_bytes = 0;
    return handler->body_end(parser->data, error);
}

static gboolean
deliver_quoted_bodies(LodgeImapParser *parser, LodgeImapValue *values, GError **error)
{
    const LodgeImapValue *items = lodge_imap_list_first(values);
    const LodgeImapValue *item = lodge_imap_list_first(items);
    while (item != NULL) {
        const LodgeImapValue *value = lodge_imap_list_next(items, item);
        if (value == NULL)
            break;
        gboolean quoted = item->type == LODGE_IMAP_ATOM &&
                          value->type == LODGE_IMAP_STRING &&
                          lodge_imap_item_is_body(item->text);
        LodgeImapValue *body = values + (value - values);
        if (quoted && !deliver_quoted_body(parser, item->text, body, error))
            return FALSE;
        item = lodge_imap_list_next(items, value);
    }
    return TRUE;
}

static gboolean end_data(LodgeImapParser *parser, GError **error)
{
    LodgeImapValue *values = lodge_imap_scanner_values(parser->scanner);
    parser->response.data = values;
    gboolean fetched = values != NULL && lodge_imap_response_is(&parser->response, "FETCH");
    if (fetched && parser_streams(parser) && !deliver_quoted_bodies(parser, values, error))
        return FALSE;
    gboolean ok = deliver(parser, error);
    g_clear_pointer(&parser->head, g_free);
    return ok;
}

static gboolean end_literal(LodgeImapParser *parser, GError **error)
{
    gboolean streamed = parser->state == STREAMED_LITERAL;
    parser->state = LINE;
    if (!streamed) {
        lodge_imap_scanner_end_literal(parser->scanner);
        return TRUE;
    }
    lodge_imap_scanner_stream_literal(parser->scanner);
    return parser->handler.body_end(parser->data, error);
}

static gboolean begin_literal(LodgeImapParser *parser, guint64 size_bytes, GError **error)
{
    const char *item = lodge_imap_scanner_body_item(parser->scanner);
    gboolean streamed = item != NULL && parser_streams(parser);
    if (size_bytes == G_MAXINT64 ||
        (!streamed && size_bytes > LODGE_LIMIT_IMAP_LITERAL_BYTES)) {
        g_set_error(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_LIMIT,
                    "a literal of %" G_GUINT64_FORMAT " bytes is over the limit of %d",
                    size_bytes, LODGE_LIMIT_IMAP_LITERAL_BYTES);
        return FALSE;
    }
    parser->continued = TRUE;
    parser->literal_left = size_bytes;
    parser->state = streamed ? STREAMED_LITERAL : HELD_LITERAL;
    if (!streamed)
        lodge_imap_scanner_begin_literal(parser->scanner);
    else if (!parser->handler.body_begin(parser->response.number, item, size_bytes,
                                         parser->data, error))
        return FALSE;
    return size_bytes > 0 || end_literal(parser, error);
}

static gboolean
scan_data(LodgeImapParser *parser, const char *rest, gsize size, GError **error)
{
    guint64 literal_bytes = 0;
    switch (lodge_imap_scanner_line(parser->scanner, rest, size, &literal_bytes, error)) {
    case LODGE_IMAP_SCAN_LITERAL:
        return begin_literal(parser, literal_bytes, error);
    case LODGE_IMAP_SCAN_COMPLETE:
        parser->continued = FALSE;
        return end_data(parser, error);
    case LODGE_IMAP_SCAN_ERROR:
        break;
    }
    return FALSE;
}

/* RFC 9051: message-data = nz-number SP ("EXPUNGE" / ("FETCH" SP msg-att)) and others */
static char *read_number(char *at, LodgeImapResponse *response)
{
    char *space = strchr(at, ' ');
    if (space == NULL)
        return at;
    *space = '\0';
    guint64 number = 0;
    if (g_ascii_string_to_unsigned(at, 10, 0, G_MAXUINT32, &number, NULL)) {
        response->numbered = TRUE;
        response->number = (guint32)number;
        return space + 1;
    }
    *space = ' ';
    return at;
}

static gboolean read_data(LodgeImapParser *parser, char *at, gsize size, GError **error)
{
    char *end = at + size;
    parser->head = g_strndup(at, strcspn(at, " "));
    char *rest = at + strlen(parser->head);
    for (char *letter = parser->head; *letter != '\0'; letter++)
        *letter = g_ascii_toupper(*letter);
    parser->response.name = parser->head;
    lodge_imap_scanner_reset(parser->scanner, strcmp(parser->head, "FETCH") == 0);
    return scan_data(parser, rest, (gsize)(end - rest), error);
}

/* RFC 9051: response-data = "*" SP (resp-cond-state / resp-cond-bye / mailbox-data /
 *                           message-data / capability-data / …) CRLF */
static gboolean
read_untagged(LodgeImapParser *parser, char *line, gsize size, GError **error)
{
    LodgeImapResponse *response = &parser->response;
    response->kind = LODGE_IMAP_UNTAGGED;
    char *at = read_number(line + 2, response);
    if (*at == '\0' || *at == ' ')
        return refuse_line(LODGE_IMAP_ERROR_SYNTAX, line,
                           "the server sent an empty response", error);
    gsize word = strcspn(at, " ");
    LodgeImapStatus status = lodge_imap_status_parse(at, word);
    if (status == LODGE_IMAP_DATA || response->numbered)
        return read_data(parser, at, size - (gsize)(at - line), error);
    response->status = status;
    lodge_imap_status_read_text(at[word] == ' ' ? at + word + 1 : at + word,
                                parser->scanner, response);
    return deliver(parser, error);
}

/* RFC 9051: continue-req = "+" SP (resp-text / base64) CRLF; some servers leave out the SP */
static gboolean read_continuation(LodgeImapParser *parser, char *line, GError **error)
{
    parser->response.kind = LODGE_IMAP_CONTINUATION;
    lodge_imap_status_read_text(line[1] == ' ' ? line + 2 : line + 1, parser->scanner,
                                &parser->response);
    return deliver(parser, error);
}

/* RFC 9051: response-tagged = tag SP resp-cond-state CRLF */
static gboolean read_tagged(LodgeImapParser *parser, char *line, GError **error)
{
    LodgeImapResponse *response = &parser->response;
    gsize tag = strcspn(line, " ");
    char *word = line[tag] == ' ' ? line + tag + 1 : line + tag;
    gsize word_size = strcspn(word, " ");
    LodgeImapStatus status = lodge_imap_status_parse(word, word_size);
    if (tag == 0 ||
        (status != LODGE_IMAP_OK && status != LODGE_IMAP_NO && status != LODGE_IMAP_BAD))
        return refuse_line(LODGE_IMAP_ERROR_STRAY, line,
                           "the server sent a line that is no IMAP response", error);
    response->kind = LODGE_IMAP_TAGGED;
    response->status = status;
    char *rest = word[word_size] == ' ' ? word + word_size + 1 : word + word_size;
    lodge_imap_status_read_text(rest, parser->scanner, response);
    line[tag] = '\0';
    response->tag = line;
    return deliver(parser, error);
}

static gboolean read_line(LodgeImapParser *parser, char *line, gsize size, GError **error)
{
    if (parser->continued)
        return scan_data(parser, line, size, error);
    parser->response = (LodgeImapResponse){.text = ""};
    if (line[0] == '*' && line[1] == ' ')
        return read_untagged(parser, line, size, error);
    if (line[0] == '+')
        return read_continuation(parser, line, error);
    return read_tagged(parser, line, error);
}

/* ---- framing ---- */

static gboolean end_line(LodgeImapParser *parser, GError **error)
{
    GByteArray *line = parser->line;
    gsize size = line->len;
    if (size > 0 && line->data[size - 1] == '\r')
        size--;
    static const guint8 nul = 0;
    g_byte_array_set_size(line, (guint)size);
    g_byte_array_append(line, &nul, 1);
    gboolean ok = read_line(parser, (char *)line->data, size, error);
    g_byte_array_set_size(line, 0);
    return ok;
}

static gboolean feed_line(
    LodgeImapParser *parser, const char *bytes, gsize size, gsize *used_out, GError **error)
{
    const char *lf = memchr(bytes, '\n', size);
    gsize piece = lf == NULL ? size : (gsize)(lf - bytes);
    if (parser->line->len + piece > LODGE_LIMIT_IMAP_LINE_BYTES) {
        g_set_error(error, LODGE_IMAP_ERROR, LODGE_IMAP_ERROR_LIMIT,
                    "the server sent a line of more than %d bytes",
                    LODGE_LIMIT_IMAP_LINE_BYTES);
        return FALSE;
    }
    g_byte_array_append(parser->line, (const guint8 *)bytes, (guint)piece);
    *used_out = lf == NULL ? piece : piece + 1;
    return lf == NULL || end_line(parser, error);
}

static gboolean feed_literal(
    LodgeImapParser *parser, const char *bytes, gsize size, gsize *used_out, GError **error)
{
    gsize piece = (gsize)MIN((guint64)size, parser->literal_left);
    gboolean ok =
        parser->state == STREAMED_LITERAL
            ? parser->handler.body_bytes(bytes, piece, parser->data, error)
            : lodge_imap_scanner_add_literal(parser->scanner, bytes, piece, error);
    if (!ok)
        return FALSE;
    parser->literal_left -= piece;
    *used_out = piece;
    return parser->literal_left > 0 || end_literal(parser, error);
}

gboolean lodge_imap_parser_feed(LodgeImapParser *parser,
                                const void *bytes,
                                gsize size_bytes,
                                GError **error)
{
    const char *at = bytes;
    while (parser->error == NULL && size_bytes > 0) {
        gsize used = 0;
        gboolean ok = parser->state == LINE
                          ? feed_line(parser, at, size_bytes, &used, &parser->error)
                          : feed_literal(parser, at, size_bytes, &used, &parser->error);
        if (!ok)
            break;
        at += used;
        size_bytes -= used;
    }
    if (parser->error == NULL)
        return TRUE;
    g_propagate_error(error, g_error_copy(parser->error));
    return FALSE;
}
