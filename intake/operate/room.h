/* room.h - how much room is left on the disk of the spool, and what follows from it.
 *
 * Below [limits] low_space people are told, while there is time; below [limits] reserve nothing more is fetched: it
 * stays in the mailbox. A disk that does not say how much is left is not taken for full. */
#pragma once

#include "config/settings.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct {
    gint64 free_bytes; /* -1: not known */
    gboolean is_low, is_full;
} LodgeRoom;

LodgeRoom lodge_room_look(LodgeSpool *spool, const LodgeLimits *limits);
/* Of one that is low: a line of words with the mend; g_free. */
char *
lodge_room_explain(const LodgeRoom *room, LodgeSpool *spool, const LodgeLimits *limits);
