/* pdf_catalogue.h - what a PDF says of itself: version, language, structure, forms, authors, dates, and the
 * standards that it claims to keep (XMP). Behind the door to MuPDF that pdf.h is.
 *
 * Source: ISO 32000-1 7.7.2, 14.3; ISO 19005-1 6.7.11 and ISO 14289-1 5 (the claims). */
#pragma once

#include "parsers/document/examiner.h"
#include <mupdf/fitz.h>
#include <mupdf/pdf.h>

/* Throws as MuPDF does; what was read by then stands. */
void lodge_pdf_catalogue_read(fz_context *context,
                              pdf_document *document,
                              const LodgeDocumentBytes *input,
                              LodgeDocumentFacts *facts);
/* "aes-256", "rc4-40"; NULL if it is not known; g_free it. */
char *lodge_pdf_catalogue_format_encryption(fz_context *context, pdf_document *document);
