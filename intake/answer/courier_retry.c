#include "intake/answer/courier.h"

#include "parsers/text/digest.h"
#include "parsers/text/instant.h"

#include <string.h>

/* A number in [0, 2^32) that is the same for ever for this receipt and attempt. */
static guint64 draw(const char *receipt_id, guint attempt)
{
    char hex[LODGE_DIGEST_SIZE];
    g_autofree char *seed = g_strdup_printf("%s:%u", receipt_id, attempt);
    lodge_digest_compute(seed, strlen(seed), hex);
    hex[8] = '\0';
    return g_ascii_strtoull(hex, NULL, 16);
}

gint64 lodge_courier_retry_at(const LodgeSmtp *smtp,
                              const char *receipt_id,
                              guint attempt,
                              gint64 now_us)
{
    g_return_val_if_fail(smtp != NULL && receipt_id != NULL, now_us);
    if (attempt == 0)
        return now_us;
    guint64 most_us = (guint64)smtp->retry_max_s * (guint64)LODGE_SECOND_US;
    guint64 delay_us = (guint64)smtp->retry_first_s * (guint64)LODGE_SECOND_US;
    for (guint i = 1; i < attempt && delay_us > 0 && delay_us < most_us; i++)
        delay_us *= 2;
    delay_us = MIN(delay_us, most_us);
    /* The last quarter is drawn, so that what failed together does not come back together. */
    guint64 quarter_us = delay_us / 4;
    guint64 share_us = quarter_us / 4096 * (draw(receipt_id, attempt) % 4096);
    return now_us + (gint64)(delay_us - share_us);
}
