/* mailbox_name.h - names of folders on the wire and as people write them. Pure.
 *
 * Source: RFC 3501 section 5.1.3 (modified UTF-7), RFC 9051 section 5.1 (UTF-8). */
#pragma once

#include <glib.h>

/* UTF-8 of a name as the server wrote it: modified UTF-7, or UTF-8 itself. What is neither is
 * shown as it came, with U+FFFD for invalid bytes, so that a folder never disappears. g_free it. */
char *lodge_imap_mailbox_name_decode(const char *raw);
/* The name as a quoted string of a command; NULL if it holds CR, LF or nothing. g_free it. */
char *lodge_imap_mailbox_name_quote(const char *raw);
/* The same folder? INBOX is the same in every case. */
gboolean lodge_imap_mailbox_name_equal(const char *a, const char *b);
