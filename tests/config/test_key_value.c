#include "config/key_value.h"

#include "parsers/text/instant.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *text;
    gint64 value;      /* when taken */
    const char *fault; /* part of the words, or NULL: taken */
} NumberCase;

static void check_numbers(const NumberCase *cases,
                          gsize count,
                          char *(*parse)(const char *, gint64, gint64, gint64 *),
                          gint64 min,
                          gint64 max)
{
    for (gsize i = 0; i < count; i++) {
        gint64 value = -7;
        g_autofree char *fault = parse(cases[i].text, min, max, &value);
        gboolean good = cases[i].fault == NULL
                            ? fault == NULL && value == cases[i].value
                            : fault && strstr(fault, cases[i].fault) && value == -7;
        if (!good)
            fail_msg("'%s' gave %" G_GINT64_FORMAT ", %s", cases[i].text, value, fault);
    }
}

static void durations_say_their_unit(void **state)
{
    (void)state;
    static const NumberCase cases[] = {
        {"30s", 30000, NULL},
        {"5min", 300000, NULL},
        {"2h", 7200000, NULL},
        {"14d", 1209600000, NULL},
        {"1500ms", 1500, NULL},
        {"30", 0, "has no unit; write it like 30s"},
        {"30 s", 0, "unknown unit"},
        {"5m", 0, "unknown unit"},
        {"s", 0, "not a number"},
        {"-5s", 0, "not a number"},
        {"1.5h", 0, "unknown unit"},
        {"999d", 0, "is outside 1s to 30d"},
        {"0s", 0, "is outside"},
        {"99999999999999999999s", 0, "not a number"},
        {"9223372036854775d", 0, "is outside"},
    };
    check_numbers(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_duration, 1000,
                  G_GINT64_CONSTANT(30) * 86400000);
}

static void sizes_say_their_unit(void **state)
{
    (void)state;
    static const NumberCase cases[] = {
        {"64K", 65536, NULL},
        {"25M", 26214400, NULL},
        {"1G", 1073741824, NULL},
        {"512B", 512, NULL},
        {"25", 0, "has no unit; write it like 64K, 25M or 1G"},
        {"25MB", 0, "unknown unit"},
        {"2G", 0, "is outside 0B to 1G"},
        {"9223372036854775807G", 0, "not a number"},
    };
    check_numbers(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_size, 0, 1073741824);
}

static void rates_are_per_minute(void **state)
{
    (void)state;
    static const NumberCase cases[] = {
        {"20/min", 20, NULL},
        {"unlimited", 0, NULL},
        {"20", 0, "write it like 20/min"},
        {"20/h", 0, "not a rate"},
        {"0/min", 0, "is outside"},
        {"/min", 0, "not a rate"},
    };
    check_numbers(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_rate, 1, 1000);
}

static void a_retention_is_days_or_years_or_for_ever(void **state)
{
    (void)state;
    static const NumberCase cases[] = {
        {"keep", 0, NULL},
        {"1d", 1, NULL},
        {"90d", 90, NULL},
        {"7y", 7 * 365, NULL},
        {"100y", 36500, NULL},
        {"101y", 0, "is outside"},
        {"0d", 0, "is outside"},
        {"7", 0, "has no unit; write it like 90d or 7y, or keep"},
        {"7m", 0, "has an unknown unit"},
        {"forever", 0, "is not a number with a unit"},
    };
    check_numbers(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_retention, 1, 36500);
}

static void hourly_and_daily_rates_say_their_unit(void **state)
{
    (void)state;
    static const NumberCase hourly[] = {
        {"10/hour", 10, NULL},
        {"unlimited", 0, NULL},
        {"0", 0, NULL},
        {"10", 0, "write it like 10/hour, or unlimited"},
        {"10/h", 0, "not a rate"},
        {"10/day", 0, "not a rate"},
        {"0/hour", 0, "is outside 1/hour to 1000/hour"},
        {"1001/hour", 0, "is outside"},
    };
    static const NumberCase daily[] = {
        {"40/day", 40, NULL},       {"0", 0, NULL},
        {"unlimited", 0, NULL},     {"40/hour", 0, "write it like 40/day, or unlimited"},
        {"0/day", 0, "is outside"},
    };
    check_numbers(hourly, G_N_ELEMENTS(hourly), lodge_key_value_parse_hourly_rate, 1, 1000);
    check_numbers(daily, G_N_ELEMENTS(daily), lodge_key_value_parse_daily_rate, 1, 1000);
}

static void counts_are_whole_numbers(void **state)
{
    (void)state;
    static const NumberCase cases[] = {
        {"1", 1, NULL},
        {"65535", 65535, NULL},
        {"65536", 0, "is outside 1 to 65535"},
        {"0", 0, "is outside"},
        {"+1", 0, "whole number"},
        {"0x10", 0, "whole number"},
        {"1,000", 0, "whole number"},
    };
    check_numbers(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_count, 1, 65535);
}

static void ranges_have_two_ends_or_one(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        gint64 low, high;
        const char *fault;
    } cases[] = {
        {"3-4", 3, 4, NULL},
        {"3", 3, 3, NULL},
        {"4-3", 0, 0, "ends before"},
        {"0-4", 0, 0, "is outside"},
        {"3-", 0, 0, "no"},
        {"3 - 4", 0, 0, "not a range"},
        {"3-4-5", 0, 0, "not a range"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        gint64 low = 0, high = 0;
        g_autofree char *fault =
            lodge_key_value_parse_range(cases[i].text, 1, 2000, &low, &high);
        if ((fault == NULL) != (cases[i].fault == NULL) || low != cases[i].low ||
            high != cases[i].high)
            fail_msg("'%s' gave %s", cases[i].text, fault);
    }
}

static void days_are_midnights_of_utc(void **state)
{
    (void)state;
    gint64 instant_us = 0;
    assert_null(lodge_key_value_parse_day("2024-07-19", &instant_us));
    g_autofree char *utc = lodge_instant_format(instant_us);
    assert_string_equal(utc, "2024-07-19T00:00:00.000000Z");
    static const char *const bad[] = {"19/07/2024",       "2024-7-19", "2024-02-30",
                                      "2024-07-19T00:00", "",          "2024-07-1x"};
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *fault = lodge_key_value_parse_day(bad[i], &instant_us);
        assert_non_null(fault);
    }
}

typedef struct {
    const char *text, *value, *fault;
} TextCase;

static void
check_texts(const TextCase *cases, gsize count, char *(*parse)(const char *, char **))
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *value = NULL;
        g_autofree char *fault = parse(cases[i].text, &value);
        gboolean good = cases[i].fault == NULL
                            ? fault == NULL && g_strcmp0(value, cases[i].value) == 0
                            : fault && strstr(fault, cases[i].fault) && value == NULL;
        if (!good)
            fail_msg("'%s' gave '%s', %s", cases[i].text, value, fault);
    }
}

static void domains_are_ascii_and_exact(void **state)
{
    (void)state;
    static const TextCase cases[] = {
        {"tmbc.gov.uk", "tmbc.gov.uk", NULL},
        {"TMBC.Gov.UK", "tmbc.gov.uk", NULL},
        {"xn--caf-dma.example", "xn--caf-dma.example", NULL},
        {"caf\xc3\xa9.example", NULL,
         "letters outside ASCII; write its registered form (xn--"},
        {"localhost", NULL, "has no dot"},
        {"*.gov.uk", NULL, "has a wildcard"},
        {"https://tmbc.gov.uk", NULL, "is a web address"},
        {"plans@tmbc.gov.uk", NULL, "write only what follows the @"},
        {"tmbc.gov.uk.", NULL, "ends in a dot"},
        {"tmbc..gov.uk", NULL, "is not a domain name"},
        {"-tmbc.gov.uk", NULL, "is not a domain name"},
        {"tm_bc.gov.uk", NULL, "is not a domain name"},
        {"192.0.2.1", NULL, "is an IP address"},
        {"", NULL, "is empty"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.uk", NULL,
         "is not"},
    };
    check_texts(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_domain);
}

static void hosts_are_names_or_addresses(void **state)
{
    (void)state;
    static const TextCase cases[] = {
        {"localhost", "localhost", NULL},
        {"IMAP.example.org", "imap.example.org", NULL},
        {"127.0.0.1", "127.0.0.1", NULL},
        {"::1", "::1", NULL},
        {"[::1]", "::1", NULL},
        {"[127.0.0.1]", NULL, "is not an IPv6 address"},
        {"imap.example.org:993", NULL, "has a port"},
        {"imap example.org", NULL, "is not a domain name"},
    };
    check_texts(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_host);
}

static void addresses_are_one_plain_address(void **state)
{
    (void)state;
    static const TextCase cases[] = {
        {"Plans@TMBC.gov.uk", "plans@tmbc.gov.uk", NULL},
        {"o'neill+plans@council.gov.uk", "o'neill+plans@council.gov.uk", NULL},
        {"plans", NULL, "is not an e-mail address"},
        {"@council.gov.uk", NULL, "one plain e-mail address"},
        {"a b@council.gov.uk", NULL, "one plain e-mail address"},
        {"Plans <plans@council.gov.uk>", NULL, "one plain e-mail address"},
        {"a@b@council.gov.uk", NULL, "one plain e-mail address"},
        {".a@council.gov.uk", NULL, "one plain e-mail address"},
        {"a..b@council.gov.uk", NULL, "one plain e-mail address"},
        {"plans@localhost", NULL, "has a domain that has no dot"},
    };
    check_texts(cases, G_N_ELEMENTS(cases), lodge_key_value_parse_address);
}

static void codes_and_ids_have_their_form(void **state)
{
    (void)state;
    assert_true(lodge_key_value_is_gss("E07000115"));
    assert_false(lodge_key_value_is_gss("e07000115"));
    assert_false(lodge_key_value_is_gss("E0700011"));
    assert_false(lodge_key_value_is_gss("E070001155"));
    assert_false(lodge_key_value_is_gss("E0700011x"));
    assert_true(lodge_key_value_is_identifier("productivity-plans-2024"));
    assert_false(lodge_key_value_is_identifier("-x"));
    assert_false(lodge_key_value_is_identifier("Plans"));
    assert_false(lodge_key_value_is_identifier("a/b"));
    assert_false(lodge_key_value_is_identifier(""));
    static const char *const here[] = {"localhost", "127.0.0.1", "127.255.0.9", "::1"};
    static const char *const away[] = {"128.0.0.1", "localhost.example", "::2",
                                       "127.example.org"};
    for (gsize i = 0; i < G_N_ELEMENTS(here); i++)
        assert_true(lodge_key_value_is_loopback(here[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(away); i++)
        assert_false(lodge_key_value_is_loopback(away[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_say_their_unit),
        cmocka_unit_test(sizes_say_their_unit),
        cmocka_unit_test(rates_are_per_minute),
        cmocka_unit_test(a_retention_is_days_or_years_or_for_ever),
        cmocka_unit_test(hourly_and_daily_rates_say_their_unit),
        cmocka_unit_test(counts_are_whole_numbers),
        cmocka_unit_test(ranges_have_two_ends_or_one),
        cmocka_unit_test(days_are_midnights_of_utc),
        cmocka_unit_test(domains_are_ascii_and_exact),
        cmocka_unit_test(hosts_are_names_or_addresses),
        cmocka_unit_test(addresses_are_one_plain_address),
        cmocka_unit_test(codes_and_ids_have_their_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
