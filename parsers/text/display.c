#include "parsers/text/display.h"

#include <string.h>

#define ELLIPSIS "\xe2\x80\xa6"

/* Characters that draw nothing or reorder what is drawn: they serve only to deceive. */
static gboolean is_deceptive(gunichar c)
{
    switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
        return TRUE;
    default:
        return FALSE;
    }
}

static void append_character(GString *line, gunichar c)
{
    if (c < 0x20 || c == 0x7f)
        g_string_append_printf(line, "\\x%02X", c);
    else if (is_deceptive(c))
        g_string_append_printf(line, "\\u{%04X}", c);
    else
        g_string_append_unichar(line, c);
}

/* One character from [at, end): its value and size, or the byte itself as an invalid one. */
static gboolean
next_character(const char *at, const char *end, gunichar *c_out, gsize *size_out)
{
    gunichar c = *at == '\0' ? 0 : g_utf8_get_char_validated(at, end - at);
    if (c == (gunichar)-1 || c == (gunichar)-2) {
        *c_out = (guchar)*at;
        *size_out = 1;
        return FALSE;
    }
    *c_out = c;
    *size_out = c == 0 ? 1 : (gsize)(g_utf8_next_char(at) - at);
    return TRUE;
}

/* Cuts between pieces so that with "…" it is at most `max_bytes` long. `fits` is the length at the
 * last boundary that leaves room for the ellipsis. */
char *lodge_display_bytes(const void *bytes, gsize size_bytes, gsize max_bytes)
{
    GString *line = g_string_sized_new(size_bytes + 1);
    const char *at = bytes;
    const char *end = at + size_bytes;
    gsize fits = 0;
    while (at < end) {
        gunichar c;
        gsize size;
        if (next_character(at, end, &c, &size))
            append_character(line, c);
        else
            g_string_append_printf(line, "\\x%02X", c);
        at += size;
        if (max_bytes > 0 && line->len > max_bytes) {
            g_string_truncate(line, fits);
            if (max_bytes >= strlen(ELLIPSIS))
                g_string_append(line, ELLIPSIS);
            break;
        }
        if (line->len + strlen(ELLIPSIS) <= max_bytes)
            fits = line->len;
    }
    return g_string_free(line, FALSE);
}

char *lodge_display_line(const char *text, gsize max_bytes)
{
    return lodge_display_bytes(text != NULL ? text : "", text != NULL ? strlen(text) : 0,
                               max_bytes);
}

char *lodge_display_utf8(const void *bytes, gsize size_bytes)
{
    return size_bytes > 0 ? g_utf8_make_valid(bytes, (gssize)size_bytes) : g_strdup("");
}

static gboolean is_unsafe_in_name(gunichar c)
{
    return is_deceptive(c) || (c < 0x80 && strchr("/\\:*?\"<>|", (int)c) != NULL);
}

/* Device names of other systems: the trees are copied to laptops. */
static gboolean is_reserved(const char *name)
{
    static const char *const reserved[] = {"con", "prn", "aux", "nul"};
    gsize stem = strcspn(name, ".");
    for (gsize i = 0; i < G_N_ELEMENTS(reserved); i++)
        if (stem == 3 && g_ascii_strncasecmp(name, reserved[i], 3) == 0)
            return TRUE;
    return stem == 4 && g_ascii_isdigit(name[3]) &&
           (g_ascii_strncasecmp(name, "com", 3) == 0 ||
            g_ascii_strncasecmp(name, "lpt", 3) == 0);
}

/* Shortens the stem and keeps an extension of up to 16 bytes. */
static void shorten(GString *name, gsize max_bytes)
{
    if (name->len <= max_bytes)
        return;
    const char *dot = strrchr(name->str, '.');
    gsize extension = dot != NULL ? name->len - (gsize)(dot - name->str) : 0;
    if (extension > 16 || extension >= max_bytes)
        extension = 0;
    g_autofree char *kept = g_strdup(name->str + name->len - extension);
    gsize cut = max_bytes - extension;
    while (cut > 0 && ((guchar)name->str[cut] & 0xc0) == 0x80)
        cut--;
    g_string_truncate(name, cut);
    g_string_append(name, kept);
}

static void trim(GString *name)
{
    gsize lead = strspn(name->str, ". ");
    g_string_erase(name, 0, (gssize)lead);
    while (name->len > 0 && strchr(". ", name->str[name->len - 1]) != NULL)
        g_string_truncate(name, name->len - 1);
}

char *lodge_display_file_name(const char *name, gsize max_bytes, const char *fallback)
{
    g_return_val_if_fail(max_bytes > 0 && fallback != NULL, NULL);
    g_autofree char *valid = g_utf8_make_valid(name != NULL ? name : "", -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_NFC);
    g_autoptr(GString) safe = g_string_new(NULL);
    for (const char *at = composed; *at != '\0'; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        g_string_append_unichar(safe, is_unsafe_in_name(c) ? '_' : c);
    }
    trim(safe);
    shorten(safe, max_bytes);
    trim(safe);
    if (safe->len == 0)
        return g_strdup(fallback);
    if (is_reserved(safe->str)) {
        g_string_prepend_c(safe, '_');
        shorten(safe, max_bytes);
    }
    return g_strdup(safe->str);
}
