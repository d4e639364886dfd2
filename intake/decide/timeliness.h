/* timeliness.h - on time, late, not open yet, or not to be told.
 *
 * The deadline is the first instant that is late. All weighed clocks must agree on which side of it the message
 * arrived; if they straddle it nobody can tell, and a person looks at all of them. */
#pragma once

#include "intake/decide/decision.h"

typedef struct {
    LodgeTimeliness timeliness;
    gint64 deadline_us;              /* extension included */
    const LodgeExtension *extension; /* that gave it (borrowed), or NULL */
} LodgeTimelinessVerdict;

/* Of one instant that is known, against a deadline that is. */
LodgeTimeliness lodge_timeliness_judge_instant(gint64 received_us,
                                               const LodgeCall *call,
                                               gint64 deadline_us);
/* `council`: GSS code, or NULL for nobody in particular. */
LodgeTimelinessVerdict lodge_timeliness_judge(const LodgeReceivedInstant *received,
                                              const LodgeCall *call,
                                              const char *council);
