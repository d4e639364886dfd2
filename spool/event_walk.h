/* event_walk.h - every event of the journal in its order, from row and record; for who must not rely on the index. */
#pragma once

#include "spool/durable_file.h"
#include "spool/event.h"
#include <glib.h>

typedef struct {
    guint64 segment, segments; /* where it stands; how many there are */
    const char *record_sha256; /* NULL: its type has none */
    gboolean record_read;      /* FALSE: only the row is known */
    gboolean erased; /* the message was purged: it has no record, whatever lies there */
} LodgeEventPlace;

typedef gboolean (*LodgeEventVisit)(const LodgeEvent *event,
                                    const LodgeEventPlace *place,
                                    gpointer data,
                                    GError **error);
/* Calls back once for each event of the segments that there are now, their chain checked. FALSE from the
 * callback ends it. */
gboolean lodge_event_walk(const LodgeDurableRoot *root,
                          LodgeEventVisit visit,
                          gpointer data,
                          GError **error);
