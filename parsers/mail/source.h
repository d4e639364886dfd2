/* source.h - the bytes of a message, wherever they are, read at any place; and its lines.
 *
 * A source is a descriptor (pread: its offset is neither used nor moved) or bytes in memory (a
 * message that came base64-encoded inside another). Lines are handed out in pieces of at most
 * LODGE_SOURCE_WINDOW_BYTES, so that a line of any length costs one window. */
#pragma once

#include <glib.h>

#define LODGE_SOURCE_WINDOW_BYTES (64 * 1024)

typedef struct {
    int fd;        /* -1: `bytes` */
    GBytes *bytes; /* borrowed */
    gint64 size_bytes;
} LodgeSource;

/* At most `size` bytes from `offset`. FALSE: the descriptor failed, or ended before size_bytes. */
gboolean lodge_source_read(const LodgeSource *source,
                           gint64 offset,
                           char *buffer,
                           gsize size,
                           gsize *size_out,
                           GError **error);

/* A piece of a line, its line end included; `bytes` is valid until the next one. */
typedef struct {
    gint64 offset;
    const char *bytes;
    gsize size;
    gboolean starts_line, ends_line;
} LodgePiece;

typedef struct LodgeLines LodgeLines;

LodgeLines *lodge_lines_new(const LodgeSource *source, gint64 start);
void lodge_lines_free(LodgeLines *lines);
/* FALSE at the end, and with `error` set when the source failed. */
gboolean lodge_lines_next(LodgeLines *lines, LodgePiece *piece_out, GError **error);
/* Was there a NUL, or a CR without its LF, in what was read so far? Looked for window by window: there
 * may be a hundred million lines. */
gboolean lodge_lines_has_nul(const LodgeLines *lines);
gboolean lodge_lines_has_bare_cr(const LodgeLines *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLines, lodge_lines_free)
