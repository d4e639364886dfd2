/* examiner.h - what the examiners of document.h share: how they note what they found.
 *
 * An examiner gets the whole document as one read-only range of memory (mapped from the
 * descriptor) and fills facts; it never fails, it notes. Limits and codes are listed once,
 * whatever the number of times they are met. */
#pragma once

#include "parsers/document/document_facts.h"
#include <glib.h>

typedef struct {
    const guint8 *bytes;
    gsize size_bytes;
} LodgeDocumentBytes;

typedef void (*LodgeExaminer)(const LodgeDocumentBytes *input, LodgeDocumentFacts *facts);

/* `limit`: a name of limits.h without prefix, lower case with dashes. */
void lodge_examiner_note_limit(LodgeDocumentFacts *facts, const char *limit);
/* `code`: "javascript", "launch" … */
void lodge_examiner_note_active(LodgeDocumentFacts *facts, const char *code);
/* The first reason given stays. */
void lodge_examiner_note_why(LodgeDocumentFacts *facts, const char *why);
/* One page's text, whatever its bytes; counted in whole, kept up to the limit for all pages. */
void lodge_examiner_add_page(LodgeDocumentFacts *facts, const char *text, gsize size_bytes);
/* For the title; cut and cleaned. NULL and blank ones change nothing. */
void lodge_examiner_set_title(LodgeDocumentFacts *facts, const char *title);
/* After an examiner has read what it could: complete or partial, scanned or not. */
void lodge_examiner_conclude(LodgeDocumentFacts *facts);
