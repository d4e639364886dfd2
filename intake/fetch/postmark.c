/* The line between two messages of an mbox. */
#include "intake/fetch/mbox.h"
#include <string.h>

#define WORDS_MAX 64

static gboolean is_one_of(const char *word, gsize size, const char *names)
{
    for (; size == 3 && *names != '\0'; names += 3) {
        if (g_ascii_strncasecmp(word, names, 3) == 0)
            return TRUE;
    }
    return FALSE;
}

/* "Fri" or "Fri," */
static gboolean is_weekday(const char *word)
{
    gsize size = strlen(word);
    if (size == 4 && word[3] == ',')
        size--;
    return is_one_of(word, size, "MonTueWedThuFriSatSun");
}

static gboolean is_month(const char *word)
{
    return is_one_of(word, strlen(word), "JanFebMarAprMayJunJulAugSepOctNovDec");
}

/* Does it fit a pattern in which "9" is a digit? */
static gboolean fits(const char *word, const char *pattern)
{
    for (; *word != '\0' && *pattern != '\0'; word++, pattern++) {
        if (*pattern == '9' ? !g_ascii_isdigit(*word) : *word != *pattern)
            return FALSE;
    }
    return *word == *pattern;
}

static gboolean is_day(const char *word)
{
    return fits(word, "9") || fits(word, "99");
}

static gboolean is_year(const char *word)
{
    return fits(word, "9999");
}

static gboolean is_time(const char *word)
{
    return fits(word, "99:99:99") || fits(word, "9:99:99") || fits(word, "99:99");
}

/* ctime: Fri Jul 19 23:59:59 2024, with a zone before or behind the year */
static gboolean is_ctime(char *const *words)
{
    if (words[0] == NULL || words[1] == NULL || words[2] == NULL || words[3] == NULL ||
        words[4] == NULL)
        return FALSE;
    return is_weekday(words[0]) && is_month(words[1]) && is_day(words[2]) &&
           is_time(words[3]) &&
           (is_year(words[4]) || (words[5] != NULL && is_year(words[5])));
}

/* RFC 5322: Fri, 19 Jul 2024 23:59:59 +0100 */
static gboolean is_mail_date(char *const *words)
{
    if (words[0] == NULL || words[1] == NULL || words[2] == NULL || words[3] == NULL ||
        words[4] == NULL)
        return FALSE;
    return is_weekday(words[0]) && is_day(words[1]) && is_month(words[2]) &&
           is_year(words[3]) && is_time(words[4]);
}

/* ISO 8601: 2024-07-19 23:59:59 */
static gboolean is_iso_date(char *const *words)
{
    return words[0] != NULL && words[1] != NULL && fits(words[0], "9999-99-99") &&
           is_time(words[1]);
}

/* git begins every patch with "From <commit> Mon Sep 17 00:00:00 2001", and people attach patches. */
static gboolean is_of_git(const char *line)
{
    static const char date[] = " Mon Sep 17 00:00:00 2001";
    const char *commit = line + strlen("From ");
    gsize digits = strspn(commit, "0123456789abcdef");
    return (digits == 40 || digits == 64) && g_str_has_prefix(commit + digits, date);
}

gboolean lodge_mbox_is_postmark(const char *line, gsize size_bytes)
{
    static const char from[] = "From ";
    if (size_bytes < strlen(from) || size_bytes > LODGE_MBOX_POSTMARK_BYTES ||
        memcmp(line, from, strlen(from)) != 0)
        return FALSE;
    g_autofree char *copy = g_strndup(line, size_bytes);
    if (is_of_git(copy))
        return FALSE;
    g_auto(GStrv) pieces = g_strsplit_set(copy, " \t\r", -1);
    char *words[WORDS_MAX + 1] = {NULL};
    for (guint i = 0, count = 0; pieces[i] != NULL && count < WORDS_MAX; i++) {
        if (*pieces[i] != '\0')
            words[count++] = pieces[i];
    }
    for (char **word = words; *word != NULL; word++) {
        if (is_ctime(word) || is_mail_date(word) || is_iso_date(word))
            return TRUE;
    }
    return FALSE;
}
