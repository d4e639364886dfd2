/* decision_documents.h - what a decision says of the files that came with a message: the plan first, then the other
 * attachments, decoration (logos, signature images) last. */
#pragma once

#include "intake/decide/attachments.h"
#include "intake/decide/decision.h"

/* Fills `documents` (LodgeDecisionDocument). `plan` is one of the attachments, or NULL. */
void lodge_decision_documents_list(GPtrArray *documents,
                                   const GPtrArray *attachments,
                                   const LodgeAttachment *plan,
                                   const LodgeMessageFacts *message,
                                   const LodgeCall *call);
