/* status.h - the first word of a line, and resp-text. Internal to this box.
 *
 * Source: RFC 9051 section 9 (response, resp-cond-state, resp-text, resp-text-code). */
#pragma once

#include "parsers/imap/response.h"
#include "parsers/imap/scanner.h"
#include <glib.h>

/* OK, NO, BAD, BYE, PREAUTH; LODGE_IMAP_DATA for every other word. */
LodgeImapStatus lodge_imap_status_parse(const char *word, gsize size_bytes);

/* The rest of a status line: `[code data] text`. Cuts `rest` into pieces in place; `scanner` is used for the
 * code's data and must outlive the response. A code that is none is part of the text. */
void lodge_imap_status_read_text(char *rest,
                                 LodgeImapScanner *scanner,
                                 LodgeImapResponse *response);
