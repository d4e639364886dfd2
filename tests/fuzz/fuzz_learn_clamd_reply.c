/* Whatever a scanner answers: only the one reply that says so is clean, and texts are safe and bounded. */
#include "intake/learn/clamd_reply.h"

#include "parsers/text/limits.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

static void check_text(const char *text)
{
    g_assert(strlen(text) <= LODGE_LIMIT_SCANNER_NAME_BYTES);
    g_assert(g_utf8_validate(text, -1, NULL));
    for (const char *at = text; *at != '\0'; at++)
        g_assert(!g_ascii_iscntrl(*at));
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const char clean[] = "stream: OK";
    const char *bytes = (const char *)data;
    g_autofree char *text = NULL;
    LodgeClamdVerdict verdict = lodge_clamd_reply_parse(bytes, size, &text);
    gboolean is_clean = size == strlen(clean) && memcmp(bytes, clean, size) == 0;
    g_assert((verdict == LODGE_CLAMD_CLEAN) == is_clean);
    g_assert((text == NULL) ==
             (verdict == LODGE_CLAMD_CLEAN || verdict == LODGE_CLAMD_TOO_LARGE));
    if (text != NULL)
        check_text(text);
    g_autofree char *version = lodge_clamd_reply_parse_version(bytes, size);
    if (version != NULL)
        check_text(version);
    (void)lodge_clamd_reply_is_pong(bytes, size);
    return 0;
}
