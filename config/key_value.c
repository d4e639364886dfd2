#include "config/key_value.h"

#include "parsers/text/instant.h"

#include <arpa/inet.h>
#include <string.h>

typedef struct {
    const char *name;
    gint64 factor;
} Unit;

static const Unit DURATION_UNITS[] = {
    {"ms", 1},
    {"s", 1000},
    {"min", 60 * 1000},
    {"h", 60 * 60 * 1000},
    {"d", 24 * 60 * 60 * 1000},
};

static const Unit RETENTION_UNITS[] = {{"d", 1}, {"y", 365}};

static const Unit SIZE_UNITS[] = {
    {"B", 1},
    {"K", 1024},
    {"M", 1024 * 1024},
    {"G", 1024 * 1024 * 1024},
};

/* Digits at the start; what follows them in rest_out. FALSE: none, or more than fit. */
static gboolean take_digits(const char *text, gint64 *value_out, const char **rest_out)
{
    gint64 value = 0;
    const char *at = text;
    for (; g_ascii_isdigit(*at); at++) {
        if (value > (G_MAXINT64 - 9) / 10)
            return FALSE;
        value = value * 10 + (*at - '0');
    }
    if (at == text)
        return FALSE;
    *value_out = value;
    *rest_out = at;
    return TRUE;
}

static const Unit *find_unit(const Unit *units, gsize count, const char *name)
{
    for (gsize i = 0; i < count; i++) {
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    }
    return NULL;
}

/* The largest unit that divides the value: bounds are shown as people write them. */
static char *format_with_unit(const Unit *units, gsize count, gint64 value)
{
    gsize i = count - 1;
    while (i > 0 && (value == 0 || value % units[i].factor != 0))
        i--;
    return g_strdup_printf("%" G_GINT64_FORMAT "%s", value / units[i].factor,
                           units[i].name);
}

static char *parse_with_unit(const Unit *units,
                             gsize count,
                             const char *advice,
                             const char *text,
                             gint64 min,
                             gint64 max,
                             gint64 *value_out)
{
    gint64 number;
    const char *rest;
    if (!take_digits(text, &number, &rest))
        return g_strdup_printf("is not a number with a unit; %s", advice);
    if (*rest == '\0')
        return g_strdup_printf("has no unit; %s", advice);
    const Unit *unit = find_unit(units, count, rest);
    if (unit == NULL)
        return g_strdup_printf("has an unknown unit; %s", advice);
    if (number > G_MAXINT64 / unit->factor || number * unit->factor < min ||
        number * unit->factor > max) {
        g_autofree char *low = format_with_unit(units, count, min);
        g_autofree char *high = format_with_unit(units, count, max);
        return g_strdup_printf("is outside %s to %s", low, high);
    }
    *value_out = number * unit->factor;
    return NULL;
}

char *
lodge_key_value_parse_count(const char *text, gint64 min, gint64 max, gint64 *value_out)
{
    gint64 value;
    const char *rest;
    if (!take_digits(text, &value, &rest) || *rest != '\0')
        return g_strdup("is not a whole number");
    if (value < min || value > max)
        return g_strdup_printf("is outside %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min,
                               max);
    *value_out = value;
    return NULL;
}

char *lodge_key_value_parse_duration(const char *text,
                                     gint64 min_ms,
                                     gint64 max_ms,
                                     gint64 *ms_out)
{
    return parse_with_unit(DURATION_UNITS, G_N_ELEMENTS(DURATION_UNITS),
                           "write it like 30s, 5min, 2h or 14d", text, min_ms, max_ms,
                           ms_out);
}

char *lodge_key_value_parse_size(const char *text,
                                 gint64 min_bytes,
                                 gint64 max_bytes,
                                 gint64 *bytes_out)
{
    return parse_with_unit(SIZE_UNITS, G_N_ELEMENTS(SIZE_UNITS),
                           "write it like 64K, 25M or 1G", text, min_bytes, max_bytes,
                           bytes_out);
}

char *lodge_key_value_parse_retention(const char *text,
                                      gint64 min_days,
                                      gint64 max_days,
                                      gint64 *days_out)
{
    if (strcmp(text, "keep") != 0)
        return parse_with_unit(RETENTION_UNITS, G_N_ELEMENTS(RETENTION_UNITS),
                               "write it like 90d or 7y, or keep", text, min_days, max_days,
                               days_out);
    *days_out = 0;
    return NULL;
}

/* `unit` as "/min", `example` as people would write it. */
static char *parse_rate(const char *text,
                        const char *unit,
                        const char *example,
                        gint64 min,
                        gint64 max,
                        gint64 *value_out)
{
    gint64 value;
    const char *rest;
    if (strcmp(text, "unlimited") == 0) {
        *value_out = 0;
        return NULL;
    }
    if (!take_digits(text, &value, &rest) || strcmp(rest, unit) != 0)
        return g_strdup_printf("is not a rate; write it like %s, or unlimited", example);
    if (value < min || value > max)
        return g_strdup_printf("is outside %" G_GINT64_FORMAT "%s to %" G_GINT64_FORMAT
                               "%s",
                               min, unit, max, unit);
    *value_out = value;
    return NULL;
}

char *
lodge_key_value_parse_rate(const char *text, gint64 min, gint64 max, gint64 *per_minute_out)
{
    return parse_rate(text, "/min", "20/min", min, max, per_minute_out);
}

static const char *zero_as_unlimited(const char *text)
{
    return strcmp(text, "0") == 0 ? "unlimited" : text;
}

char *lodge_key_value_parse_hourly_rate(const char *text,
                                        gint64 min,
                                        gint64 max,
                                        gint64 *per_hour_out)
{
    return parse_rate(zero_as_unlimited(text), "/hour", "10/hour", min, max, per_hour_out);
}

char *lodge_key_value_parse_daily_rate(const char *text,
                                       gint64 min,
                                       gint64 max,
                                       gint64 *per_day_out)
{
    return parse_rate(zero_as_unlimited(text), "/day", "40/day", min, max, per_day_out);
}

char *lodge_key_value_parse_range(
    const char *text, gint64 min, gint64 max, gint64 *low_out, gint64 *high_out)
{
    gint64 low, high;
    const char *rest;
    if (!take_digits(text, &low, &rest))
        return g_strdup("is not a range; write it like 3-4");
    high = low;
    if (*rest == '-' && !take_digits(rest + 1, &high, &rest))
        return g_strdup("is not a range; write it like 3-4");
    if (*rest != '\0')
        return g_strdup("is not a range; write it like 3-4");
    if (low > high)
        return g_strdup("ends before it begins");
    if (low < min || high > max)
        return g_strdup_printf("is outside %" G_GINT64_FORMAT "-%" G_GINT64_FORMAT, min,
                               max);
    *low_out = low;
    *high_out = high;
    return NULL;
}

char *lodge_key_value_parse_day(const char *text, gint64 *instant_us_out)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    gint64 instant_us;
    if (strlen(text) != 10 || !lodge_instant_parse(midnight, &instant_us))
        return g_strdup("is not a day; write it like 2024-07-19");
    *instant_us_out = instant_us;
    return NULL;
}

/* RFC 1123: letters, digits and inner hyphens, 1 to 63 of them. */
static gboolean is_label(const char *start, gsize length)
{
    if (length == 0 || length > 63 || start[0] == '-' || start[length - 1] == '-')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (!g_ascii_isalnum(start[i]) && start[i] != '-')
            return FALSE;
    }
    return TRUE;
}

static gboolean is_host_name(const char *text, guint *labels_out)
{
    guint labels = 0;
    if (strlen(text) > 253)
        return FALSE;
    for (const char *at = text;;) {
        gsize length = strcspn(at, ".");
        if (!is_label(at, length))
            return FALSE;
        labels++;
        if (at[length] == '\0')
            break;
        at += length + 1;
    }
    *labels_out = labels;
    return TRUE;
}

static gboolean is_ip_address(const char *text)
{
    struct in6_addr address;
    return inet_pton(AF_INET, text, &address) == 1 ||
           inet_pton(AF_INET6, text, &address) == 1;
}

/* The reason that helps most: people paste addresses, web addresses and names with umlauts. */
static char *explain_domain(const char *text)
{
    if (*text == '\0')
        return g_strdup("is empty");
    if (!g_str_is_ascii(text))
        return g_strdup("has letters outside ASCII; write its registered form (xn--...)");
    if (strchr(text, '/') != NULL || strchr(text, ':') != NULL)
        return g_strdup("is a web address or has a port; write the bare name");
    if (strchr(text, '@') != NULL)
        return g_strdup("is an address; write only what follows the @");
    if (strchr(text, '*') != NULL)
        return g_strdup("has a wildcard; domains are compared exactly, so name each one");
    if (g_str_has_suffix(text, "."))
        return g_strdup("ends in a dot; leave it out");
    return g_strdup("is not a domain name of letters, digits, hyphens and dots");
}

char *lodge_key_value_parse_domain(const char *text, char **domain_out)
{
    guint labels;
    if (!is_host_name(text, &labels))
        return explain_domain(text);
    if (labels < 2)
        return g_strdup("has no dot; write the full domain");
    if (is_ip_address(text))
        return g_strdup("is an IP address, not a domain");
    *domain_out = g_ascii_strdown(text, -1);
    return NULL;
}

char *lodge_key_value_parse_host(const char *text, char **host_out)
{
    gsize length = strlen(text);
    if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
        g_autofree char *inner = g_strndup(text + 1, length - 2);
        struct in6_addr address;
        if (inet_pton(AF_INET6, inner, &address) != 1)
            return g_strdup("is not an IPv6 address in brackets");
        *host_out = g_steal_pointer(&inner);
        return NULL;
    }
    guint labels;
    if (!is_ip_address(text) && !is_host_name(text, &labels))
        return explain_domain(text);
    *host_out = g_ascii_strdown(text, -1);
    return NULL;
}

/* RFC 5322 dot-atom; quoted local parts are legal and nobody uses them for a role mailbox. */
static gboolean is_local_part(const char *text, gsize length)
{
    if (length == 0 || length > 64 || text[0] == '.' || text[length - 1] == '.')
        return FALSE;
    for (gsize i = 0; i < length; i++) {
        if (text[i] == '.' && text[i + 1] == '.')
            return FALSE;
        if (!g_ascii_isalnum(text[i]) && strchr("!#$%&'*+-/=?^_`{|}~.", text[i]) == NULL)
            return FALSE;
    }
    return TRUE;
}

char *lodge_key_value_parse_address(const char *text, char **address_out)
{
    const char *at = strrchr(text, '@');
    if (at == NULL)
        return g_strdup("is not an e-mail address; write it like plans@council.gov.uk");
    if (!is_local_part(text, (gsize)(at - text)))
        return g_strdup("is not one plain e-mail address (no names, brackets or quotes)");
    g_autofree char *domain = NULL;
    char *fault = lodge_key_value_parse_domain(at + 1, &domain);
    if (fault != NULL) {
        g_autofree char *detail = fault;
        return g_strdup_printf("has a domain that %s", detail);
    }
    *address_out = g_ascii_strdown(text, -1);
    return NULL;
}

gboolean lodge_key_value_is_gss(const char *text)
{
    if (strlen(text) != 9 || !g_ascii_isupper(text[0]))
        return FALSE;
    return strspn(text + 1, "0123456789") == 8;
}

gboolean lodge_key_value_is_identifier(const char *text)
{
    gsize length = strlen(text);
    if (length == 0 || length > 64 || text[0] == '-' || text[length - 1] == '-')
        return FALSE;
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

gboolean lodge_key_value_is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (g_ascii_strcasecmp(host, "localhost") == 0)
        return TRUE;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}
