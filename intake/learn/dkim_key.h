/* dkim_key.h - a key record in DNS becomes a public key.
 *
 * Pure. Bounded: one record of at most LODGE_LIMIT_DKIM_RECORD_BYTES, RSA keys of at most
 * LODGE_LIMIT_DKIM_KEY_BITS. RSA as SubjectPublicKeyInfo or as bare RSAPublicKey (RFC 6376 section 3.6.1 and
 * its erratum 3017: both are in use), Ed25519 as its 32 bytes (RFC 8463 section 4.2).
 *
 * Beyond the letter: "v=DKIM1" is accepted where it is not the first tag; "g=" of RFC 4871 is an
 * unknown tag, as RFC 6376 (appendix C.2) has it. */
#pragma once

#include <glib.h>

typedef struct LodgeDkimKey LodgeDkimKey;

/* NULL: no usable key; `reason_out` (a literal) says why. Set on success: NULL. */
LodgeDkimKey *lodge_dkim_key_parse(const char *record, const char **reason_out);
void lodge_dkim_key_free(LodgeDkimKey *key);

gboolean lodge_dkim_key_is_rsa(const LodgeDkimKey *key); /* else Ed25519 */
guint lodge_dkim_key_bits(const LodgeDkimKey *key);
gboolean lodge_dkim_key_is_testing(const LodgeDkimKey *key); /* t=y */
gboolean lodge_dkim_key_is_strict(const LodgeDkimKey *key);  /* t=s */
/* h=: may it be used with this hash, "sha1" or "sha256"? */
gboolean lodge_dkim_key_admits_hash(const LodgeDkimKey *key, const char *hash);
/* s=: may it be used for mail? */
gboolean lodge_dkim_key_admits_mail(const LodgeDkimKey *key);
/* Is `signature` this key's over `digest`? RSA: RSASSA-PKCS1-v1_5; Ed25519: over the digest as the
 * message (RFC 8463 section 3). */
gboolean lodge_dkim_key_verify(const LodgeDkimKey *key,
                               GBytes *signature,
                               const guint8 *digest,
                               gsize digest_size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDkimKey, lodge_dkim_key_free)
