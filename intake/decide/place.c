#include "intake/decide/place.h"

#include "intake/decide/folded_text.h"
#include <string.h>

#define BEFORE_LETTERS 80 /* how far back a sentence may begin */
#define AFTER_LETTERS 160 /* from the phrase on */

void lodge_place_free(LodgePlace *place)
{
    if (place == NULL)
        return;
    g_free(place->id);
    g_free(place->words);
    g_free(place);
}

/* ---- the words around ---- */

static gboolean is_blank_line(const char *at)
{
    return at[0] == '\n' && at[1 + strspn(at + 1, " \t\r")] == '\n';
}

/* A full stop before a space ends a sentence; one within "9.30" or an address does not. */
static gboolean ends_sentence(const char *at)
{
    return is_blank_line(at) ||
           (strchr(".!?", *at) != NULL && *at != '\0' && g_ascii_isspace(at[1]));
}

static const char *find_start(const char *text, const char *phrase)
{
    const char *start = phrase;
    for (guint i = 0; start > text && i < BEFORE_LETTERS; i++) {
        const char *before = g_utf8_prev_char(start);
        if (ends_sentence(before))
            return start;
        start = before;
    }
    /* Not cut inside a word; a sentence that is too long begins at the phrase. */
    return start == text ? start : phrase;
}

static const char *find_end(const char *phrase)
{
    const char *end = phrase, *word = phrase;
    for (guint i = 0; *end != '\0' && i < AFTER_LETTERS; i++) {
        if (ends_sentence(end))
            return end;
        if (g_ascii_isspace(*end))
            word = end;
        end = g_utf8_next_char(end);
    }
    return *end == '\0' || word == phrase ? end : word;
}

/* White space becomes one space; after a hyphen at a line's end, which may be part of an address, nothing. */
static char *join_lines(const char *start, const char *end)
{
    GString *words = g_string_new(NULL);
    for (const char *at = start; at < end; at++) {
        gboolean is_space = g_ascii_isspace(*at);
        gboolean is_hyphened =
            is_space && words->len > 0 && *at != ' ' && words->str[words->len - 1] == '-';
        if (!is_space)
            g_string_append_c(words, *at);
        else if (words->len > 0 && words->str[words->len - 1] != ' ' && !is_hyphened)
            g_string_append_c(words, ' ');
    }
    return g_strchomp(g_string_free(words, FALSE));
}

static LodgePlace *make_place(const char *text, gsize letter, const char *id)
{
    const char *phrase = text + lodge_folded_text_trace(text, letter);
    LodgePlace *place = g_new0(LodgePlace, 1);
    place->id = g_strdup(id);
    place->page = -1;
    place->words = join_lines(find_start(text, phrase), find_end(phrase));
    return place;
}

/* ---- finding ---- */

LodgePlace *
lodge_place_find_in_text(const char *text, const char *const *phrases, const char *id)
{
    g_autoptr(LodgeFoldedText) folded = lodge_folded_text_new();
    gsize letter;
    lodge_folded_text_append(folded, text);
    for (gsize i = 0; phrases[i] != NULL; i++)
        if (lodge_folded_text_find(folded, phrases[i], &letter))
            return make_place(text, letter, id);
    return NULL;
}

/* Where the text is that of the pages, one by one, and not of all of them in one. */
static gint64 number_page(const LodgeAttachment *attachment, guint page)
{
    return attachment->facts->pages == attachment->pages->len ? (gint64)page + 1 : -1;
}

LodgePlace *lodge_place_find(const LodgeAttachment *attachment,
                             const char *const *phrases,
                             const char *id)
{
    gsize letter;
    for (gsize i = 0; phrases[i] != NULL; i++)
        for (guint page = 0; page < attachment->pages->len; page++) {
            if (!lodge_folded_text_find(g_ptr_array_index(attachment->pages, page),
                                        phrases[i], &letter))
                continue;
            LodgePlace *place = make_place(
                g_ptr_array_index(attachment->facts->pages_text, page), letter, id);
            place->page = number_page(attachment, page);
            return place;
        }
    return NULL;
}
