/* header_block.h - one header block, field by field, within limits.
 *
 * Fed with pieces of lines; keeps the raw bodies of the fields it was asked to keep. The limits
 * of limits.h on a field, a block and the number of fields cut here, before anything else sees
 * the bytes, and are marked. Source: RFC 5322 section 2.2. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/source.h"
#include <glib.h>

typedef struct {
    char *name; /* as written */
    GString
        *raw; /* what follows the ":", folds kept, without the last line end; any bytes */
    gint64 offset,
        size_bytes; /* all its lines in the source, uncut, the last line end included */
} LodgeRawField;

typedef struct LodgeHeaderBlock LodgeHeaderBlock;

typedef enum {
    LODGE_HEADER_CONTINUES, /* the piece was taken */
    LODGE_HEADER_ENDED,     /* the piece was the blank line that ends it */
    LODGE_HEADER_BROKEN,    /* the piece is no header line: the body begins with it */
} LodgeHeaderState;

/* `keep_all`: every field; else only those that describe a MIME part, and the subject of a mail. */
LodgeHeaderBlock *lodge_header_block_new(LodgeMarks *marks, gboolean keep_all);
void lodge_header_block_free(LodgeHeaderBlock *block);
LodgeHeaderState lodge_header_block_feed(LodgeHeaderBlock *block, const LodgePiece *piece);
/* Ends the last field; the fields seen (kept or not), and those kept (owned by the block). */
guint lodge_header_block_finish(LodgeHeaderBlock *block);
const GPtrArray *lodge_header_block_fields(const LodgeHeaderBlock *block);
/* FALSE: not every field that was seen is kept. */
gboolean lodge_header_block_is_whole(const LodgeHeaderBlock *block);
/* Some of its lines end with CRLF and some with LF alone, which begin no line for every program. */
gboolean lodge_header_block_mixes_line_ends(const LodgeHeaderBlock *block);
/* The first kept field of that name as text (NUL bytes left out), or NULL; g_free it. */
char *lodge_header_block_find(const LodgeHeaderBlock *block, const char *name);
/* The bytes of a field as text, NUL bytes left out; g_free it. */
char *lodge_raw_field_text(const LodgeRawField *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeHeaderBlock, lodge_header_block_free)
