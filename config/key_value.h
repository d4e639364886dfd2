/* key_value.h - the written forms of configuration values: text in, value out.
 *
 * Pure. Every number says its unit; a bare "30" is refused, because nobody remembers whether it
 * meant seconds. A parser returns NULL on success, else what is wrong in words that follow the
 * value ("has no unit; write 30s, 30min, 30h or 30d"): g_free them; outs are then untouched. Sizes
 * are powers of 1024. Domains and addresses are ASCII (LDH labels, RFC 1123; addr-spec without
 * quoting or comments) and come back in lower case. */
#pragma once

#include <glib.h>

char *
lodge_key_value_parse_count(const char *text, gint64 min, gint64 max, gint64 *value_out);
char *lodge_key_value_parse_duration(const char *text,
                                     gint64 min_ms,
                                     gint64 max_ms,
                                     gint64 *ms_out);
char *lodge_key_value_parse_size(const char *text,
                                 gint64 min_bytes,
                                 gint64 max_bytes,
                                 gint64 *bytes_out);
/* "unlimited" gives 0. */
char *lodge_key_value_parse_rate(const char *text,
                                 gint64 min,
                                 gint64 max,
                                 gint64 *per_minute_out);
/* "10/hour" and "40/day"; "0" and "unlimited" give 0. "0/hour" is refused: it would read as none at all. */
/* "90d", "7y" of 365 days each; "keep" is 0. */
char *lodge_key_value_parse_retention(const char *text,
                                      gint64 min_days,
                                      gint64 max_days,
                                      gint64 *days_out);
char *lodge_key_value_parse_hourly_rate(const char *text,
                                        gint64 min,
                                        gint64 max,
                                        gint64 *per_hour_out);
char *lodge_key_value_parse_daily_rate(const char *text,
                                       gint64 min,
                                       gint64 max,
                                       gint64 *per_day_out);
/* "3-4" or "3". */
char *lodge_key_value_parse_range(
    const char *text, gint64 min, gint64 max, gint64 *low_out, gint64 *high_out);
/* Midnight UTC of "2024-07-19". */
char *lodge_key_value_parse_day(const char *text, gint64 *instant_us_out);
/* A domain with at least one dot. g_free the out. */
char *lodge_key_value_parse_domain(const char *text, char **domain_out);
/* A host name (dot not needed) or an address literal, IPv6 with or without brackets. */
char *lodge_key_value_parse_host(const char *text, char **host_out);
/* One addr-spec. */
char *lodge_key_value_parse_address(const char *text, char **address_out);
/* Letter and eight digits, upper case. */
gboolean lodge_key_value_is_gss(const char *text);
/* [a-z0-9] and inner hyphens, 1..64. */
gboolean lodge_key_value_is_identifier(const char *text);
/* 127.0.0.0/8, ::1 or localhost. */
gboolean lodge_key_value_is_loopback(const char *host);
