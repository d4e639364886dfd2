/* plan.h - which of the attached documents is the plan, and what is to be said about it.
 *
 * A candidate is a document of an accepted type that does not look like minutes, a covering report
 * or the like. In this order:
 *   1. exactly one candidate names the call, in its name or text, and speaks of two themes or more: it is;
 *   2. several do: where they are one paper in several formats (one name, the same themes), the PDF is, for it
 *      looks alike everywhere; else several-plans, a person chooses;
 *   3. none does, and there is exactly one candidate: it is;
 *   4. none does, and there are several: several-plans;
 *   5. no candidate: plan-not-recognised, document-type-not-accepted or document-missing. */
#pragma once

#include "intake/decide/attachments.h"
#include "intake/decide/findings.h"

typedef enum {
    LODGE_PLAN_FOUND,
    LODGE_PLAN_NO_DOCUMENT,
    LODGE_PLAN_NO_ACCEPTED_TYPE,
    LODGE_PLAN_NOT_RECOGNISED,
    LODGE_PLAN_SEVERAL,
} LodgePlanSearch;

/* `plan_out`: borrowed from the attachments, NULL unless FOUND. */
LodgePlanSearch lodge_plan_find(const GPtrArray *attachments,
                                const LodgeAttachment **plan_out);
/* Came something with it that could not be opened, an archive or a file in one? */
gboolean lodge_plan_has_closed(const LodgeMessageFacts *message);
/* Everything to be said about the search, the plan and the other attachments. */
void lodge_plan_judge(LodgePlanSearch search,
                      const LodgeAttachment *plan,
                      const GPtrArray *attachments,
                      const LodgeMessageFacts *message,
                      const LodgeCall *call,
                      GPtrArray *findings);
