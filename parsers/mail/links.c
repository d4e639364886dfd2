#include "parsers/mail/links.h"

#include "parsers/text/limits.h"
#include <string.h>

/* How a link begins, by itself and inside another one; after it stands the host. */
static const char *const beginnings[] = {
    "://",       /* plain; Proofpoint's v3 and Google leave it so */
    "%3a%2f%2f", /* Safe Links */
    "-3a__",     /* Proofpoint's v2 */
};

static gboolean is_host_character(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '.';
}

static void add_host(const char *at, GPtrArray *hosts, LodgeMarks *marks)
{
    gsize size = 0;
    while (size <= LODGE_LIMIT_HOST_BYTES && is_host_character(at[size]))
        size++;
    if (size == 0 || size > LODGE_LIMIT_HOST_BYTES || memchr(at, '.', size) == NULL)
        return;
    g_autofree char *host = g_ascii_strdown(at, (gssize)size);
    if (g_ptr_array_find_with_equal_func(hosts, host, g_str_equal, NULL))
        return;
    if (hosts->len >= LODGE_LIMIT_LINK_HOSTS) {
        lodge_marks_add_limit(marks, "link-hosts");
        return;
    }
    g_ptr_array_add(hosts, g_steal_pointer(&host));
}

/* What stands behind "http" or "https": the place of the host, or NULL. */
static const char *find_host(const char *at)
{
    if (g_ascii_tolower(*at) == 's')
        at++;
    for (gsize i = 0; i < G_N_ELEMENTS(beginnings); i++) {
        gsize size = strlen(beginnings[i]);
        if (g_ascii_strncasecmp(at, beginnings[i], size) == 0)
            return at + size;
    }
    return NULL;
}

void lodge_links_find(const char *text, GPtrArray *hosts, LodgeMarks *marks)
{
    for (const char *at = text; *at != '\0'; at++) {
        if (g_ascii_strncasecmp(at, "http", 4) != 0)
            continue;
        const char *host = find_host(at + 4);
        if (host != NULL)
            add_host(host, hosts, marks);
    }
}
