/* A reader that lies: whatever reading it hands back, a decision comes out, and no control character
 * of a stranger gets into a receipt. */
#include "tests/intake/decide/world.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_line(const char *text, gboolean lines)
{
    for (const char *c = text; c != NULL && *c != '\0'; c++)
        if ((guchar)*c < 0x20 && !(lines && *c == '\n'))
            g_error("a control character in a receipt: %d", *c);
}

static void check_receipts(const LodgeDecision *decision)
{
    for (guint i = 0; i < decision->receipts->len; i++) {
        const LodgeReceiptContent *receipt = g_ptr_array_index(decision->receipts, i);
        check_line(receipt->to, FALSE);
        check_line(receipt->subject, FALSE);
        check_line(receipt->in_reply_to, FALSE);
        check_line(receipt->text, TRUE);
        check_line(receipt->evidence, FALSE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static World *world;
    if (world == NULL)
        world = world_new();
    g_autoptr(GBytes) report = g_bytes_new_static(bytes, size);
    g_autoptr(LodgeReading) reading = lodge_report_parse_reading(report, NULL);
    if (reading == NULL)
        return 0;
    g_autoptr(LodgeDecision) decision =
        lodge_decide(reading, world->evidence, world->history, world->rules);
    g_autoptr(GBytes) formatted = lodge_decision_format(decision);
    g_assert(g_bytes_get_size(formatted) > 0);
    check_receipts(decision);
    return 0;
}
