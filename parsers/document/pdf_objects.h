/* pdf_objects.h - a look at every object of a PDF, for what is not text.
 *
 * Dictionaries are recognised by their keys wherever they stand, reachable from the catalogue or not:
 * what a viewer might run is worth naming even if it takes a repair to find it. */
#pragma once

#include "parsers/document/examiner.h"
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>

/* Leaves of the page tree, along Kids; -1 if the tree is broken, tied in a knot or too big. Throws
 * as MuPDF does. */
gint64 lodge_pdf_objects_count_pages(fz_context *context, pdf_document *document);
/* Notes active content and signatures; never throws. */
void lodge_pdf_objects_survey(fz_context *context,
                              pdf_document *document,
                              LodgeDocumentFacts *facts);
