/* log.h - one line on standard error per change of state, and progress for whoever watches.
 *
 * "2024-07-19T22:59:59.000000Z info decided reference=PP24-000123-K outcome=held": time, level, event,
 * then fields; a value with spaces is quoted. Values pass through parsers/text/display, so that
 * one event is one line whatever a stranger wrote. Never bodies, never credentials.
 * Thread-safe: a line is written in one call. */
#pragma once

#include "intake/context.h"
#include <glib.h>

/* `context` is borrowed. */
void lodge_log_open(const LodgeContext *context);

/* Pairs of name and value, ended by NULL; a NULL value leaves its field out. */
void lodge_log_info(const char *event, ...) G_GNUC_NULL_TERMINATED;
void lodge_log_warning(const char *event, ...) G_GNUC_NULL_TERMINATED;

/* Replaces the progress line on a terminal: "reading 120 of 2000". Nothing elsewhere. */
void lodge_log_progress(const char *words, guint64 done, guint64 total);
/* Wipes the progress line. */
void lodge_log_progress_end(void);
