/* smime_verify.h - is a CMS signature one of these bytes, and whose?
 *
 * Only public-key arithmetic, attributes and chains are OpenSSL's work here; the content is what smime_shape or
 * mime_tree found, so that what is verified is what is read. Every number that a stranger chooses is
 * bounded before OpenSSL computes with it: size of the object (the caller), signers, certificates, key
 * sizes; the digests computed are those of the signers, never those that the object lists.
 *
 * A content that is kept with bare LF is tried as it stands and then with CRLF, the canonical form
 * of RFC 8551 section 3.1.1: a store may have changed line ends, and nothing else is forgiven.
 * Source: RFC 5652 section 5, RFC 8551 section 2. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/smime_facts.h"
#include "parsers/mail/source.h"

typedef struct {
    const LodgeSource *source;
    gint64 start, end;
    gboolean is_text; /* its line ends may be made canonical */
} LodgeSmimeContent;

/* `object`: a SignedData in BER, of a bounded size. Fills result and signers of the layer. FALSE: the source failed. */
gboolean lodge_smime_verify(GBytes *object,
                            const LodgeSmimeContent *content,
                            LodgeSmimeLayer *layer,
                            LodgeMarks *marks,
                            GError **error);
