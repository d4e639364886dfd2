/* signs.h - what a call asks for besides its themes (endorsement by members, publication, measures): is there a
 * sign of it, and where?
 *
 * A sign is looked for in the plan, then in what came with it, then in the mail itself: councils attach the
 * minutes, or say it in two lines. Found or not, it is a note with the place and the words, and the person who
 * reads them judges. Nothing is said to be missing where the plan has no text to look in. */
#pragma once

#include "intake/decide/attachments.h"

/* `plan`: found, or nothing is done. */
void lodge_signs_judge(const LodgeAttachment *plan,
                       const GPtrArray *attachments,
                       const LodgeMessageFacts *message,
                       const LodgeCall *call,
                       GPtrArray *findings);
/* All of the call's signs that stand in this one: LodgePlace, in the call's order. With `themes`: those first. */
GPtrArray *
lodge_signs_list(const LodgeAttachment *attachment, const LodgeCall *call, gboolean themes);
