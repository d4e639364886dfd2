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
