#include "config/zone.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define MINUTE_US (60 * LODGE_SECOND_US)

static LodgeZone *load(const char *name)
{
    g_autoptr(GError) error = NULL;
    LodgeZone *zone = lodge_zone_load(name, &error);
    if (zone == NULL)
        fail_msg("%s: %s", name, error->message);
    return zone;
}

static gint64 at(const char *utc)
{
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    assert_true(lodge_instant_parse(utc, &instant_us));
    return instant_us;
}

typedef struct {
    const char *name, *zone, *civil;
    const char *utc; /* NULL: refused */
    LodgeZoneError code;
    const char *words; /* in the refusal */
} Case;

static const Case CASES[] = {
    {"a deadline in British summer", "Europe/London", "2024-07-20T00:00",
     "2024-07-19T23:00:00.000000Z", 0, NULL},
    {"a deadline in British winter, with seconds", "Europe/London", "2024-12-01T17:00:30",
     "2024-12-01T17:00:30.000000Z", 0, NULL},
    {"the last minute before the spring change", "Europe/London", "2024-03-31T00:59",
     "2024-03-31T00:59:00.000000Z", 0, NULL},
    {"the first minute that spring skips", "Europe/London", "2024-03-31T01:00", NULL,
     LODGE_ZONE_ERROR_NONEXISTENT,
     "the clocks go forward from 2024-03-31T01:00 GMT to 2024-03-31T02:00 BST; write "
     "2024-03-31T00:59 or 2024-03-31T02:00"},
    {"half past one in spring", "Europe/London", "2024-03-31T01:30", NULL,
     LODGE_ZONE_ERROR_NONEXISTENT, "'2024-03-31T01:30' does not exist in Europe/London"},
    {"the last second that spring skips", "Europe/London", "2024-03-31T01:59:59", NULL,
     LODGE_ZONE_ERROR_NONEXISTENT, "does not exist"},
    {"the first minute after the spring change", "Europe/London", "2024-03-31T02:00",
     "2024-03-31T01:00:00.000000Z", 0, NULL},
    {"half past one in autumn", "Europe/London", "2024-10-27T01:30", NULL,
     LODGE_ZONE_ERROR_AMBIGUOUS,
     "'2024-10-27T01:30' exists twice in Europe/London: the clocks go back from "
     "2024-10-27T02:00 BST to 2024-10-27T01:00 GMT; write 2024-10-27T00:59 or 2024-10-27T02:00"},
    {"two o'clock in autumn is there once", "Europe/London", "2024-10-27T02:00",
     "2024-10-27T02:00:00.000000Z", 0, NULL},
    {"New York skips another hour", "America/New_York", "2024-03-10T02:30", NULL,
     LODGE_ZONE_ERROR_NONEXISTENT, "from 2024-03-10T02:00 EST to 2024-03-10T03:00 EDT"},
    {"in Sydney October skips", "Australia/Sydney", "2024-10-06T02:30", NULL,
     LODGE_ZONE_ERROR_NONEXISTENT, "from 2024-10-06T02:00 AEST to 2024-10-06T03:00 AEDT"},
    {"in Sydney April repeats", "Australia/Sydney", "2024-04-07T02:30", NULL,
     LODGE_ZONE_ERROR_AMBIGUOUS, "from 2024-04-07T03:00 AEDT to 2024-04-07T02:00 AEST"},
    {"Lord Howe Island repeats half an hour", "Australia/Lord_Howe", "2024-04-07T01:45",
     NULL, LODGE_ZONE_ERROR_AMBIGUOUS, "write 2024-04-07T01:29 or 2024-04-07T02:00"},
    {"Samoa had no 30 December 2011", "Pacific/Apia", "2011-12-30T12:00", NULL,
     LODGE_ZONE_ERROR_NONEXISTENT, "write 2011-12-29T23:59 or 2011-12-31T00:00"},
    {"Kathmandu is three quarters of an hour off", "Asia/Kathmandu", "2024-07-20T00:00",
     "2024-07-19T18:15:00.000000Z", 0, NULL},
    {"UTC", "UTC", "2024-02-29T23:59:59", "2024-02-29T23:59:59.000000Z", 0, NULL},
    {"a summer in 2090 has summer time", "Europe/London", "2090-07-01T12:00",
     "2090-07-01T11:00:00.000000Z", 0, NULL},
    {"a year before the table", "Europe/London", "1989-12-31T23:59", NULL,
     LODGE_ZONE_ERROR_RANGE, "outside the years"},
    {"a year after the table", "Europe/London", "2100-01-01T00:00", NULL,
     LODGE_ZONE_ERROR_RANGE, "outside the years"},
    {"a day that does not exist", "Europe/London", "2024-02-30T00:00", NULL,
     LODGE_ZONE_ERROR_SYNTAX, "is no civil time"},
    {"24:00 is 00:00 of the next day", "Europe/London", "2024-07-19T24:00", NULL,
     LODGE_ZONE_ERROR_SYNTAX, "write it like 2024-07-20T00:00"},
    {"a space for the T", "Europe/London", "2024-07-19 17:00", NULL,
     LODGE_ZONE_ERROR_SYNTAX, "is no civil time"},
    {"an offset", "Europe/London", "2024-07-19T17:00Z", NULL, LODGE_ZONE_ERROR_SYNTAX,
     "is no civil time"},
    {"a leap second", "Europe/London", "2024-06-30T23:59:60", NULL, LODGE_ZONE_ERROR_SYNTAX,
     "is no civil time"},
    {"nothing", "Europe/London", "", NULL, LODGE_ZONE_ERROR_SYNTAX, "is no civil time"},
};

static void a_civil_time_has_one_instant_or_is_refused(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const Case *c = &CASES[i];
        g_autoptr(LodgeZone) zone = load(c->zone);
        g_autoptr(GError) error = NULL;
        gint64 instant_us = LODGE_INSTANT_UNKNOWN;
        gboolean resolved = lodge_zone_resolve(zone, c->civil, &instant_us, &error);
        g_autofree char *utc = lodge_instant_format(instant_us);
        if (resolved != (c->utc != NULL) || g_strcmp0(utc, c->utc) != 0)
            fail_msg("%s: gave %s (%s)", c->name, utc, error ? error->message : "no error");
        if (!resolved && (!g_error_matches(error, LODGE_ZONE_ERROR, (int)c->code) ||
                          strstr(error->message, c->words) == NULL))
            fail_msg("%s: '%s'", c->name, error->message);
    }
}

/* What GLib's own table says of a civil minute, found by trying every offset of the world. */
static guint count_by_search(GTimeZone *source, gint64 local_s)
{
    guint count = 0;
    for (gint64 offset_s = -14 * 3600; offset_s <= 14 * 3600; offset_s += 900) {
        int interval =
            g_time_zone_find_interval(source, G_TIME_TYPE_UNIVERSAL, local_s - offset_s);
        count += g_time_zone_get_offset(source, interval) == offset_s;
    }
    return count;
}

static void check_every_minute(const char *name, const char *first_utc, guint minutes)
{
    g_autoptr(LodgeZone) zone = load(name);
    g_autoptr(GTimeZone) source = g_time_zone_new_identifier(name);
    gint64 first_us = at(first_utc);
    for (guint i = 0; i < minutes; i++) {
        LodgeCivil civil;
        gint64 local_us = first_us + i * MINUTE_US;
        gint64 instant_us = 0;
        g_autoptr(GError) error = NULL;
        lodge_instant_split(local_us, &civil);
        g_autofree char *text =
            g_strdup_printf("%04d-%02d-%02dT%02d:%02d", civil.year, civil.month, civil.day,
                            civil.hour, civil.minute);
        guint count = count_by_search(source, local_us / LODGE_SECOND_US);
        gboolean resolved = lodge_zone_resolve(zone, text, &instant_us, &error);
        int expected =
            count == 0 ? LODGE_ZONE_ERROR_NONEXISTENT : LODGE_ZONE_ERROR_AMBIGUOUS;
        if (resolved != (count == 1) ||
            (!resolved && !g_error_matches(error, LODGE_ZONE_ERROR, expected)))
            fail_msg("%s %s: there are %u instants", name, text, count);
        if (!resolved)
            continue;
        LodgeCivil back;
        lodge_zone_split(zone, instant_us, &back, NULL, NULL);
        gint64 back_us = 0;
        assert_true(lodge_instant_join(&back, &back_us));
        assert_int_equal(back_us, local_us);
    }
}

static void every_minute_around_the_changes_of_2024_is_told_right(void **state)
{
    (void)state;
    check_every_minute("Europe/London", "2024-03-30T12:00:00Z", 2 * 1440);
    check_every_minute("Europe/London", "2024-10-26T12:00:00Z", 2 * 1440);
    check_every_minute("America/New_York", "2024-03-09T12:00:00Z", 2 * 1440);
    check_every_minute("America/New_York", "2024-11-02T12:00:00Z", 2 * 1440);
    check_every_minute("Australia/Sydney", "2024-04-06T12:00:00Z", 2 * 1440);
    check_every_minute("Australia/Sydney", "2024-10-05T12:00:00Z", 2 * 1440);
    check_every_minute("America/Santiago", "2024-09-07T12:00:00Z", 2 * 1440);
    check_every_minute("Asia/Kathmandu", "2024-03-30T12:00:00Z", 1440);
    check_every_minute("UTC", "2024-03-30T12:00:00Z", 1440);
}

static void offsets_agree_with_the_system_all_year(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/London", "America/New_York",
                                        "Asia/Kathmandu", "Australia/Sydney", "UTC"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(LodgeZone) zone = load(names[i]);
        g_autoptr(GTimeZone) source = g_time_zone_new_identifier(names[i]);
        gint64 from_us = at("1990-01-01T00:00:00Z"), to_us = at("2100-01-01T00:00:00Z");
        for (gint64 t = from_us; t < to_us; t += 11 * 3600 * LODGE_SECOND_US) {
            LodgeCivil civil;
            int offset_s;
            const char *abbreviation;
            int interval = g_time_zone_find_interval(source, G_TIME_TYPE_UNIVERSAL,
                                                     t / LODGE_SECOND_US);
            lodge_zone_split(zone, t, &civil, &offset_s, &abbreviation);
            assert_int_equal(offset_s, g_time_zone_get_offset(source, interval));
            assert_string_equal(abbreviation,
                                g_time_zone_get_abbreviation(source, interval));
        }
    }
}

static void zones_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"Europe/Londn",
                                        "BST",
                                        "GMT0BST",
                                        "+01:00",
                                        "",
                                        "../../etc/passwd",
                                        "/etc/localtime",
                                        "Europe/../UTC",
                                        "EST5EDT,M3.2.0,M11.1.0",
                                        ":Europe/London"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        if (lodge_zone_load(names[i], &error) != NULL)
            fail_msg("'%s' was taken", names[i]);
        assert_true(g_error_matches(error, LODGE_ZONE_ERROR, LODGE_ZONE_ERROR_UNKNOWN));
        assert_non_null(strstr(error->message, "write an IANA name such as Europe/London"));
    }
}

static void a_cut_table_survives_the_round_trip(void **state)
{
    (void)state;
    g_autoptr(LodgeZone) zone = load("Europe/London");
    g_autofree char *text =
        lodge_zone_format(zone, at("2024-06-01T00:00:00Z"), at("2025-01-01T00:00:00Z"));
    assert_string_equal(
        text,
        "{\"name\":\"Europe/London\",\"until\":\"2025-01-01T00:00:00.000000Z\",\"periods\":["
        "{\"from\":\"2024-06-01T00:00:00.000000Z\",\"offset_s\":3600,\"abbreviation\":\"BST\"},"
        "{\"from\":\"2024-10-27T01:00:00.000000Z\",\"offset_s\":0,\"abbreviation\":\"GMT\"}]}");
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeZone) cut = lodge_zone_parse(text, &error);
    assert_non_null(cut);
    g_autofree char *again = lodge_zone_format(cut, G_MININT64, G_MAXINT64);
    assert_string_equal(again, text);
    gint64 instant_us = 0;
    assert_true(lodge_zone_resolve(cut, "2024-07-20T00:00", &instant_us, NULL));
    assert_int_equal(instant_us, at("2024-07-19T23:00:00Z"));
    assert_false(lodge_zone_resolve(cut, "2024-05-31T00:00", &instant_us, &error));
    assert_true(g_error_matches(error, LODGE_ZONE_ERROR, LODGE_ZONE_ERROR_RANGE));
    g_clear_error(&error);
    assert_false(lodge_zone_resolve(cut, "2024-10-27T01:30", &instant_us, &error));
    assert_true(g_error_matches(error, LODGE_ZONE_ERROR, LODGE_ZONE_ERROR_AMBIGUOUS));
}

static void the_whole_table_survives_the_round_trip(void **state)
{
    (void)state;
    g_autoptr(LodgeZone) zone = load("America/New_York");
    g_autofree char *text = lodge_zone_format(zone, G_MININT64, G_MAXINT64);
    g_autoptr(LodgeZone) parsed = lodge_zone_parse(text, NULL);
    assert_non_null(parsed);
    g_autofree char *again = lodge_zone_format(parsed, G_MININT64, G_MAXINT64);
    assert_string_equal(again, text);
}

static void spoilt_tables_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "[]",
        "{\"name\":\"UTC\",\"until\":\"2025-01-01T00:00:00Z\",\"periods\":[]}",
        "{\"name\":\"UTC\",\"until\":\"2225-01-01T00:00:00Z\",\"periods\":[{\"from\":\"2024-01-"
        "01T00:00:00Z\",\"offset_s\":0,\"abbreviation\":\"UTC\"}]}",
        "{\"name\":\"UTC\",\"until\":null,\"periods\":[{\"from\":\"2024-01-01T00:00:00Z\","
        "\"offset_s\":0,\"abbreviation\":\"UTC\"}]}",
        "{\"name\":\"UTC\",\"until\":\"2025-01-01T00:00:00Z\",\"periods\":[{\"from\":\"2024-01-"
        "01T00:00:00Z\",\"offset_s\":100000,\"abbreviation\":\"UTC\"}]}",
        "{\"name\":\"UTC\",\"until\":\"2025-01-01T00:00:00Z\",\"periods\":[{\"from\":\"2024-01-"
        "01T00:00:00Z\",\"offset_s\":0,\"abbreviation\":\"a\\u001b\"}]}",
        "{\"name\":\"../UTC\",\"until\":\"2025-01-01T00:00:00Z\",\"periods\":[{\"from\":\"2024-"
        "01-01T00:00:00Z\",\"offset_s\":0,\"abbreviation\":\"UTC\"}]}",
        "{\"name\":\"UTC\",\"until\":\"2025-01-01T00:00:00Z\",\"periods\":[{\"from\":\"2024-02-"
        "01T00:00:00Z\",\"offset_s\":0,\"abbreviation\":\"UTC\"},{\"from\":\"2024-01-01T00:00:"
        "00Z\",\"offset_s\":60,\"abbreviation\":\"X\"}]}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        if (lodge_zone_parse(texts[i], &error) != NULL || error == NULL)
            fail_msg("table %zu was taken", i);
    }
}

static void instants_read_like_people_write_them(void **state)
{
    (void)state;
    g_autoptr(LodgeZone) london = load("Europe/London");
    g_autoptr(LodgeZone) kathmandu = load("Asia/Kathmandu");
    gint64 instant_us = at("2024-07-19T22:41:05.9Z");
    g_autofree char *seconds = lodge_zone_format_words(london, instant_us, TRUE);
    assert_string_equal(seconds, "Friday 19 July 2024 at 23:41:05 BST");
    g_autofree char *minutes = lodge_zone_format_words(london, instant_us, FALSE);
    assert_string_equal(minutes, "Friday 19 July 2024 at 23:41 BST");
    g_autofree char *east = lodge_zone_format_words(kathmandu, instant_us, FALSE);
    assert_string_equal(east, "Saturday 20 July 2024 at 04:26 +0545");
    g_autofree char *outside =
        lodge_zone_format_words(london, at("1975-07-19T12:00:00Z"), FALSE);
    assert_string_equal(outside, "Saturday 19 July 1975 at 12:00 UTC");
}

static void instants_with_their_offset_mean_the_same_instant(void **state)
{
    (void)state;
    static const struct {
        const char *zone, *instant, *expected;
    } cases[] = {
        {"Europe/London", "2024-07-19T22:41:05Z", "2024-07-19T23:41:05+01:00"},
        {"Europe/London", "2024-12-19T22:41:05Z", "2024-12-19T22:41:05+00:00"},
        {"Asia/Kathmandu", "2024-07-19T22:41:05Z", "2024-07-20T04:26:05+05:45"},
        {"America/St_Johns", "2024-12-01T01:00:00Z", "2024-11-30T21:30:00-03:30"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeZone) zone = load(cases[i].zone);
        g_autofree char *text = lodge_zone_format_offset(zone, at(cases[i].instant));
        assert_string_equal(text, cases[i].expected);
        assert_int_equal(at(text), at(cases[i].instant));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_civil_time_has_one_instant_or_is_refused),
        cmocka_unit_test(every_minute_around_the_changes_of_2024_is_told_right),
        cmocka_unit_test(offsets_agree_with_the_system_all_year),
        cmocka_unit_test(zones_that_are_none_are_refused),
        cmocka_unit_test(a_cut_table_survives_the_round_trip),
        cmocka_unit_test(the_whole_table_survives_the_round_trip),
        cmocka_unit_test(spoilt_tables_are_refused),
        cmocka_unit_test(instants_read_like_people_write_them),
        cmocka_unit_test(instants_with_their_offset_mean_the_same_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
