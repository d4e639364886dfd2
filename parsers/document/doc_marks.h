/* doc_marks.h - which bytes of a Word document's text were deleted or inserted under "track changes".
 *
 * Character properties lie in pages of 512 bytes, each a list of runs with exceptions; those that are
 * revision marks are kept. Source: [MS-DOC] 2.8.6 (PlcBteChpx), 2.9.33 (ChpxFkp), 2.6.1. */
#pragma once

#include <glib.h>

typedef struct LodgeDocMarks LodgeDocMarks;

/* `word`: the WordDocument stream; `places`: its PlcBteChpx. */
LodgeDocMarks *lodge_doc_marks_new(const guint8 *word,
                                   gsize word_bytes,
                                   const guint8 *places,
                                   gsize places_bytes);
void lodge_doc_marks_free(LodgeDocMarks *marks);

/* Stretches that were changed, neighbours of one kind taken together. */
guint lodge_doc_marks_count(const LodgeDocMarks *marks);
/* `at`: a place in the WordDocument stream. */
gboolean lodge_doc_marks_is_deleted(const LodgeDocMarks *marks, gsize at);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDocMarks, lodge_doc_marks_free)
