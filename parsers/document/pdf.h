/* pdf.h - the one door to MuPDF (with pdf_objects.h behind it).
 *
 * Pages are reported only when two ways of counting agree: what the page tree announces and a
 * walk along its leaves. A document locked with a password, or so damaged that MuPDF had to
 * guess its structure and the two still differ, has none ("cannot be established"). Text is
 * taken page by page as it would be copied from a viewer; a page that cannot be read is empty and
 * makes the document damaged. No page is drawn, no script runs, no font or table is opened:
 * MuPDF carries its own.
 *
 * Source: ISO 32000-1. Limits: LODGE_LIMIT_PAGES pages of text, MuPDF's store of 64 MB. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_pdf_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
