#include "parsers/mail/uuencode_line.h"

#include <string.h>

#define SUM_CHARACTERS 2
#define YENC "=ybegin "

static gboolean begins_with(const char *line, gsize size, const char *words)
{
    return size >= strlen(words) && memcmp(line, words, strlen(words)) == 0;
}

static gboolean
strip_name(const char *name, gsize size, const char **name_out, gsize *size_out)
{
    while (size > 0 && g_ascii_isspace(*name)) {
        name++;
        size--;
    }
    while (size > 0 && g_ascii_isspace(name[size - 1]))
        size--;
    *name_out = name;
    *size_out = size;
    return size > 0;
}

/* Three or four octal digits: the rights of the file where it came from. */
static gboolean
skip_mode(const char *line, gsize size, const char **name_out, gsize *name_size_out)
{
    gsize digits = 0;
    while (digits < size && line[digits] >= '0' && line[digits] <= '7')
        digits++;
    if (digits < 3 || digits > 4 || digits >= size || line[digits] != ' ')
        return FALSE;
    return strip_name(line + digits, size - digits, name_out, name_size_out);
}

/* =ybegin line=128 size=4889 name=plan.pdf */
static gboolean
find_yenc_name(const char *line, gsize size, const char **name_out, gsize *name_size_out)
{
    const char *name = memmem(line, size, " name=", 6);
    if (name == NULL || memmem(line, size, " size=", 6) == NULL)
        return FALSE;
    name += 6;
    return strip_name(name, size - (gsize)(name - line), name_out, name_size_out);
}

gboolean lodge_uuencode_line_begins(const char *line,
                                    gsize size,
                                    LodgeUuencodeForm *form_out,
                                    const char **name_out,
                                    gsize *name_size_out)
{
    static const char *const words[] = {
        [LODGE_UUENCODE_PLAIN] = "begin ", [LODGE_UUENCODE_BASE64] = "begin-base64 "};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        gsize at = strlen(words[i]);
        *form_out = (LodgeUuencodeForm)i;
        if (begins_with(line, size, words[i]))
            return skip_mode(line + at, size - at, name_out, name_size_out);
    }
    *form_out = LODGE_UUENCODE_YENC;
    return begins_with(line, size, YENC) &&
           find_yenc_name(line, size, name_out, name_size_out);
}

/* ---- the form of old ---- */

/* A blank that was lost is a zero. */
static guint value_of(const char *line, gsize size, gsize at)
{
    return at < size ? (guint)(line[at] - ' ') & 63 : 0;
}

/* Its first character included. */
static gsize count_characters(gsize bytes)
{
    return 1 + (bytes + 2) / 3 * 4;
}

static gboolean is_plain_data(const char *line, gsize size, gboolean is_first)
{
    gsize whole = count_characters(value_of(line, size, 0));
    if (size > whole + SUM_CHARACTERS || (is_first && (size < whole || *line == ' ')))
        return FALSE;
    for (gsize i = 0; i < size; i++)
        if (line[i] < ' ' || line[i] > '`')
            return FALSE;
    return TRUE;
}

static gsize decode_plain(LodgeUuencode *encoded, const char *line, gsize size, guint8 *out)
{
    gsize bytes = value_of(line, size, 0);
    encoded->shows_zeros |= memchr(line, '`', size) != NULL;
    encoded->is_damaged |= encoded->shows_zeros && size < count_characters(bytes);
    for (gsize i = 0; i < bytes; i++) {
        gsize at = 1 + i / 3 * 4 + i % 3;
        guint high = value_of(line, size, at), low = value_of(line, size, at + 1);
        out[i] = (guint8)(high << (2 + 2 * (i % 3)) | low >> (4 - 2 * (i % 3)));
    }
    return bytes;
}

/* ---- base64 ---- */

static gboolean is_base64_data(const LodgeUuencode *encoded,
                               const char *line,
                               gsize size,
                               gboolean is_first)
{
    if (encoded->is_ended || (is_first && (size == 0 || size % 4 != 0)))
        return FALSE;
    for (gsize i = 0; i < size; i++)
        if (!g_ascii_isalnum(line[i]) && strchr("+/=", line[i]) == NULL)
            return FALSE;
    return TRUE;
}

static gsize
decode_base64(LodgeUuencode *encoded, const char *line, gsize size, guint8 *out)
{
    encoded->is_ended |= memchr(line, '=', size) != NULL;
    return g_base64_decode_step(line, size, out, &encoded->state, &encoded->save);
}

/* ---- both ---- */

gboolean lodge_uuencode_line_is_data(const LodgeUuencode *encoded,
                                     const char *line,
                                     gsize size,
                                     gboolean is_first)
{
    return encoded->form == LODGE_UUENCODE_BASE64
               ? is_base64_data(encoded, line, size, is_first)
               : is_plain_data(line, size, is_first);
}

gboolean
lodge_uuencode_line_ends(const LodgeUuencode *encoded, const char *line, gsize size)
{
    const char *word = encoded->form == LODGE_UUENCODE_BASE64 ? "====" : "end";
    gsize at = strlen(word);
    if (!begins_with(line, size, word))
        return FALSE;
    while (at < size && (line[at] == ' ' || line[at] == '\t'))
        at++;
    return at == size;
}

gsize lodge_uuencode_line_decode(LodgeUuencode *encoded,
                                 const char *line,
                                 gsize size,
                                 guint8 *out)
{
    return encoded->form == LODGE_UUENCODE_BASE64 ? decode_base64(encoded, line, size, out)
                                                  : decode_plain(encoded, line, size, out);
}
