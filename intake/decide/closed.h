/* closed.h - what came and was not opened for a reason that has words of its own: archives that go beyond our
 * limits, a winmail.dat without files, a message in pieces, a file that lies elsewhere.
 *
 * Pure. A container and the member that ended it are told once. Beside a plan, what cannot have held another is a note;
 * whatever went beyond a limit is a hold all the same, for a plan may lie in what we did not see. */
#pragma once

#include "intake/decide/attachments.h"
#include <glib.h>

/* TRUE: all about this part is said (perhaps by the part around it). FALSE: it is not one of these. */
gboolean lodge_closed_judge(const LodgeMessageFacts *message,
                            const LodgePart *part,
                            gboolean has_plan,
                            GPtrArray *findings);
/* Did a message bring something instead of a document, which `lodge_closed_judge` names? */
gboolean lodge_closed_came_instead(const LodgeMessageFacts *message);
/* The same of a document that goes beyond a limit which only a bomb, or what looks like one, comes to. */
gboolean lodge_closed_judge_document(const LodgeAttachment *document, GPtrArray *findings);
