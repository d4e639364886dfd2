#include "intake/decide/letter.h"

#include <string.h>

struct LodgeLetter {
    GString *text;
};

LodgeLetter *lodge_letter_new(void)
{
    LodgeLetter *letter = g_new0(LodgeLetter, 1);
    letter->text = g_string_new(NULL);
    return letter;
}

void lodge_letter_free(LodgeLetter *letter)
{
    if (letter == NULL)
        return;
    g_string_free(letter->text, TRUE);
    g_free(letter);
}

/* Where the line being written stands. */
typedef struct {
    GString *text;
    glong column;
    glong indent;   /* of the lines that follow */
    gboolean empty; /* no word on this line yet */
} Line;

static void break_line(Line *line)
{
    g_string_append_c(line->text, '\n');
    for (glong i = 0; i < line->indent; i++)
        g_string_append_c(line->text, ' ');
    line->column = line->indent;
    line->empty = TRUE;
}

static void append_piece(Line *line, const char *piece, gsize size, glong characters)
{
    g_string_append_len(line->text, piece, (gssize)size);
    line->column += characters;
    line->empty = FALSE;
}

static void append_word(Line *line, const char *word, gsize size)
{
    glong characters = g_utf8_strlen(word, (gssize)size);
    if (!line->empty && line->column + 1 + characters > LODGE_LETTER_WIDTH)
        break_line(line);
    else if (!line->empty)
        append_piece(line, " ", 1, 1);
    glong room = LODGE_LETTER_WIDTH - line->column;
    while (characters > room) {
        gsize fits = (gsize)(g_utf8_offset_to_pointer(word, room) - word);
        append_piece(line, word, fits, room);
        word += fits;
        size -= fits;
        characters -= room;
        break_line(line);
        room = LODGE_LETTER_WIDTH - line->column;
    }
    append_piece(line, word, size, characters);
}

static void append_wrapped(LodgeLetter *letter, const char *marker, const char *text)
{
    Line line = {letter->text, 0, marker == NULL ? 0 : 2, TRUE};
    if (marker != NULL)
        append_word(&line, marker, strlen(marker));
    const char *at = text;
    while (*at != '\0') {
        at += strspn(at, " \n");
        gsize size = strcspn(at, " \n");
        if (size > 0)
            append_word(&line, at, size);
        at += size;
    }
    g_string_append_c(letter->text, '\n');
}

void lodge_letter_add_paragraph(LodgeLetter *letter, const char *text)
{
    append_wrapped(letter, NULL, text);
    lodge_letter_end_group(letter);
}

void lodge_letter_add_line(LodgeLetter *letter, const char *text)
{
    append_wrapped(letter, NULL, text);
}

void lodge_letter_add_item(LodgeLetter *letter, const char *marker, const char *text)
{
    append_wrapped(letter, marker, text);
}

void lodge_letter_end_group(LodgeLetter *letter)
{
    g_string_append_c(letter->text, '\n');
}

char *lodge_letter_finish(LodgeLetter *letter)
{
    while (g_str_has_suffix(letter->text->str, "\n\n"))
        g_string_truncate(letter->text, letter->text->len - 1);
    char *text = g_string_free(letter->text, FALSE);
    g_free(letter);
    return text;
}
