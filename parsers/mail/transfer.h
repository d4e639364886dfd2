/* transfer.h - the content of a part without its transfer encoding, in pieces as they come.
 *
 * base64, quoted-printable and uuencode are taken off; what is unknown passes as it is. Damage is marked, and
 * what can be decoded is. Source: RFC 2045 section 6. */
#pragma once

#include "parsers/mail/marks.h"
#include "parsers/mail/mime_tree.h"
#include "parsers/mail/source.h"
#include <glib.h>

/* FALSE with error set: decoding is given up. */
typedef gboolean (*LodgeTransferTake)(gpointer data,
                                      const char *bytes,
                                      gsize size,
                                      GError **error);

gboolean lodge_transfer_decode(const LodgeSource *source,
                               const LodgeMimeNode *node,
                               LodgeMarks *marks,
                               LodgeTransferTake take,
                               gpointer data,
                               GError **error);
