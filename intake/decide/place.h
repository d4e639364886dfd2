/* place.h - where a phrase stands, so that a person can look: the page, and the words around it.
 *
 * A phrase is found as folded_text.h finds it, page by page; one that runs over the end of a page is found by
 * attachments.h and has no place. The words are those of the document: the sentence as far as it is short, its
 * line ends undone. They are strangers' text and pass lodge_display_line wherever they are shown. */
#pragma once

#include "intake/decide/attachments.h"

typedef struct {
    char *id;    /* of the theme or sign */
    gint64 page; /* from 1; -1: the text has no pages */
    char *words;
} LodgePlace;

void lodge_place_free(LodgePlace *place);
/* The first of `phrases`, in their order, that stands on a page of the document; NULL: none. */
LodgePlace *lodge_place_find(const LodgeAttachment *attachment,
                             const char *const *phrases,
                             const char *id);
/* The same in a text without pages; NULL text: none. */
LodgePlace *
lodge_place_find_in_text(const char *text, const char *const *phrases, const char *id);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgePlace, lodge_place_free)
