#include "parsers/document/ole_file.h"

#include "parsers/document/little_endian.h"
#include "parsers/text/limits.h"

#include <string.h>

#define HEADER_BYTES 512
#define HEADER_TABLES 109 /* sectors of the table that the header itself names */
#define ENTRY_BYTES 128
#define SECTOR_MAX 0xFFFFFFFA /* above: ends of chains and marks */
#define NO_ENTRY 0xFFFFFFFF
#define KIND_STREAM 2
#define KIND_ROOT 5

struct LodgeOleFile {
    const guint8 *bytes;
    gsize size_bytes;
    gsize sector_bytes, mini_bytes;
    guint32 mini_cutoff;
    GArray *tables;        /* of guint32: the sectors that hold the allocation table */
    GByteArray *directory; /* entries, one after the other */
    GByteArray *mini_table, *mini_stream;
};

static guint32 header_number(const LodgeOleFile *file, gsize at)
{
    return lodge_le32(file->bytes, file->size_bytes, at);
}

/* Sector 0 follows the header, which takes a whole sector. NULL beyond the end of the file. */
static const guint8 *find_sector(const LodgeOleFile *file, guint32 sector, gsize *size_out)
{
    guint64 at = ((guint64)sector + 1) * file->sector_bytes;
    if (sector > SECTOR_MAX || at >= file->size_bytes)
        return NULL;
    *size_out = MIN(file->sector_bytes, file->size_bytes - (gsize)at);
    return file->bytes + at;
}

static guint32 next_sector(const LodgeOleFile *file, guint32 sector)
{
    gsize per_table = file->sector_bytes / 4;
    gsize index = sector / per_table;
    gsize size_bytes = 0;
    if (index >= file->tables->len)
        return NO_ENTRY;
    const guint8 *table =
        find_sector(file, g_array_index(file->tables, guint32, index), &size_bytes);
    gsize at = (sector % per_table) * 4;
    return table && at + 4 <= size_bytes ? lodge_le32(table, size_bytes, at) : NO_ENTRY;
}

/* No chain has more sectors than the file. */
static GByteArray *read_chain(const LodgeOleFile *file, guint32 sector, gsize max_bytes)
{
    GByteArray *bytes = g_byte_array_new();
    gsize left = file->size_bytes / file->sector_bytes + 1;
    for (; left > 0 && bytes->len < max_bytes; left--) {
        gsize size_bytes = 0;
        const guint8 *found = find_sector(file, sector, &size_bytes);
        if (!found)
            break;
        g_byte_array_append(bytes, found, (guint)MIN(size_bytes, max_bytes - bytes->len));
        sector = next_sector(file, sector);
    }
    return bytes;
}

static void add_tables(LodgeOleFile *file, const guint8 *list, gsize size_bytes, gsize max)
{
    for (gsize at = 0; at + 4 <= size_bytes && file->tables->len < max; at += 4) {
        guint32 sector = lodge_le32(list, size_bytes, at);
        if (sector <= SECTOR_MAX)
            g_array_append_val(file->tables, sector);
    }
}

/* The list of the table's sectors: the first in the header, then a chain of sectors with a link each. */
static void load_tables(LodgeOleFile *file)
{
    gsize max = file->size_bytes / file->sector_bytes + 1;
    guint32 sector = header_number(file, 0x44);
    gsize size_bytes = 0;
    add_tables(file, file->bytes + 0x4C, HEADER_TABLES * 4, max);
    for (gsize left = max; left > 0; left--) {
        const guint8 *list = find_sector(file, sector, &size_bytes);
        if (!list || size_bytes < file->sector_bytes)
            return;
        add_tables(file, list, size_bytes - 4, max);
        sector = lodge_le32(list, size_bytes, size_bytes - 4);
    }
}

/* ---- entries ---- */

static guint count_entries(const LodgeOleFile *file)
{
    return file->directory->len / ENTRY_BYTES;
}

static guint32 entry_number(const LodgeOleFile *file, guint entry, gsize at)
{
    return lodge_le32(file->directory->data, file->directory->len,
                      (gsize)entry * ENTRY_BYTES + at);
}

static guint8 entry_kind(const LodgeOleFile *file, guint entry)
{
    return file->directory->data[(gsize)entry * ENTRY_BYTES + 66];
}

static gboolean is_named(const LodgeOleFile *file, guint entry, const char *name)
{
    const guint8 *at = file->directory->data + (gsize)entry * ENTRY_BYTES;
    gsize length = strlen(name);
    if (lodge_le16(at, ENTRY_BYTES, 64) != (length + 1) * 2 || length > 31)
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_tolower((char)at[2 * i]) != g_ascii_tolower(name[i]) ||
            at[2 * i + 1] != 0)
            return FALSE;
    }
    return TRUE;
}

/* The children of a storage, in whatever order their tree has; each entry once. */
static GArray *list_children(const LodgeOleFile *file, int storage)
{
    guint count = count_entries(file);
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autofree guint8 *seen = g_new0(guint8, count + 1);
    guint32 first = storage >= 0 && (guint)storage < count
                        ? entry_number(file, (guint)storage, 76)
                        : NO_ENTRY;
    if (first < count) {
        seen[first] = TRUE;
        g_array_append_val(found, first);
    }
    for (guint i = 0; i < found->len; i++) {
        guint32 entry = g_array_index(found, guint32, i);
        for (gsize at = 68; at <= 72; at += 4) { /* its left and its right sibling */
            guint32 sibling = entry_number(file, entry, at);
            if (sibling >= count || seen[sibling])
                continue;
            seen[sibling] = TRUE;
            g_array_append_val(found, sibling);
        }
    }
    return found;
}

int lodge_ole_file_find(const LodgeOleFile *file, int storage, const char *name)
{
    g_autoptr(GArray) children = list_children(file, storage);
    for (guint i = 0; i < children->len; i++) {
        guint32 entry = g_array_index(children, guint32, i);
        if (is_named(file, entry, name))
            return (int)entry;
    }
    return LODGE_OLE_NONE;
}

guint lodge_ole_file_count_children(const LodgeOleFile *file, int storage)
{
    g_autoptr(GArray) children = list_children(file, storage);
    return children->len;
}

/* ---- streams ---- */

/* Small streams lie in pieces of 64 bytes inside the root's own stream. */
static GByteArray *read_mini(const LodgeOleFile *file, guint32 piece, gsize max_bytes)
{
    GByteArray *bytes = g_byte_array_new();
    gsize left = file->mini_stream->len / file->mini_bytes + 1;
    for (; left > 0 && bytes->len < max_bytes && piece <= SECTOR_MAX; left--) {
        guint64 at = (guint64)piece * file->mini_bytes;
        if (at >= file->mini_stream->len)
            break;
        gsize size_bytes = MIN(file->mini_bytes, file->mini_stream->len - (gsize)at);
        g_byte_array_append(bytes, file->mini_stream->data + at,
                            (guint)MIN(size_bytes, max_bytes - bytes->len));
        if ((guint64)piece * 4 + 4 > file->mini_table->len)
            break;
        piece = lodge_le32(file->mini_table->data, file->mini_table->len, (gsize)piece * 4);
    }
    return bytes;
}

GBytes *lodge_ole_file_read(const LodgeOleFile *file, int stream, gsize max_bytes)
{
    if (stream < 0 || (guint)stream >= count_entries(file) ||
        entry_kind(file, (guint)stream) != KIND_STREAM)
        return g_bytes_new(NULL, 0);
    guint32 size_bytes = entry_number(file, (guint)stream, 120);
    guint32 start = entry_number(file, (guint)stream, 116);
    gsize wanted = MIN((gsize)size_bytes, MIN(max_bytes, LODGE_LIMIT_OLE_STREAM_BYTES));
    GByteArray *bytes = size_bytes < file->mini_cutoff ? read_mini(file, start, wanted)
                                                       : read_chain(file, start, wanted);
    return g_byte_array_free_to_bytes(bytes);
}

/* ---- opening ---- */

static gboolean load(LodgeOleFile *file)
{
    guint16 shift = lodge_le16(file->bytes, file->size_bytes, 0x1E);
    guint16 mini_shift = lodge_le16(file->bytes, file->size_bytes, 0x20);
    if (shift < 9 || shift > 12 || mini_shift < 4 || mini_shift >= shift)
        return FALSE;
    file->sector_bytes = (gsize)1 << shift;
    file->mini_bytes = (gsize)1 << mini_shift;
    file->mini_cutoff = header_number(file, 0x38);
    load_tables(file);
    file->directory = read_chain(file, header_number(file, 0x30),
                                 LODGE_LIMIT_OLE_ENTRIES * (gsize)ENTRY_BYTES);
    file->mini_table =
        read_chain(file, header_number(file, 0x3C), LODGE_LIMIT_OLE_STREAM_BYTES);
    if (count_entries(file) == 0 || entry_kind(file, LODGE_OLE_ROOT) != KIND_ROOT)
        return FALSE;
    file->mini_stream = read_chain(file, entry_number(file, LODGE_OLE_ROOT, 116),
                                   LODGE_LIMIT_OLE_STREAM_BYTES);
    return TRUE;
}

LodgeOleFile *lodge_ole_file_open(const LodgeDocumentBytes *input)
{
    if (input->size_bytes < HEADER_BYTES)
        return NULL;
    LodgeOleFile *file = g_new0(LodgeOleFile, 1);
    file->bytes = input->bytes;
    file->size_bytes = input->size_bytes;
    file->tables = g_array_new(FALSE, FALSE, sizeof(guint32));
    if (load(file))
        return file;
    lodge_ole_file_free(file);
    return NULL;
}

void lodge_ole_file_free(LodgeOleFile *file)
{
    if (!file)
        return;
    g_array_unref(file->tables);
    g_clear_pointer(&file->directory, g_byte_array_unref);
    g_clear_pointer(&file->mini_table, g_byte_array_unref);
    g_clear_pointer(&file->mini_stream, g_byte_array_unref);
    g_free(file);
}
