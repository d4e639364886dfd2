#include "parsers/container/zip_directory.h"

#include "parsers/container/cursor.h"
#include "parsers/text/limits.h"
#include <string.h>

#define LOCAL_BYTES 30
#define CENTRAL_BYTES 46
#define END_BYTES 22
#define COMMENT_BYTES 0xffff

typedef struct {
    const guint8 *bytes;
    gsize size;
} Archive;

typedef struct {
    const guint8 *name;
    gsize name_size;
    guint16 flags, method;
    guint32 packed_bytes;
    gsize at; /* of its local header */
} Entry;

typedef struct {
    gsize start, end;
} Range;

static guint16 u16(const guint8 *at)
{
    return (guint16)(at[0] | at[1] << 8);
}

static guint32 u32(const guint8 *at)
{
    return (guint32)u16(at) | (guint32)u16(at + 2) << 16;
}

/* The last record that may be the end of the directory, or NULL. */
static const guint8 *find_end(const Archive *archive)
{
    if (archive->size < END_BYTES)
        return NULL;
    gsize last = archive->size - END_BYTES;
    gsize first = last - MIN(last, COMMENT_BYTES);
    for (gsize at = last + 1; at-- > first;)
        if (memcmp(archive->bytes + at, "PK\5\6", 4) == 0)
            return archive->bytes + at;
    return NULL;
}

/* FALSE: the directory has no further entry. */
static gboolean take_entry(LodgeCursor *directory, Entry *entry_out)
{
    const guint8 *head = lodge_cursor_take(directory, CENTRAL_BYTES);
    if (head == NULL || memcmp(head, "PK\1\2", 4) != 0)
        return FALSE;
    gsize name_size = u16(head + 28);
    const guint8 *name = lodge_cursor_take(directory, name_size);
    *entry_out = (Entry){name,           name_size,      u16(head + 8),
                         u16(head + 10), u32(head + 20), u32(head + 42)};
    return name != NULL &&
           lodge_cursor_take(directory, (gsize)u16(head + 30) + u16(head + 32)) != NULL;
}

/* What stands before its bytes says the same; where they lie. FALSE: it does not. */
static gboolean check_local(const Archive *archive, const Entry *entry, Range *range_out)
{
    LodgeCursor cursor = {archive->bytes, archive->size};
    const guint8 *head = NULL, *name = NULL;
    if (lodge_cursor_take(&cursor, entry->at) == NULL ||
        (head = lodge_cursor_take(&cursor, LOCAL_BYTES)) == NULL ||
        memcmp(head, "PK\3\4", 4) != 0 || u16(head + 26) != entry->name_size ||
        (name = lodge_cursor_take(&cursor, entry->name_size)) == NULL)
        return FALSE;
    *range_out = (Range){entry->at, entry->at + LOCAL_BYTES + entry->name_size +
                                        u16(head + 28) + entry->packed_bytes};
    return memcmp(name, entry->name, entry->name_size) == 0 &&
           memchr(name, 0, entry->name_size) == NULL && u16(head + 8) == entry->method &&
           ((u16(head + 6) ^ entry->flags) & 1) == 0;
}

static gint compare_ranges(gconstpointer a, gconstpointer b)
{
    const Range *first = a, *second = b;
    return (first->start > second->start) - (first->start < second->start);
}

static gboolean have_overlap(GArray *ranges)
{
    g_array_sort(ranges, compare_ranges);
    for (guint i = 1; i < ranges->len; i++)
        if (g_array_index(ranges, Range, i - 1).end > g_array_index(ranges, Range, i).start)
            return TRUE;
    return FALSE;
}

const char *lodge_zip_directory_find_trouble(const void *bytes, gsize size)
{
    const Archive archive = {bytes, size};
    const guint8 *end = find_end(&archive);
    LodgeCursor directory = {bytes, size};
    if (end == NULL || lodge_cursor_take(&directory, u32(end + 16)) == NULL)
        return NULL;
    g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    gboolean agrees = TRUE;
    Entry entry;
    while (ranges->len < LODGE_LIMIT_ARCHIVE_ENTRIES && take_entry(&directory, &entry)) {
        Range range = {entry.at, entry.at};
        agrees = check_local(&archive, &entry, &range) && agrees;
        g_array_append_val(ranges, range);
    }
    if (have_overlap(ranges))
        return "archive-overlap";
    return agrees ? NULL : "contradictory";
}
