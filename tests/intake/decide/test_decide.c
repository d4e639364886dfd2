#include "intake/decide/decision.h"

#include "parsers/text/json.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <locale.h>
#include <string.h>

static void no_received(World *w)
{
    world_clear_hops(w);
    w->evidence->internaldate_us = LODGE_INSTANT_UNKNOWN;
}
static void straddle(World *w)
{
    w->evidence->internaldate_us = world_instant("2024-07-20T09:00:00Z");
}
static void unproven(World *w)
{
    world_clear_results(w);
}
static void unreadable(World *w)
{
    w->message->parseable = FALSE;
    g_ptr_array_set_size(w->message->from, 0);
    w->message->from_fields = 0;
    world_clear_documents(w);
}
static void our_fault(World *w)
{
    world_set(&w->evidence->our_fault, "scanner-down");
    world_set(&w->evidence->our_fault_words, "the scanner did not answer");
}
static void our_fault_before_reading(World *w)
{
    unreadable(w);
    our_fault(w);
}
static void too_many_parts(World *w)
{
    g_strfreev(w->message->limits_hit);
    w->message->limits_hit = g_strsplit("value-bytes parts", " ", -1);
}
static void a_long_subject(World *w)
{
    g_strfreev(w->message->limits_hit);
    w->message->limits_hit = g_strsplit("value-bytes", " ", -1);
}
static void many_signatures(World *w)
{
    g_strfreev(w->message->limits_hit);
    w->message->limits_hit = g_strsplit("dkim-signatures dkim-header arc-sets", " ", -1);
}
static void leave_alone(World *w)
{
    (void)w;
}

typedef struct {
    const char *name;
    WorldRules rules;
    void (*change)(World *);
    LodgeOutcome outcome;
    LodgeTimeliness timeliness;
    const char *findings;
} Case;

static const Case cases[] = {
    {"the ordinary day", {0}, leave_alone, LODGE_ACCEPTED, LODGE_ON_TIME, ""},
    {"late, where the call files late plans",
     {.deadline = "2024-07-18T00:00"},
     leave_alone,
     LODGE_ACCEPTED,
     LODGE_LATE,
     "late warning"},
    {"late, where the call holds them",
     {.deadline = "2024-07-18T00:00", .late_policy = "hold"},
     leave_alone,
     LODGE_HELD,
     LODGE_LATE,
     "late hold"},
    {"late, where the call rejects them",
     {.deadline = "2024-07-18T00:00", .late_policy = "reject"},
     leave_alone,
     LODGE_REJECTED,
     LODGE_LATE,
     "late reject"},
    {"late and unproven is held: nobody could be told of a rejection",
     {.deadline = "2024-07-18T00:00", .late_policy = "reject"},
     unproven,
     LODGE_HELD,
     LODGE_LATE,
     "sender-not-proven hold, late hold"},
    {"too early",
     {.opens = "2024-07-19T00:00"},
     leave_alone,
     LODGE_HELD,
     LODGE_NOT_OPEN,
     "not-open hold"},
    {"in time by an extension",
     {.deadline = "2024-07-18T00:00",
      .extension_council = TONBRIDGE,
      .extension_until = "2024-07-29T00:00"},
     leave_alone,
     LODGE_ACCEPTED,
     LODGE_ON_TIME,
     "extension-applied note"},
    {"no clock",
     {0},
     no_received,
     LODGE_HELD,
     LODGE_UNDETERMINED,
     "sender-not-proven hold, received-time-not-established hold"},
    {"clocks on both sides",
     {0},
     straddle,
     LODGE_HELD,
     LODGE_UNDETERMINED,
     "timeliness-undetermined hold"},
    {"unproven", {0}, unproven, LODGE_HELD, LODGE_ON_TIME, "sender-not-proven hold"},
    {"not a message",
     {0},
     unreadable,
     LODGE_HELD,
     LODGE_ON_TIME,
     "message-unreadable hold"},
    {"our own fault, with the clocks still right",
     {0},
     our_fault,
     LODGE_HELD,
     LODGE_ON_TIME,
     "our-fault hold"},
    {"our own fault before anything was read blames nobody",
     {0},
     our_fault_before_reading,
     LODGE_HELD,
     LODGE_ON_TIME,
     "our-fault hold"},
    {"a message that we could not read whole",
     {0},
     too_many_parts,
     LODGE_HELD,
     LODGE_ON_TIME,
     "message-read-in-part hold"},
    {"a limit that cuts only what is shown",
     {0},
     a_long_subject,
     LODGE_ACCEPTED,
     LODGE_ON_TIME,
     ""},
    {"more signatures than are looked at",
     {0},
     many_signatures,
     LODGE_ACCEPTED,
     LODGE_ON_TIME,
     ""},
};

static void check_case(const Case *at)
{
    WorldRules rules = at->rules;
    g_autoptr(World) world = world_new_with(&rules);
    at->change(world);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    if (decision->outcome != at->outcome || decision->timeliness != at->timeliness ||
        strcmp(findings, at->findings) != 0)
        fail_msg("%s: %s, %s, %s", at->name, lodge_outcome_format(decision->outcome),
                 lodge_timeliness_format(decision->timeliness), findings);
    if ((decision->version > 0) != (decision->outcome == LODGE_ACCEPTED))
        fail_msg("%s: version %u", at->name, decision->version);
}

static void severity_decides_the_outcome(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

static void the_evidence_of_our_fault_names_the_fault(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    our_fault(world);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_string_equal(world_find(decision, "our-fault")->evidence,
                        "the scanner did not answer");
    assert_int_equal(decision->receipts->len, 1);
}

static void the_plan_stands_first_and_logos_last(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_add_part(world, "2", LODGE_PART_DECORATION, "image/png", "logo.png");
    world_add_document(world, "budget.xlsx", "application/vnd.ms-excel", -1, NULL);
    world_add_document(world, "plan.pdf", PDF, 3, PLAN_TEXT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    static const char *const roles[] = {"plan", "attachment", "decoration"};
    assert_int_equal(decision->documents->len, 3);
    for (guint i = 0; i < 3; i++) {
        const LodgeDecisionDocument *document = g_ptr_array_index(decision->documents, i);
        assert_string_equal(document->role, roles[i]);
    }
    const LodgeDecisionDocument *plan = g_ptr_array_index(decision->documents, 0);
    assert_int_equal(g_strv_length(plan->themes), 4);
}

static void the_format_is_json_with_all_members(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autoptr(GBytes) bytes = lodge_decision_format(decision);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    g_autoptr(LodgeJsonDocument) json = lodge_json_parse(text, size, 1 << 20, 16, NULL);
    assert_non_null(json);
    const LodgeJsonNode *root = lodge_json_root(json);
    assert_string_equal(lodge_json_get_string(json, root, "outcome"), "accepted");
    assert_string_equal(lodge_json_get_string(json, root, "timeliness"), "on-time");
    assert_int_equal(lodge_json_get_instant(json, root, "deadline"),
                     world_instant("2024-07-19T23:00:00Z"));
    const LodgeJsonNode *authority = lodge_json_get_object(json, root, "authority");
    assert_string_equal(lodge_json_get_string(json, authority, "council"), TONBRIDGE);
    assert_true(lodge_json_get_bool(json, authority, "address_proven"));
    assert_true(lodge_json_array_length(lodge_json_get_array(json, authority, "ladder")) >
                3);
    const LodgeJsonNode *received = lodge_json_get_object(json, root, "received");
    assert_string_equal(lodge_json_get_string(json, received, "source"), "border-hop");
    assert_int_equal(
        lodge_json_array_length(lodge_json_get_array(json, received, "weighed")), 2);
    assert_int_equal(lodge_json_get_int(json, root, "version"), 1);
    assert_true(lodge_json_get_bool(json, root, "current"));
    assert_true(lodge_digest_is_valid(lodge_json_get_string(json, root, "content_key")));
    assert_int_equal(lodge_json_array_length(lodge_json_get_array(json, root, "findings")),
                     0);
    assert_int_equal(lodge_json_array_length(lodge_json_get_array(json, root, "documents")),
                     1);
    assert_string_equal(lodge_json_get_string(json, root, "may_answer"), "yes");
    assert_int_equal(lodge_json_array_length(lodge_json_get_array(json, root, "receipts")),
                     1);
    assert_true(lodge_json_finish(json, NULL));
}

static GBytes *decide_bytes(const Case *at)
{
    WorldRules rules = at->rules;
    g_autoptr(World) world = world_new_with(&rules);
    at->change(world);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    return lodge_decision_format(decision);
}

/* Makes the Turkish locale for this program alone, where "I" in lower case has no dot. */
static gboolean make_turkish(char **dir_out)
{
    g_autofree char *dir = g_dir_make_tmp("lodge-locale-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "tr_TR.UTF-8", NULL);
    char *command[] = {"localedef", "-i",           "tr_TR", "-f",
                       "UTF-8",     "--no-archive", path,    NULL};
    g_spawn_sync(NULL, command, NULL,
                 G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL |
                     G_SPAWN_STDERR_TO_DEV_NULL,
                 NULL, NULL, NULL, NULL, NULL, NULL);
    g_setenv("LOCPATH", dir, TRUE);
    gboolean made = setlocale(LC_ALL, "tr_TR.UTF-8") != NULL;
    setlocale(LC_ALL, "C");
    *dir_out = g_steal_pointer(&dir);
    return made;
}

static void remove_tree(const char *dir)
{
    char *command[] = {"rm", "-rf", (char *)dir, NULL};
    g_spawn_sync(NULL, command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
}

static void equal_inputs_give_equal_bytes_in_a_turkish_locale(void **state)
{
    (void)state;
    g_autofree char *dir = NULL;
    if (!make_turkish(&dir)) {
        remove_tree(dir);
        g_clear_pointer(&dir, g_free); /* skip() jumps away */
        print_message("%zu comparisons skipped: no Turkish locale can be made here (Debian "
                      "package locales)\n",
                      G_N_ELEMENTS(cases));
        skip();
    }
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        setlocale(LC_ALL, "C");
        g_autoptr(GBytes) first = decide_bytes(&cases[i]);
        setlocale(LC_ALL, "tr_TR.UTF-8");
        g_autoptr(GBytes) again = decide_bytes(&cases[i]);
        setlocale(LC_ALL, "C");
        if (!g_bytes_equal(first, again))
            fail_msg("%s differs under a Turkish locale", cases[i].name);
    }
    remove_tree(dir);
}

static void equal_inputs_give_equal_bytes(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) first = decide_bytes(&cases[i]);
        g_autoptr(GBytes) again = decide_bytes(&cases[i]);
        if (!g_bytes_equal(first, again))
            fail_msg("%s differs from run to run", cases[i].name);
    }
}

/* The inputs as they are stored give the decision that they gave as values. */
static void stored_inputs_give_the_same_decision(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WorldRules wanted = cases[i].rules;
        g_autoptr(World) world = world_new_with(&wanted);
        cases[i].change(world);
        world_add_past(world->history->council, "PP24-000001-A", TONBRIDGE, 1,
                       "2024-07-01T00:00:00Z");
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autoptr(GBytes) evidence_bytes = lodge_evidence_format(world->evidence);
        g_autoptr(GBytes) history_bytes = lodge_history_format(world->history);
        g_autoptr(GBytes) rules_bytes = lodge_rules_format(world->rules);
        g_autoptr(LodgeEvidence) evidence = lodge_evidence_parse(evidence_bytes, NULL);
        g_autoptr(LodgeHistory) history = lodge_history_parse(history_bytes, NULL);
        g_autoptr(LodgeRules) rules = lodge_rules_parse(rules_bytes, NULL);
        g_autoptr(LodgeDecision) replay =
            lodge_decide(world->reading, evidence, history, rules);
        g_autoptr(GBytes) first = lodge_decision_format(decision);
        g_autoptr(GBytes) second = lodge_decision_format(replay);
        if (!g_bytes_equal(first, second))
            fail_msg("%s differs when replayed", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(severity_decides_the_outcome),
        cmocka_unit_test(the_evidence_of_our_fault_names_the_fault),
        cmocka_unit_test(the_plan_stands_first_and_logos_last),
        cmocka_unit_test(the_format_is_json_with_all_members),
        cmocka_unit_test(equal_inputs_give_equal_bytes),
        cmocka_unit_test(equal_inputs_give_equal_bytes_in_a_turkish_locale),
        cmocka_unit_test(stored_inputs_give_the_same_decision),
    };
    return cmocka_run_group_tests_name("intake/decide/decide", tests, NULL, NULL);
}
