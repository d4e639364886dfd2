/* stamp.h - the dates that documents claim -> ISO 8601, as far as they say.
 *
 * "2024-07-09", "2024-07-09T10:11:12", "2024-07-09T10:11:12+01:00" (or Z): what is not said is not
 * added, an offset least of all. Whatever is no date gives NULL. g_free the results.
 * Sources: ISO 32000-1 7.9.4 (PDF), the W3C's profile of ISO 8601 (OOXML, ODF, XMP), [MS-OLEPS] 2.9
 * (FILETIME), RTF 1.9.1 "Date and time". */
#pragma once

#include <glib.h>

typedef struct {
    int year, month, day;
    int hour, minute, second; /* hour -1: not said */
    char offset[8];           /* "", "Z", "+01:00" */
} LodgeStamp;

/* "D:20240709101112+01'00'" and shorter. */
char *lodge_stamp_format_pdf(const char *text);
/* ISO 8601 with or without fraction and offset. */
char *lodge_stamp_format_iso(const char *text);
/* Tenths of microseconds since 1601, UTC; 0 is no date. */
char *lodge_stamp_format_filetime(guint64 ticks);
char *lodge_stamp_format(const LodgeStamp *stamp);
