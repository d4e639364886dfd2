/* scanner.h - lines and literals of one response become its tree of values. Internal to this box.
 *
 * Fed line by line: the parser hands over the rest of a line, learns whether a literal follows, hands over
 * the literal's bytes (or streams them elsewhere), and goes on with the next line. What
 * cannot be understood makes the data "malformed", never the framing: only a line of which
 * it cannot be told whether a literal follows is an error.
 *
 * Source: RFC 9051 section 9. Limits: LODGE_LIMIT_IMAP_DEPTH, _VALUES, _RESPONSE_BYTES. */
#pragma once

#include "parsers/imap/value.h"
#include <glib.h>

typedef struct LodgeImapScanner LodgeImapScanner;

typedef enum {
    LODGE_IMAP_SCAN_COMPLETE, /* the response ends with this line */
    LODGE_IMAP_SCAN_LITERAL,  /* a literal follows */
    LODGE_IMAP_SCAN_ERROR,    /* error set */
} LodgeImapScan;

LodgeImapScanner *lodge_imap_scanner_new(void);
void lodge_imap_scanner_free(LodgeImapScanner *scanner);

/* Begins a new response. `sections`: items at the first level may bear a section, as in
 * FETCH: BODY[HEADER.FIELDS (To)]<0> is one atom there. */
void lodge_imap_scanner_reset(LodgeImapScanner *scanner, gboolean sections);
/* A line without its end. */
LodgeImapScan lodge_imap_scanner_line(LodgeImapScanner *scanner,
                                      const char *line,
                                      gsize size_bytes,
                                      guint64 *literal_bytes_out,
                                      GError **error);
/* After SCAN_LITERAL: the item the literal is the value of ("BODY[]"), when it is a body of FETCH, else NULL. */
const char *lodge_imap_scanner_body_item(const LodgeImapScanner *scanner);
/* After SCAN_LITERAL: the literal goes elsewhere; or its bytes come here, in pieces, then ends. */
void lodge_imap_scanner_stream_literal(LodgeImapScanner *scanner);
void lodge_imap_scanner_begin_literal(LodgeImapScanner *scanner);
gboolean lodge_imap_scanner_add_literal(LodgeImapScanner *scanner,
                                        const void *bytes,
                                        gsize size_bytes,
                                        GError **error);
void lodge_imap_scanner_end_literal(LodgeImapScanner *scanner);
/* After SCAN_COMPLETE: everything as one list, or NULL when malformed. Valid until the next reset. */
LodgeImapValue *lodge_imap_scanner_values(LodgeImapScanner *scanner);

/* Is it an item whose value is a body: BODY[…], BINARY[…], RFC822, RFC822.TEXT, RFC822.HEADER? */
gboolean lodge_imap_item_is_body(const char *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeImapScanner, lodge_imap_scanner_free)
