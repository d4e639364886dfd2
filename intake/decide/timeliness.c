#include "intake/decide/timeliness.h"

static gboolean straddles(const LodgeReceivedInstant *received, gint64 deadline_us)
{
    gboolean before = FALSE;
    gboolean after = FALSE;
    for (guint i = 0; i < received->weighed->len; i++) {
        if (g_array_index(received->weighed, gint64, i) < deadline_us)
            before = TRUE;
        else
            after = TRUE;
    }
    return before && after;
}

LodgeTimeliness lodge_timeliness_judge_instant(gint64 received_us,
                                               const LodgeCall *call,
                                               gint64 deadline_us)
{
    if (call->opens_us != LODGE_INSTANT_UNKNOWN && received_us < call->opens_us)
        return LODGE_NOT_OPEN;
    return received_us < deadline_us ? LODGE_ON_TIME : LODGE_LATE;
}

static LodgeTimeliness
judge(const LodgeReceivedInstant *received, const LodgeCall *call, gint64 deadline_us)
{
    if (received->instant_us == LODGE_INSTANT_UNKNOWN || straddles(received, deadline_us))
        return LODGE_UNDETERMINED;
    return lodge_timeliness_judge_instant(received->instant_us, call, deadline_us);
}

LodgeTimelinessVerdict lodge_timeliness_judge(const LodgeReceivedInstant *received,
                                              const LodgeCall *call,
                                              const char *council)
{
    LodgeTimelinessVerdict verdict = {0};
    verdict.deadline_us = lodge_call_deadline_for(call, council, &verdict.extension);
    verdict.timeliness = judge(received, call, verdict.deadline_us);
    return verdict;
}
