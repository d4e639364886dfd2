/* rtf.h - Rich Text Format: its text as it stands, and what was left in it.
 *
 * One pass over the bytes without recursion; groups deeper than LODGE_LIMIT_RTF_DEPTH end it. Letters
 * come by the code page of the document or of the font in use (codepage.h) and by \u. Left out are
 * headers, footers, comments, what tracked changes deleted, pictures, objects and every destination
 * that is not known. pages is what the program that saved it stored: a claim.
 * Source: Rich Text Format Specification 1.9.1. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_rtf_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
