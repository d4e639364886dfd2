/* instant.h - points in time: int64 microseconds since 1970-01-01T00:00:00Z.
 *
 * Pure calendar arithmetic (proleptic Gregorian, no leap seconds), no time zone data: civil
 * time exists in config/zone only. LODGE_INSTANT_UNKNOWN is not a time.
 * Source: RFC 3339; RFC 5322 section 3.3 with the obsolete forms of 4.3. */
#pragma once

#include <glib.h>

#define LODGE_INSTANT_UNKNOWN G_MININT64
#define LODGE_SECOND_US G_GINT64_CONSTANT(1000000)

typedef struct {
    int year, month, day; /* 1970.., 1..12, 1..31 */
    int hour, minute, second;
    int microsecond;
    int weekday; /* 1 Monday .. 7 Sunday; filled by lodge_instant_split, ignored by join */
} LodgeCivil;

/* "2024-07-19T22:59:59.000000Z"; g_free it. NULL for LODGE_INSTANT_UNKNOWN. */
char *lodge_instant_format(gint64 instant_us);
/* RFC 3339 with Z or a numeric offset; seconds are required, fractions optional. FALSE: not one. */
gboolean lodge_instant_parse(const char *text, gint64 *instant_us_out);
/* RFC 5322 date-time, day name and comments tolerated, two-digit years and named zones of
 * RFC 5322 4.3 understood; an unknown zone name is -0000. FALSE: not one. */
gboolean lodge_instant_parse_mail_date(const char *text, gint64 *instant_us_out);
/* RFC 5322 in UTC: "Fri, 19 Jul 2024 22:59:59 +0000"; g_free it. */
char *lodge_instant_format_mail_date(gint64 instant_us);

/* Calendar fields of an instant in UTC, and back. join: FALSE for a day that does not exist. */
void lodge_instant_split(gint64 instant_us, LodgeCivil *civil_out);
gboolean lodge_instant_join(const LodgeCivil *civil, gint64 *instant_us_out);
