/* encoded_word.h - text of any language as the value of a header field (RFC 2047). Pure.
 *
 * Stricter than GMime's own encoder, which leaves ASCII that merely looks like an encoded-word as it is
 * (the reader's program then decodes what a stranger wrote) and lets words grow beyond 75
 * characters. Here text is plain only if it is printable ASCII without "=?" and its words can be folded; everything
 * else becomes whole UTF-8 encoded-words, cut between characters. Lines are at most 78
 * characters and are folded by LF and a space; the caller's writer turns LF into CRLF.
 *
 * The text passes lodge_display_line first: controls never get this far. */
#pragma once

#include <glib.h>

/* An unstructured value (Subject). `column`: where it begins, after "Subject: ". g_free it. */
char *lodge_encoded_word_format_text(const char *text, gsize column);
/* A phrase (a display name): atoms, a quoted-string or encoded-words; "" for "". g_free it. */
char *lodge_encoded_word_format_phrase(const char *text, gsize column);
