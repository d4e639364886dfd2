#include "parsers/mail/dkim_domain.h"

#include <string.h>

#define DOMAIN_MAX_BYTES 253
#define LABEL_MAX_BYTES 63

static gboolean is_label(const char *label, gsize size)
{
    if (size == 0 || size > LABEL_MAX_BYTES || label[0] == '-' || label[size - 1] == '-')
        return FALSE;
    for (gsize i = 0; i < size; i++) {
        if (!g_ascii_isalnum(label[i]) && label[i] != '-' && label[i] != '_' &&
            (guchar)label[i] < 0x80)
            return FALSE;
    }
    return TRUE;
}

gboolean lodge_dkim_domain_is_name(const char *name, gsize size, guint least_labels)
{
    guint labels = 1;
    const char *end = name + size;

    if (size > DOMAIN_MAX_BYTES || !g_utf8_validate(name, (gssize)size, NULL))
        return FALSE;
    for (const char *label = name;; labels++) {
        const char *dot = memchr(label, '.', (gsize)(end - label));
        if (!is_label(label, (gsize)((dot != NULL ? dot : end) - label)))
            return FALSE;
        if (dot == NULL)
            return labels >= least_labels;
        label = dot + 1;
    }
}

/* dkim-quoted-printable = *(FWS / hex-octet / dkim-safe-char); FALSE: it is not. */
static gboolean unquote(char *text)
{
    char *to = text;

    for (const char *at = text; *at != '\0'; at++) {
        if (*at != '=') {
            *to++ = *at;
            continue;
        }
        if (!g_ascii_isxdigit(at[1]) || !g_ascii_isxdigit(at[2]))
            return FALSE;
        *to++ = (char)(g_ascii_xdigit_value(at[1]) << 4 | g_ascii_xdigit_value(at[2]));
        if (to[-1] == '\0')
            return FALSE;
        at += 2;
    }
    *to = '\0';
    return TRUE;
}

gboolean lodge_dkim_identity_decode(char *text)
{
    gboolean is_quoted_well = unquote(text);
    const char *at = strrchr(text, '@');

    return is_quoted_well && at != NULL &&
           lodge_dkim_domain_is_name(at + 1, strlen(at + 1), 2);
}

gboolean lodge_dkim_identity_is_within(const char *identity, const char *domain)
{
    const char *at = strrchr(identity, '@');
    gsize size = at != NULL ? strlen(at + 1) : 0;
    gsize least = strlen(domain);

    return size >= least && g_ascii_strcasecmp(at + 1 + size - least, domain) == 0 &&
           (size == least || at[size - least] == '.');
}
