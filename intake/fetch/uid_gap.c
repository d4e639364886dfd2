#include "intake/fetch/uid_gap.h"

typedef struct {
    const GArray *uids;
    guint at;
} Cursor;

/* The first UID from `least` on, or G_MAXUINT64. */
static guint64 find_next(Cursor *cursor, guint64 least)
{
    while (cursor->at < cursor->uids->len &&
           g_array_index(cursor->uids, guint32, cursor->at) < least)
        cursor->at++;
    return cursor->at < cursor->uids->len ? g_array_index(cursor->uids, guint32, cursor->at)
                                          : G_MAXUINT64;
}

static guint64 find_next_had(Cursor *present, Cursor *gone, guint64 least)
{
    guint64 uid = find_next(present, least);
    while (uid != G_MAXUINT64 && find_next(gone, uid) == uid)
        uid = find_next(present, uid + 1);
    return uid;
}

/* What does not fit is counted, but not named. */
static void append_range(GString *text, guint64 first, guint64 last)
{
    static const char more[] = ",…";
    if (g_str_has_suffix(text->str, more))
        return;
    const char *comma = text->len > 0 ? "," : "";
    if (text->len + sizeof ",4294967295-4294967295,…" > LODGE_UID_GAP_TEXT_BYTES)
        g_string_append(text, more);
    else if (first == last)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, comma, first);
    else
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, comma,
                               first, last);
}

LodgeUidGap lodge_uid_gap_find(guint32 from,
                               guint32 to,
                               const GArray *present,
                               const GArray *known,
                               const GArray *gone)
{
    LodgeUidGap gap = {0};
    Cursor listed = {.uids = present}, remembered = {.uids = known}, went = {.uids = gone};
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint64 uid = from; from > 0 && uid < to; uid++) {
        guint64 seen = MIN(find_next_had(&listed, &went, uid), find_next(&remembered, uid));
        guint64 end = MIN(seen, to);
        if (end > uid) {
            append_range(text, uid, end - 1);
            gap.count += end - uid;
        }
        uid = end;
    }
    if (gap.count > 0)
        gap.text = g_string_free(g_steal_pointer(&text), FALSE);
    return gap;
}
