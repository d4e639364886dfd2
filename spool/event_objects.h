/* event_objects.h - which objects an event names, in one place: for verify, backup and purge. */
#pragma once

#include "spool/event.h"
#include <glib.h>

typedef struct {
    const char *sha256;
    const char *what;  /* "document", "text", or the member's name */
    gboolean optional; /* it may be absent: a document that was not worth keeping */
} LodgeEventObject;

typedef gboolean (*LodgeEventObjectVisit)(const LodgeEvent *event,
                                          const LodgeEventObject *object,
                                          gpointer data,
                                          GError **error);
/* Calls back for each; not for the event's own record. FALSE from the callback ends it. */
gboolean lodge_event_visit_objects(const LodgeEvent *event,
                                   LodgeEventObjectVisit visit,
                                   gpointer data,
                                   GError **error);
