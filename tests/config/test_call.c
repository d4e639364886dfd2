#include "config/call.h"

#include "config/config_error.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define EXAMPLE LODGE_SOURCE_DIR "/config/examples/productivity-plans-2024.call"

#define HEAD                                                                               \
    "[call]\nid = a-call\ntitle = A Call\nreference_prefix = AC\ndepartment = A Department\n"
#define WHEN "zone = Europe/London\ndeadline = 2024-07-20T00:00\n"

static gint64 at(const char *utc)
{
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    assert_true(lodge_instant_parse(utc, &instant_us));
    return instant_us;
}

typedef struct {
    const char *name, *text;
    const char *words; /* NULL: taken */
} Case;

static const Case CASES[] = {
    {"the least a call can say", HEAD WHEN, NULL},
    {"nothing", "", "call: [call]: the group is not there: 'id' (text) is missing"},
    {"no deadline", HEAD "zone = Europe/London\n",
     "call:1: [call]: 'deadline' (civil time) is missing"},
    {"a zone that does not exist",
     HEAD "zone = Europe/Londn\ndeadline = 2024-07-20T00:00\n",
     "call:6: [call] zone: no time zone 'Europe/Londn' on this machine"},
    {"a deadline that spring skips",
     HEAD "zone = Europe/London\ndeadline = 2024-03-31T01:30\n",
     "call:7: [call] deadline: '2024-03-31T01:30' does not exist in Europe/London"},
    {"a deadline that autumn has twice",
     HEAD "zone = Europe/London\ndeadline = 2024-10-27T01:30\n",
     "call:7: [call] deadline: '2024-10-27T01:30' exists twice in Europe/London"},
    {"a deadline that is a day", HEAD "zone = UTC\ndeadline = 2024-07-20\n",
     "'2024-07-20' is no civil time"},
    {"an end before the beginning", HEAD WHEN "opens = 2024-07-21T00:00\n",
     "call:7: [call] deadline: the call ends before it opens"},
    {"seconds where the minute is in",
     HEAD "zone = UTC\ndeadline = 2024-07-20T00:00:30\ndeadline_includes = minute\n",
     "has seconds, but deadline_includes is minute"},
    {"an id with capitals",
     "[call]\nid = A_Call\ntitle = A\nreference_prefix = AC\n"
     "department = D\n" WHEN,
     "call:2: [call] id: 'A_Call' is no id"},
    {"a prefix that cannot be said",
     "[call]\nid = a\ntitle = A\nreference_prefix = P-24\n"
     "department = D\n" WHEN,
     "call:4: [call] reference_prefix: 'P-24' is no prefix"},
    {"an unknown late policy", HEAD WHEN "late_policy = drop\n",
     "late_policy: 'drop' is none of file, hold, reject"},
    {"pages the wrong way round", HEAD WHEN "pages = 4-3\n",
     "pages: '4-3' ends before it begins"},
    {"a type that is none", HEAD WHEN "accepted_types = pdf\n", "'pdf' is no media type"},
    {"days with a unit", HEAD WHEN "mend_days = 14d\n",
     "mend_days: '14d' is not a whole number"},
    {"another time that counts", HEAD WHEN "mend_counts = both\n", "mend_counts: 'both'"},
    {"a theme without phrases", HEAD WHEN "[theme a]\ntitle = A\n",
     "call:8: [theme a]: 'phrases' (list) is missing"},
    {"a theme that every text shows", HEAD WHEN "[theme a]\ntitle = A\nphrases = the\n",
     "'the' is too short to show anything"},
    {"a theme with a bad id",
     HEAD WHEN "[theme A B]\ntitle = A\nphrases = transformation\n",
     "[theme A B]: 'A B' is no id"},
    {"the same theme twice",
     HEAD WHEN "[theme a]\ntitle = A\nphrases = transformation\n[theme a]\n",
     "call:11: group [theme a] is there twice"},
    {"an extension for one council",
     HEAD WHEN
     "[extension x]\ncouncil = E07000115\nuntil = 2024-08-01T00:00\nreason = flood\n",
     NULL},
    {"an extension for nobody",
     HEAD WHEN "[extension x]\ncouncil = Kent\nuntil = 2024-08-01T00:00\nreason = flood\n",
     "'Kent' is no GSS code (a letter and eight digits) nor * for all"},
    {"an extension that shortens",
     HEAD WHEN "[extension x]\ncouncil = *\nuntil = 2024-07-01T00:00\nreason = flood\n",
     "call:10: [extension x] until: the extension is not after the deadline"},
    {"an extension without a reason",
     HEAD WHEN "[extension x]\ncouncil = *\nuntil = 2024-08-01T00:00\n",
     "[extension x]: 'reason' (text) is missing"},
    {"a misspelt key", HEAD WHEN "deadlin_includes = none\n",
     "call:8: [call] unknown key 'deadlin_includes'; did you mean 'deadline_includes'?"},
    {"a misspelt group", HEAD WHEN "[thema a]\n", "did you mean [theme ID]?"},
};

static void a_call_is_taken_or_refused_by_line(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeCall) call = lodge_call_parse(CASES[i].text, "call", NULL, &error);
        gboolean good =
            CASES[i].words == NULL
                ? call != NULL
                : error != NULL && strstr(error->message, CASES[i].words) != NULL;
        if (!good || (call == NULL) != (error != NULL))
            fail_msg("%s: '%s'", CASES[i].name, error ? error->message : "taken");
    }
}

static void what_the_deadline_includes_moves_the_first_late_instant(void **state)
{
    (void)state;
    static const struct {
        const char *includes, *late;
    } cases[] = {{"none", "2024-07-19T16:00:00Z"},
                 {"second", "2024-07-19T16:00:01Z"},
                 {"minute", "2024-07-19T16:01:00Z"}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf(
            HEAD
            "zone = Europe/London\ndeadline = 2024-07-19T17:00\ndeadline_includes = %s\n"
            "[extension x]\ncouncil = *\nuntil = 2024-07-29T17:00\nreason = election\n",
            cases[i].includes);
        g_autoptr(LodgeCall) call = lodge_call_parse(text, "call", NULL, NULL);
        assert_non_null(call);
        assert_int_equal(call->deadline_us, at(cases[i].late));
        const LodgeExtension *extension = g_ptr_array_index(call->extensions, 0);
        assert_int_equal(extension->until_us - call->deadline_us,
                         10 * 24 * 3600 * LODGE_SECOND_US);
    }
}

static void defaults_are_those_of_the_manual(void **state)
{
    (void)state;
    g_autoptr(LodgeCall) call = lodge_call_parse(HEAD WHEN, "call", NULL, NULL);
    assert_string_equal(call->noun, "submission");
    assert_string_equal(call->deadline_includes, "none");
    assert_int_equal(call->late_policy, LODGE_LATE_FILE);
    assert_int_equal(call->mend_days, 14);
    assert_int_equal(call->mend_counts, LODGE_MEND_OWN);
    assert_int_equal(call->pages_min, 1);
    assert_int_equal(call->pages_max, 2000);
    assert_int_equal(call->opens_us, LODGE_INSTANT_UNKNOWN);
    assert_null(call->opens_text);
    assert_int_equal(g_strv_length(call->accepted_types), 3);
    assert_int_equal(g_strv_length(call->names), 0);
    assert_int_equal(call->themes->len, 0);
}

static void the_latest_extension_that_concerns_a_council_counts(void **state)
{
    (void)state;
    g_autoptr(LodgeCall) call = lodge_call_parse(
        HEAD WHEN
        "[extension all]\ncouncil = *\nuntil = 2024-07-30T00:00\nreason = election\n"
        "[extension flood]\ncouncil = E07000115\nuntil = 2024-08-10T00:00\nreason = flood\n"
        "[extension early]\ncouncil = E07000093\nuntil = 2024-07-25T00:00\nreason = x\n",
        "call", NULL, NULL);
    const LodgeExtension *extension = NULL;
    assert_int_equal(lodge_call_deadline_for(call, NULL, &extension),
                     at("2024-07-29T23:00:00Z"));
    assert_string_equal(extension->reason, "election");
    assert_int_equal(lodge_call_deadline_for(call, "E07000115", &extension),
                     at("2024-08-09T23:00:00Z"));
    assert_string_equal(extension->reason, "flood");
    assert_int_equal(lodge_call_deadline_for(call, "E07000093", &extension),
                     at("2024-07-29T23:00:00Z"));
    assert_string_equal(extension->reason, "election");
    assert_int_equal(lodge_call_deadline_for(call, "E07000093", NULL),
                     at("2024-07-29T23:00:00Z"));
    g_autoptr(LodgeCall) plain = lodge_call_parse(HEAD WHEN, "call", NULL, NULL);
    assert_int_equal(lodge_call_deadline_for(plain, "E07000115", &extension),
                     plain->deadline_us);
    assert_null(extension);
}

static void a_given_zone_must_be_the_one_named(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeZone) zone = lodge_zone_load("Asia/Kathmandu", NULL);
    assert_null(lodge_call_parse(HEAD WHEN, "call", zone, &error));
    assert_non_null(
        strstr(error->message, "is not the zone Asia/Kathmandu that these rules hold"));
}

static void the_example_holds_the_real_dates(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    g_autoptr(LodgeCall) call = lodge_call_load(EXAMPLE, &text, &error);
    if (call == NULL)
        fail_msg("%s", error->message);
    assert_non_null(strstr(text, "16 April 2024"));
    assert_string_equal(call->id, "productivity-plans-2024");
    assert_string_equal(call->reference_prefix, "PP24");
    assert_int_equal(call->deadline_us, at("2024-07-19T23:00:00Z"));
    assert_int_equal(lodge_call_deadline_for(call, "E07000115", NULL),
                     at("2024-07-29T23:00:00Z"));
    assert_int_equal(call->pages_min, 3);
    assert_int_equal(call->pages_max, 4);
    static const char *const themes[] = {"transformation", "technology-and-data",
                                         "wasteful-spend", "barriers"};
    assert_int_equal(call->themes->len, G_N_ELEMENTS(themes));
    for (guint i = 0; i < call->themes->len; i++) {
        const LodgeTheme *theme = g_ptr_array_index(call->themes, i);
        assert_string_equal(theme->id, themes[i]);
        assert_true(g_strv_length(theme->phrases) >= 4);
    }
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    assert_null(lodge_call_load("/nonexistent/x.call", NULL, &error));
    assert_true(g_error_matches(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_FILE));
    assert_non_null(strstr(error->message, "/nonexistent/x.call"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_taken_or_refused_by_line),
        cmocka_unit_test(what_the_deadline_includes_moves_the_first_late_instant),
        cmocka_unit_test(defaults_are_those_of_the_manual),
        cmocka_unit_test(the_latest_extension_that_concerns_a_council_counts),
        cmocka_unit_test(a_given_zone_must_be_the_one_named),
        cmocka_unit_test(the_example_holds_the_real_dates),
        cmocka_unit_test(a_file_that_cannot_be_read_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
