#include "intake/answer/address.h"

#include "parsers/text/display.h"

#include <string.h>

#define MAX_ADDRESS_BYTES 254
#define MAX_LOCAL_BYTES 64
#define MAX_LABEL_BYTES 63
#define SHOWN_BYTES 120

G_DEFINE_QUARK(lodge_address_error_quark, lodge_address_error)

/* RFC 5322 section 3.2.3, ASCII only. */
static gboolean is_atext(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* dot-atom-text: runs of atext with single dots between them. */
static gboolean is_local_part(const char *text, gsize size)
{
    if (size == 0 || size > MAX_LOCAL_BYTES || text[0] == '-')
        return FALSE;
    gboolean after_dot = TRUE;
    for (gsize i = 0; i < size; i++) {
        if (text[i] == '.' ? after_dot : !is_atext(text[i]))
            return FALSE;
        after_dot = text[i] == '.';
    }
    return !after_dot;
}

static gboolean is_label(const char *text, gsize size)
{
    if (size == 0 || size > MAX_LABEL_BYTES || text[0] == '-' || text[size - 1] == '-')
        return FALSE;
    for (gsize i = 0; i < size; i++)
        if (!g_ascii_isalnum(text[i]) && text[i] != '-')
            return FALSE;
    return TRUE;
}

gboolean lodge_address_is_domain(const char *domain, gsize size_bytes)
{
    g_return_val_if_fail(domain != NULL, FALSE);
    if (size_bytes > MAX_ADDRESS_BYTES)
        return FALSE;
    const char *end = domain + size_bytes;
    for (const char *label = domain;; label++) {
        const char *dot = memchr(label, '.', (gsize)(end - label));
        const char *stop = dot != NULL ? dot : end;
        if (!is_label(label, (gsize)(stop - label)))
            return FALSE;
        if (dot == NULL)
            return TRUE;
        label = dot;
    }
}

gboolean lodge_address_is_valid(const char *address)
{
    if (address == NULL || strlen(address) > MAX_ADDRESS_BYTES)
        return FALSE;
    const char *at = strchr(address, '@');
    return at != NULL && is_local_part(address, (gsize)(at - address)) &&
           lodge_address_is_domain(at + 1, strlen(at + 1));
}

gboolean lodge_address_check(const char *address, const char *role, GError **error)
{
    if (lodge_address_is_valid(address))
        return TRUE;
    g_autofree char *shown = lodge_display_line(address, SHOWN_BYTES);
    g_set_error(error, LODGE_ADDRESS_ERROR, LODGE_ADDRESS_ERROR_INVALID,
                "%s address \"%s\" is not one plain address like name@example.gov.uk", role,
                shown);
    return FALSE;
}
