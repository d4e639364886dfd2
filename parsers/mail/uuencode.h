/* uuencode.h - files that old programs wrote into the text of a mail.
 *
 * Anywhere in plain text, any number of times; the forms stand in uuencode_line.h. A line "begin" is only believed when a
 * whole line of data follows: a person may write one. Each file is a part like an attached one, with the text as its
 * `container` ("1/1"); the text is what stands around. What lacks its end, or has a line that is no data, is handed back as
 * far as it came: trouble "damaged". A file in yEnc is named, trouble "unsupported": eight bits seldom survive
 * a mail.
 *
 * Constant memory; what is decoded is never more than twice the text. Limit: LODGE_LIMIT_PARTS. */
#pragma once

#include "parsers/mail/leaf.h"
#include "parsers/mail/marks.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/source.h"
#include <glib.h>

typedef struct {
    gint64 start, end;
} LodgeTextRange;

/* Is it worth looking? `text`: how the text of `size_bytes` begins. */
gboolean lodge_uuencode_may_hold(GBytes *text, gint64 size_bytes);
/* Appends a part for each file in the text of `node`; `ranges` (of LodgeTextRange): where in the decoded text they stand,
 * in order. FALSE: our own descriptors failed. */
gboolean lodge_uuencode_read(const LodgeSource *source,
                             const LodgeMimeNode *node,
                             LodgeLeafStream *stream,
                             GPtrArray *parts,
                             GArray *ranges,
                             LodgeMarks *marks,
                             GError **error);
/* The beginning of a text without what stands in the ranges; g_bytes_unref it. */
GBytes *lodge_uuencode_strip(GBytes *text, const GArray *ranges);
