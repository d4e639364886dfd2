/* fields.h - Word's fields, whichever format they come in: instruction, result, one inside another.
 *
 * Each instruction is judged when it is complete (lodge_examiner_judge_field). A QUOTE field of numbers
 * inside another instruction is put in as the letters that it stands for: so are DDE commands
 * hidden from those who look for the word. */
#pragma once

#include "parsers/document/examiner.h"

typedef struct LodgeFields LodgeFields;

LodgeFields *lodge_fields_new(LodgeDocumentFacts *facts);
/* Instructions that never ended are judged. */
void lodge_fields_free(LodgeFields *fields);

void lodge_fields_begin(LodgeFields *fields);
/* Text of the innermost instruction; outside of one it is dropped. */
void lodge_fields_add(LodgeFields *fields, const char *text, gsize size_bytes);
/* What follows is the result. */
void lodge_fields_separate(LodgeFields *fields);
void lodge_fields_end(LodgeFields *fields);
/* Is what comes now instruction rather than text? */
gboolean lodge_fields_is_instruction(const LodgeFields *fields);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeFields, lodge_fields_free)
