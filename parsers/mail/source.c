#include "parsers/mail/source.h"

#include "parsers/mail/message.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct LodgeLines {
    const LodgeSource *source;
    gint64 offset;    /* in the source, of buffer[start] */
    gsize start, end; /* of what is in the buffer and not handed out */
    gboolean starts_line;
    gboolean has_nul, has_bare_cr;
    gboolean ends_in_cr; /* the last byte read: what follows decides */
    char buffer[LODGE_SOURCE_WINDOW_BYTES];
};

static gboolean
read_descriptor(int fd, gint64 offset, char *buffer, gsize size, GError **error)
{
    while (size > 0) {
        gssize got = pread(fd, buffer, size, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            g_set_error(error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_IO,
                        "the message cannot be read at byte %" G_GINT64_FORMAT ": %s",
                        offset,
                        got < 0 ? g_strerror(errno) : "it is shorter than announced");
            return FALSE;
        }
        buffer += got;
        size -= (gsize)got;
        offset += got;
    }
    return TRUE;
}

gboolean lodge_source_read(const LodgeSource *source,
                           gint64 offset,
                           char *buffer,
                           gsize size,
                           gsize *size_out,
                           GError **error)
{
    gint64 left = MAX(source->size_bytes - offset, 0);
    gsize wanted = (gint64)size < left ? size : (gsize)left;

    if (source->fd < 0 && wanted > 0)
        memcpy(buffer, (const char *)g_bytes_get_data(source->bytes, NULL) + offset,
               wanted);
    else if (wanted > 0 && !read_descriptor(source->fd, offset, buffer, wanted, error))
        return FALSE;
    *size_out = wanted;
    return TRUE;
}

LodgeLines *lodge_lines_new(const LodgeSource *source, gint64 start)
{
    LodgeLines *lines = g_new(LodgeLines, 1);
    lines->source = source;
    lines->offset = start;
    lines->start = lines->end = 0;
    lines->starts_line = TRUE;
    lines->has_nul = lines->has_bare_cr = lines->ends_in_cr = FALSE;
    return lines;
}

void lodge_lines_free(LodgeLines *lines)
{
    g_free(lines);
}

static void inspect(LodgeLines *lines, const char *bytes, gsize size)
{
    const char *end = bytes + size;

    if (size == 0)
        return;
    if (!lines->has_nul)
        lines->has_nul = memchr(bytes, '\0', size) != NULL;
    lines->has_bare_cr |= lines->ends_in_cr && bytes[0] != '\n';
    for (const char *cr = bytes; !lines->has_bare_cr; cr++) {
        cr = memchr(cr, '\r', (gsize)(end - cr));
        if (cr == NULL || cr + 1 == end)
            break;
        lines->has_bare_cr = cr[1] != '\n';
    }
    lines->ends_in_cr = end[-1] == '\r';
}

/* Moves the rest to the front and fills up behind it. */
static gboolean fill(LodgeLines *lines, GError **error)
{
    gsize kept = lines->end - lines->start;
    gsize got = 0;

    memmove(lines->buffer, lines->buffer + lines->start, kept);
    if (!lodge_source_read(lines->source, lines->offset + (gint64)kept,
                           lines->buffer + kept, sizeof lines->buffer - kept, &got, error))
        return FALSE;
    inspect(lines, lines->buffer + kept, got);
    lines->start = 0;
    lines->end = kept + got;
    return TRUE;
}

gboolean lodge_lines_next(LodgeLines *lines, LodgePiece *piece_out, GError **error)
{
    const char *at = lines->buffer + lines->start;
    const char *line_end = memchr(at, '\n', lines->end - lines->start);

    if (line_end == NULL) {
        if (!fill(lines, error))
            return FALSE;
        if (lines->end == 0)
            return FALSE;
        at = lines->buffer;
        line_end = memchr(at, '\n', lines->end);
    }
    piece_out->offset = lines->offset;
    piece_out->bytes = at;
    piece_out->size =
        line_end != NULL ? (gsize)(line_end - at) + 1 : lines->end - lines->start;
    piece_out->starts_line = lines->starts_line;
    piece_out->ends_line = line_end != NULL;
    lines->starts_line = line_end != NULL;
    lines->start += piece_out->size;
    lines->offset += (gint64)piece_out->size;
    return TRUE;
}

gboolean lodge_lines_has_nul(const LodgeLines *lines)
{
    return lines->has_nul;
}

gboolean lodge_lines_has_bare_cr(const LodgeLines *lines)
{
    return lines->has_bare_cr || lines->ends_in_cr;
}
