/* closed_cell.h - documents examined where readers examine them: in a closed cell, their facts through a report. */
#pragma once

#include "parsers/document/document.h"

/* A group's set-up. */
int test_prepare(void **state);
/* Takes the descriptor. */
LodgeDocumentFacts *test_examine(int fd, const char *name);
LodgeDocumentFacts *test_examine_text(const char *bytes, const char *name);

gboolean test_has(GStrv list, const char *word);
/* Of the first page. */
const char *test_text_of(const LodgeDocumentFacts *facts);
