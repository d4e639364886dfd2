/* left_in.h - what a document carries besides its text, in findings: what may hurt whoever opens it, what
 * was left in by oversight, what keeps people from reading it.
 *
 * Danger is a warning, the rest are notes: nothing here holds a plan. Readings of before there were details
 * (parsers/document/document_details.h) give no notes. */
#pragma once

#include "intake/decide/attachments.h"

/* Of every attachment, for all of them are filed. */
void lodge_left_in_judge(const LodgeAttachment *attachment, GPtrArray *findings);
/* Of the plan: it will be published. */
void lodge_left_in_judge_access(const LodgeAttachment *plan, GPtrArray *findings);
