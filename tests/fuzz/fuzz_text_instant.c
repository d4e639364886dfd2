#include "parsers/text/instant.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    g_autofree char *text = g_strndup((const char *)bytes, size);
    gint64 instant_us;
    if (lodge_instant_parse_mail_date(text, &instant_us)) {
        g_autofree char *mail_date = lodge_instant_format_mail_date(instant_us);
        gint64 back;
        g_assert(lodge_instant_parse_mail_date(mail_date, &back));
        g_assert(back == instant_us);
    }
    lodge_instant_parse(text, &instant_us);
    return 0;
}
