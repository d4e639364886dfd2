#include "parsers/imap/literal.h"

/* RFC 9051: literal = "{" number64 ["+"] "}" CRLF *CHAR8; literal8 = "~{" number64 "}" CRLF *OCTET */
gboolean lodge_imap_literal_parse(const char *text, gsize size_bytes, guint64 *size_out)
{
    const char *at = text, *end = text + size_bytes;
    if (at < end && *at == '~')
        at++;
    if (at == end || *at++ != '{' || at == end || !g_ascii_isdigit(*at))
        return FALSE;
    guint64 size = 0;
    for (; at < end && g_ascii_isdigit(*at); at++) {
        if (size > (G_MAXINT64 - 9) / 10)
            size =
                G_MAXINT64; /* too large for anything; refused by whoever would take it */
        else
            size = size * 10 + (guint64)(*at - '0');
    }
    if (at < end && *at == '+')
        at++;
    if (at + 1 != end || *at != '}')
        return FALSE;
    *size_out = size;
    return TRUE;
}

gboolean lodge_imap_literal_ends(const char *line, gsize size_bytes)
{
    gsize start = size_bytes;
    while (start > 0 && line[start - 1] != ' ' && line[start - 1] != '(')
        start--;
    guint64 ignored;
    return lodge_imap_literal_parse(line + start, size_bytes - start, &ignored);
}
