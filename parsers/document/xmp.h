/* xmp.h - the metadata packet of a PDF: the standards it claims to keep, title and author.
 *
 * A packet that is broken, or none, says nothing: it never makes a document damaged.
 * Source: ISO 16684-1; ISO 19005-1 6.7.11, ISO 14289-1 5. */
#pragma once

#include "parsers/document/examiner.h"

void lodge_xmp_read(const void *bytes, gsize size_bytes, LodgeDocumentFacts *facts);
