#include "parsers/mail/body_text.h"

#include "parsers/mail/charset.h"
#include "parsers/text/limits.h"
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    gunichar character;
} entities[] = {
    {"amp;", '&'},      {"lt;", '<'},       {"gt;", '>'},        {"quot;", '"'},
    {"apos;", '\''},    {"nbsp;", ' '},     {"pound;", 0xa3},    {"euro;", 0x20ac},
    {"ndash;", 0x2013}, {"mdash;", 0x2014}, {"lsquo;", 0x2018},  {"rsquo;", 0x2019},
    {"ldquo;", 0x201c}, {"rdquo;", 0x201d}, {"hellip;", 0x2026}, {"bull;", 0x2022},
};

/* At "&": one character, and how many bytes it was written in. */
static gunichar take_entity(const char *at, gsize *size_out)
{
    for (guint i = 0; i < G_N_ELEMENTS(entities); i++) {
        gsize size = strlen(entities[i].name);
        if (strncmp(at + 1, entities[i].name, size) == 0) {
            *size_out = size + 1;
            return entities[i].character;
        }
    }
    *size_out = 1;
    if (at[1] != '#')
        return '&';
    gboolean is_hex = at[2] == 'x' || at[2] == 'X';
    const char *digits = at + (is_hex ? 3 : 2);
    char *end = NULL;
    guint64 value =
        g_ascii_isxdigit(digits[0]) ? g_ascii_strtoull(digits, &end, is_hex ? 16 : 10) : 0;
    if (end == NULL || *end != ';' || value < ' ' || value > 0x10ffff ||
        !g_unichar_validate((gunichar)value))
        return '&';
    *size_out = (gsize)(end - at) + 1;
    return value == 0xa0 ? ' ' : (gunichar)value;
}

static gboolean is_tag(const char *at, const char *name)
{
    gsize size = strlen(name);
    const char *start = at[1] == '/' ? at + 2 : at + 1;

    return g_ascii_strncasecmp(start, name, size) == 0 && !g_ascii_isalnum(start[size]);
}

static gboolean breaks_line(const char *at)
{
    static const char *const tags[] = {"br", "p",  "div", "tr", "li", "h1",   "h2",
                                       "h3", "h4", "h5",  "h6", "hr", "table"};
    for (guint i = 0; i < G_N_ELEMENTS(tags); i++) {
        if (is_tag(at, tags[i]))
            return TRUE;
    }
    return FALSE;
}

/* From a tag to behind it; for a comment, style, script or head to behind what it ends with. */
static const char *skip_tag(const char *at)
{
    static const char *const silent[] = {"style", "script", "head", "title"};
    const char *end = NULL;

    if (g_str_has_prefix(at, "<!--")) {
        end = strstr(at, "-->");
        return end != NULL ? end + 3 : at + strlen(at);
    }
    const char *tag_end = strchr(at, '>');
    if (tag_end == NULL)
        return at + strlen(at);
    for (guint i = 0; at[1] != '/' && i < G_N_ELEMENTS(silent); i++) {
        if (!is_tag(at, silent[i]))
            continue;
        for (end = strstr(tag_end, "</"); end != NULL && !is_tag(end, silent[i]);)
            end = strstr(end + 2, "</");
        tag_end = end != NULL ? strchr(end, '>') : NULL;
        return tag_end != NULL ? tag_end + 1 : at + strlen(at);
    }
    return tag_end + 1;
}

/* Blanks collapse to one, more than one empty line to one. */
static void append_text(GString *text, gunichar c)
{
    gboolean at_line_start = text->len == 0 || text->str[text->len - 1] == '\n';

    if (c == '\n') {
        if (text->len > 0 && text->str[text->len - 1] == ' ')
            g_string_truncate(text, text->len - 1);
        if (text->len > 0 && !g_str_has_suffix(text->str, "\n\n"))
            g_string_append_c(text, '\n');
    } else if (c < 0x80 && g_ascii_isspace((char)c)) {
        if (!at_line_start && text->str[text->len - 1] != ' ')
            g_string_append_c(text, ' ');
    } else {
        g_string_append_unichar(text, c);
    }
}

static char *strip_tags(const char *html)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (const char *at = html; *at != '\0';) {
        gsize size = 0;
        if (*at == '<' &&
            (g_ascii_isalpha(at[1]) || at[1] == '/' || at[1] == '!' || at[1] == '?')) {
            if (breaks_line(at))
                append_text(text, '\n');
            at = skip_tag(at);
        } else if (*at == '&') {
            append_text(text, take_entity(at, &size));
            at += size;
        } else {
            gunichar c = g_utf8_get_char(at);
            append_text(text, c == '\n' ? ' ' : c);
            at = g_utf8_next_char(at);
        }
    }
    return g_strdup(g_strstrip(text->str));
}

/* Line ends become LF, so that the text does not depend on how it travelled. */
static char *join_lines(const char *text)
{
    g_autoptr(GString) joined = g_string_new(NULL);

    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\r' && at[1] == '\n')
            continue;
        g_string_append_c(joined, *at == '\r' ? '\n' : *at);
    }
    return g_strdup(joined->str);
}

char *lodge_body_text_make(const char *type,
                           const char *charset,
                           GBytes *content,
                           gboolean *is_cut_out)
{
    gsize size = 0;
    const char *bytes = g_bytes_get_data(content, &size);
    g_autofree char *written =
        lodge_charset_to_utf8(charset, bytes != NULL ? bytes : "", size);
    char *text =
        strcmp(type, "text/plain") == 0 ? join_lines(written) : strip_tags(written);

    *is_cut_out = strlen(text) > LODGE_LIMIT_BODY_TEXT_BYTES;
    if (*is_cut_out) {
        const char *end =
            g_utf8_find_prev_char(text, text + LODGE_LIMIT_BODY_TEXT_BYTES + 1);
        text[end != NULL ? end - text : 0] = '\0';
    }
    return text;
}
