#include "parsers/mail/dkim_hash.h"

#include <openssl/evp.h>

struct LodgeDkimHash {
    EVP_MD_CTX *running, *peeked;
};

LodgeDkimHash *lodge_dkim_hash_new(gboolean is_sha1)
{
    LodgeDkimHash *hash = g_new0(LodgeDkimHash, 1);

    hash->running = EVP_MD_CTX_new();
    hash->peeked = EVP_MD_CTX_new();
    if (hash->running == NULL || hash->peeked == NULL ||
        EVP_DigestInit_ex(hash->running, is_sha1 ? EVP_sha1() : EVP_sha256(), NULL) != 1)
        g_error("OpenSSL offers no %s", is_sha1 ? "SHA-1" : "SHA-256");
    return hash;
}

void lodge_dkim_hash_update(LodgeDkimHash *hash, const void *bytes, gsize size)
{
    if (EVP_DigestUpdate(hash->running, bytes, size) != 1)
        g_error("OpenSSL failed to compute a digest");
}

void lodge_dkim_hash_peek(const LodgeDkimHash *hash, char hex_out[LODGE_DKIM_DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned size = 0;

    if (EVP_MD_CTX_copy_ex(hash->peeked, hash->running) != 1 ||
        EVP_DigestFinal_ex(hash->peeked, raw, &size) != 1)
        g_error("OpenSSL failed to compute a digest");
    for (unsigned i = 0; i < size; i++) {
        hex_out[2 * i] = digits[raw[i] >> 4];
        hex_out[2 * i + 1] = digits[raw[i] & 15];
    }
    hex_out[2 * size] = '\0';
}

void lodge_dkim_hash_free(LodgeDkimHash *hash)
{
    if (hash == NULL)
        return;
    EVP_MD_CTX_free(hash->running);
    EVP_MD_CTX_free(hash->peeked);
    g_free(hash);
}
