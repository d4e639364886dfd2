/* ooxml.h - Office Open XML: word-processing documents are read, the others named.
 *
 * The content types say what it is and which part is the main one (Word also writes
 * word/document2.xml). Text is that of the main part as it stands (ooxml_story.h); headers, footers
 * and notes are looked at for changes and fields, not for text.
 * pages is what the program that saved it stored in docProps/app.xml: a claim, not a count.
 * Source: ECMA-376 parts 1 and 2. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_ooxml_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
