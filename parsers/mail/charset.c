#include "parsers/mail/charset.h"

#include "parsers/text/display.h"
#include <iconv.h>
#include <string.h>

#define NO_CONVERTER ((iconv_t)-1)
#define KEY_MAX_BYTES 40
#define REPLACEMENT "\xef\xbf\xbd"

typedef struct {
    const char *iconv_name;
    const char *keys; /* lower case without punctuation, between blanks */
    gboolean indispensable;
} Charset;

static const Charset charsets[] = {
    {"UTF-8", "utf8 cp65001 unicode11utf8", TRUE},
    {"WINDOWS-1252",
     "windows1252 cp1252 win1252 xcp1252 iso88591 88591 latin1 l1 cp819 ibm819"
     " usascii ascii ansix341968 iso646us 646 us ",
     TRUE},
    {"ISO-8859-1", "", TRUE}, /* loaded for libraries that ask iconv themselves */
    {"US-ASCII", "", TRUE},
    {"ISO-8859-2", "iso88592 latin2 l2", FALSE},
    {"ISO-8859-3", "iso88593 latin3", FALSE},
    {"ISO-8859-4", "iso88594 latin4", FALSE},
    {"ISO-8859-5", "iso88595 cyrillic", FALSE},
    {"ISO-8859-6", "iso88596 arabic", FALSE},
    {"ISO-8859-7", "iso88597 greek", FALSE},
    {"ISO-8859-8", "iso88598 iso88598i iso88598e hebrew", FALSE},
    {"ISO-8859-9", "iso88599 latin5", FALSE},
    {"ISO-8859-10", "iso885910 latin6", FALSE},
    {"ISO-8859-11", "iso885911", FALSE},
    {"ISO-8859-13", "iso885913 latin7", FALSE},
    {"ISO-8859-14", "iso885914 latin8", FALSE},
    {"ISO-8859-15", "iso885915 latin9", FALSE},
    {"ISO-8859-16", "iso885916 latin10", FALSE},
    {"WINDOWS-1250", "windows1250 cp1250 xcp1250", FALSE},
    {"WINDOWS-1251", "windows1251 cp1251 xcp1251", FALSE},
    {"WINDOWS-1253", "windows1253 cp1253", FALSE},
    {"WINDOWS-1254", "windows1254 cp1254", FALSE},
    {"WINDOWS-1255", "windows1255 cp1255", FALSE},
    {"WINDOWS-1256", "windows1256 cp1256", FALSE},
    {"WINDOWS-1257", "windows1257 cp1257", FALSE},
    {"WINDOWS-1258", "windows1258 cp1258", FALSE},
    {"WINDOWS-874", "windows874 cp874 tis620", FALSE},
    {"KOI8-R", "koi8r koi8", FALSE},
    {"KOI8-U", "koi8u", FALSE},
    {"UTF-16", "utf16 ucs2 iso10646ucs2 unicode", FALSE},
    {"UTF-16LE", "utf16le", FALSE},
    {"UTF-16BE", "utf16be", FALSE},
    {"UTF-32", "utf32", FALSE},
    {"UTF-7", "utf7 unicode11utf7 xunicode20utf7", FALSE},
    {"BIG5", "big5 cnbig5 xxbig5", FALSE},
    {"BIG5-HKSCS", "big5hkscs", FALSE},
    {"GB18030", "gb18030 gbk cp936 ms936 gb2312 euccn gb231280 csgb2312 xgbk", FALSE},
    {"GBK", "", FALSE},
    {"GB2312", "", FALSE},
    {"HZ-GB-2312", "hzgb2312", FALSE},
    {"EUC-JP", "eucjp xeucjp", FALSE},
    {"ISO-2022-JP", "iso2022jp csiso2022jp", FALSE},
    {"CP932", "shiftjis sjis xsjis mskanji windows31j cp932 csshiftjis", FALSE},
    {"SHIFT_JIS", " ", FALSE},
    {"UHC", "euckr ksc56011987 ksc5601 cp949 uhc windows949 korean", FALSE},
    {"EUC-KR", "", FALSE},
    {"ISO-2022-KR", "iso2022kr", FALSE},
    {"MACINTOSH", "macintosh mac xmacroman macroman", FALSE},
    {"CP437", "cp437 ibm437", FALSE},
    {"CP850", "cp850 ibm850", FALSE},
    {"CP852", "cp852 ibm852", FALSE},
    {"CP866", "cp866 ibm866", FALSE},
};

/* Open from prepare to the end of the process: see the header. */
static struct {
    gboolean prepared;
    GHashTable *by_key; /* of the names in charsets[].keys: its place there */
    iconv_t to_utf8[G_N_ELEMENTS(charsets)];
    iconv_t from_utf8[G_N_ELEMENTS(charsets)];
} converters;

static void fill_keys(void)
{
    converters.by_key = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(charsets); i++) {
        g_auto(GStrv) keys = g_strsplit(charsets[i].keys, " ", -1);
        for (guint j = 0; keys[j] != NULL; j++) {
            if (keys[j][0] != '\0')
                g_hash_table_insert(converters.by_key, g_strdup(keys[j]),
                                    GINT_TO_POINTER(i));
        }
    }
}

gboolean lodge_charset_prepare(const char **missing_out)
{
    if (converters.prepared)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(charsets); i++) {
        converters.to_utf8[i] = iconv_open("UTF-8", charsets[i].iconv_name);
        converters.from_utf8[i] = iconv_open(charsets[i].iconv_name, "UTF-8");
        if (converters.to_utf8[i] == NO_CONVERTER && charsets[i].indispensable) {
            *missing_out = charsets[i].iconv_name;
            return FALSE;
        }
    }
    fill_keys();
    converters.prepared = TRUE;
    return TRUE;
}

/* "ISO_8859-1" -> "iso88591" */
static void make_key(const char *charset, char key[KEY_MAX_BYTES])
{
    gsize size = 0;

    for (const char *p = charset; *p != '\0' && size < KEY_MAX_BYTES - 1; p++) {
        if (g_ascii_isalnum(*p))
            key[size++] = g_ascii_tolower(*p);
    }
    key[size] = '\0';
}

static int find_charset(const char *charset)
{
    char key[KEY_MAX_BYTES];
    gpointer index = NULL;

    if (charset == NULL)
        return -1;
    make_key(charset, key);
    if (!g_hash_table_lookup_extended(converters.by_key, key, NULL, &index) ||
        converters.to_utf8[GPOINTER_TO_INT(index)] == NO_CONVERTER)
        return -1;
    return GPOINTER_TO_INT(index);
}

gboolean lodge_charset_is_known(const char *charset)
{
    g_return_val_if_fail(converters.prepared, FALSE);
    return find_charset(charset) >= 0;
}

/* One character that does not convert costs one byte and gives one U+FFFD. */
static char *convert(iconv_t converter, const char *bytes, gsize size_bytes)
{
    g_autoptr(GString) text = g_string_sized_new(size_bytes + 16);
    char *in = (char *)bytes;
    gsize in_left = size_bytes;
    char buffer[4096];

    iconv(converter, NULL, NULL, NULL, NULL);
    while (in_left > 0) {
        char *out = buffer;
        gsize out_left = sizeof buffer;
        gsize in_before = in_left;
        gsize result = iconv(converter, &in, &in_left, &out, &out_left);
        g_string_append_len(text, buffer, (gssize)(sizeof buffer - out_left));
        if (result == (gsize)-1 && in_left == in_before && out_left == sizeof buffer) {
            g_string_append(text, REPLACEMENT);
            in++;
            in_left--;
        }
    }
    return lodge_display_utf8(text->str, text->len);
}

char *lodge_charset_to_utf8(const char *charset, const void *bytes, gsize size_bytes)
{
    g_return_val_if_fail(converters.prepared, g_strdup(""));
    int found = find_charset(charset);

    /* 0 and 1 are UTF-8 and windows-1252; ASCII and its like are guessed as well, for mails that
     * say us-ascii and mean UTF-8. */
    gboolean is_ascii = found == 1 && g_ascii_strncasecmp(charset, "us", 2) == 0;
    if (found < 0 || is_ascii)
        found = g_utf8_validate(bytes, (gssize)size_bytes, NULL) ? 0 : 1;
    if (found == 0)
        return lodge_display_utf8(bytes, size_bytes);
    return convert(converters.to_utf8[found], bytes, size_bytes);
}
