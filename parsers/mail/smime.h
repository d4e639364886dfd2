/* smime.h - the S/MIME layers of a message, as its parts are read.
 *
 * What a part claims to be only makes us look: the CMS object says what it is. A signature that
 * is bad, damaged or unknown is a fact about the layer; what is signed is read as if it were not.
 * Encrypted and compressed objects are named, never opened.
 * Limits: LODGE_LIMIT_SMIME_*; a layer beyond them is not verified, its content is read all the same.
 * Source: RFC 8551 sections 3.1, 3.2, 3.5 and 3.10; RFC 1847. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/smime_facts.h"

/* Can it hold a CMS object: application/pkcs7-mime, or unnamed bytes called *.p7m? */
gboolean lodge_smime_is_wrapper(const LodgeMimeNode *node);
/* `object`: its decoded content; NULL: it was too long. Adds a layer to `layers` if there is one. The content that was
 * signed comes back in `content_out`, or NULL: then the part is a leaf like any other. FALSE: the source failed. */
gboolean lodge_smime_open(GBytes *object,
                          const LodgeMimeNode *node,
                          GPtrArray *layers,
                          LodgeMarks *marks,
                          GBytes **content_out,
                          GError **error);
/* Verifies the node of the tree with that index if it is a multipart/signed with a CMS signature. */
gboolean lodge_smime_read_detached(const LodgeSource *source,
                                   const LodgeMimeTree *tree,
                                   guint index,
                                   GPtrArray *layers,
                                   LodgeMarks *marks,
                                   GError **error);
/* The part that stands for a signed content which is no MIME entity (a plan.pdf.p7m): unnamed bytes, with the name of
 * the wrapper without its ending. lodge_mime_node_free it. */
LodgeMimeNode *lodge_smime_plain_node(const LodgeMimeNode *wrapper, gint64 size_bytes);
