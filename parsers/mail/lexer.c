#include "parsers/mail/lexer.h"

#include <string.h>

static gboolean skip_white_space(const char **at)
{
    for (;; (*at)++) {
        if (**at == ' ' || **at == '\t')
            continue;
        gsize line_end = **at == '\n' ? 1 : (*at)[0] == '\r' && (*at)[1] == '\n' ? 2 : 0;
        if (line_end == 0)
            return TRUE;
        char next = (*at)[line_end];
        if (next != ' ' && next != '\t' &&
            next != '\0') /* at its end the field's own line end */
            return FALSE;
        *at += line_end;
        if (next == '\0')
            return TRUE;
    }
}

gboolean lodge_lexer_skip_cfws(const char **at)
{
    for (;;) {
        if (!skip_white_space(at))
            return FALSE;
        if (**at != '(')
            return TRUE;
        if (!lodge_lexer_take_comment(at, NULL))
            return FALSE;
    }
}

gboolean lodge_lexer_take_comment(const char **at, char **comment_out)
{
    const char *start = *at + 1;
    guint depth = 0;

    for (const char *p = *at; *p != '\0'; p++) {
        if (*p == '\\' && p[1] != '\0')
            p++;
        else if (*p == '(')
            depth++;
        else if (*p == ')' && --depth == 0) {
            if (comment_out != NULL)
                *comment_out = g_strndup(start, (gsize)(p - start));
            *at = p + 1;
            return TRUE;
        }
    }
    return FALSE;
}

char *lodge_lexer_take_quoted(const char **at)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (const char *p = *at + 1; *p != '\0'; p++) {
        if (*p == '"') {
            *at = p + 1;
            return g_strdup(text->str);
        }
        if (*p == '\\' && p[1] != '\0')
            p++;
        if (*p != '\r' && *p != '\n')
            g_string_append_c(text, *p);
    }
    return NULL;
}

char *lodge_lexer_unfold(const char *raw)
{
    g_autoptr(GString) text = g_string_sized_new(strlen(raw) + 1);

    for (const char *p = raw; *p != '\0'; p++) {
        if (*p != '\r' && *p != '\n')
            g_string_append_c(text, *p);
    }
    return g_strdup(g_strstrip(text->str));
}
