#include "parsers/text/instant.h"

#include "tests/support/cmocka.h"
#include <string.h>
#include <time.h>

static void every_day_of_four_centuries_survives_the_round_trip(void **state)
{
    (void)state;
    for (gint64 day = -1000; day < 146097 + 1000; day++) {
        LodgeCivil civil;
        gint64 back;
        time_t seconds = (time_t)(day * 86400 + 3661);
        struct tm known;
        gmtime_r(&seconds, &known);
        lodge_instant_split((day * 86400 + 3661) * LODGE_SECOND_US + 7, &civil);
        assert_int_equal(civil.year, known.tm_year + 1900);
        assert_int_equal(civil.month, known.tm_mon + 1);
        assert_int_equal(civil.day, known.tm_mday);
        assert_int_equal(civil.weekday % 7, known.tm_wday);
        assert_true(lodge_instant_join(&civil, &back));
        assert_int_equal(back, (day * 86400 + 3661) * LODGE_SECOND_US + 7);
    }
}

typedef struct {
    const char *name, *text;
    const char *utc; /* NULL: refused */
} Case;

static void check(const Case *cases, gsize count, gboolean (*parse)(const char *, gint64 *))
{
    for (gsize i = 0; i < count; i++) {
        gint64 instant_us = LODGE_INSTANT_UNKNOWN;
        gboolean parsed = parse(cases[i].text, &instant_us);
        g_autofree char *utc = lodge_instant_format(instant_us);
        if (parsed != (cases[i].utc != NULL) || g_strcmp0(utc, cases[i].utc) != 0)
            fail_msg("%s: \"%s\" gave %s", cases[i].name, cases[i].text, utc);
    }
}

static void rfc_3339_times_are_read(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"with Z", "2024-07-19T22:59:59Z", "2024-07-19T22:59:59.000000Z"},
        {"with an offset", "2024-07-19T23:59:59.25+01:00", "2024-07-19T22:59:59.250000Z"},
        {"finer than a microsecond", "2024-07-19T22:59:59.1234567Z",
         "2024-07-19T22:59:59.123456Z"},
        {"leap day", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000Z"},
        {"before 1970", "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"},
        {"no leap day", "2023-02-29T00:00:00Z", NULL},
        {"no zone", "2024-07-19T22:59:59", NULL},
        {"trailing text", "2024-07-19T22:59:59Zx", NULL},
        {"hour 24", "2024-07-19T24:00:00Z", NULL},
        {"no digits in the fraction", "2024-07-19T22:59:59.Z", NULL},
        {"empty", "", NULL},
    };
    check(cases, G_N_ELEMENTS(cases), lodge_instant_parse);
}

static void mail_dates_are_read(void **state)
{
    (void)state;
    static const Case cases[] = {
        {"as in the RFC", "Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06.000000Z"},
        {"no day name", "21 Nov 1997 09:55:06 +0100", "1997-11-21T08:55:06.000000Z"},
        {"no seconds", "Fri, 21 Nov 1997 09:55 -0600", "1997-11-21T15:55:00.000000Z"},
        {"a comment after the zone", "Fri, 19 Jul 2024 23:59:59 +0100 (BST)",
         "2024-07-19T22:59:59.000000Z"},
        {"comments everywhere (RFC 5322 A.6.3)",
         "Fri(a),21(b (c)) Nov 97 09(comment):   55  :  06 -0600",
         "1997-11-21T15:55:06.000000Z"},
        {"a two digit year", "21 Nov 24 09:55:06 GMT", "2024-11-21T09:55:06.000000Z"},
        {"a three digit year", "21 Nov 124 09:55:06 GMT", "2024-11-21T09:55:06.000000Z"},
        {"an American zone", "Fri, 21 Nov 1997 09:55:06 EST",
         "1997-11-21T14:55:06.000000Z"},
        {"a military zone is unknown, so UTC", "Fri, 21 Nov 1997 09:55:06 K",
         "1997-11-21T09:55:06.000000Z"},
        {"a leap second", "31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59.000000Z"},
        {"one digit day and folds", "\r\n Mon,\r\n 1 Jan 2024 00:00:00 +0000",
         "2024-01-01T00:00:00.000000Z"},
        {"a month in full", "1 January 2024 00:00:00 +0000", "2024-01-01T00:00:00.000000Z"},
        {"dashes", "01-Jan-2024 00:00:00 +0000", "2024-01-01T00:00:00.000000Z"},
        {"no zone at all", "Fri, 21 Nov 1997 09:55:06", NULL},
        {"no such month", "21 Nev 1997 09:55:06 GMT", NULL},
        {"no such day", "31 Nov 1997 09:55:06 GMT", NULL},
        {"an endless number", "99999999999999999999 Nov 1997 09:55:06 GMT", NULL},
        {"an open comment", "(((((", NULL},
        {"empty", "", NULL},
    };
    check(cases, G_N_ELEMENTS(cases), lodge_instant_parse_mail_date);
}

static void a_mail_date_is_written_in_utc(void **state)
{
    (void)state;
    gint64 instant_us;
    assert_true(lodge_instant_parse("2024-07-19T22:59:59Z", &instant_us));
    g_autofree char *text = lodge_instant_format_mail_date(instant_us);
    assert_string_equal(text, "Fri, 19 Jul 2024 22:59:59 +0000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_four_centuries_survives_the_round_trip),
        cmocka_unit_test(rfc_3339_times_are_read),
        cmocka_unit_test(mail_dates_are_read),
        cmocka_unit_test(a_mail_date_is_written_in_utc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
