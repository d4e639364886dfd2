#include "parsers/imap/mailbox_name.h"
#include "parsers/text/display.h"
#include <string.h>

/* RFC 3501 5.1.3: modified BASE64, "," is used instead of "/" */
static int digit_value(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                 "0123456789+,";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    return at == NULL ? -1 : (int)(at - digits);
}

/* Takes a UTF-16 unit; a high surrogate waits in *high for its other half. */
static gboolean add_unit(GString *name, guint32 unit, guint32 *high)
{
    gboolean is_high = unit >= 0xd800 && unit < 0xdc00;
    gboolean is_low = unit >= 0xdc00 && unit < 0xe000;
    if (is_low != (*high != 0) || unit == 0)
        return FALSE;
    if (is_high) {
        *high = unit;
        return TRUE;
    }
    guint32 letter = is_low ? 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00) : unit;
    *high = 0;
    g_string_append_unichar(name, letter);
    return TRUE;
}

/* From behind "&" to behind "-"; NULL: not modified UTF-7. */
static const char *decode_shifted(const char *at, GString *name)
{
    guint32 bits = 0, high = 0;
    guint held = 0;
    for (; *at != '-'; at++) {
        int value = digit_value(*at);
        if (value < 0)
            return NULL;
        bits = (bits << 6 | (guint32)value) & 0x3fffff;
        held += 6;
        if (held < 16)
            continue;
        held -= 16;
        if (!add_unit(name, bits >> held & 0xffff, &high))
            return NULL;
    }
    gboolean padded_with_zeros = held < 6 && (bits & ((1u << held) - 1)) == 0;
    return padded_with_zeros && high == 0 ? at + 1 : NULL;
}

static char *decode_utf7(const char *raw)
{
    g_autoptr(GString) name = g_string_new(NULL);
    for (const char *at = raw; at != NULL && *at != '\0';) {
        if (*at != '&') {
            g_string_append_c(name, *at++);
        } else if (at[1] == '-') {
            g_string_append_c(name, '&');
            at += 2;
        } else {
            at = decode_shifted(at + 1, name);
            if (at == NULL)
                return NULL;
        }
    }
    return g_string_free(g_steal_pointer(&name), FALSE);
}

char *lodge_imap_mailbox_name_decode(const char *raw)
{
    g_autofree char *name = decode_utf7(raw);
    if (name != NULL && g_utf8_validate(name, -1, NULL))
        return g_steal_pointer(&name);
    return lodge_display_utf8(raw, strlen(raw));
}

/* RFC 9051: quoted-specials = DQUOTE / "\" */
char *lodge_imap_mailbox_name_quote(const char *raw)
{
    if (*raw == '\0' || strpbrk(raw, "\r\n") != NULL)
        return NULL;
    GString *quoted = g_string_new("\"");
    for (; *raw != '\0'; raw++) {
        if (*raw == '"' || *raw == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *raw);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(quoted, FALSE);
}

gboolean lodge_imap_mailbox_name_equal(const char *a, const char *b)
{
    if (g_ascii_strcasecmp(a, "INBOX") == 0)
        return g_ascii_strcasecmp(b, "INBOX") == 0;
    return strcmp(a, b) == 0;
}
