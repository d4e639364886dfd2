/* letter.h - a plain-text body: short lines, paragraphs, lists that a screen reader can follow.
 *
 * UTF-8, LF, lines of at most 72 characters, one empty line between paragraphs; no underlining or boxes,
 * which a screen reader would read out sign by sign. Text is wrapped at spaces; a word that
 * is longer than a line is cut. What is a stranger's must have passed lodge_display_line. */
#pragma once

#include <glib.h>

#define LODGE_LETTER_WIDTH 72

typedef struct LodgeLetter LodgeLetter;

LodgeLetter *lodge_letter_new(void);
void lodge_letter_free(LodgeLetter *letter);
void lodge_letter_add_paragraph(LodgeLetter *letter, const char *text);
/* A line of its own that belongs to what follows or precedes it: no empty line after it. */
void lodge_letter_add_line(LodgeLetter *letter, const char *text);
/* A list item with its marker ("-", "1."); its further lines are indented by two. */
void lodge_letter_add_item(LodgeLetter *letter, const char *marker, const char *text);
/* Ends a list or a group of lines with an empty line. */
void lodge_letter_end_group(LodgeLetter *letter);
/* Frees the letter and hands its text over; g_free it. */
char *lodge_letter_finish(LodgeLetter *letter);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeLetter, lodge_letter_free)
