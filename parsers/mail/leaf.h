/* leaf.h - the content of one part: decoded, hashed, sniffed and handed on as it streams past.
 *
 * The kind of a part is decided when its first window is decoded, so that a document's bytes go
 * into the leaf stream without being held. Damage in base64 and quoted-printable is marked, and
 * what can be decoded is. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/message_facts.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/source.h"
#include <glib.h>

typedef struct {
    int fd;            /* -1: leaves are not handed back */
    gint64 size_bytes; /* written so far */
} LodgeLeafStream;

/* The kind of a leaf; `sniffed` may be NULL. Rules: message_facts.h. (leaf_kind.c) */
LodgePartKind lodge_leaf_judge_kind(const LodgeMimeNode *node, const char *sniffed);

/* Bytes that are one leaf, whatever they come out of. `node` says what is claimed of it. All three are borrowed
 * until the sink is freed; `part` is empty but for its names. */
typedef struct LodgeLeafSink LodgeLeafSink;
LodgeLeafSink *
lodge_leaf_sink_new(const LodgeMimeNode *node, LodgeLeafStream *stream, LodgePart *part);
void lodge_leaf_sink_free(LodgeLeafSink *sink);
/* A LodgeTransferTake. */
gboolean lodge_leaf_sink_take(gpointer sink, const char *bytes, gsize size, GError **error);
/* Fills kind, sniffed_type, digest and stream offset; `text_out` as below. */
gboolean lodge_leaf_sink_finish(LodgeLeafSink *sink, GBytes **text_out, GError **error);

/* Fills kind, sniffed_type, size, digest and stream offset of `part`. Of a part that is mail text
 * the first bytes come back in `text_out` (else NULL; may be NULL): g_bytes_unref it. */
gboolean lodge_leaf_read(const LodgeSource *source,
                         const LodgeMimeNode *node,
                         LodgeLeafStream *stream,
                         LodgePart *part,
                         LodgeMarks *marks,
                         GBytes **text_out,
                         GError **error);
/* The whole decoded content, at most `max_bytes`; NULL and no error if it is longer. */
GBytes *lodge_leaf_decode(const LodgeSource *source,
                          const LodgeMimeNode *node,
                          gsize max_bytes,
                          LodgeMarks *marks,
                          GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLeafSink, lodge_leaf_sink_free)
