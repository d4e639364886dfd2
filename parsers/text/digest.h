/* digest.h - the one door to SHA-256.
 *
 * A digest is 64 lower-case hexadecimal digits. Incremental, for bytes that stream past.
 * Source: FIPS 180-4, through OpenSSL (hardware instructions where the machine has them). */
#pragma once

#include <glib.h>

#define LODGE_DIGEST_SIZE 65 /* 64 digits and the NUL */

typedef struct LodgeDigest LodgeDigest;

LodgeDigest *lodge_digest_new(void);
void lodge_digest_update(LodgeDigest *digest, const void *bytes, gsize size_bytes);
/* Ends it; the digest can only be freed afterwards. */
void lodge_digest_finish(LodgeDigest *digest, char hex_out[LODGE_DIGEST_SIZE]);
void lodge_digest_free(LodgeDigest *digest);

/* All at once. */
void lodge_digest_compute(const void *bytes,
                          gsize size_bytes,
                          char hex_out[LODGE_DIGEST_SIZE]);
/* Is it 64 lower-case hexadecimal digits? NULL is not. */
gboolean lodge_digest_is_valid(const char *hex);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDigest, lodge_digest_free)
