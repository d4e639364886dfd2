/* The first byte is the size of the chunks: whatever it is, the same messages come out, and never more
 * bytes than went in. What is no mbox comes out as it is. */
#include "../intake/fetch/mbox_transcript.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 1)
        return 0;
    const char *input = (const char *)bytes + 1;
    GString *whole = transcribe_mbox(input, size - 1, 0);
    GString *pieces = transcribe_mbox(input, size - 1, bytes[0] + (gsize)1);
    g_assert_true(g_string_equal(whole, pieces));
    g_assert_true(g_str_has_prefix(whole->str, "[0|") ||
                  g_str_has_prefix(whole->str, "[1|"));
    if (whole->str[1] == '0')
        g_assert_true(whole->len == size - 1 + strlen("[0|]") &&
                      memcmp(whole->str + 3, input, size - 1) == 0);
    g_string_free(whole, TRUE);
    g_string_free(pieces, TRUE);
    return 0;
}
