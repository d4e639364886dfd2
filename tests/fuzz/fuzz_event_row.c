/* fuzz_event_row: one line as a row of the journal, what follows it as its record. What is
 * accepted must come out of the writer as it went in. */
#include "spool/event.h"

#include <stdint.h>
#include <string.h>

#define SALT "0000000000000000000000000000000000000000000000000000000000000000"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(bytes, '\n', size) : NULL;
    size_t row_size = end != NULL ? (size_t)(end - bytes) : size;
    g_autofree char *sha256 = NULL;
    g_autofree char *line = g_strndup((const char *)bytes, row_size);
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(line, row_size, &sha256, NULL);
    if (event == NULL)
        return 0;
    if (end != NULL) {
        g_autoptr(GBytes) record = g_bytes_new(end + 1, size - row_size - 1);
        (void)lodge_event_parse_record(event, record, NULL);
    }
    g_autofree char *row = lodge_event_format_row(event, sha256);
    g_autofree char *sha256_again = NULL;
    g_autoptr(LodgeEvent) again =
        lodge_event_parse_row(row, strlen(row), &sha256_again, NULL);
    g_assert_nonnull(again);
    g_autofree char *row_again = lodge_event_format_row(again, sha256_again);
    g_assert_cmpstr(row, ==, row_again);
    g_autoptr(GBytes) record = lodge_event_format_record(event, SALT);
    g_assert_true((record != NULL) == (sha256 != NULL));
    return 0;
}
