/* odf_story.h - the XML of an OpenDocument text: its text as it stands, and what was left in it.
 *
 * Works on content.xml, styles.xml (whose text is that of headers and footers) and a whole flat document
 * (one XML file; meta data inside). Text leaves out what tracked changes deleted, and comments.
 * Source: OASIS OpenDocument 1.3 part 3. */
#pragma once

#include "parsers/document/package.h"

/* The package's current entry. The text; g_free it. */
char *lodge_odf_story_read(LodgePackage *package, LodgeDocumentFacts *facts);
/* The package's meta.xml. */
void lodge_odf_meta_read(LodgePackage *package, LodgeDocumentFacts *facts);
/* A flat document, meta data and all. */
void lodge_odf_flat_examine(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);
