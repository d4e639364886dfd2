/* folded_text.h - text reduced to what a reader would call "the same words".
 *
 * The text out of a PDF breaks lines and words where the page did, and people write "Long-term",
 * "LONG TERM" and "long\nterm". So only letters and digits are kept (compatibility decomposition,
 * case folded, accents dropped, "&" read as "and"), run together, with a mark where a word begins;
 * a phrase is found when its letters stand there, beginning and ending at a word's edge. Thus hyphens, line ends,
 * ligatures and stray spaces never hide a phrase, and "art" is not found in "party".
 *
 * Pure and independent of the locale (g_utf8_casefold is; g_utf8_strdown is not). */
#pragma once

#include <glib.h>

typedef struct LodgeFoldedText LodgeFoldedText;

LodgeFoldedText *lodge_folded_text_new(void);
void lodge_folded_text_free(LodgeFoldedText *folded);
/* Adds text, which begins a new word; NULL adds nothing. Bytes that are not UTF-8 separate words. */
void lodge_folded_text_append(LodgeFoldedText *folded, const char *text);
/* The same of text that is folded already. */
void lodge_folded_text_add(LodgeFoldedText *folded, const LodgeFoldedText *more);
gboolean lodge_folded_text_is_empty(const LodgeFoldedText *folded);

/* A phrase without letters is never found. */
gboolean lodge_folded_text_has(const LodgeFoldedText *folded, const char *phrase);
/* `at_out`: how many letters stand before it where it is found first. FALSE: it is not. */
gboolean
lodge_folded_text_find(const LodgeFoldedText *folded, const char *phrase, gsize *at_out);
/* The byte of `text`, which was appended alone, that became the letter `at`; its size if none did. */
gsize lodge_folded_text_trace(const char *text, gsize at);
/* The same within the first `letters` bytes of the folded text. */
gboolean lodge_folded_text_begins_near(const LodgeFoldedText *folded,
                                       const char *phrase,
                                       gsize letters);
/* The first of the phrases that is found, or NULL; `phrases` may be NULL. */
const char *lodge_folded_text_find_any(const LodgeFoldedText *folded,
                                       const char *const *phrases);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeFoldedText, lodge_folded_text_free)
