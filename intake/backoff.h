/* backoff.h - how long to wait after a failure, by its kind: growing, bounded, spread. Monotonic; a plain value. */
#pragma once

#include <glib.h>

typedef struct {
    guint failures; /* in a row */
} LodgeBackoff;

/* Milliseconds until the next try after this failure. What a person must mend (login, certificate) is tried rarely, so
 * that no account is locked by us; `asked_ms`: what the server asked for, 0 if it did not. */
guint lodge_backoff_next(LodgeBackoff *backoff, const GError *failure, guint asked_ms);
void lodge_backoff_reset(LodgeBackoff *backoff);
