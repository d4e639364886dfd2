#include "parsers/mail/dkim_canon.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void collect(const char *bytes, gsize size, gpointer data)
{
    g_string_append_len(data, bytes, (gssize)size);
}

static GString *canonicalise(const char *body, gsize size, guint flags, gsize step)
{
    GString *out = g_string_new(NULL);
    g_autoptr(LodgeBodyCanon) canon =
        lodge_body_canon_new((flags & 1) != 0, (flags & 2) != 0, collect, out);

    for (gsize at = 0; at < size; at += step)
        lodge_body_canon_feed(canon, body + at, MIN(step, size - at));
    lodge_body_canon_finish(canon);
    return out;
}

/* Pieces give what the whole gives; what is canonical stays so; it ends in one CRLF or is empty. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    guint flags = bytes[0];
    const char *body = (const char *)bytes + 1;
    g_autoptr(GString) whole = canonicalise(body, size - 1, flags, size);
    g_autoptr(GString) single = canonicalise(body, size - 1, flags, 1);
    g_autoptr(GString) pieces = canonicalise(body, size - 1, flags, 2 + (flags >> 4));
    g_autoptr(GString) again = canonicalise(whole->str, whole->len, flags & 1, 7);

    g_assert(g_string_equal(whole, single) && g_string_equal(whole, pieces));
    g_assert(g_string_equal(whole, again));
    if (whole->len == 0)
        g_assert((flags & 1) != 0);
    else
        g_assert(whole->len >= 2 && memcmp(whole->str + whole->len - 2, "\r\n", 2) == 0);
    return 0;
}
