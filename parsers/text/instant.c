#include "parsers/text/instant.h"

#include <string.h>

#define DAY_S G_GINT64_CONSTANT(86400)

/* ---- calendar ---- */

/* Days since 1970-01-01 in the proleptic Gregorian calendar. Counting years from March puts the leap
 * day at the end of the year, so that month lengths follow one formula. */
static gint64 days_of(gint64 year, gint64 month, gint64 day)
{
    gint64 from_march = month > 2 ? month - 3 : month + 9;
    gint64 y = month > 2 ? year : year - 1;
    gint64 era = (y >= 0 ? y : y - 399) / 400;
    gint64 year_of_era = y - era * 400;
    gint64 day_of_year = (153 * from_march + 2) / 5 + day - 1;
    gint64 day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static gint64 floor_divide(gint64 a, gint64 b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

static void split_days(gint64 days, LodgeCivil *civil)
{
    gint64 shifted = days + 719468;
    gint64 era = floor_divide(shifted, 146097);
    gint64 day_of_era = shifted - era * 146097;
    gint64 year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    gint64 day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    gint64 from_march = (5 * day_of_year + 2) / 153;
    civil->day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    civil->month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    civil->year = (int)(year_of_era + era * 400 + (civil->month <= 2 ? 1 : 0));
    civil->weekday =
        (int)(days + 3 - floor_divide(days + 3, 7) * 7) + 1; /* day 0 was a Thursday */
}

void lodge_instant_split(gint64 instant_us, LodgeCivil *civil_out)
{
    g_return_if_fail(civil_out != NULL && instant_us != LODGE_INSTANT_UNKNOWN);
    gint64 seconds = floor_divide(instant_us, LODGE_SECOND_US);
    gint64 days = floor_divide(seconds, DAY_S);
    gint64 of_day = seconds - days * DAY_S;
    split_days(days, civil_out);
    civil_out->hour = (int)(of_day / 3600);
    civil_out->minute = (int)(of_day / 60 % 60);
    civil_out->second = (int)(of_day % 60);
    civil_out->microsecond = (int)(instant_us - seconds * LODGE_SECOND_US);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    gboolean leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

gboolean lodge_instant_join(const LodgeCivil *civil, gint64 *instant_us_out)
{
    if (civil->year < 1 || civil->year > 9999 || civil->month < 1 || civil->month > 12 ||
        civil->day < 1 || civil->day > days_in_month(civil->year, civil->month) ||
        civil->hour < 0 || civil->hour > 23 || civil->minute < 0 || civil->minute > 59 ||
        civil->second < 0 || civil->second > 59 || civil->microsecond < 0 ||
        civil->microsecond > 999999)
        return FALSE;
    gint64 seconds = days_of(civil->year, civil->month, civil->day) * DAY_S +
                     civil->hour * 3600 + civil->minute * 60 + civil->second;
    *instant_us_out = seconds * LODGE_SECOND_US + civil->microsecond;
    return TRUE;
}

/* ---- RFC 3339 ---- */

char *lodge_instant_format(gint64 instant_us)
{
    if (instant_us == LODGE_INSTANT_UNKNOWN)
        return NULL;
    LodgeCivil c;
    lodge_instant_split(instant_us, &c);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", c.year, c.month, c.day,
                           c.hour, c.minute, c.second, c.microsecond);
}

/* Exactly `count` digits. */
static gboolean take_digits(const char **at, int count, int *value_out)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        if (!g_ascii_isdigit((*at)[i]))
            return FALSE;
        value = value * 10 + ((*at)[i] - '0');
    }
    *at += count;
    *value_out = value;
    return TRUE;
}

static gboolean take_char(const char **at, char wanted)
{
    if (**at != wanted)
        return FALSE;
    (*at)++;
    return TRUE;
}

/* The fraction's digits beyond the sixth are dropped: no clock of ours is finer. */
static gboolean take_fraction(const char **at, int *microsecond_out)
{
    int value = 0;
    int digits = 0;
    for (; g_ascii_isdigit(**at); (*at)++, digits++)
        if (digits < 6)
            value = value * 10 + (**at - '0');
    for (int i = digits; i < 6; i++)
        value *= 10;
    *microsecond_out = value;
    return digits > 0;
}

static gboolean take_offset(const char **at, gboolean colon, int *offset_s_out)
{
    int sign = **at == '+' ? 1 : **at == '-' ? -1 : 0;
    int hours;
    int minutes;
    if (sign == 0)
        return FALSE;
    (*at)++;
    if (!take_digits(at, 2, &hours) || (colon && !take_char(at, ':')) ||
        !take_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
        return FALSE;
    *offset_s_out = sign * (hours * 3600 + minutes * 60);
    return TRUE;
}

gboolean lodge_instant_parse(const char *text, gint64 *instant_us_out)
{
    g_return_val_if_fail(text != NULL && instant_us_out != NULL, FALSE);
    LodgeCivil c = {0};
    int offset_s = 0;
    gint64 instant_us;
    const char *at = text;
    if (!take_digits(&at, 4, &c.year) || !take_char(&at, '-') ||
        !take_digits(&at, 2, &c.month) || !take_char(&at, '-') ||
        !take_digits(&at, 2, &c.day) || !(take_char(&at, 'T') || take_char(&at, 't')) ||
        !take_digits(&at, 2, &c.hour) || !take_char(&at, ':') ||
        !take_digits(&at, 2, &c.minute) || !take_char(&at, ':') ||
        !take_digits(&at, 2, &c.second))
        return FALSE;
    if (take_char(&at, '.') && !take_fraction(&at, &c.microsecond))
        return FALSE;
    if (!take_char(&at, 'Z') && !take_char(&at, 'z') && !take_offset(&at, TRUE, &offset_s))
        return FALSE;
    if (*at != '\0' || !lodge_instant_join(&c, &instant_us))
        return FALSE;
    *instant_us_out = instant_us - offset_s * LODGE_SECOND_US;
    return TRUE;
}

/* ---- RFC 5322 ---- */

static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
static const char *const DAYS[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

/* CFWS = white space and nested comments (RFC 5322 3.2.2), quoted-pairs inside. */
static void skip_cfws(const char **at)
{
    int depth = 0;
    for (; **at != '\0'; (*at)++) {
        if (**at == '(')
            depth++;
        else if (**at == ')' && depth > 0)
            depth--;
        else if (depth > 0 && **at == '\\' && (*at)[1] != '\0')
            (*at)++;
        else if (depth == 0 && strchr(" \t\r\n", **at) == NULL)
            return;
    }
}

static gboolean
take_number(const char **at, int max_digits, int *value_out, int *digits_out)
{
    int digits = 0;
    while (digits <= max_digits && g_ascii_isdigit((*at)[digits]))
        digits++;
    if (digits == 0 || digits > max_digits)
        return FALSE;
    if (digits_out != NULL)
        *digits_out = digits;
    return take_digits(at, digits, value_out);
}

static gsize word_length(const char *at)
{
    gsize length = 0;
    while (g_ascii_isalpha(at[length]))
        length++;
    return length;
}

/* day-of-week is not checked against the date: clients get it wrong and nothing rests on it. */
static void skip_day_name(const char **at)
{
    gsize length = word_length(*at);
    if (length == 0)
        return;
    *at += length;
    skip_cfws(at);
    take_char(at, ',');
    skip_cfws(at);
}

static gboolean take_month(const char **at, int *month_out)
{
    gsize length = word_length(*at);
    for (int i = 0; length >= 3 && i < 12; i++) {
        if (g_ascii_strncasecmp(*at, MONTHS[i], 3) == 0) {
            *at += length;
            *month_out = i + 1;
            return TRUE;
        }
    }
    return FALSE;
}

/* obs-year: two digits 00-49 are 20xx, 50-99 and three digits are added to 1900. */
static gboolean take_year(const char **at, int *year_out)
{
    int digits;
    if (!take_number(at, 4, year_out, &digits) || digits < 2)
        return FALSE;
    if (digits == 2)
        *year_out += *year_out < 50 ? 2000 : 1900;
    else if (digits == 3)
        *year_out += 1900;
    return TRUE;
}

/* Some systems write "." for ":" or leave the seconds out; 60 is a leap second, counted as 59. */
static gboolean take_time(const char **at, LodgeCivil *c)
{
    if (!take_number(at, 2, &c->hour, NULL))
        return FALSE;
    skip_cfws(at);
    if (!take_char(at, ':') && !take_char(at, '.'))
        return FALSE;
    skip_cfws(at);
    if (!take_digits(at, 2, &c->minute))
        return FALSE;
    skip_cfws(at);
    if (take_char(at, ':') || take_char(at, '.')) {
        skip_cfws(at);
        if (!take_digits(at, 2, &c->second))
            return FALSE;
    }
    if (c->second == 60)
        c->second = 59;
    skip_cfws(at);
    return TRUE;
}

static int named_zone_offset_s(const char *name, gsize length)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = {{"EDT", -4}, {"EST", -5}, {"CDT", -5}, {"CST", -6},
                 {"MDT", -6}, {"MST", -7}, {"PDT", -7}, {"PST", -8}};
    for (gsize i = 0; i < G_N_ELEMENTS(zones); i++)
        if (length == 3 && g_ascii_strncasecmp(name, zones[i].name, 3) == 0)
            return zones[i].hours * 3600;
    return 0; /* UT, GMT, and by RFC 5322 4.3 all others, the military letters included */
}

static gboolean take_zone(const char **at, int *offset_s_out)
{
    gsize length = word_length(*at);
    *offset_s_out = 0;
    if (length > 0) {
        *offset_s_out = named_zone_offset_s(*at, length);
        *at += length;
        return TRUE;
    }
    return take_offset(at, FALSE, offset_s_out);
}

gboolean lodge_instant_parse_mail_date(const char *text, gint64 *instant_us_out)
{
    g_return_val_if_fail(text != NULL && instant_us_out != NULL, FALSE);
    LodgeCivil c = {0};
    int offset_s;
    gint64 instant_us;
    const char *at = text;
    skip_cfws(&at);
    skip_day_name(&at);
    if (!take_number(&at, 2, &c.day, NULL))
        return FALSE;
    skip_cfws(&at);
    take_char(&at, '-');
    if (!take_month(&at, &c.month))
        return FALSE;
    skip_cfws(&at);
    take_char(&at, '-');
    if (!take_year(&at, &c.year))
        return FALSE;
    skip_cfws(&at);
    if (!take_time(&at, &c) || !take_zone(&at, &offset_s) ||
        !lodge_instant_join(&c, &instant_us))
        return FALSE;
    *instant_us_out = instant_us - offset_s * LODGE_SECOND_US;
    return TRUE;
}

char *lodge_instant_format_mail_date(gint64 instant_us)
{
    LodgeCivil c;
    lodge_instant_split(instant_us, &c);
    return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000", DAYS[c.weekday - 1],
                           c.day, MONTHS[c.month - 1], c.year, c.hour, c.minute, c.second);
}
