/* smime_shape.h - what a CMS object is, and the content that it wraps, by the bytes alone.
 *
 * A small walker over BER that never fails and holds nothing but the content: a damaged, cut or unknown
 * signature must not hide the attachments that it wraps, and nothing of a size that a
 * stranger chose may reach a library. The signature is verified over the content found here, so
 * that two parsers cannot see two contents. Definite and indefinite lengths, octet strings
 * in pieces (Outlook, NSS); a length beyond the end means the end.
 * Source: RFC 5652 sections 3 and 5, X.690 section 8. */
#pragma once

#include "parsers/mail/smime_facts.h"
#include <glib.h>

typedef struct {
    LodgeSmimeForm form; /* OPAQUE for all signed-data, DETACHED or not */
    GBytes *content;     /* of signed-data; NULL: none inside */
    gsize other_bytes;   /* everything but the content */
} LodgeSmimeShape;

LodgeSmimeShape lodge_smime_shape_find(GBytes *object);
void lodge_smime_shape_clear(LodgeSmimeShape *shape);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeSmimeShape, lodge_smime_shape_clear)
