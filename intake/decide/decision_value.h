/* decision_value.h - making, writing and freeing the parts of a decision; used inside this folder only. */
#pragma once

#include "intake/decide/decision.h"
#include "parsers/text/json.h"

/* Empty, with its lists; authority and received are NULL until they are judged. */
LodgeDecision *lodge_decision_new(void);
void lodge_decision_document_free(LodgeDecisionDocument *document);
void lodge_receipt_content_free(LodgeReceiptContent *content);
/* The members that decision and receipt.json have in common, into an open object; stored, so their bytes are for
 * ever. `media_type`: as the one or the other shows it. */
void lodge_decision_document_format(LodgeJsonWriter *json,
                                    const LodgeDecisionDocument *document,
                                    const char *media_type);
