#include "parsers/mail/parameters.h"

#include "parsers/mail/charset.h"
#include "parsers/mail/encoded_word.h"
#include "parsers/mail/lexer.h"
#include <stdlib.h>
#include <string.h>

#define MAX_PARAMETERS 200 /* continuations included */

typedef struct {
    char *name;       /* lower case, without star and number */
    int section;      /* of a continuation; -1: none */
    gboolean starred; /* percent-encoded */
    char *value;      /* quotes and escapes undone */
    char *raw;
} Parameter;

struct LodgeParameters {
    char *value;
    GPtrArray *list;
};

static void free_parameter(gpointer data)
{
    Parameter *parameter = data;
    g_free(parameter->name);
    g_free(parameter->value);
    g_free(parameter->raw);
    g_free(parameter);
}

/* A backslash escapes only what needs it: "C:\TEMP\plan.pdf" keeps its own. */
static char *take_quoted(const char **at)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *p = *at + 1;

    for (; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        g_string_append_c(text, *p);
    }
    *at = *p == '"' ? p + 1 : p;
    return g_strdup(text->str);
}

/* Without quotes a file name goes on over blanks up to the ";"; any other value ends there. */
static char *take_bare(const char **at, const char *name)
{
    gboolean is_name = strcmp(name, "name") == 0 || strcmp(name, "filename") == 0;
    gsize size = strcspn(*at, is_name ? ";" : "; \t(");
    char *value = g_strstrip(g_strndup(*at, size));

    *at += size;
    return value;
}

/* "filename*12*" -> "filename", 12, starred */
static gboolean split_name(Parameter *parameter)
{
    char *name = parameter->name;
    gsize size = strlen(name);

    parameter->section = -1;
    if (size > 0 && name[size - 1] == '*') {
        parameter->starred = TRUE;
        name[--size] = '\0';
    }
    char *star = strchr(name, '*');
    if (star != NULL) {
        char *end = NULL;
        guint64 section = g_ascii_strtoull(star + 1, &end, 10);
        if (end == star + 1 || *end != '\0' || section > MAX_PARAMETERS)
            return FALSE;
        parameter->section = (int)section;
        *star = '\0';
    }
    return name[0] != '\0';
}

static Parameter *take_parameter(const char **at)
{
    gsize name_size = strcspn(*at, "=;\"");
    if ((*at)[name_size] != '=')
        return NULL;

    Parameter *parameter = g_new0(Parameter, 1);
    g_autofree char *name = g_strndup(*at, name_size);
    parameter->name = g_ascii_strdown(g_strstrip(name), -1);
    *at += name_size + 1;
    *at += strspn(*at, " \t");
    const char *start = *at;
    gboolean is_valid = split_name(parameter);
    parameter->value = **at == '"' ? take_quoted(at) : take_bare(at, parameter->name);
    g_autofree char *written = g_strndup(start, (gsize)(*at - start));
    parameter->raw = g_strdup(g_strstrip(written));
    if (is_valid)
        return parameter;
    free_parameter(parameter);
    return NULL;
}

/* To the next parameter: over ";", blanks and, after a bare value, its comment. A missing ";" between
 * two parameters is forgiven; a comment that does not end is the end. */
static void skip_separator(const char **at)
{
    for (;;) {
        *at += strspn(*at, "; \t");
        if (**at != '(')
            return;
        if (!lodge_lexer_take_comment(at, NULL))
            *at += strlen(*at);
    }
}

static char *take_value(const char **at)
{
    g_autoptr(GString) value = g_string_new(NULL);
    gboolean comments_end = TRUE; /* looked for once: a row of "(" stays linear */

    while (**at != '\0' && **at != ';') {
        if (**at == '(' && comments_end) {
            comments_end = lodge_lexer_take_comment(at, NULL);
            if (comments_end)
                continue;
        }
        if (**at != ' ' && **at != '\t')
            g_string_append_c(value, g_ascii_tolower(**at));
        (*at)++;
    }
    return lodge_charset_to_utf8(NULL, value->str, value->len);
}

LodgeParameters *lodge_parameters_parse(const char *raw)
{
    LodgeParameters *parameters = g_new0(LodgeParameters, 1);
    g_autofree char *text = lodge_lexer_unfold(raw);
    const char *at = text;

    parameters->list = g_ptr_array_new_with_free_func(free_parameter);
    parameters->value = take_value(&at);
    for (skip_separator(&at); *at != '\0'; skip_separator(&at)) {
        Parameter *parameter = take_parameter(&at);
        if (parameter == NULL)
            at += strcspn(at, ";");
        else
            g_ptr_array_add(parameters->list, parameter);
        if (parameters->list->len >= MAX_PARAMETERS)
            break;
    }
    return parameters;
}

void lodge_parameters_free(LodgeParameters *parameters)
{
    if (parameters == NULL)
        return;
    g_free(parameters->value);
    g_ptr_array_unref(parameters->list);
    g_free(parameters);
}

const char *lodge_parameters_value(const LodgeParameters *parameters)
{
    return parameters->value;
}

static const Parameter *find_section(const LodgeParameters *parameters,
                                     const char *name,
                                     int section,
                                     gboolean starred)
{
    for (guint i = 0; i < parameters->list->len; i++) {
        const Parameter *parameter = g_ptr_array_index(parameters->list, i);
        if (parameter->section == section &&
            (section >= 0 || parameter->starred == starred) &&
            strcmp(parameter->name, name) == 0)
            return parameter;
    }
    return NULL;
}

/* charset'language'text: gives the charset and moves behind the second quote. */
static char *take_charset(const char **value)
{
    const char *first = strchr(*value, '\'');
    const char *second = first != NULL ? strchr(first + 1, '\'') : NULL;
    if (second == NULL)
        return NULL;

    char *charset = g_strndup(*value, (gsize)(first - *value));
    *value = second + 1;
    return charset;
}

static void append_percent_decoded(GString *bytes, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '%' && g_ascii_isxdigit(p[1]) && g_ascii_isxdigit(p[2])) {
            int value = g_ascii_xdigit_value(p[1]) * 16 + g_ascii_xdigit_value(p[2]);
            g_string_append_c(bytes, (char)value);
            p += 2;
        } else {
            g_string_append_c(bytes, *p);
        }
    }
}

/* From section `first` on (-1: the single starred one) until one is missing. */
static char *decode_extended(const LodgeParameters *parameters,
                             const Parameter *first,
                             gboolean *unknown_charset)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autofree char *charset = NULL;
    gboolean any_starred = FALSE;

    for (const Parameter *piece = first; piece != NULL;
         piece = piece->section < 0
                     ? NULL
                     : find_section(parameters, first->name, piece->section + 1, FALSE)) {
        const char *value = piece->value;
        any_starred |= piece->starred;
        if (piece == first && piece->starred)
            charset = take_charset(&value);
        if (piece->starred)
            append_percent_decoded(bytes, value);
        else
            g_string_append(bytes, value);
    }
    if (!any_starred)
        return lodge_encoded_word_decode(bytes->str, unknown_charset);
    if (charset != NULL && charset[0] != '\0' && !lodge_charset_is_known(charset))
        *unknown_charset = TRUE;
    return lodge_charset_to_utf8(charset, bytes->str, bytes->len);
}

char *lodge_parameters_find(const LodgeParameters *parameters,
                            const char *name,
                            gboolean *unknown_charset)
{
    const Parameter *extended = find_section(parameters, name, -1, TRUE);
    if (extended == NULL)
        extended = find_section(parameters, name, 0, FALSE);
    if (extended != NULL)
        return decode_extended(parameters, extended, unknown_charset);

    const Parameter *plain = find_section(parameters, name, -1, FALSE);
    return plain != NULL ? lodge_encoded_word_decode(plain->value, unknown_charset) : NULL;
}

char *lodge_parameters_find_raw(const LodgeParameters *parameters, const char *name)
{
    g_autoptr(GString) raw = g_string_new(NULL);

    for (guint i = 0; i < parameters->list->len; i++) {
        const Parameter *parameter = g_ptr_array_index(parameters->list, i);
        if (strcmp(parameter->name, name) == 0)
            g_string_append_printf(raw, "%s%s", raw->len > 0 ? "; " : "", parameter->raw);
    }
    return raw->len > 0 ? lodge_charset_to_utf8(NULL, raw->str, raw->len) : NULL;
}
