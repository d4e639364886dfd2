/* breakers.h - messages at which a server breaks off: which they are, and for how long they are left out.
 *
 * A server may crash, hang up or fall silent whenever it is to deliver one certain message; asked for again by each
 * session, it would keep all those behind it from ever coming. Where a session is lost while bodies are awaited, all
 * that were awaited are suspected, and the next session asks for each of them alone, after all others. A message at
 * which a session is lost although it was asked for alone breaks it: it is left out, named, and tried again after an
 * hour.
 *
 * Kept in memory only: another process begins anew. Any thread. */
#pragma once

#include "spool/event.h"
#include <glib.h>

#define LODGE_BREAKERS_LEFT_OUT_US (G_GINT64_CONSTANT(3600) * G_USEC_PER_SEC)

typedef struct LodgeBreakers LodgeBreakers;

typedef enum {
    LODGE_BREAKER_NONE,
    LODGE_BREAKER_SUSPECTED,
    LODGE_BREAKER_LEFT_OUT,
} LodgeBreakerJudgement;

LodgeBreakers *lodge_breakers_new(void);
void lodge_breakers_free(LodgeBreakers *breakers);
/* `now_us`: monotonic. `alone`: nothing else was awaited. */
void lodge_breakers_blame(LodgeBreakers *breakers,
                          const LodgeLocation *location,
                          gboolean alone,
                          gint64 now_us);
LodgeBreakerJudgement
lodge_breakers_judge(LodgeBreakers *breakers, const LodgeLocation *location, gint64 now_us);
/* How many blames there have been of messages of this account. */
guint lodge_breakers_count(LodgeBreakers *breakers, const char *account);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeBreakers, lodge_breakers_free)
