/* trust.h - what we believe about mail that comes to us: our border and whose results we trust.
 *
 * From the groups [border] and [authentication] of lodge.conf; part of the rules. Its text
 * form is normalised, so that equal settings give equal rules; a kind that is generic, sealers and trust
 * anchors that nobody named, and the least RSA key of RFC 8301 are not written, because rules from before there were
 * any must keep their bytes.
 *
 * Of the S/MIME trust anchors the rules hold the digests and not the certificates. A chain is built once, when the
 * message is read, and the reading names every certificate of it by digest; the decision asks whether it
 * ends at one of these. So a replay needs no certificate and no arithmetic, an anchor that is taken away
 * counts no longer from that moment on, and comments or another order in the file change nothing. An
 * anchor that is added counts for messages that are read after it was. In the same way a key of DNS is weighed against
 * `min_rsa_bits` once, when the signature is checked: another number counts for signatures that are checked from then on. */
#pragma once

#include "config/network.h"
#include <glib.h>

#define LODGE_TRUST_LEAST_RSA_BITS 1024 /* RFC 8301 section 3.2: never less */
#define LODGE_TRUST_MOST_RSA_BITS 4096  /* what every verifier must take (same section) */

typedef enum {
    LODGE_SPF_HOLD, /* SPF alone is not proof: held */
    LODGE_SPF_WARN, /* SPF alone proves the sender, with a warning */
} LodgeSpfPolicy;

typedef enum {
    LODGE_BORDER_GENERIC,         /* our own servers, by name and network */
    LODGE_BORDER_EXCHANGE_ONLINE, /* Microsoft's servers take mail in for us */
} LodgeBorderKind;

typedef struct {
    LodgeBorderKind kind;
    GPtrArray *networks; /* LodgeNetwork: addresses that are ours */
    GStrv
        servers; /* names our servers write after "by", lower case; "*.dept.gov.uk" allowed */
    GStrv
        authserv_ids; /* RFC 8601 authserv-ids of our border, lower case; empty: none trusted */
    LodgeSpfPolicy spf;
    GStrv arc_sealers; /* domains whose ARC seals we believe, lower case; empty: nobody's */
    GStrv smime_anchors; /* SHA-256 of certificates; empty: no S/MIME signer is trusted */
    guint min_rsa_bits;  /* of the keys of DKIM signatures and ARC seals */
} LodgeTrust;

LodgeTrust *lodge_trust_new(void);
void lodge_trust_free(LodgeTrust *trust);
char *lodge_trust_format(const LodgeTrust *trust); /* JSON text */
LodgeTrust *lodge_trust_parse(const char *json, GError **error);
gboolean lodge_trust_is_our_server(const LodgeTrust *trust, const char *host);
gboolean lodge_trust_is_our_address(const LodgeTrust *trust, const char *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeTrust, lodge_trust_free)
