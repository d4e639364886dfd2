/* encoded_word.h - RFC 2047 encoded words in header text.
 *
 * Lenient where senders are: words stand anywhere (inside quotes, inside other words), blanks
 * inside Q text are kept, a character split between two words of the same set is joined. A word of
 * an unknown set is decoded by guess and reported.
 * Source: RFC 2047, RFC 2231 section 5 (language). */
#pragma once

#include <glib.h>

/* `text`: bytes of a header, unfolded; what is not encoded and not UTF-8 is guessed. Valid UTF-8,
 * g_free it. `*unknown_charset` is set to TRUE if there was one, else left alone. */
char *lodge_encoded_word_decode(const char *text, gboolean *unknown_charset);
/* The same text, valid UTF-8, with every encoded word written anew in UTF-8: for a parser that decodes
 * on its own and would look for any other set on disk. g_free it. */
char *lodge_encoded_word_normalise(const char *text);
