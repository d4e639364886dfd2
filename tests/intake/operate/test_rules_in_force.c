/* The rules as they are now: the files, and what was granted, neither more nor less. */
#include "intake/operate/rules_in_force.h"
#include "tests/spool/support.h"

#define CALL "productivity-plans-2024"
#define DAY (24 * 3600 * SECOND)
#define DEADLINE G_GINT64_CONSTANT(1722294000000000)

typedef struct {
    char *dir;
    LodgeSpool *spool;
    LodgeSettings *settings;
    LodgeRulesInForce *rules;
} World;

static int set_up(void **state)
{
    g_autoptr(GError) error = NULL;
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->spool = open_spool(world->dir);
    world->settings =
        lodge_settings_load(LODGE_SOURCE_DIR "/config/examples/lodge.conf", &error);
    assert_ok(world->settings != NULL, error);
    world->rules = lodge_rules_in_force_new(world->settings);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    lodge_rules_in_force_free(world->rules);
    lodge_settings_free(world->settings);
    lodge_spool_close(world->spool);
    remove_dir(world->dir);
    g_free(world);
    return 0;
}

static void grant(LodgeTransaction *txn, const char *council, gint64 until_us)
{
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_EXTENDED, T0, NULL);
    event->call = g_strdup(CALL);
    event->council = g_strdup(council);
    event->until_us = until_us;
    event->actor = g_strdup("alice");
    event->words = g_strdup("flood");
    add(txn, event);
}

static gint64 deadline(const World *world, const char *council)
{
    g_autoptr(GError) error = NULL;
    const LodgeRules *rules = lodge_rules_in_force_find(
        world->rules, lodge_spool_ledger(world->spool), CALL, "the test", &error);
    assert_ok(rules != NULL, error);
    return lodge_call_deadline_for(rules->call, council, NULL);
}

static void what_is_granted_holds_at_once_and_for_whom_it_says(void **state)
{
    World *world = *state;
    assert_true(deadline(world, "E07000115") == DEADLINE);
    LodgeTransaction *txn = begin(world->spool);
    grant(txn, "E07000115", DEADLINE + DAY);
    assert_true(deadline(world, "E07000115") == DEADLINE + DAY);
    assert_true(deadline(world, "E10000008") == DEADLINE);
    grant(txn, "all", DEADLINE + 2 * DAY);
    assert_true(deadline(world, "E10000008") == DEADLINE + 2 * DAY);
    commit(txn);
    assert_true(deadline(world, "E07000115") == DEADLINE + 2 * DAY);
}

/* The disk was full: the order failed, and was given again otherwise before anybody asked. */
static void what_was_rolled_back_was_never_granted(void **state)
{
    World *world = *state;
    LodgeTransaction *txn = begin(world->spool);
    grant(txn, "all", DEADLINE + 7 * DAY);
    assert_true(deadline(world, "E07000115") == DEADLINE + 7 * DAY);
    lodge_transaction_rollback(txn);
    txn = begin(world->spool);
    grant(txn, "E10000008", DEADLINE + DAY);
    commit(txn);
    assert_true(deadline(world, "E07000115") == DEADLINE);
    assert_true(deadline(world, "E10000008") == DEADLINE + DAY);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(what_is_granted_holds_at_once_and_for_whom_it_says),
        CASE(what_was_rolled_back_was_never_granted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
