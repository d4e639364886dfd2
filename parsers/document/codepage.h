/* codepage.h - the single-byte character sets that RTF, DOC and their properties are written in.
 *
 * Tables are made by iconv before the cell closes (lodge_codepage_prepare): afterwards nothing is opened.
 * A code page that is not here, those of several bytes a character included, gives U+FFFD for what is not
 * ASCII: not known, not guessed. */
#pragma once

#include <glib.h>

#define LODGE_CODEPAGE_WINDOWS_LATIN 1252
#define LODGE_CODEPAGE_MACINTOSH 10000
#define LODGE_CODEPAGE_UTF8 65001
#define LODGE_CODEPAGE_UTF16 1200

/* Once a process. FALSE: `why_out` says what is missing (g_free it). */
gboolean lodge_codepage_prepare(char **why_out);
gunichar lodge_codepage_decode(guint codepage, guint8 byte);
/* Up to the first NUL; UTF-8 and UTF-16LE, too. g_free it. */
char *lodge_codepage_convert(guint codepage, const guint8 *bytes, gsize size_bytes);
