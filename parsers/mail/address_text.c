#include "parsers/mail/address_text.h"

#include "parsers/mail/lexer.h"
#include <string.h>

/* Moves over a quoted string, a comment or one other byte. FALSE: what begins here does not end. */
static gboolean take_one(const char **at)
{
    if (**at == '(')
        return lodge_lexer_take_comment(at, NULL);
    if (**at == '"') {
        g_autofree char *quoted = lodge_lexer_take_quoted(at);
        return quoted != NULL;
    }
    (*at)++;
    return TRUE;
}

/* Behind "<": moves behind the ">". A route ends with ":"; after it stands one local@domain. */
static gboolean take_bracketed(const char **at)
{
    guint signs = 0;
    while (**at != '>') {
        if (**at == '\0' || strchr(";<\\", **at) != NULL || (signs > 0 && **at == '"'))
            return FALSE;
        if (**at == ':')
            signs = 0;
        signs += **at == '@' ? 1 : 0;
        if (!take_one(at))
            return FALSE;
    }
    (*at)++;
    return signs <= 1;
}

/* One member of the list, up to what ends it. */
static gboolean take_member(const char **at)
{
    guint signs = 0;
    while (**at != '\0' && strchr(",;:", **at) == NULL) {
        if (**at == '<') {
            (*at)++;
            return take_bracketed(at) && lodge_lexer_skip_cfws(at) &&
                   (**at == '\0' || **at == ',' || **at == ';');
        }
        signs += **at == '@' ? 1 : 0;
        if (!take_one(at))
            return FALSE;
    }
    return signs <= 1;
}

gboolean lodge_address_text_has_group(const char *text)
{
    const char *at = text;
    gboolean ends = TRUE;
    while (ends && *at != '\0' && *at != ':') {
        const char *close = *at == '<' ? strchr(at, '>') : NULL;
        if (close != NULL)
            at = close;
        ends = take_one(&at);
    }
    return ends && *at == ':';
}

gboolean lodge_address_text_is_torn(const GString *raw)
{
    for (gsize i = 0; i < raw->len; i++)
        if (raw->str[i] == '\0' || (raw->str[i] == '\r' && raw->str[i + 1] != '\n'))
            return TRUE;
    return FALSE;
}

gboolean lodge_address_text_is_plain(const char *text)
{
    const char *at = text;
    while (take_member(&at)) {
        if (*at == '\0')
            return TRUE;
        at++;
    }
    return FALSE;
}
