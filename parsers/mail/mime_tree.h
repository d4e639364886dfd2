/* mime_tree.h - where the parts of a message begin and end.
 *
 * One pass over the lines, in constant memory beside the list of parts: header blocks,
 * delimiters of RFC 2046, message/rfc822 entered. Contents are not decoded; a node says where
 * they stand, byte-exact, so that they can be decoded, hashed or verified as they were received.
 *
 * An innermost delimiter wins; an outer one ends what is open inside. A multipart without a
 * boundary, or without any delimiter in it, is kept as a leaf: nothing is silently empty.
 * Limits: LODGE_LIMIT_PARTS (what follows is not listed), LODGE_LIMIT_NESTING (what is deeper
 * is one leaf), and those of header_block.h.
 * Source: RFC 2046 section 5.1, RFC 5322. */
#pragma once

#include "parsers/mail/header_block.h"
#include "parsers/mail/marks.h"
#include "parsers/mail/source.h"
#include <glib.h>

typedef enum {
    LODGE_MIME_LEAF,
    LODGE_MIME_MULTIPART,
    LODGE_MIME_MESSAGE,
} LodgeMimeShape;

typedef struct {
    LodgeMimeShape shape;
    char *path;     /* see LodgePart */
    guint depth;    /* containers above it */
    char *type;     /* lower case, the default where nothing is declared */
    char *boundary; /* of a multipart; NULL: none declared */
    char *charset, *encoding, *disposition; /* lower case, or NULL */
    char *content_id;                       /* without brackets, or NULL */
    char *name, *raw_name;                  /* or NULL */
    guint children;
    gint64 entity_start,
        entity_end; /* in the source: with its header, up to its parent's delimiter */
    gint64 content_start, content_end; /* likewise, without its header */
} LodgeMimeNode;

typedef struct {
    gboolean is_message; /* FALSE: the first line is no header field; all else is empty */
    LodgeHeaderBlock *header; /* of the message itself */
    GPtrArray *nodes;         /* LodgeMimeNode, in order of the bytes, containers first */
} LodgeMimeTree;

/* `path`, `depth`: NULL and 0 for the outer message; else of the message/rfc822 node that it is
 * the content of. NULL: the source failed. */
LodgeMimeTree *lodge_mime_tree_scan(const LodgeSource *source,
                                    const char *path,
                                    guint depth,
                                    LodgeMarks *marks,
                                    GError **error);
void lodge_mime_tree_free(LodgeMimeTree *tree);
/* The node that a header block describes; free it with lodge_mime_node_free. (mime_node.c) */
LodgeMimeNode *lodge_mime_node_new(const LodgeHeaderBlock *block,
                                   const char *default_type,
                                   LodgeMarks *marks);
void lodge_mime_node_free(LodgeMimeNode *node);
/* By its subject programs show a mail inside that has no name of its own. NULL: it has none; g_free it. */
char *lodge_mime_node_read_subject(const LodgeHeaderBlock *block);
/* Does its content come encoded (base64, quoted-printable, uuencode)? */
gboolean lodge_mime_node_is_encoded(const LodgeMimeNode *node);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeMimeTree, lodge_mime_tree_free)
