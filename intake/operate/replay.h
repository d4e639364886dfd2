/* replay.h - decide again from the stored inputs, and say exactly what would be different.
 *
 * A frozen replay takes all four inputs as they were stored and must give the same bytes. A what-if
 * replay swaps the call or the register in the rules and compares what the decision means: outcome, timeliness, council, version,
 * deadline left aside, and the findings. Nothing is changed. */
#pragma once

#include "intake/decide/decision.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct {
    const char *call_text, *call_name;         /* NULL: as stored */
    const char *register_text, *register_name; /* NULL: as stored */
} LodgeReplaySwap;

typedef struct {
    char *reference;
    GPtrArray *changes; /* LodgeReplayChange; empty: equal */
} LodgeReplayResult;

typedef struct {
    char *field; /* "timeliness", "findings", "bytes" */
    char *before, *after;
} LodgeReplayChange;

typedef struct LodgeReplay LodgeReplay;

/* `swap` NULL: frozen. Borrowed. */
LodgeReplay *lodge_replay_new(LodgeSpool *spool, const LodgeReplaySwap *swap);
void lodge_replay_free(LodgeReplay *replay);
/* One decided message. NULL: its inputs cannot be read, or the swapped file is refused. */
LodgeReplayResult *
lodge_replay_run(LodgeReplay *replay, const LodgeLedgerMessage *message, GError **error);
/* The decision itself: a decided message from its other three stored inputs, under these rules. */
LodgeDecision *lodge_replay_decide(LodgeSpool *spool,
                                   const LodgeLedgerMessage *message,
                                   const LodgeRules *rules,
                                   GError **error);
void lodge_replay_result_free(LodgeReplayResult *result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeReplay, lodge_replay_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeReplayResult, lodge_replay_result_free)
