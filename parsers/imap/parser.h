/* parser.h - bytes of an IMAP server, in any chunks, become responses. Pure: no I/O.
 *
 * Framing comes first and never depends on content: a line, and behind a line that announces
 * one, exactly as many bytes of literal as it said. So a mail that contains "A004 OK" or
 * "* BYE" cannot be taken for the server's word. A count that lies shows at once, because only SP or ")" may
 * follow a literal, and is an error.
 *
 * Bodies (BODY[…], BINARY[…], RFC822 in FETCH) are streamed to the body callbacks in constant memory; all other
 * literals are held, up to LODGE_LIMIT_IMAP_LITERAL_BYTES each. A body given as a quoted string comes
 * through the same callbacks, just before its response. Data that makes no sense is handed over with `data` NULL.
 *
 * After an error the parser is dead and repeats it. Errors name the limit or the line; a
 * callback's error is passed through.
 *
 * Source: RFC 9051 section 9, with the quirks of real servers noted where they are met. Limits:
 * LODGE_LIMIT_IMAP_* in parsers/text/limits.h. */
#pragma once

#include "parsers/imap/response.h"
#include <glib.h>

#define LODGE_IMAP_ERROR lodge_imap_error_quark()
GQuark lodge_imap_error_quark(void);
typedef enum {
    LODGE_IMAP_ERROR_SYNTAX, /* not IMAP */
    LODGE_IMAP_ERROR_LIMIT,  /* longer, deeper or more than we hold; names the limit */
    LODGE_IMAP_ERROR_DESYNC, /* a literal's size lied */
    LODGE_IMAP_ERROR_STRAY,  /* a bare line, as Exchange's "Server Unavailable."; quoted */
} LodgeImapError;

typedef struct {
    gboolean (*response)(const LodgeImapResponse *response, gpointer data, GError **error);
    /* All three or none; without them bodies are held like other literals. `number` is the message's sequence number,
     * `item` as the server wrote it, "BODY[]" or "BODY[]<0>". */
    gboolean (*body_begin)(guint32 number,
                           const char *item,
                           guint64 size_bytes,
                           gpointer data,
                           GError **error);
    gboolean (*body_bytes)(const void *bytes,
                           gsize size_bytes,
                           gpointer data,
                           GError **error);
    gboolean (*body_end)(gpointer data, GError **error);
} LodgeImapHandler;

typedef struct LodgeImapParser LodgeImapParser;

/* `handler` is copied. `greeting`: the first response must be one. */
LodgeImapParser *
lodge_imap_parser_new(const LodgeImapHandler *handler, gboolean greeting, gpointer data);
void lodge_imap_parser_free(LodgeImapParser *parser);
/* Calls back for everything that is complete. */
gboolean lodge_imap_parser_feed(LodgeImapParser *parser,
                                const void *bytes,
                                gsize size_bytes,
                                GError **error);
/* Is it between two responses? If not when the peer closes, something was cut off. */
gboolean lodge_imap_parser_is_idle(const LodgeImapParser *parser);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeImapParser, lodge_imap_parser_free)
