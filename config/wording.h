/* wording.h - what is said to people: one editable text for each finding and each sentence of a receipt.
 *
 * The built-in English (wording_english.c) stands wherever a file says nothing else. A file has groups
 * [finding ID] with words and next (what to do next), and [receipt ID] with words. Facts stand in braces:
 * {1} and {2} in findings, {noun}, {reference} … in receipts. Loading fails when
 *
 *   a group is not one of the built-in ones (the nearest is named)
 *   a fact of the built-in text is left out, or one is used that is not there
 *   a text has more than LODGE_WORDING_BYTES, or a brace that encloses no fact
 *   [receipt no-view] is missing, or does not speak of a view: each receipt must say that it is none
 *
 * Known gap: whether the words say what they should, a person must judge; lodge_wording_format_english
 * prints the text to begin with. */
#pragma once

#include <glib.h>

#define LODGE_WORDING_BYTES 600

typedef enum { LODGE_WORDING_FINDING, LODGE_WORDING_RECEIPT } LodgeWordingKind;

typedef struct {
    LodgeWordingKind kind;
    const char *id; /* "document-missing", "no-view" */
    const char *words;
    const char *next; /* what to do next, or NULL; findings only */
} LodgeWordingEntry;

typedef struct LodgeWording LodgeWording;

/* `name` is for messages. */
LodgeWording *lodge_wording_parse(const char *text, const char *name, GError **error);
void lodge_wording_free(LodgeWording *wording);

/* `wording` NULL: the built-in one. NULL when there is no such entry; borrowed. */
const LodgeWordingEntry *
lodge_wording_find(const LodgeWording *wording, LodgeWordingKind kind, const char *id);
/* The n-th built-in entry, or NULL after the last. */
const LodgeWordingEntry *lodge_wording_nth(guint nth);
/* The built-in words as a file that loads; g_free. */
char *lodge_wording_format_english(void);

/* The template with its facts, in one pass: a fact that itself reads "{2}" stays what it is. `facts`:
 * names and values in turn, NULL after the last; g_free. */
char *lodge_wording_fill(const char *template, const char *const *facts);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeWording, lodge_wording_free)
