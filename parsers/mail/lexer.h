/* lexer.h - the small pieces of RFC 5322 that several header parsers share.
 *
 * A cursor is a pointer into a NUL-terminated text; a function moves it over what it took and
 * leaves it where it was when it took nothing. Nesting of comments is counted, never recursed.
 * Source: RFC 5322 section 3.2. */
#pragma once

#include <glib.h>

/* Moves over white space, proper folds and comments. FALSE: a comment does not end, or a line
 * ends without a fold (a blank line inside a field is an attack, not a field). */
gboolean lodge_lexer_skip_cfws(const char **at);
/* At "(": moves behind the matching ")"; `comment_out` (may be NULL) gets the text between,
 * g_free it. FALSE: it does not end. */
gboolean lodge_lexer_take_comment(const char **at, char **comment_out);
/* At a double quote: moves behind the closing one; the text without quotes and escapes, g_free
 * it. NULL: it does not end. */
char *lodge_lexer_take_quoted(const char **at);

/* A header field's body with its folds undone and trimmed; bytes as they are. g_free it. */
char *lodge_lexer_unfold(const char *raw);
