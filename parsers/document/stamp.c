#include "parsers/document/stamp.h"

#include <string.h>

#define TICKS_A_SECOND 10000000
#define SECONDS_1601_TO_1970 G_GINT64_CONSTANT(11644473600)
#define YEAR_MAX 9999

/* Exactly `count` digits; FALSE leaves `at` where it is. */
static gboolean take_number(const char **at, guint count, int *number_out)
{
    int number = 0;
    for (guint i = 0; i < count; i++) {
        if (!g_ascii_isdigit((*at)[i]))
            return FALSE;
        number = number * 10 + ((*at)[i] - '0');
    }
    *at += count;
    *number_out = number;
    return TRUE;
}

static gboolean take_char(const char **at, char wanted)
{
    if (**at != wanted)
        return FALSE;
    (*at)++;
    return TRUE;
}

/* Z, +hh'mm', +hh:mm, +hhmm, +hh; anything else is no offset. */
static void take_offset(const char **at, LodgeStamp *stamp)
{
    char sign = **at;
    int hours = 0, minutes = 0;
    if (sign == 'Z') {
        strcpy(stamp->offset, "Z");
        return;
    }
    if (sign != '+' && sign != '-')
        return;
    (*at)++;
    if (!take_number(at, 2, &hours) || hours > 23)
        return;
    if (**at == '\'' || **at == ':')
        (*at)++;
    if (!take_number(at, 2, &minutes) || minutes > 59)
        minutes = 0;
    g_snprintf(stamp->offset, sizeof stamp->offset, "%c%02d:%02d", sign, hours, minutes);
}

char *lodge_stamp_format(const LodgeStamp *stamp)
{
    if (stamp->year < 1 || stamp->year > YEAR_MAX || stamp->month < 1 ||
        stamp->month > 12 || stamp->day < 1 ||
        !g_date_valid_dmy((GDateDay)stamp->day, (GDateMonth)stamp->month,
                          (GDateYear)stamp->year))
        return NULL;
    if (stamp->hour < 0)
        return g_strdup_printf("%04d-%02d-%02d", stamp->year, stamp->month, stamp->day);
    if (stamp->hour > 23 || stamp->minute > 59 || stamp->second > 60)
        return NULL;
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d%s", stamp->year, stamp->month,
                           stamp->day, stamp->hour, stamp->minute, stamp->second,
                           stamp->offset);
}

char *lodge_stamp_format_pdf(const char *text)
{
    LodgeStamp stamp = {.hour = -1};
    const char *at = g_str_has_prefix(text, "D:") ? text + 2 : text;
    if (!take_number(&at, 4, &stamp.year) || !take_number(&at, 2, &stamp.month) ||
        !take_number(&at, 2, &stamp.day))
        return NULL;
    if (take_number(&at, 2, &stamp.hour) && take_number(&at, 2, &stamp.minute) &&
        take_number(&at, 2, &stamp.second))
        take_offset(&at, &stamp);
    return lodge_stamp_format(&stamp);
}

char *lodge_stamp_format_iso(const char *text)
{
    LodgeStamp stamp = {.hour = -1};
    const char *at = text;
    while (g_ascii_isspace(*at))
        at++;
    if (!take_number(&at, 4, &stamp.year) || !take_char(&at, '-') ||
        !take_number(&at, 2, &stamp.month) || !take_char(&at, '-') ||
        !take_number(&at, 2, &stamp.day))
        return NULL;
    if (!take_char(&at, 'T') || !take_number(&at, 2, &stamp.hour) || !take_char(&at, ':') ||
        !take_number(&at, 2, &stamp.minute))
        return lodge_stamp_format(&stamp);
    if (take_char(&at, ':'))
        take_number(&at, 2, &stamp.second);
    if (*at == '.' || *at == ',')
        for (at++; g_ascii_isdigit(*at);)
            at++;
    take_offset(&at, &stamp);
    return lodge_stamp_format(&stamp);
}

char *lodge_stamp_format_filetime(guint64 ticks)
{
    gint64 seconds = (gint64)(ticks / TICKS_A_SECOND) - SECONDS_1601_TO_1970;
    if (seconds <= 0)
        return NULL;
    g_autoptr(GDateTime) instant = g_date_time_new_from_unix_utc(seconds);
    return instant ? g_date_time_format(instant, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}
