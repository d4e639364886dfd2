/* charset.h - bytes in a named character set become UTF-8, without opening a file.
 *
 * lodge_charset_prepare opens a converter into and out of UTF-8 for every set in the list and
 * keeps them open for the life of the process, so that neither this code nor a library beside it
 * makes iconv load a module later, in the sandbox. A set outside the list is unknown. The
 * converters are the process's (one thread): the reader is single-threaded.
 *
 * As browsers do, and for the same mails, ISO-8859-1 and US-ASCII with 8-bit bytes are read as
 * windows-1252: who writes "iso-8859-1" with byte 0x92 means an apostrophe. */
#pragma once

#include <glib.h>

/* Again is harmless. The name of the missing set if one of the indispensable ones is missing. */
gboolean lodge_charset_prepare(const char **missing_out);
/* Is it in the list, under this or another name? NULL is not. */
gboolean lodge_charset_is_known(const char *charset);
/* Always valid UTF-8 without NUL; U+FFFD for what is not a character. A `charset` that is NULL or
 * unknown is guessed: UTF-8 if the bytes are, else windows-1252. g_free it. */
char *lodge_charset_to_utf8(const char *charset, const void *bytes, gsize size_bytes);
