/* odf.h - OpenDocument: text documents are read, the others named.
 *
 * pages is the count that the program which saved it stored in meta.xml: a claim. Text is that of
 * content.xml without what tracked changes deleted and without comments (odf_story.h, which also
 * reads flat documents: one XML file).
 * Source: OASIS OpenDocument 1.3, parts 2 and 3. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_odf_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
