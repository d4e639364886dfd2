/* decision_value.h - making and freeing the parts of a decision; used inside this folder only. */
#pragma once

#include "intake/decide/decision.h"

/* Empty, with its lists; authority and received are NULL until they are judged. */
LodgeDecision *lodge_decision_new(void);
void lodge_decision_document_free(LodgeDecisionDocument *document);
void lodge_receipt_content_free(LodgeReceiptContent *content);
