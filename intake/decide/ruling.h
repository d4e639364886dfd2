/* ruling.h - what a person decided about a message: part of the evidence, so that a replay knows it.
 *
 *   assign   this message is from that council; the rest is decided as if its sender had been proven
 *   accept   file it for that council, whatever was found
 *   reject   do not file it
 *
 * A ruling settles what it speaks of and nothing else: documents, clocks and findings are found as ever, and
 * findings that held the message become notes. Why and by whom stays with the operators; what the council is to
 * know stands in `told`. The machine's own decision was recorded before and stays in the journal. */
#pragma once

#include "intake/decide/decision.h"
#include "parsers/text/json.h"

typedef enum {
    LODGE_RULING_ASSIGN,
    LODGE_RULING_ACCEPT,
    LODGE_RULING_REJECT,
} LodgeRulingAction;

struct LodgeRuling {
    LodgeRulingAction action;
    char *council;    /* GSS code; NULL: as it was judged */
    char *timeliness; /* "on-time", "late"; NULL: as it was judged */
    char *document;   /* SHA-256 of the one that is the plan; NULL: as it was judged */
    gboolean
        answer;  /* whoever ruled has established whose address it is: it may be answered */
    char *told;  /* words for the council, or NULL */
    char *actor; /* who ruled; never told */
    char *reason; /* why; never told */
    gint64 at_us;
};

LodgeRuling *lodge_ruling_new(LodgeRulingAction action);
void lodge_ruling_free(LodgeRuling *ruling);
const char *lodge_ruling_action_format(LodgeRulingAction action);
/* FALSE: there is no such action. */
gboolean lodge_ruling_action_parse(const char *word, LodgeRulingAction *action_out);

/* As the member `name` of evidence. */
void lodge_ruling_write(const LodgeRuling *ruling, LodgeJsonWriter *json, const char *name);
/* NULL when there is none. */
LodgeRuling *
lodge_ruling_read(LodgeJsonDocument *json, const LodgeJsonNode *root, const char *name);

/* Who it is from: `findings` are those of authority and no others yet. */
void lodge_ruling_judge_authority(const LodgeRuling *ruling,
                                  const LodgeRegister *reg,
                                  LodgeAuthority *authority,
                                  GPtrArray *findings);
/* By when it counts; FALSE: it says nothing of that. */
gboolean lodge_ruling_judge_timeliness(const LodgeRuling *ruling, LodgeDecision *decision);
/* What becomes of it: settles findings, adds its own. After all others have been found. */
void lodge_ruling_judge_outcome(const LodgeRuling *ruling, GPtrArray *findings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeRuling, lodge_ruling_free)
