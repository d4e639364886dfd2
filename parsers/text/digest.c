#include "parsers/text/digest.h"

#include <openssl/evp.h>
#include <string.h>

struct LodgeDigest {
    EVP_MD_CTX *context;
};

#define RAW_SIZE 32

static void format_hex(const unsigned char raw[RAW_SIZE], char hex_out[LODGE_DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    for (gsize i = 0; i < RAW_SIZE; i++) {
        hex_out[2 * i] = digits[raw[i] >> 4];
        hex_out[2 * i + 1] = digits[raw[i] & 15];
    }
    hex_out[2 * RAW_SIZE] = '\0';
}

/* OpenSSL fails here only without memory or without a SHA-256 provider: nothing that lodge
 * does is possible then, so it ends as GLib does when memory is gone. */
LodgeDigest *lodge_digest_new(void)
{
    LodgeDigest *digest = g_new0(LodgeDigest, 1);
    digest->context = EVP_MD_CTX_new();
    if (digest->context == NULL ||
        EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
        g_error("OpenSSL offers no SHA-256");
    return digest;
}

void lodge_digest_update(LodgeDigest *digest, const void *bytes, gsize size_bytes)
{
    g_return_if_fail(digest != NULL);
    if (EVP_DigestUpdate(digest->context, bytes, size_bytes) != 1)
        g_error("OpenSSL failed to compute SHA-256");
}

void lodge_digest_finish(LodgeDigest *digest, char hex_out[LODGE_DIGEST_SIZE])
{
    g_return_if_fail(digest != NULL);
    unsigned char raw[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_DigestFinal_ex(digest->context, raw, &size) != 1 || size != RAW_SIZE)
        g_error("OpenSSL failed to compute SHA-256");
    format_hex(raw, hex_out);
}

void lodge_digest_free(LodgeDigest *digest)
{
    if (digest == NULL)
        return;
    EVP_MD_CTX_free(digest->context);
    g_free(digest);
}

void lodge_digest_compute(const void *bytes,
                          gsize size_bytes,
                          char hex_out[LODGE_DIGEST_SIZE])
{
    g_autoptr(LodgeDigest) digest = lodge_digest_new();
    if (size_bytes > 0)
        lodge_digest_update(digest, bytes, size_bytes);
    lodge_digest_finish(digest, hex_out);
}

gboolean lodge_digest_is_valid(const char *hex)
{
    return hex != NULL && strlen(hex) == LODGE_DIGEST_SIZE - 1 &&
           strspn(hex, "0123456789abcdef") == LODGE_DIGEST_SIZE - 1;
}
