#include "parsers/report/report.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What is believed is written, and what was written is believed again and written alike. */
static void check_reading(GBytes *input)
{
    g_autoptr(LodgeReading) reading = lodge_report_parse_reading(input, NULL);
    if (reading == NULL)
        return;
    g_autoptr(GBytes) once = lodge_report_format_reading(reading);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeReading) again = lodge_report_parse_reading(once, &error);
    g_assert_no_error(error);
    g_autoptr(GBytes) twice = lodge_report_format_reading(again);
    g_assert(g_bytes_equal(once, twice));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autoptr(GBytes) input = g_bytes_new(bytes, size);
    g_autoptr(LodgeMessageFacts) message = lodge_report_parse_message(input, NULL);
    g_autoptr(LodgeDocumentFacts) document = lodge_report_parse_document(input, NULL);

    if (message != NULL)
        g_bytes_unref(lodge_report_format_message(message));
    if (document != NULL)
        g_bytes_unref(lodge_report_format_document(document));
    check_reading(input);
    return 0;
}
