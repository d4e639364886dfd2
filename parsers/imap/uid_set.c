#include "parsers/imap/uid_set.h"
#include <string.h>

static guint measure_run(const guint32 *uids, guint count)
{
    guint run = 1;
    while (run < count && uids[run] == uids[run - 1] + 1)
        run++;
    return run;
}

char *lodge_imap_uid_set_format(const guint32 *uids,
                                guint count,
                                gsize max_bytes,
                                guint *used_out)
{
    GString *set = g_string_new(NULL);
    guint used = 0;
    while (used < count) {
        guint run = measure_run(uids + used, count - used);
        char piece[2 * sizeof("4294967295") + 2];
        const char *comma = used > 0 ? "," : "";
        if (run == 1)
            g_snprintf(piece, sizeof piece, "%s%u", comma, uids[used]);
        else
            g_snprintf(piece, sizeof piece, "%s%u:%u", comma, uids[used],
                       uids[used + run - 1]);
        if (used > 0 && set->len + strlen(piece) > max_bytes)
            break;
        g_string_append(set, piece);
        used += run;
    }
    *used_out = used;
    return g_string_free(set, FALSE);
}

static const char *parse_uid(const char *at, guint32 *uid_out)
{
    guint64 number = 0;
    const char *start = at;
    for (; g_ascii_isdigit(*at) && number <= G_MAXUINT32; at++)
        number = number * 10 + (guint64)(*at - '0');
    if (at == start || number == 0 || number > G_MAXUINT32)
        return NULL;
    *uid_out = (guint32)number;
    return at;
}

/* RFC 9051: uid-range = (uniqueid ":" uniqueid); 2:4 and 4:2 are the same */
static const char *parse_range(const char *at, guint max_count, GArray *uids)
{
    guint32 first = 0, last = 0;
    at = parse_uid(at, &first);
    last = first;
    if (at != NULL && *at == ':')
        at = parse_uid(at + 1, &last);
    if (at == NULL)
        return NULL;
    guint32 low = MIN(first, last), high = MAX(first, last);
    if (high - low >= max_count - MIN(uids->len, max_count))
        return NULL;
    for (guint64 uid = low; uid <= high; uid++) {
        guint32 value = (guint32)uid;
        g_array_append_val(uids, value);
    }
    return at;
}

GArray *lodge_imap_uid_set_parse(const char *text, guint max_count)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    const char *at = parse_range(text, max_count, uids);
    while (at != NULL && *at == ',')
        at = parse_range(at + 1, max_count, uids);
    if (at == NULL || *at != '\0')
        return NULL;
    return g_steal_pointer(&uids);
}
