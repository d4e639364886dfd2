#include "parsers/mail/encoded_word.h"

#include "parsers/mail/charset.h"
#include <string.h>

#define WORD_NEARBY_BYTES 2000 /* RFC 2047 allows 75 */

/* Where an encoded word stands: =?charset*language?encoding?text?= */
typedef struct {
    gboolean in_address; /* stricter: see hides_address */
    const char *start, *end;
    char charset[64];
    char encoding; /* 'b' or 'q' */
    const char *text;
    gsize text_size;
} Word;

/* In an address field a "word" that reaches over quotes or an address is none: taken for one, it would
 * hide them from the parser. */
static gboolean hides_address(const Word *word)
{
    for (gsize i = 0; i < word->text_size; i++) {
        if (strchr("\"<>@", word->text[i]) != NULL)
            return TRUE;
    }
    return FALSE;
}

/* Where the text ends; in an address field it is looked for nearby only, so that a row of refused
 * words stays linear. */
static const char *find_end(const Word *word, const char *text)
{
    return word->in_address ? g_strstr_len(text, WORD_NEARBY_BYTES, "?=")
                            : strstr(text, "?=");
}

/* FALSE with `*at_end`: no word can follow either, so that a row of beginnings stays linear. */
static gboolean match_word(const char *at, Word *word, gboolean *at_end)
{
    const char *charset = at + 2;
    gsize charset_size = strcspn(charset, "? \t\"<>()");
    const char *encoding = charset + charset_size + 1;

    if (charset[charset_size] != '?' || charset_size == 0 ||
        charset_size >= sizeof word->charset)
        return FALSE;
    word->encoding = g_ascii_tolower(encoding[0]);
    if ((word->encoding != 'b' && word->encoding != 'q') || encoding[1] != '?')
        return FALSE;
    const char *text = encoding + 2;
    const char *end = find_end(word, text);
    if (end == NULL) {
        *at_end = !word->in_address;
        return FALSE;
    }

    memcpy(word->charset, charset, charset_size);
    word->charset[charset_size] = '\0';
    word->charset[strcspn(word->charset, "*")] = '\0';
    word->start = at;
    word->text = text;
    word->text_size = (gsize)(end - text);
    word->end = end + 2;
    return !word->in_address || !hides_address(word);
}

static gboolean find_word(const char *at, Word *word)
{
    gboolean at_end = FALSE;

    for (const char *p = strstr(at, "=?"); p != NULL && !at_end; p = strstr(p + 2, "=?")) {
        if (match_word(p, word, &at_end))
            return TRUE;
    }
    return FALSE;
}

static void append_q(GString *bytes, const Word *word)
{
    for (gsize i = 0; i < word->text_size; i++) {
        char c = word->text[i];
        if (c == '_') {
            g_string_append_c(bytes, ' ');
        } else if (c == '=' && i + 2 < word->text_size &&
                   g_ascii_isxdigit(word->text[i + 1]) &&
                   g_ascii_isxdigit(word->text[i + 2])) {
            int high = g_ascii_xdigit_value(word->text[i + 1]);
            g_string_append_c(bytes,
                              (char)(high * 16 + g_ascii_xdigit_value(word->text[i + 2])));
            i += 2;
        } else {
            g_string_append_c(bytes, c);
        }
    }
}

static void append_b(GString *bytes, const Word *word)
{
    gint state = 0;
    guint save = 0;
    g_autofree guchar *out = g_malloc(word->text_size / 4 * 3 + 6);
    gsize size = g_base64_decode_step(word->text, word->text_size, out, &state, &save);

    g_string_append_len(bytes, (const char *)out, (gssize)size);
}

static void append_text(GString *result, const char *charset, const char *bytes, gsize size)
{
    g_autofree char *text = lodge_charset_to_utf8(charset, bytes, size);
    g_string_append(result, text);
}

static gboolean is_blank(const char *start, const char *end)
{
    return start + strspn(start, " \t\r\n") >= end;
}

/* One run: words of one set with only blanks between. Gives where it ends. */
static const char *append_run(GString *result, Word *word, gboolean *unknown_charset)
{
    g_autoptr(GString) bytes = g_string_new(NULL);
    g_autofree char *charset = g_strdup(word->charset);
    const char *end;

    do {
        if (word->encoding == 'q')
            append_q(bytes, word);
        else
            append_b(bytes, word);
        end = word->end;
    } while (find_word(end, word) && is_blank(end, word->start) &&
             g_ascii_strcasecmp(word->charset, charset) == 0);

    if (!lodge_charset_is_known(charset))
        *unknown_charset = TRUE;
    append_text(result, charset, bytes->str, bytes->len);
    return end;
}

char *lodge_encoded_word_decode(const char *text, gboolean *unknown_charset)
{
    g_autoptr(GString) result = g_string_new(NULL);
    const char *at = text;
    gboolean after_word = FALSE;
    Word word = {.in_address = FALSE};

    while (find_word(at, &word)) {
        if (!after_word || !is_blank(at, word.start))
            append_text(result, NULL, at, (gsize)(word.start - at));
        at = append_run(result, &word, unknown_charset);
        after_word = TRUE;
    }
    append_text(result, NULL, at, strlen(at));
    return g_strdup(result->str);
}

char *lodge_encoded_word_normalise(const char *text)
{
    g_autofree char *valid = lodge_charset_to_utf8(NULL, text, strlen(text));
    g_autoptr(GString) result = g_string_new(NULL);
    const char *at = valid;
    gboolean unknown_charset = FALSE;
    Word word = {.in_address = TRUE};

    while (find_word(at, &word)) {
        g_autoptr(GString) run = g_string_new(NULL);
        g_string_append_len(result, at, word.start - at);
        at = append_run(run, &word, &unknown_charset);
        g_autofree char *encoded = g_base64_encode((const guchar *)run->str, run->len);
        g_string_append_printf(result, "=?utf-8?B?%s?=", encoded);
    }
    g_string_append(result, at);
    return g_strdup(result->str);
}
