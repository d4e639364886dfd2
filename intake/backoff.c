#include "intake/backoff.h"

#include "intake/failure.h"

#define FIRST_MS 5000u
#define MOST_MS (5u * 60 * 1000)
#define PERSON_FIRST_MS (60u * 1000)
#define PERSON_MOST_MS (15u * 60 * 1000)
#define ASKED_MOST_MS                                                                      \
    (30u * 60 * 1000) /* a server that asks for more is asked again all the same */

/* Several gateways that lost one server must not come back in one moment: up to a quarter more. */
static guint spread(guint wait_ms)
{
    return wait_ms + (guint)g_random_int_range(0, (gint32)(wait_ms / 4) + 1);
}

guint lodge_backoff_next(LodgeBackoff *backoff, const GError *failure, guint asked_ms)
{
    gboolean person = lodge_failure_exit(failure) == LODGE_EXIT_USAGE;
    guint most_ms = person ? PERSON_MOST_MS : MOST_MS;
    guint wait_ms = person ? PERSON_FIRST_MS : FIRST_MS;
    for (guint i = 0; i < backoff->failures && wait_ms < most_ms; i++)
        wait_ms *= 2;
    backoff->failures++;
    return spread(MAX(MIN(wait_ms, most_ms), MIN(asked_ms, ASKED_MOST_MS)));
}

void lodge_backoff_reset(LodgeBackoff *backoff)
{
    backoff->failures = 0;
}
