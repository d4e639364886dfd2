/* attempt.h - how one attempt at reading ended, in words that name whose fault it was. */
#pragma once

#include "intake/learn/passage.h"
#include "intake/learn/zygote_link.h"

typedef enum {
    LODGE_ATTEMPT_DONE,
    LODGE_ATTEMPT_CRASHED, /* or lied: its report cannot be used */
    LODGE_ATTEMPT_LIMIT,
    LODGE_ATTEMPT_KILLED, /* by somebody else, or its zygote was */
} LodgeAttemptEnd;

typedef struct {
    LodgeAttemptEnd end;
    char *why; /* plain words, for CRASHED and LIMIT */
} LodgeAttempt;

/* Takes the report if there is one. FALSE: nothing was learnt, for a reason of ours. */
gboolean lodge_attempt_judge(LodgePassage *passage,
                             const LodgeJobResult *result,
                             guint32 wall_ms,
                             LodgeAttempt *attempt_out,
                             GError **error);
void lodge_attempt_clear(LodgeAttempt *attempt);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeAttempt, lodge_attempt_clear)
