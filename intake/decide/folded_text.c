#include "intake/decide/folded_text.h"

#include <string.h>

#define SOFT_HYPHEN 0x00AD

struct LodgeFoldedText {
    GString *letters;
    GByteArray *begins; /* one per byte of letters: 1 where a word begins */
};

LodgeFoldedText *lodge_folded_text_new(void)
{
    LodgeFoldedText *folded = g_new0(LodgeFoldedText, 1);
    folded->letters = g_string_new(NULL);
    folded->begins = g_byte_array_new();
    return folded;
}

void lodge_folded_text_free(LodgeFoldedText *folded)
{
    if (folded == NULL)
        return;
    g_string_free(folded->letters, TRUE);
    g_byte_array_unref(folded->begins);
    g_free(folded);
}

static void
append_letters(LodgeFoldedText *folded, const char *letters, gsize size, gboolean begins)
{
    for (gsize i = 0; i < size; i++) {
        guint8 mark = begins && i == 0;
        g_byte_array_append(folded->begins, &mark, 1);
    }
    g_string_append_len(folded->letters, letters, (gssize)size);
}

/* Where digits meet letters a word begins: "Plan2024" is two words to a reader. */
typedef enum { NOTHING, LETTER, DIGIT } Before;

static Before
append_character(LodgeFoldedText *folded, const char *at, gunichar c, Before before)
{
    if (g_unichar_ismark(c) || c == SOFT_HYPHEN)
        return before;
    if (c == '&') {
        append_letters(folded, "and", 3, TRUE);
        return NOTHING;
    }
    if (!g_unichar_isalnum(c))
        return NOTHING;
    Before now = g_unichar_isdigit(c) ? DIGIT : LETTER;
    append_letters(folded, at, (gsize)(g_utf8_next_char(at) - at), now != before);
    return now;
}

void lodge_folded_text_append(LodgeFoldedText *folded, const char *text)
{
    if (text == NULL)
        return;
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autofree char *cased = g_utf8_casefold(valid, -1);
    g_autofree char *plain = g_utf8_normalize(cased, -1, G_NORMALIZE_ALL);
    Before before = NOTHING;
    for (const char *at = plain; *at != '\0'; at = g_utf8_next_char(at))
        before = append_character(folded, at, g_utf8_get_char(at), before);
}

void lodge_folded_text_add(LodgeFoldedText *folded, const LodgeFoldedText *more)
{
    g_string_append_len(folded->letters, more->letters->str, (gssize)more->letters->len);
    g_byte_array_append(folded->begins, more->begins->data, more->begins->len);
}

gboolean lodge_folded_text_is_empty(const LodgeFoldedText *folded)
{
    return folded->letters->len == 0;
}

static gboolean is_edge(const LodgeFoldedText *folded, gsize at)
{
    return at == folded->letters->len || folded->begins->data[at] != 0;
}

static gboolean
find_within(const LodgeFoldedText *folded, const char *phrase, gsize limit, gsize *at_out)
{
    g_autoptr(LodgeFoldedText) wanted = lodge_folded_text_new();
    lodge_folded_text_append(wanted, phrase);
    gsize size = wanted->letters->len;
    if (size == 0)
        return FALSE;
    const char *start = folded->letters->str;
    const char *found = start;
    while ((found = strstr(found, wanted->letters->str)) != NULL) {
        gsize at = (gsize)(found - start);
        if (at >= limit)
            return FALSE;
        if (is_edge(folded, at) && is_edge(folded, at + size)) {
            *at_out = at;
            return TRUE;
        }
        found++;
    }
    return FALSE;
}

gboolean lodge_folded_text_has(const LodgeFoldedText *folded, const char *phrase)
{
    gsize at;
    return find_within(folded, phrase, G_MAXSIZE, &at);
}

gboolean
lodge_folded_text_find(const LodgeFoldedText *folded, const char *phrase, gsize *at_out)
{
    return find_within(folded, phrase, G_MAXSIZE, at_out);
}

/* How many letters one character becomes: nothing of the folding looks at its neighbours. */
static gsize count_letters(const char *at)
{
    if (g_ascii_isalnum(*at))
        return 1;
    if (g_ascii_isprint(*at) && *at != '&')
        return 0;
    g_autoptr(LodgeFoldedText) one = lodge_folded_text_new();
    g_autofree char *character = g_strndup(at, (gsize)(g_utf8_next_char(at) - at));
    lodge_folded_text_append(one, character);
    return one->letters->len;
}

gsize lodge_folded_text_trace(const char *text, gsize at)
{
    gsize letters = 0;
    const char *byte = text;
    for (; *byte != '\0'; byte = g_utf8_next_char(byte)) {
        letters += count_letters(byte);
        if (letters > at)
            break;
    }
    return (gsize)(byte - text);
}

gboolean lodge_folded_text_begins_near(const LodgeFoldedText *folded,
                                       const char *phrase,
                                       gsize letters)
{
    gsize at;
    return find_within(folded, phrase, letters, &at);
}

const char *lodge_folded_text_find_any(const LodgeFoldedText *folded,
                                       const char *const *phrases)
{
    for (gsize i = 0; phrases != NULL && phrases[i] != NULL; i++)
        if (lodge_folded_text_has(folded, phrases[i]))
            return phrases[i];
    return NULL;
}
