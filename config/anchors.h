/* anchors.h - the operator's trust anchors for S/MIME: a file of certificates in PEM, by their digests.
 *
 * Only the armour is read here: each certificate is whole DER by its own length. Whether it is X.509 the
 * reader says when it starts, which `lodge check-config` shows. Anything else in the file but
 * comments between certificates is refused, a private key by name: it has no business there.
 * Source: RFC 7468 sections 2 and 5. */
#pragma once

#include "config/config_error.h"
#include "config/key_file.h"
#include "config/trust.h"
#include <glib.h>

/* The file that [authentication] smime_anchors names: its text for the airlock, the digests of its certificates
 * for the rules. NULL: there is no such key, or it was refused. */
GBytes *lodge_anchors_read(LodgeKeyGroup *group, LodgeTrust *trust);

/* SHA-256 of the DER of each certificate, sorted, each once. NULL: the error says which one is wrong, counted from the
 * top, but not the file. g_strfreev it. */
GStrv lodge_anchors_digest(const char *pem, GError **error);
