/* smime_trust.h - the operator's trust anchors, and the chain from a certificate to one of them.
 *
 * The anchors are loaded once per process, before the sandbox closes, from bytes that are handed in.
 * A chain is built without asking the time: the decision compares its dates with the instant
 * at which the message was received. Revocation is not looked at (it would need the network).
 * Keys and digests below 112 bits of strength end no chain. An anchor need not be self-signed.
 * Source: RFC 5280 section 6, RFC 8550 section 4. */
#pragma once

#include "parsers/mail/smime_facts.h"
#include <glib.h>
#include <openssl/x509.h>

/* OpenSSL without its configuration file: it could name engines and other defaults. Before all
 * else that uses OpenSSL. */
void lodge_smime_trust_prepare(void);
/* Certificates in PEM, one or more; replaces the anchors from before. FALSE: `why_out` (g_free it). */
gboolean lodge_smime_trust_load(GBytes *pem, char **why_out);
/* Fills chain and suits_mail. FALSE: no chain; why is set. `others`: may be part of it. */
gboolean lodge_smime_trust_find_chain(X509 *certificate,
                                      STACK_OF(X509) * others,
                                      LodgeSmimeSigner *signer);
