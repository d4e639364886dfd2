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

void lodge_examiner_add_once(GStrv *list, const char *word);
/* `limit`: a name of limits.h without prefix, lower case with dashes. */
void lodge_examiner_note_limit(LodgeDocumentFacts *facts, const char *limit);
/* `code`: "javascript", "launch" … */
void lodge_examiner_note_active(LodgeDocumentFacts *facts, const char *code);
/* The first reason given stays. */
void lodge_examiner_note_why(LodgeDocumentFacts *facts, const char *why);
/* One page's text, whatever its bytes; counted in whole, kept up to the limit for all pages. */
void lodge_examiner_add_page(LodgeDocumentFacts *facts, const char *text, gsize size_bytes);
/* For the title, authors and the like; cut and cleaned. NULL and blank ones change nothing. */
void lodge_examiner_set_text(char **slot, const char *text);
/* Takes `stamp` (stamp.h), which may be NULL: then nothing changes. */
void lodge_examiner_set_stamp(char **slot, char *stamp);
/* For an examiner that looks everywhere: from here on none is none. */
void lodge_examiner_begin_counts(LodgeDocumentDetails *details);
/* One more of what details count; the first makes it known. */
void lodge_examiner_count(gint64 *count, gint64 more);
/* Something that would be fetched without a click. `kind`: as a relationship or an element calls it; an
 * attached template that lies on another machine is a way to bring in macros unseen. */
void lodge_examiner_note_external(LodgeDocumentFacts *facts,
                                  const char *kind,
                                  const char *target);
/* Does it name another machine: a URL, a share? */
gboolean lodge_examiner_is_remote(const char *target);
/* What a field would do, by its instruction: DDE, something included from elsewhere. */
void lodge_examiner_judge_field(LodgeDocumentFacts *facts, const char *instruction);
/* After an examiner has read what it could: complete or partial, scanned or not. */
void lodge_examiner_conclude(LodgeDocumentFacts *facts);
