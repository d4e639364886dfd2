#include "intake/decide/dns_name.h"

#include <string.h>

static gboolean is_label_character(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_';
}

static gboolean is_name(const char *name, gsize length)
{
    gsize label = 0;
    if (length == 0 || length > LODGE_DNS_NAME_BYTES)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (name[i] == '.' && label == 0)
            return FALSE;
        if (name[i] != '.' && !is_label_character(name[i]))
            return FALSE;
        label = name[i] == '.' ? 0 : label + 1;
        if (label > LODGE_DNS_LABEL_BYTES)
            return FALSE;
    }
    return label > 0;
}

char *lodge_dns_name_normalise(const char *name)
{
    g_return_val_if_fail(name != NULL, NULL);
    gsize length = strlen(name);
    if (length > 0 && name[length - 1] == '.')
        length--;
    return is_name(name, length) ? g_ascii_strdown(name, (gssize)length) : NULL;
}

guint lodge_dns_name_count_labels(const char *name)
{
    guint count = 1;
    for (const char *at = name; *at != '\0'; at++)
        count += *at == '.';
    return count;
}

const char *lodge_dns_name_last_labels(const char *name, guint count)
{
    g_return_val_if_fail(count > 0, name);
    const char *at = name;
    for (guint labels = lodge_dns_name_count_labels(name); labels > count; labels--)
        at = strchr(at, '.') + 1;
    return at;
}

gboolean lodge_dns_name_is_within(const char *name, const char *ancestor)
{
    gsize length = strlen(name);
    gsize tail = strlen(ancestor);
    if (length == tail)
        return strcmp(name, ancestor) == 0;
    return length > tail && name[length - tail - 1] == '.' &&
           strcmp(name + length - tail, ancestor) == 0;
}
