#include "intake/decide/partial.h"

/* Limits that cut only what is shown, or only proof: whoever is not proven is held anyway. */
static gboolean is_harmless(const char *limit)
{
    static const char *const harmless[] = {"body-text-bytes", "value-bytes", "name-bytes",
                                           "dkim-signatures", "dkim-header", "arc-sets",
                                           "link-hosts",      NULL};
    return g_strv_contains(harmless, limit);
}

const char *lodge_partial_find(const LodgeMessageFacts *message)
{
    for (gsize i = 0; message->limits_hit != NULL && message->limits_hit[i] != NULL; i++)
        if (!is_harmless(message->limits_hit[i]))
            return message->limits_hit[i];
    return NULL;
}
