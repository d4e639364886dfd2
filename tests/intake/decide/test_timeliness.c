#include "intake/decide/received_instant.h"
#include "intake/decide/timeliness.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *name;
    WorldRules rules;
    const char *council;
    const char *received;
    const char *other; /* a second clock, or NULL */
    LodgeTimeliness expected;
} Case;

/* British Summer Time: midnight of 20 July is 23:00 UTC of 19 July. */
static const Case cases[] = {
    {"the last microsecond of the deadline is on time",
     {0},
     TONBRIDGE,
     "2024-07-19T22:59:59.999999Z",
     NULL,
     LODGE_ON_TIME},
    {"the first microsecond after it is late",
     {0},
     TONBRIDGE,
     "2024-07-19T23:00:00Z",
     NULL,
     LODGE_LATE},
    {"an hour before by the clock of UTC is late in summer",
     {0},
     TONBRIDGE,
     "2024-07-19T23:30:00Z",
     NULL,
     LODGE_LATE},
    {"in winter the same clock time is on time",
     {.deadline = "2024-12-20T00:00"},
     TONBRIDGE,
     "2024-12-19T23:30:00Z",
     NULL,
     LODGE_ON_TIME},
    {"the whole of the named minute is in, if the call says so",
     {.deadline = "2024-07-19T17:00", .includes = "minute"},
     TONBRIDGE,
     "2024-07-19T16:00:59.999999Z",
     NULL,
     LODGE_ON_TIME},
    {"the minute after it is not",
     {.deadline = "2024-07-19T17:00", .includes = "minute"},
     TONBRIDGE,
     "2024-07-19T16:01:00Z",
     NULL,
     LODGE_LATE},
    {"the named second is in, if the call says so",
     {.deadline = "2024-07-19T23:59:59", .includes = "second"},
     TONBRIDGE,
     "2024-07-19T22:59:59.5Z",
     NULL,
     LODGE_ON_TIME},
    {"without a word of it the named second is late",
     {.deadline = "2024-07-19T23:59:59"},
     TONBRIDGE,
     "2024-07-19T22:59:59.5Z",
     NULL,
     LODGE_LATE},
    {"the first instant of the window is in",
     {0},
     TONBRIDGE,
     "2024-04-15T23:00:00Z",
     NULL,
     LODGE_ON_TIME},
    {"the instant before it is not open",
     {0},
     TONBRIDGE,
     "2024-04-15T22:59:59.999999Z",
     NULL,
     LODGE_NOT_OPEN},
    {"an extension for this council",
     {.extension_council = TONBRIDGE, .extension_until = "2024-07-30T00:00"},
     TONBRIDGE,
     "2024-07-29T22:59:59Z",
     NULL,
     LODGE_ON_TIME},
    {"an extension for another council does not help",
     {.extension_council = ADUR, .extension_until = "2024-07-30T00:00"},
     TONBRIDGE,
     "2024-07-29T22:59:59Z",
     NULL,
     LODGE_LATE},
    {"an extension for all helps a council that is not known",
     {.extension_council = "*", .extension_until = "2024-07-30T00:00"},
     NULL,
     "2024-07-29T22:59:59Z",
     NULL,
     LODGE_ON_TIME},
    {"after the extension it is late",
     {.extension_council = "*", .extension_until = "2024-07-30T00:00"},
     TONBRIDGE,
     "2024-07-29T23:00:00Z",
     NULL,
     LODGE_LATE},
    {"clocks on both sides of the deadline decide nothing",
     {0},
     TONBRIDGE,
     "2024-07-19T22:59:58Z",
     "2024-07-19T23:00:03Z",
     LODGE_UNDETERMINED},
    {"nor when the counting one is the late one",
     {0},
     TONBRIDGE,
     "2024-07-19T23:00:03Z",
     "2024-07-19T22:59:58Z",
     LODGE_UNDETERMINED},
    {"clocks that differ on the same side decide",
     {0},
     TONBRIDGE,
     "2024-07-18T01:00:00Z",
     "2024-07-19T22:00:00Z",
     LODGE_ON_TIME},
    {"no clock at all", {0}, TONBRIDGE, NULL, NULL, LODGE_UNDETERMINED},
};

static LodgeReceivedInstant *make_received(const char *received, const char *other)
{
    LodgeReceivedInstant *made = g_new0(LodgeReceivedInstant, 1);
    made->clocks = g_ptr_array_new();
    made->weighed = g_array_new(FALSE, FALSE, sizeof(gint64));
    made->instant_us = world_instant(received);
    made->source = g_strdup("border-hop");
    gint64 stamps[] = {made->instant_us, world_instant(other)};
    for (gsize i = 0; i < G_N_ELEMENTS(stamps); i++)
        if (stamps[i] != LODGE_INSTANT_UNKNOWN)
            g_array_append_val(made->weighed, stamps[i]);
    return made;
}

static void timeliness_is_told_from_the_clocks(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WorldRules rules = cases[i].rules;
        g_autoptr(World) world = world_new_with(&rules);
        LodgeReceivedInstant *received = make_received(cases[i].received, cases[i].other);
        LodgeTimelinessVerdict verdict =
            lodge_timeliness_judge(received, world->rules->call, cases[i].council);
        if (verdict.timeliness != cases[i].expected)
            fail_msg("%s: %s", cases[i].name, lodge_timeliness_format(verdict.timeliness));
        lodge_received_instant_free(received);
    }
}

#define MINUTE_US (60 * LODGE_SECOND_US)

static LodgeCall *
call_ending(LodgeZone *zone, const char *civil, const char *includes, GError **error)
{
    g_autofree char *text =
        g_strdup_printf("[call]\nid = c\ntitle = C\nreference_prefix = CC\ndepartment = D\n"
                        "zone = Europe/London\ndeadline = %s\ndeadline_includes = %s\n",
                        civil, includes);
    return lodge_call_parse(text, "call", zone, error);
}

static char *civil_minute(const LodgeZone *zone, gint64 at_us)
{
    LodgeCivil civil;
    lodge_zone_split(zone, at_us, &civil, NULL, NULL);
    return g_strdup_printf("%04d-%02d-%02dT%02d:%02d", civil.year, civil.month, civil.day,
                           civil.hour, civil.minute);
}

/* The last microsecond before the deadline is on time, the deadline itself is late; 0: this civil minute is twice. */
static gboolean check_deadline(LodgeZone *zone, gint64 at_us)
{
    static const char *const includes[] = {"none", "second", "minute"};
    static const gint64 more_us[] = {0, LODGE_SECOND_US, MINUTE_US};
    g_autofree char *civil = civil_minute(zone, at_us);
    for (gsize i = 0; i < G_N_ELEMENTS(includes); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeCall) call = call_ending(zone, civil, includes[i], &error);
        if (call == NULL)
            return FALSE;
        gint64 first_late_us = at_us + more_us[i];
        gint64 deadline_us = lodge_call_deadline_for(call, NULL, NULL);
        if (lodge_timeliness_judge_instant(first_late_us - 1, call, deadline_us) !=
                LODGE_ON_TIME ||
            lodge_timeliness_judge_instant(first_late_us, call, deadline_us) != LODGE_LATE)
            fail_msg("%s, %s", civil, includes[i]);
    }
    return TRUE;
}

/* Every minute of the day before, of and after each clock change, as a deadline. */
static void deadlines_hold_minute_by_minute_across_both_clock_changes(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
        guint refused; /* the hour that autumn has twice, seen twice */
    } days[] = {
        {"2024-03-30T22:00:00Z", "2024-04-01T02:00:00Z", 0},
        {"2024-10-26T22:00:00Z", "2024-10-28T02:00:00Z", 120},
    };
    g_autoptr(LodgeZone) zone = lodge_zone_load("Europe/London", NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(days); i++) {
        guint refused = 0;
        gint64 to_us = world_instant(days[i].to);
        for (gint64 at_us = world_instant(days[i].from); at_us < to_us; at_us += MINUTE_US)
            refused += check_deadline(zone, at_us) ? 0 : 1;
        assert_int_equal(refused, days[i].refused);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deadlines_hold_minute_by_minute_across_both_clock_changes),
        cmocka_unit_test(timeliness_is_told_from_the_clocks),
    };
    return cmocka_run_group_tests_name("intake/decide/timeliness", tests, NULL, NULL);
}
