#include "parsers/mail/uuencode.h"

#include "parsers/mail/charset.h"
#include "parsers/mail/transfer.h"
#include "parsers/mail/uuencode_line.h"
#include "parsers/text/limits.h"
#include <string.h>

typedef struct {
    const LodgeMimeNode *text;
    LodgeLeafStream *stream;
    GPtrArray *parts;
    GArray *ranges;
    LodgeMarks *marks;
    char line[LODGE_UUENCODE_LINE_BYTES];
    gsize size;
    gboolean is_too_long;
    gint64 line_start, at; /* in the decoded text */
    char *announced;       /* the name of a file, until data follows; or NULL */
    gint64 begin;          /* of its first line */
    guint found;
    LodgePart *part; /* the open file, of `parts`; NULL: none is */
    LodgeUuencode encoded;
    LodgeMimeNode claimed; /* of the open file */
    LodgeLeafSink *sink;
    gint64 room_bytes; /* that may still be decoded */
} Finder;

/* ---- files ---- */

/* Of a path the last name. */
static char *decode_name(const Finder *finder, const char *name, gsize size)
{
    for (gsize i = size; i > 0; i--) {
        if (name[i - 1] != '/' && name[i - 1] != '\\')
            continue;
        name += i;
        size -= i;
        break;
    }
    g_autofree char *text = lodge_charset_to_utf8(finder->text->charset, name,
                                                  MIN(size, LODGE_LIMIT_NAME_BYTES / 4));
    return g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
}

static LodgePart *add_part(Finder *finder)
{
    if (finder->parts->len >= LODGE_LIMIT_PARTS) {
        lodge_marks_add_limit(finder->marks, "parts");
        return NULL;
    }
    LodgePart *part = lodge_part_new();
    g_ptr_array_add(finder->parts, part);
    g_free(part->path);
    part->path = g_strdup_printf("%s/%u", finder->text->path, ++finder->found);
    part->container = g_strdup(finder->text->path);
    g_free(part->declared_type);
    part->declared_type = g_strdup("application/octet-stream");
    part->name = g_steal_pointer(&finder->announced);
    return part;
}

static gboolean open_file(Finder *finder)
{
    LodgePart *part = add_part(finder);
    if (part == NULL)
        return FALSE;
    finder->part = part;
    finder->claimed = (LodgeMimeNode){.type = part->declared_type, .name = part->name};
    finder->sink = lodge_leaf_sink_new(&finder->claimed, finder->stream, part);
    return TRUE;
}

static void name_undecoded(Finder *finder)
{
    LodgePart *part = add_part(finder);
    g_clear_pointer(&finder->announced, g_free);
    if (part == NULL)
        return;
    part->kind = LODGE_PART_OTHER;
    part->trouble = g_strdup("unsupported");
}

static gboolean close_file(Finder *finder, gboolean is_whole, gint64 end, GError **error)
{
    LodgeTextRange range = {finder->begin, end};
    if (!is_whole || finder->encoded.is_damaged)
        finder->part->trouble = g_strdup("damaged");
    g_array_append_val(finder->ranges, range);
    finder->part = NULL;
    gboolean is_closed = lodge_leaf_sink_finish(finder->sink, NULL, error);
    g_clear_pointer(&finder->sink, lodge_leaf_sink_free);
    return is_closed;
}

/* ---- lines ---- */

static gboolean is_data(const Finder *finder, gboolean is_first)
{
    return !finder->is_too_long &&
           lodge_uuencode_line_is_data(&finder->encoded, finder->line, finder->size,
                                       is_first);
}

static gboolean decode_line(Finder *finder, GError **error)
{
    guint8 bytes[LODGE_UUENCODE_LINE_BYTES];
    gsize size =
        lodge_uuencode_line_decode(&finder->encoded, finder->line, finder->size, bytes);
    if ((gint64)size > finder->room_bytes) {
        finder->encoded.is_damaged = TRUE;
        return TRUE;
    }
    finder->room_bytes -= (gint64)size;
    return size == 0 ||
           lodge_leaf_sink_take(finder->sink, (const char *)bytes, size, error);
}

static void look_for_begin(Finder *finder)
{
    const char *name = NULL;
    gsize size = 0;
    finder->encoded = (LodgeUuencode){0};
    g_clear_pointer(&finder->announced, g_free);
    if (finder->is_too_long ||
        !lodge_uuencode_line_begins(finder->line, finder->size, &finder->encoded.form,
                                    &name, &size))
        return;
    finder->announced = decode_name(finder, name, size);
    finder->begin = finder->line_start;
    if (finder->encoded.form == LODGE_UUENCODE_YENC)
        name_undecoded(finder);
}

static gboolean take_outside(Finder *finder, GError **error)
{
    if (finder->announced != NULL && is_data(finder, TRUE) && open_file(finder))
        return decode_line(finder, error);
    look_for_begin(finder);
    return TRUE;
}

static gboolean take_inside(Finder *finder, GError **error)
{
    if (lodge_uuencode_line_ends(&finder->encoded, finder->line, finder->size))
        return close_file(finder, TRUE, finder->at, error);
    if (is_data(finder, FALSE))
        return decode_line(finder, error);
    return close_file(finder, FALSE, finder->line_start, error) &&
           take_outside(finder, error);
}

static gboolean take_line(Finder *finder, GError **error)
{
    if (finder->size > 0 && finder->line[finder->size - 1] == '\r')
        finder->size--;
    gboolean is_taken =
        finder->part != NULL ? take_inside(finder, error) : take_outside(finder, error);
    finder->size = 0;
    finder->is_too_long = FALSE;
    finder->line_start = finder->at;
    return is_taken;
}

static gboolean take(gpointer data, const char *bytes, gsize size, GError **error)
{
    Finder *finder = data;
    while (size > 0) {
        const char *end = memchr(bytes, '\n', size);
        gsize piece = end != NULL ? (gsize)(end - bytes) : size;
        gsize kept = MIN(piece, sizeof finder->line - finder->size);
        memcpy(finder->line + finder->size, bytes, kept);
        finder->size += kept;
        finder->is_too_long |= kept < piece;
        gsize used = piece + (end != NULL ? 1 : 0);
        finder->at += (gint64)used;
        if (end != NULL && !take_line(finder, error))
            return FALSE;
        bytes += used;
        size -= used;
    }
    return TRUE;
}

/* The text ends; with it a last line, and a file that has no end of its own. */
static gboolean finish(Finder *finder, GError **error)
{
    if (finder->size > 0 && !take_line(finder, error))
        return FALSE;
    return finder->part == NULL || close_file(finder, FALSE, finder->at, error);
}

/* ---- the door ---- */

static gboolean begins_line(const char *bytes, gsize size, const char *word)
{
    gsize length = strlen(word);
    for (const char *at = bytes;
         (at = memmem(at, size - (gsize)(at - bytes), word, length)) != NULL; at++)
        if (at == bytes || at[-1] == '\n')
            return TRUE;
    return FALSE;
}

gboolean lodge_uuencode_may_hold(GBytes *text, gint64 size_bytes)
{
    gsize size = 0;
    const char *bytes = g_bytes_get_data(text, &size);
    return size_bytes > (gint64)size || (size > 0 && (begins_line(bytes, size, "begin") ||
                                                      begins_line(bytes, size, "=ybegin")));
}

gboolean lodge_uuencode_read(const LodgeSource *source,
                             const LodgeMimeNode *node,
                             LodgeLeafStream *stream,
                             GPtrArray *parts,
                             GArray *ranges,
                             LodgeMarks *marks,
                             GError **error)
{
    Finder finder = {.text = node,
                     .stream = stream,
                     .parts = parts,
                     .ranges = ranges,
                     .marks = marks,
                     .room_bytes = 2 * (node->content_end - node->content_start)};
    gboolean is_read = lodge_transfer_decode(source, node, marks, take, &finder, error) &&
                       finish(&finder, error);
    g_free(finder.announced);
    lodge_leaf_sink_free(finder.sink);
    return is_read;
}

GBytes *lodge_uuencode_strip(GBytes *text, const GArray *ranges)
{
    GByteArray *left = g_byte_array_new();
    gsize size = 0, at = 0;
    const guint8 *bytes = g_bytes_get_data(text, &size);
    for (guint i = 0; i < ranges->len; i++) {
        const LodgeTextRange *range = &g_array_index(ranges, LodgeTextRange, i);
        gsize start = (gsize)MIN(range->start, (gint64)size);
        if (start > at)
            g_byte_array_append(left, bytes + at, (guint)(start - at));
        at = (gsize)MIN(range->end, (gint64)size);
    }
    if (size > at)
        g_byte_array_append(left, bytes + at, (guint)(size - at));
    return g_byte_array_free_to_bytes(left);
}
