#include "parsers/mail/leaf.h"

#include "parsers/mail/message.h"
#include "parsers/mail/picture.h"
#include "parsers/mail/sniff.h"
#include "parsers/mail/transfer.h"
#include "parsers/text/limits.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ---- one leaf, as it streams past ---- */

struct LodgeLeafSink {
    const LodgeMimeNode *node;
    LodgeLeafStream *stream;
    LodgePart *part;
    LodgeDigest *digest;
    GByteArray *window; /* the first bytes, until the kind is known; longer for mail text */
    gboolean is_judged;
};

static gboolean
write_stream(LodgeLeafStream *stream, const guint8 *bytes, gsize size, GError **error)
{
    while (size > 0) {
        gssize put = write(stream->fd, bytes, size);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            g_set_error(error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_IO,
                        "the decoded documents cannot be written: %s", g_strerror(errno));
            return FALSE;
        }
        bytes += put;
        size -= (gsize)put;
        stream->size_bytes += put;
    }
    return TRUE;
}

static void measure(LodgePart *part, const GByteArray *window)
{
    guint width, height;
    if (!lodge_picture_measure(window->data, window->len, &width, &height))
        return;
    part->width = width;
    part->height = height;
}

/* The window tells the kind; a document's window opens its place in the stream. */
static gboolean judge(LodgeLeafSink *sink, GError **error)
{
    LodgePart *part = sink->part;

    sink->is_judged = TRUE;
    part->sniffed_type = lodge_sniff_type(sink->window->data, sink->window->len);
    part->kind = lodge_leaf_judge_kind(sink->node, part->sniffed_type);
    measure(part, sink->window);
    if (part->kind != LODGE_PART_DOCUMENT || sink->stream->fd < 0)
        return TRUE;
    part->stream_offset = sink->stream->size_bytes;
    return write_stream(sink->stream, sink->window->data, sink->window->len, error);
}

LodgeLeafSink *
lodge_leaf_sink_new(const LodgeMimeNode *node, LodgeLeafStream *stream, LodgePart *part)
{
    LodgeLeafSink *sink = g_new0(LodgeLeafSink, 1);
    sink->node = node;
    sink->stream = stream;
    sink->part = part;
    sink->digest = lodge_digest_new();
    sink->window = g_byte_array_new();
    return sink;
}

void lodge_leaf_sink_free(LodgeLeafSink *sink)
{
    if (sink == NULL)
        return;
    lodge_digest_free(sink->digest);
    g_byte_array_unref(sink->window);
    g_free(sink);
}

gboolean lodge_leaf_sink_take(gpointer data, const char *bytes, gsize size, GError **error)
{
    LodgeLeafSink *sink = data;
    gsize text_room = 4 * LODGE_LIMIT_BODY_TEXT_BYTES -
                      MIN(sink->window->len, 4 * LODGE_LIMIT_BODY_TEXT_BYTES);

    lodge_digest_update(sink->digest, bytes, size);
    sink->part->size_bytes += (gint64)size;
    if (!sink->is_judged) {
        g_byte_array_append(sink->window, (const guint8 *)bytes, (guint)size);
        return sink->window->len < LODGE_SNIFF_WINDOW_BYTES || judge(sink, error);
    }
    if (sink->part->stream_offset >= 0)
        return write_stream(sink->stream, (const guint8 *)bytes, size, error);
    if (sink->part->kind == LODGE_PART_BODY)
        g_byte_array_append(sink->window, (const guint8 *)bytes,
                            (guint)MIN(size, text_room));
    return TRUE;
}

gboolean lodge_leaf_sink_finish(LodgeLeafSink *sink, GBytes **text_out, GError **error)
{
    if (!sink->is_judged && !judge(sink, error))
        return FALSE;
    lodge_digest_finish(sink->digest, sink->part->sha256);
    if (text_out != NULL)
        *text_out = sink->part->kind == LODGE_PART_BODY
                        ? g_bytes_new(sink->window->data, sink->window->len)
                        : NULL;
    return TRUE;
}

gboolean lodge_leaf_read(const LodgeSource *source,
                         const LodgeMimeNode *node,
                         LodgeLeafStream *stream,
                         LodgePart *part,
                         LodgeMarks *marks,
                         GBytes **text_out,
                         GError **error)
{
    g_autoptr(LodgeLeafSink) sink = lodge_leaf_sink_new(node, stream, part);

    return lodge_transfer_decode(source, node, marks, lodge_leaf_sink_take, sink, error) &&
           lodge_leaf_sink_finish(sink, text_out, error);
}

typedef struct {
    GByteArray *content;
    gsize max_bytes;
    gboolean is_too_long;
} Whole;

static gboolean take_whole(gpointer data, const char *bytes, gsize size, GError **error)
{
    Whole *whole = data;
    (void)error;

    whole->is_too_long |= size > whole->max_bytes - whole->content->len;
    if (!whole->is_too_long)
        g_byte_array_append(whole->content, (const guint8 *)bytes, (guint)size);
    return TRUE;
}

GBytes *lodge_leaf_decode(const LodgeSource *source,
                          const LodgeMimeNode *node,
                          gsize max_bytes,
                          LodgeMarks *marks,
                          GError **error)
{
    g_autoptr(GByteArray) content = g_byte_array_new();
    Whole whole = {content, max_bytes, FALSE};

    if (!lodge_transfer_decode(source, node, marks, take_whole, &whole, error) ||
        whole.is_too_long)
        return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&content));
}
