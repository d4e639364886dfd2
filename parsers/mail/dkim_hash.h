/* dkim_hash.h - the digests that DKIM knows, incremental, and their state copied in between.
 *
 * SHA-1 is computed so that a verdict can say "the arithmetic is right, the algorithm is not
 * admitted" (RFC 8301); nothing else may use it. Like parsers/text/digest it ends the program where OpenSSL
 * offers no digest: nothing can be done then. */
#pragma once

#include "parsers/mail/dkim_facts.h"
#include <glib.h>

typedef struct LodgeDkimHash LodgeDkimHash;

LodgeDkimHash *lodge_dkim_hash_new(gboolean is_sha1);
void lodge_dkim_hash_update(LodgeDkimHash *hash, const void *bytes, gsize size);
/* What the digest is so far; the hash goes on. */
void lodge_dkim_hash_peek(const LodgeDkimHash *hash, char hex_out[LODGE_DKIM_DIGEST_SIZE]);
void lodge_dkim_hash_free(LodgeDkimHash *hash);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDkimHash, lodge_dkim_hash_free)
