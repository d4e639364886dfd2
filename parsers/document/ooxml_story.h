/* ooxml_story.h - one part of a word-processing document that people write in: its text as it stands, and
 * what was left in it: tracked changes, fields that fetch or start something.
 *
 * What was inserted counts as text, what was deleted or moved away does not; fall-backs for older
 * programs are left out. Source: ECMA-376 part 1, 17.13.5 (revisions), 17.16 (fields). */
#pragma once

#include "parsers/document/package.h"

/* The package's current entry. The text; g_free it. */
char *lodge_ooxml_story_read(LodgePackage *package, LodgeDocumentFacts *facts);
