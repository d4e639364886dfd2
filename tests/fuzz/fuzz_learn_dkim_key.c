#include "intake/learn/dkim_key.h"
#include "parsers/text/limits.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* An RSA key that was taken does not verify what nobody signed. (Ed25519 has points of small order, whose owner
 * verifies anything: his own affair.) */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *record = g_strndup((const char *)bytes, size);
    const char *reason = NULL;
    g_autoptr(LodgeDkimKey) key = lodge_dkim_key_parse(record, &reason);

    g_assert((key == NULL) == (reason != NULL));
    if (key == NULL || lodge_dkim_key_bits(key) > LODGE_LIMIT_DKIM_KEY_BITS)
        return 0;
    gsize signature_size = (lodge_dkim_key_bits(key) + 7) / 8;
    g_autoptr(GBytes) signature =
        g_bytes_new_take(g_malloc0(signature_size + 1), signature_size);
    guint8 digest[32] = {1};
    gboolean is_good = lodge_dkim_key_verify(key, signature, digest, sizeof digest);
    g_assert(!is_good || !lodge_dkim_key_is_rsa(key));
    return 0;
}
