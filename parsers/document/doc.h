/* doc.h - a Word document of Word 6 to 2003 (.doc): its text as it stands, and what was left in it.
 *
 * Text is that of the main document and of its text boxes: the pieces of the piece table in their order, windows-1252 or
 * UTF-16 each, without what tracked changes deleted (doc_marks.h). A document of Word 6 or 95 is
 * read where its text lies in one piece; changes in it are not known then. pages is what was
 * stored (ole_summary.h). Source: [MS-DOC] 2.4.1 "Retrieving Text", 2.5, 2.9.38 (Clx). */
#pragma once

#include "parsers/document/ole_file.h"

void lodge_doc_examine(const LodgeOleFile *file, LodgeDocumentFacts *facts);
