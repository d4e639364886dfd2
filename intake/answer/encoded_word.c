#include "intake/answer/encoded_word.h"

#include "parsers/text/display.h"

#include <string.h>

#define LINE_CHARACTERS 78
#define MAX_TEXT_BYTES 500
/* With prefix and suffix 68, so that "Subject: " fits on the line too; 75 are allowed. */
#define WORD_PREFIX "=?UTF-8?Q?"
#define WORD_SUFFIX "?="
#define WORD_CHARACTERS 56

static gsize longest_word(const char *text)
{
    gsize longest = 0;
    for (const char *at = text; *at != '\0';) {
        gsize size = strcspn(at, " ");
        longest = MAX(longest, size);
        at += size + strspn(at + size, " ");
    }
    return longest;
}

/* Nothing in it needs encoding, nothing in it would be decoded, and it can be folded. Runs of spaces
 * are encoded: folding would change them. */
static gboolean is_plain(const char *text, gsize column)
{
    for (const char *at = text; *at != '\0'; at++)
        if (*at < 0x20 || *at > 0x7e)
            return FALSE;
    return strstr(text, "=?") == NULL && strstr(text, "  ") == NULL &&
           column + longest_word(text) <= LINE_CHARACTERS;
}

/* Breaks before words only, so no line is made of spaces alone. */
static char *fold(const char *text, gsize column)
{
    GString *value = g_string_sized_new(strlen(text) + 16);
    for (const char *at = text; *at != '\0';) {
        gsize spaces = strspn(at, " ");
        gsize word = strcspn(at + spaces, " ");
        if (spaces > 0 && column + spaces + word > LINE_CHARACTERS) {
            g_string_append_c(value, '\n');
            column = 0;
        }
        g_string_append_len(value, at, (gssize)(spaces + word));
        column += spaces + word;
        at += spaces + word;
    }
    return g_string_free(value, FALSE);
}

/* The letters that Q may leave alone in a phrase too (RFC 2047 section 5 (3)). */
static gboolean is_bare(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!*+-/", c) != NULL);
}

/* One character in Q. */
static void encode_character(GString *word, const char *character, gsize size)
{
    for (gsize i = 0; i < size; i++)
        if (character[i] == ' ')
            g_string_append_c(word, '_');
        else if (is_bare(character[i]))
            g_string_append_c(word, character[i]);
        else
            g_string_append_printf(word, "=%02X", (guchar)character[i]);
}

/* Q and not B: a B word in the middle of a text needs padding unless its size happens to divide by three,
 * and some decoders, GMime's among them, stop at padding when they join words. */
static char *encode(const char *text)
{
    GString *value = g_string_new(WORD_PREFIX);
    gsize begin = value->len;
    for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
        gsize before = value->len;
        encode_character(value, at, (gsize)(g_utf8_next_char(at) - at));
        if (value->len - begin > WORD_CHARACTERS) {
            g_string_insert(value, (gssize)before, WORD_SUFFIX "\n " WORD_PREFIX);
            begin = before + strlen(WORD_SUFFIX "\n " WORD_PREFIX);
        }
    }
    g_string_append(value, WORD_SUFFIX);
    return g_string_free(value, FALSE);
}

char *lodge_encoded_word_format_text(const char *text, gsize column)
{
    g_autofree char *line = lodge_display_line(text, MAX_TEXT_BYTES);
    g_strstrip(line);
    return is_plain(line, column) ? fold(line, column) : encode(line);
}

static gboolean is_atoms(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if (!g_ascii_isalnum(*at) && *at != ' ' && *at != '-' && *at != '_')
            return FALSE;
    return TRUE;
}

static char *quote(const char *text)
{
    g_autoptr(GString) quoted = g_string_new("\"");
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"' || *at == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *at);
    }
    g_string_append_c(quoted, '"');
    return g_string_free(g_steal_pointer(&quoted), FALSE);
}

char *lodge_encoded_word_format_phrase(const char *text, gsize column)
{
    g_autofree char *line = lodge_display_line(text, MAX_TEXT_BYTES);
    g_strstrip(line);
    if (!is_plain(line, column))
        return encode(line);
    if (is_atoms(line))
        return fold(line, column);
    g_autofree char *quoted = quote(line);
    return is_plain(quoted, column) ? fold(quoted, column) : encode(line);
}
