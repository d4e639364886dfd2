/* The first byte chooses chunking and streaming; the rest is what a server says. Whatever the
 * chunking, the same responses must come out, so each input is run twice and compared. */
#include "../parsers/imap/transcript.h"
#include "parsers/imap/fetch.h"
#include "parsers/imap/mailbox_name.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size < 2)
        return 0;
    gsize chunk = (gsize)(bytes[0] & 0x3f) + 1;
    gboolean stream = (bytes[0] & 0x40) != 0, greet = (bytes[0] & 0x80) != 0;
    const char *text = (const char *)bytes + 1;
    g_autofree char *whole = transcribe(text, size - 1, 0, stream, greet);
    g_autofree char *pieces = transcribe(text, size - 1, chunk, stream, greet);
    g_assert_cmpstr(whole, ==, pieces);
    g_autofree char *copy = g_strndup(text, size - 1);
    g_autofree char *name = lodge_imap_mailbox_name_decode(copy);
    g_assert_true(g_utf8_validate(name, -1, NULL));
    gint64 instant = 0;
    (void)lodge_imap_date_parse(copy, &instant);
    return 0;
}
