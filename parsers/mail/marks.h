/* marks.h - what is said about a message as a whole: codes of defects and of limits hit.
 *
 * Each code once, in the order found. */
#pragma once

#include <glib.h>

typedef struct LodgeMarks LodgeMarks;

LodgeMarks *lodge_marks_new(void);
void lodge_marks_free(LodgeMarks *marks);
/* `code` must be a string literal. */
void lodge_marks_add_defect(LodgeMarks *marks, const char *code);
void lodge_marks_add_limit(LodgeMarks *marks, const char *code);
GStrv lodge_marks_defects(const LodgeMarks *marks);
GStrv lodge_marks_limits(const LodgeMarks *marks);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeMarks, lodge_marks_free)
