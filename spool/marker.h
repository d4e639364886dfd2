/* marker.h - a file in the root that says: something was begun here, and must be finished. Inside the box. */
#pragma once

#include "spool/durable_file.h"
#include <glib.h>

gboolean lodge_marker_is_laid(const LodgeDurableRoot *root, const char *name);
/* Durable afterwards; one that is there already is made durable. `words`: for whoever finds it. */
gboolean lodge_marker_lay(LodgeDurableRoot *root,
                          const char *name,
                          const char *words,
                          GError **error);
/* Gone for good afterwards. */
gboolean lodge_marker_lift(LodgeDurableRoot *root, const char *name, GError **error);
