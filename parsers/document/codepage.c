#include "parsers/document/codepage.h"

#include "parsers/text/display.h"

#include <iconv.h>
#include <string.h>

#define UNKNOWN 0xFFFD

static const struct {
    guint codepage;
    const char *charset;
} pages[] = {
    {1252, "WINDOWS-1252"}, {1250, "WINDOWS-1250"}, {1251, "WINDOWS-1251"},
    {1253, "WINDOWS-1253"}, {1254, "WINDOWS-1254"}, {1257, "WINDOWS-1257"},
    {437, "IBM437"},        {850, "IBM850"},        {LODGE_CODEPAGE_MACINTOSH, "MACINTOSH"},
    {28591, "ISO-8859-1"},  {28605, "ISO-8859-15"},
};

/* Made once, before any reader is forked, and only read afterwards. */
static gunichar table[G_N_ELEMENTS(pages)][128];

static gunichar convert_one(iconv_t converter, guint8 byte)
{
    char in[1] = {(char)byte};
    char out[8];
    char *in_at = in, *out_at = out;
    gsize in_left = 1, out_left = sizeof out;
    iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &in_at, &in_left, &out_at, &out_left) == (gsize)-1)
        return UNKNOWN;
    return g_utf8_get_char_validated(out, out_at - out);
}

gboolean lodge_codepage_prepare(char **why_out)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++) {
        iconv_t converter = iconv_open("UTF-8", pages[i].charset);
        if (converter == (iconv_t)-1) {
            *why_out = g_strdup_printf("no converter for %s", pages[i].charset);
            return FALSE;
        }
        for (guint byte = 0; byte < 128; byte++)
            table[i][byte] = convert_one(converter, (guint8)(byte + 128));
        iconv_close(converter);
    }
    return TRUE;
}

gunichar lodge_codepage_decode(guint codepage, guint8 byte)
{
    if (byte < 128)
        return byte;
    for (gsize i = 0; i < G_N_ELEMENTS(pages); i++) {
        if (pages[i].codepage == codepage)
            return table[i][byte - 128] != 0 ? table[i][byte - 128] : UNKNOWN;
    }
    return UNKNOWN;
}

static char *convert_utf16(const guint8 *bytes, gsize size_bytes)
{
    g_autofree gunichar2 *units = g_new0(gunichar2, size_bytes / 2 + 1);
    GString *text = g_string_new(NULL);
    gsize count = 0;
    for (; count < size_bytes / 2; count++) {
        units[count] = (gunichar2)(bytes[2 * count] | bytes[2 * count + 1] << 8);
        if (units[count] == 0)
            break;
    }
    for (gsize i = 0; i < count; i++) {
        gunichar character = units[i];
        if (character >= 0xD800 && character < 0xDC00 && i + 1 < count &&
            units[i + 1] >= 0xDC00 && units[i + 1] < 0xE000)
            character = 0x10000 + ((character - 0xD800) << 10) + (units[++i] - 0xDC00);
        g_string_append_unichar(text, g_unichar_validate(character) ? character : UNKNOWN);
    }
    return g_string_free(text, FALSE);
}

char *lodge_codepage_convert(guint codepage, const guint8 *bytes, gsize size_bytes)
{
    if (codepage == LODGE_CODEPAGE_UTF16)
        return convert_utf16(bytes, size_bytes);
    gsize length = strnlen((const char *)bytes, size_bytes);
    if (codepage == LODGE_CODEPAGE_UTF8)
        return lodge_display_utf8(bytes, length);
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < length; i++)
        g_string_append_unichar(text, lodge_codepage_decode(codepage, bytes[i]));
    return g_string_free(text, FALSE);
}
