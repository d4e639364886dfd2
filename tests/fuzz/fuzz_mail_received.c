#include "parsers/mail/received.h"

#include "parsers/text/display.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *raw = lodge_display_utf8(bytes, size);
    LodgeReceived *received = lodge_received_parse(raw);

    g_assert(g_utf8_validate(received->text, -1, NULL));
    g_assert(received->by == NULL || g_utf8_validate(received->by, -1, NULL));
    g_assert(received->helo == NULL || g_utf8_validate(received->helo, -1, NULL));
    g_assert(received->with == NULL || g_utf8_validate(received->with, -1, NULL));
    lodge_received_free(received);
    return 0;
}
