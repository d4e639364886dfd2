#include "parsers/text/base64.h"

#include <string.h>

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static gboolean is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* [ [FWS] "=" [ [FWS] "=" ] ] and nothing behind it */
static gboolean is_padding(const char *text, gsize size)
{
    guint signs = 0;

    for (gsize i = 0; i < size; i++) {
        if (text[i] == '=')
            signs++;
        else if (!is_blank(text[i]))
            return FALSE;
    }
    return signs <= 2;
}

GBytes *lodge_base64_decode(const char *text, gsize size)
{
    g_return_val_if_fail(text != NULL || size == 0, NULL);
    g_autoptr(GByteArray) bytes = g_byte_array_sized_new((guint)(size / 4 * 3 + 3));
    guint32 group = 0;
    guint bits = 0;
    gsize i = 0;

    for (; i < size && text[i] != '='; i++) {
        int value = value_of(text[i]);
        if (value < 0 && is_blank(text[i]))
            continue;
        if (value < 0)
            return NULL;
        group = group << 6 | (guint32)value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            guint8 byte = (guint8)(group >> bits & 0xff);
            g_byte_array_append(bytes, &byte, 1);
        }
    }
    if ((bytes->len == 0 && bits == 0) || !is_padding(text + i, size - i))
        return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
}
