#include "parsers/text/reference.h"

#include <string.h>

/* ISO 7064 hybrid system MOD 37,36: 36 characters, each also a check character. */
#define RADIX 36
#define PREFIX_MAX 8
#define NUMBER_MAX G_GUINT64_CONSTANT(999999999)

static int character_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    return -1;
}

/* ISO 7064 section 8 (hybrid systems), step by step: P starts at M; for every character
 * S = (P + value) mod M, with 0 read as M; P = 2 S mod (M + 1). The check character makes
 * the last sum 1. Hyphens carry no value. */
static char check_character(const char *text, gsize size)
{
    int p = RADIX;
    for (gsize i = 0; i < size; i++) {
        if (text[i] == '-')
            continue;
        int s = (p + character_value(text[i])) % RADIX;
        p = 2 * (s == 0 ? RADIX : s) % (RADIX + 1);
    }
    int check = (RADIX + 1 - p) % RADIX;
    return (char)(check < 10 ? '0' + check : 'A' + check - 10);
}

/* [A-Z]{2,4}[0-9]{0,4}; the length, or 0. */
static gsize prefix_length(const char *text)
{
    gsize letters = 0;
    while (letters <= 4 && g_ascii_isupper(text[letters]))
        letters++;
    if (letters < 2 || letters > 4)
        return 0;
    gsize digits = 0;
    while (digits <= 4 && g_ascii_isdigit(text[letters + digits]))
        digits++;
    return digits <= 4 ? letters + digits : 0;
}

char *lodge_reference_format(const char *prefix, guint64 number)
{
    g_return_val_if_fail(prefix != NULL, NULL);
    gsize length = prefix_length(prefix);
    g_return_val_if_fail(length > 0 && prefix[length] == '\0', NULL);
    g_return_val_if_fail(number >= 1 && number <= NUMBER_MAX, NULL);

    g_autofree char *body = g_strdup_printf("%s-%06" G_GUINT64_FORMAT, prefix, number);
    return g_strdup_printf("%s-%c", body, check_character(body, strlen(body)));
}

/* The number's one spelling: six digits, or more without leading zeros. */
static gsize number_length(const char *text, guint64 *number_out)
{
    gsize digits = 0;
    guint64 number = 0;
    while (digits < 10 && g_ascii_isdigit(text[digits]))
        number = number * 10 + (guint64)(text[digits++] - '0');
    if (digits < 6 || digits > 9 || number == 0 || (digits > 6 && text[0] == '0'))
        return 0;
    *number_out = number;
    return digits;
}

/* A reference at the start of upper-case text: its length, or 0. */
static gsize match(const char *text, gsize *prefix_size_out, guint64 *number_out)
{
    gsize prefix_size = prefix_length(text);
    if (prefix_size == 0 || text[prefix_size] != '-')
        return 0;
    gsize digits = number_length(text + prefix_size + 1, number_out);
    gsize body = prefix_size + 1 + digits;
    if (digits == 0 || text[body] != '-' || text[body + 1] == '\0' ||
        text[body + 1] != check_character(text, body))
        return 0;
    *prefix_size_out = prefix_size;
    return body + 2;
}

gboolean lodge_reference_parse(const char *text, char **prefix_out, guint64 *number_out)
{
    if (text == NULL)
        return FALSE;
    g_autofree char *upper = g_strstrip(g_ascii_strup(text, -1));
    gsize prefix_size = 0;
    guint64 number = 0;
    gsize length = match(upper, &prefix_size, &number);
    if (length == 0 || upper[length] != '\0')
        return FALSE;
    if (prefix_out != NULL)
        *prefix_out = g_strndup(upper, prefix_size);
    if (number_out != NULL)
        *number_out = number;
    return TRUE;
}

/* A word of a sentence, not a piece of a longer one: "APP24-000123-K" is none. */
static gboolean is_word_character(char c)
{
    return g_ascii_isalnum(c) || (c & 0x80) != 0;
}

char *lodge_reference_find(const char *text)
{
    if (text == NULL)
        return NULL;
    g_autofree char *upper = g_ascii_strup(text, -1);
    for (gsize i = 0; upper[i] != '\0'; i++) {
        if (i > 0 && is_word_character(upper[i - 1]))
            continue;
        gsize prefix_size = 0;
        guint64 number = 0;
        gsize length = match(upper + i, &prefix_size, &number);
        if (length > 0 && !is_word_character(upper[i + length]))
            return g_strndup(upper + i, length);
    }
    return NULL;
}
