#include "config/rules.h"

#include "parsers/text/digest.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define EXAMPLES LODGE_SOURCE_DIR "/config/examples/"

static const char CALL[] =
    "[call]\nid = a-call\ntitle = \"A\" Call \xe2\x80\x93 2024\nreference_prefix = AC\n"
    "department = D\nzone = Europe/London\nopens = 2024-04-16T00:00\n"
    "deadline = 2024-07-20T00:00\n"
    "[extension x]\ncouncil = *\nuntil = 2024-07-30T00:00\nreason = election\n";
static const char REGISTER[] =
    "[E10000016]\nname = Kent County Council\ndomains = kent.gov.uk\n";

static LodgeRules *make(GError **error)
{
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    g_ptr_array_add(trust->networks, lodge_network_parse("192.0.2.0/24"));
    return lodge_rules_new(CALL, "a.call", REGISTER, "a.register", trust, "Plans intake",
                           "help@dept.example", "intake.dept.example", error);
}

static char *digest_of(const LodgeRules *rules)
{
    char *hex = g_malloc(LODGE_DIGEST_SIZE);
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    lodge_digest_compute(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), hex);
    return hex;
}

static void rules_survive_the_round_trip(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeRules) rules = make(&error);
    if (rules == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    g_autoptr(LodgeRules) parsed = lodge_rules_parse(bytes, &error);
    if (parsed == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) again = lodge_rules_format(parsed);
    assert_true(g_bytes_equal(bytes, again));
    assert_string_equal(parsed->call_text, CALL);
    assert_string_equal(parsed->register_text, REGISTER);
    assert_string_equal(parsed->service_name, "Plans intake");
    assert_string_equal(parsed->help_address, "help@dept.example");
    assert_string_equal(parsed->instance_domain, "intake.dept.example");
    assert_int_equal(parsed->call->deadline_us, rules->call->deadline_us);
    assert_true(lodge_trust_is_our_address(parsed->trust, "192.0.2.1"));
    assert_non_null(lodge_register_find(parsed->reg, "E10000016"));
}

/* Rules stored before a border had a kind are generic, and stay as they are byte for byte. */
static void only_a_border_in_exchange_online_is_written(void **state)
{
    (void)state;
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    g_autofree char *generic = lodge_trust_format(trust);
    assert_null(strstr(generic, "kind"));
    trust->kind = LODGE_BORDER_EXCHANGE_ONLINE;
    g_autofree char *text = lodge_trust_format(trust);
    assert_non_null(strstr(text, "\"kind\":\"exchange-online\""));
    g_autoptr(LodgeTrust) parsed = lodge_trust_parse(text, NULL);
    assert_int_equal(parsed->kind, LODGE_BORDER_EXCHANGE_ONLINE);
    g_autofree char *again = lodge_trust_format(parsed);
    assert_string_equal(again, text);
    g_autoptr(LodgeTrust) old = lodge_trust_parse(generic, NULL);
    assert_int_equal(old->kind, LODGE_BORDER_GENERIC);
}

/* Nor are trust anchors written where there are none. */
static void only_anchors_that_are_named_are_written(void **state)
{
    (void)state;
    static const char text[] =
        "{\"networks\":[],\"servers\":[],\"authserv_ids\":[],\"spf\":\"hold\","
        "\"smime_anchors\":[\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]}";
    g_autoptr(LodgeTrust) none = lodge_trust_new();
    g_autofree char *without = lodge_trust_format(none);
    assert_null(strstr(without, "smime"));
    g_autoptr(LodgeTrust) parsed = lodge_trust_parse(text, NULL);
    assert_non_null(parsed);
    g_autofree char *again = lodge_trust_format(parsed);
    assert_string_equal(again, text);
    g_autofree char *lie = g_strdup(text);
    strstr(lie, "aaaa")[0] = 'A';
    assert_null(lodge_trust_parse(lie, NULL));
}

/* Nor the least key of RFC 8301, which rules from before there was a choice mean. */
static void only_a_least_key_that_is_chosen_is_written(void **state)
{
    (void)state;
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    g_autofree char *old = lodge_trust_format(trust);
    assert_null(strstr(old, "min_rsa_bits"));
    g_autoptr(LodgeTrust) parsed = lodge_trust_parse(old, NULL);
    assert_int_equal(parsed->min_rsa_bits, 1024);
    trust->min_rsa_bits = 2048;
    g_autofree char *text = lodge_trust_format(trust);
    assert_non_null(strstr(text, "\"min_rsa_bits\":2048"));
    g_autoptr(LodgeTrust) again = lodge_trust_parse(text, NULL);
    assert_int_equal(again->min_rsa_bits, 2048);
    static const char *const lies[] = {"1023", "4097", "-1", "\"2048\"", "4294968320"};
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
        g_autoptr(GString) lie = g_string_new(text);
        g_string_replace(lie, "2048", lies[i], 1);
        g_autoptr(GError) error = NULL;
        assert_null(lodge_trust_parse(lie->str, &error));
        assert_non_null(strstr(error->message, "min_rsa_bits"));
    }
}

/* What a person granted is stored with the rules, and old rules without it keep their bytes. */
static void a_granted_extension_survives_the_round_trip(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeRules) rules = make(NULL);
    g_autoptr(GBytes) before = lodge_rules_format(rules);
    g_autoptr(LodgeExtension) extension = lodge_call_make_extension(
        rules->call, "E10000016", "2024-08-02T17:00", "flood", &error);
    assert_non_null(extension);
    lodge_rules_grant(rules, extension);
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    assert_false(g_bytes_equal(before, bytes));
    g_autoptr(LodgeRules) copy = lodge_rules_copy(rules, &error);
    if (copy == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) again = lodge_rules_format(copy);
    assert_true(g_bytes_equal(bytes, again));
    const LodgeExtension *applied = NULL;
    gint64 until_us = lodge_call_deadline_for(copy->call, "E10000016", &applied);
    g_autofree char *until = lodge_instant_format(until_us);
    assert_string_equal(until, "2024-08-02T16:00:00.000000Z");
    assert_string_equal(applied->reason, "flood");
    lodge_call_deadline_for(copy->call, "E07000115", &applied);
    assert_string_equal(applied->reason, "election");
}

static void an_extension_to_a_time_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const untils[] = {"2024-03-31T01:30", "2024-10-27T01:30", "tomorrow",
                                         "2024-13-01T00:00", ""};
    g_autoptr(LodgeRules) rules = make(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(untils); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(lodge_call_make_extension(rules->call, "*", untils[i], "x", &error));
        assert_non_null(error);
    }
}

/* Rules stored before there were caps have none, and stay as they are byte for byte. */
static void only_caps_that_are_set_are_written(void **state)
{
    (void)state;
    g_autoptr(LodgeRules) rules = make(NULL);
    g_autoptr(GBytes) old = lodge_rules_format(rules);
    assert_null(g_strstr_len(g_bytes_get_data(old, NULL), (gssize)g_bytes_get_size(old),
                             "\"caps\""));
    g_autoptr(LodgeRules) uncapped = lodge_rules_parse(old, NULL);
    assert_int_equal(uncapped->caps.address.hour, 0);
    rules->caps = (LodgeCaps){{10, 40}, {60, 0}, {0, 120}};
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    g_autoptr(LodgeRules) capped = lodge_rules_parse(bytes, NULL);
    assert_non_null(capped);
    assert_memory_equal(&capped->caps, &rules->caps, sizeof rules->caps);
    g_autoptr(GBytes) again = lodge_rules_format(capped);
    assert_true(g_bytes_equal(bytes, again));
}

/* Rules stored before contacts were told tell nobody, and stay as they are byte for byte. */
static void whether_contacts_are_told_is_written_where_they_are(void **state)
{
    (void)state;
    g_autoptr(LodgeRules) rules = make(NULL);
    g_autoptr(GBytes) old = lodge_rules_format(rules);
    g_autoptr(LodgeRules) silent = lodge_rules_parse(old, NULL);
    assert_int_equal(silent->tell_contact, LODGE_TELL_NEVER);
    assert_null(g_strstr_len(g_bytes_get_data(old, NULL), (gssize)g_bytes_get_size(old),
                             "\"tell_contact\""));
    static const LodgeTellContact told[] = {LODGE_TELL_ONCE, LODGE_TELL_DAILY};
    for (gsize i = 0; i < G_N_ELEMENTS(told); i++) {
        rules->tell_contact = told[i];
        g_autoptr(GBytes) bytes = lodge_rules_format(rules);
        g_autoptr(LodgeRules) stored = lodge_rules_parse(bytes, NULL);
        assert_non_null(stored);
        assert_int_equal(stored->tell_contact, told[i]);
        g_autoptr(GBytes) again = lodge_rules_format(stored);
        assert_true(g_bytes_equal(bytes, again));
        assert_false(g_bytes_equal(bytes, old));
    }
}

static void the_same_settings_give_the_same_bytes(void **state)
{
    (void)state;
    g_autoptr(LodgeRules) one = make(NULL);
    g_autoptr(LodgeRules) two = make(NULL);
    g_autofree char *one_hex = digest_of(one);
    g_autofree char *two_hex = digest_of(two);
    assert_string_equal(one_hex, two_hex);
}

/* Else a decision of today and its replay could print different clocks. */
static void fresh_rules_see_the_zone_that_stored_rules_see(void **state)
{
    (void)state;
    g_autoptr(LodgeRules) fresh = make(NULL);
    g_autoptr(GBytes) bytes = lodge_rules_format(fresh);
    g_autoptr(LodgeRules) stored = lodge_rules_parse(bytes, NULL);
    for (int year = 1980; year < 2110; year++) {
        LodgeCivil july = {.year = year, .month = 7, .day = 1, .hour = 12};
        gint64 instant_us = 0;
        assert_true(lodge_instant_join(&july, &instant_us));
        g_autofree char *a = lodge_zone_format_words(fresh->call->zone, instant_us, TRUE);
        g_autofree char *b = lodge_zone_format_words(stored->call->zone, instant_us, TRUE);
        assert_string_equal(a, b);
        gboolean covered = year >= 2023 && year < 2030;
        assert_true(g_str_has_suffix(a, covered ? "BST" : "UTC"));
    }
}

/* The stored object with one text in place of another. */
static char *spoil(const char *from, const char *to)
{
    g_autoptr(LodgeRules) rules = make(NULL);
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    g_autofree char *text =
        g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    g_auto(GStrv) parts = g_strsplit(text, from, 2);
    assert_non_null(parts[1]);
    return g_strjoinv(to, parts);
}

static void spoilt_rules_are_refused_by_place(void **state)
{
    (void)state;
    static const struct {
        const char *name, *from, *to, *words;
    } cases[] = {
        {"another format", "\"format\":1", "\"format\":2", "this lodge reads 1"},
        {"a member is missing", "\"zone\":", "\"zome\":", "zone"},
        {"another zone", "\"name\":\"Europe/London\"", "\"name\":\"Asia/Tokyo\"",
         "call:6: [call] zone: 'Europe/London' is not the zone Asia/Tokyo"},
        {"a broken call", "deadline = ", "deadlime = ", "unknown key 'deadlime'"},
        {"a broken register", "[E10000016]", "[E1000001]", "register:1:"},
        {"a border of another kind",
         "\"networks\":", "\"kind\":\"x\",\"networks\":", "kind"},
        {"trust of another shape", "\"spf\":\"hold\"", "\"spf\":\"x\"", "spf"},
        {"a cap below nothing", "{\"format\":1,",
         "{\"format\":1,\"caps\":{\"address\":{\"hour\":-1,\"day\":0},"
         "\"domain\":{\"hour\":0,\"day\":0},\"council\":{\"hour\":0,\"day\":0}},",
         "a cap of -1 is none"},
        {"a cap without its day", "{\"format\":1,",
         "{\"format\":1,\"caps\":{\"address\":{\"hour\":1}},", "day"},
        {"a contact who is told now and then", "{\"format\":1,",
         "{\"format\":1,\"tell_contact\":\"now and then\",", "never, once, daily"},
        {"a zone cut too short", "\"until\":\"2030", "\"until\":\"2024", "rules:"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = spoil(cases[i].from, cases[i].to);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        g_autoptr(LodgeRules) rules = lodge_rules_parse(bytes, &error);
        if (rules != NULL || strstr(error->message, cases[i].words) == NULL)
            fail_msg("%s: '%s'", cases[i].name, error ? error->message : "taken");
    }
}

static void a_faulty_call_or_register_is_named(void **state)
{
    (void)state;
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    g_autoptr(GError) error = NULL;
    assert_null(lodge_rules_new(CALL, "a.call", "[X]\n", "a.register", trust, "s", "h@d.e",
                                "d.e", &error));
    assert_non_null(strstr(error->message, "a.register:1:"));
    g_clear_error(&error);
    assert_null(lodge_rules_new("[caal]\n", "a.call", REGISTER, "a.register", trust, "s",
                                "h@d.e", "d.e", &error));
    assert_non_null(
        strstr(error->message, "a.call:1: unknown group [caal]; did you mean [call]?"));
}

static void the_examples_make_rules(void **state)
{
    (void)state;
    g_autofree char *call = NULL;
    g_autofree char *reg = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    assert_true(
        g_file_get_contents(EXAMPLES "productivity-plans-2024.call", &call, NULL, NULL));
    assert_true(g_file_get_contents(EXAMPLES "councils-2024.register", &reg, NULL, NULL));
    g_autoptr(LodgeRules) rules =
        lodge_rules_new(call, "call", reg, "register", trust, "Plans", "h@dept.example",
                        "dept.example", &error);
    if (rules == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    g_autoptr(LodgeRules) parsed = lodge_rules_parse(bytes, &error);
    assert_non_null(parsed);
    assert_int_equal(lodge_register_count(parsed->reg), 317);
    print_message("rules of the example: %zu bytes\n", g_bytes_get_size(bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_survive_the_round_trip),
        cmocka_unit_test(only_a_border_in_exchange_online_is_written),
        cmocka_unit_test(only_anchors_that_are_named_are_written),
        cmocka_unit_test(only_a_least_key_that_is_chosen_is_written),
        cmocka_unit_test(a_granted_extension_survives_the_round_trip),
        cmocka_unit_test(an_extension_to_a_time_that_is_none_is_refused),
        cmocka_unit_test(only_caps_that_are_set_are_written),
        cmocka_unit_test(whether_contacts_are_told_is_written_where_they_are),
        cmocka_unit_test(the_same_settings_give_the_same_bytes),
        cmocka_unit_test(fresh_rules_see_the_zone_that_stored_rules_see),
        cmocka_unit_test(spoilt_rules_are_refused_by_place),
        cmocka_unit_test(a_faulty_call_or_register_is_named),
        cmocka_unit_test(the_examples_make_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
