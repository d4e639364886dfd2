#include "parsers/mail/leaf.h"

#include "parsers/mail/message.h"
#include "parsers/mail/sniff.h"
#include "parsers/text/limits.h"
#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>
#include <unistd.h>

#define CHUNK_BYTES (64 * 1024)

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeFilter, g_object_unref)

/* ---- damage ---- */

/* What must hold over all bytes of an encoded content, seen as they pass. */
typedef struct {
    GMimeContentEncoding encoding;
    gsize significant; /* base64 characters so far, padding included */
    gsize padding;
    int hex_wanted; /* quoted-printable: characters still owed after "=" */
    gboolean is_damaged;
} Inspection;

static void inspect_base64(Inspection *inspection, const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        char c = bytes[i];
        if (g_ascii_isalnum(c) || c == '+' || c == '/') {
            inspection->significant++;
            inspection->is_damaged |= inspection->padding > 0;
        } else if (c == '=') {
            inspection->significant++;
            inspection->padding++;
        } else if (!g_ascii_isspace(c)) {
            inspection->is_damaged = TRUE;
        }
    }
}

/* "=" must be followed by two hexadecimal digits, or by blanks and the line's end. */
static void inspect_quoted_printable(Inspection *inspection, const char *bytes, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        char c = bytes[i];
        if (inspection->hex_wanted == 0) {
            inspection->hex_wanted = c == '=' ? 2 : 0;
        } else if (g_ascii_isxdigit(c)) {
            inspection->hex_wanted--;
        } else {
            inspection->is_damaged |= inspection->hex_wanted == 1 || !g_ascii_isspace(c);
            if (c == '\n' || !g_ascii_isspace(c))
                inspection->hex_wanted = 0;
        }
    }
}

static void inspect(Inspection *inspection, const char *bytes, gsize size)
{
    if (inspection->encoding == GMIME_CONTENT_ENCODING_BASE64)
        inspect_base64(inspection, bytes, size);
    else if (inspection->encoding == GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE)
        inspect_quoted_printable(inspection, bytes, size);
}

static void mark_damage(const Inspection *inspection, LodgeMarks *marks)
{
    gboolean is_base64 = inspection->encoding == GMIME_CONTENT_ENCODING_BASE64;

    if (is_base64 && (inspection->is_damaged || inspection->significant % 4 != 0))
        lodge_marks_add_defect(marks, "corrupt-base64");
    if (!is_base64 && inspection->is_damaged)
        lodge_marks_add_defect(marks, "corrupt-quoted-printable");
}

/* ---- decoding ---- */

typedef gboolean (*TakeBytes)(gpointer data, const char *bytes, gsize size, GError **error);

static GMimeContentEncoding find_encoding(const LodgeMimeNode *node, LodgeMarks *marks)
{
    GMimeContentEncoding encoding =
        node->encoding != NULL ? g_mime_content_encoding_from_string(node->encoding)
                               : GMIME_CONTENT_ENCODING_DEFAULT;

    if (encoding == GMIME_CONTENT_ENCODING_DEFAULT && node->encoding != NULL)
        lodge_marks_add_defect(marks, "unknown-encoding");
    return encoding;
}

static GMimeFilter *make_decoder(GMimeContentEncoding encoding)
{
    switch (encoding) {
    case GMIME_CONTENT_ENCODING_BASE64:
    case GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE:
    case GMIME_CONTENT_ENCODING_UUENCODE:
        return g_mime_filter_basic_new(encoding, FALSE);
    default:
        return NULL;
    }
}

static gboolean pass_chunk(GMimeFilter *decoder,
                           char *bytes,
                           gsize size,
                           TakeBytes take,
                           gpointer data,
                           GError **error)
{
    gsize prespace = 0;

    if (decoder != NULL)
        g_mime_filter_filter(decoder, bytes, size, 0, &bytes, &size, &prespace);
    return size == 0 || take(data, bytes, size, error);
}

static gboolean
pass_end(GMimeFilter *decoder, TakeBytes take, gpointer data, GError **error)
{
    char none[1] = "";
    char *bytes = none;
    gsize size = 0;
    gsize prespace = 0;

    if (decoder == NULL)
        return TRUE;
    g_mime_filter_complete(decoder, none, 0, 0, &bytes, &size, &prespace);
    return size == 0 || take(data, bytes, size, error);
}

static gboolean decode(const LodgeSource *source,
                       const LodgeMimeNode *node,
                       LodgeMarks *marks,
                       TakeBytes take,
                       gpointer data,
                       GError **error)
{
    Inspection inspection = {.encoding = find_encoding(node, marks)};
    g_autoptr(GMimeFilter) decoder = make_decoder(inspection.encoding);
    g_autofree char *chunk = g_malloc(CHUNK_BYTES);

    for (gint64 at = node->content_start; at < node->content_end;) {
        gsize wanted = (gsize)MIN(node->content_end - at, CHUNK_BYTES);
        gsize size = 0;
        if (!lodge_source_read(source, at, chunk, wanted, &size, error))
            return FALSE;
        if (size == 0)
            break;
        inspect(&inspection, chunk, size);
        at += (gint64)size;
        if (!pass_chunk(decoder, chunk, size, take, data, error))
            return FALSE;
    }
    if (!pass_end(decoder, take, data, error))
        return FALSE;
    mark_damage(&inspection, marks);
    return TRUE;
}

/* ---- one leaf ---- */

typedef struct {
    const LodgeMimeNode *node;
    LodgeLeafStream *stream;
    LodgePart *part;
    LodgeDigest *digest;
    GByteArray *window; /* the first bytes, until the kind is known; longer for mail text */
    gboolean is_judged;
} Reading;

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

/* The window tells the kind; a document's window opens its place in the stream. */
static gboolean judge(Reading *reading, GError **error)
{
    LodgePart *part = reading->part;

    reading->is_judged = TRUE;
    part->sniffed_type = lodge_sniff_type(reading->window->data, reading->window->len);
    part->kind = lodge_leaf_judge_kind(reading->node, part->sniffed_type);
    if (part->kind != LODGE_PART_DOCUMENT || reading->stream->fd < 0)
        return TRUE;
    part->stream_offset = reading->stream->size_bytes;
    return write_stream(reading->stream, reading->window->data, reading->window->len,
                        error);
}

static gboolean take_bytes(gpointer data, const char *bytes, gsize size, GError **error)
{
    Reading *reading = data;
    gsize text_room = 4 * LODGE_LIMIT_BODY_TEXT_BYTES -
                      MIN(reading->window->len, 4 * LODGE_LIMIT_BODY_TEXT_BYTES);

    lodge_digest_update(reading->digest, bytes, size);
    reading->part->size_bytes += (gint64)size;
    if (!reading->is_judged) {
        g_byte_array_append(reading->window, (const guint8 *)bytes, (guint)size);
        return reading->window->len < LODGE_SNIFF_WINDOW_BYTES || judge(reading, error);
    }
    if (reading->part->stream_offset >= 0)
        return write_stream(reading->stream, (const guint8 *)bytes, size, error);
    if (reading->part->kind == LODGE_PART_BODY)
        g_byte_array_append(reading->window, (const guint8 *)bytes,
                            (guint)MIN(size, text_room));
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
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    g_autoptr(GByteArray) window = g_byte_array_new();
    Reading reading = {node, stream, part, digest, window, FALSE};

    if (!decode(source, node, marks, take_bytes, &reading, error) ||
        (!reading.is_judged && !judge(&reading, error)))
        return FALSE;
    lodge_digest_finish(digest, part->sha256);
    if (text_out != NULL)
        *text_out = part->kind == LODGE_PART_BODY
                        ? g_byte_array_free_to_bytes(g_steal_pointer(&window))
                        : NULL;
    return TRUE;
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

    if (!decode(source, node, marks, take_whole, &whole, error) || whole.is_too_long)
        return NULL;
    return g_byte_array_free_to_bytes(g_steal_pointer(&content));
}
