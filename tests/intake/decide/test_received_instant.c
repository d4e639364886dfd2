#include "intake/decide/received_instant.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

typedef struct {
    const char *by, *peer, *with, *at;
} Hop;

typedef struct {
    const char *name;
    Hop hops[5]; /* top first */
    const char *internaldate;
    const char *at, *source; /* expected */
    guint weighed;
    const char *checks; /* of the clocks, in order */
} Case;

#define NOON "2024-07-18T12:00:00Z"
#define LATER "2024-07-18T12:00:05Z"
#define EARLY "2024-07-01T00:00:00Z"
#define TAIL " internaldate date"

static const Case cases[] = {
    {"one hop from outside is the border",
     {{BORDER, OUTSIDE, "ESMTPS", NOON}},
     LATER,
     NOON,
     "border-hop",
     2,
     "border-hop" TAIL},
    {"hops between our own servers stand above it and are weighed",
     {{"store.dept.gov.uk", "10.0.0.2", "ESMTP", LATER}, {BORDER, OUTSIDE, "ESMTPS", NOON}},
     LATER,
     NOON,
     "border-hop",
     3,
     "hop-above border-hop" TAIL},
    {"a hand-over by LMTP without a peer is ours",
     {{"store.dept.gov.uk", NULL, "LMTP", LATER}, {BORDER, OUTSIDE, "ESMTPS", NOON}},
     LATER,
     NOON,
     "border-hop",
     3,
     "hop-above border-hop" TAIL},
    {"a hand-over by LMTP from outside is a border like any other",
     {{BORDER, OUTSIDE, "LMTP", NOON}},
     LATER,
     NOON,
     "border-hop",
     2,
     "border-hop" TAIL},
    {"a forged lower line that names our server does not count",
     {{BORDER, OUTSIDE, "ESMTPS", NOON}, {BORDER, "198.51.100.1", "ESMTPS", EARLY}},
     LATER,
     NOON,
     "border-hop",
     2,
     "border-hop hop-below" TAIL},
    {"a hop of ours without a readable peer is passed over, but weighed above the border",
     {{BORDER, NULL, "ESMTP", LATER}, {BORDER, OUTSIDE, "ESMTPS", NOON}},
     LATER,
     NOON,
     "border-hop",
     3,
     "hop-above border-hop" TAIL},
    {"a peer that is no address is not readable",
     {{BORDER, "somewhere", "ESMTP", NOON}},
     LATER,
     LATER,
     "internaldate",
     1,
     "hop-passed-over" TAIL},
    {"a server that is not ours makes no border",
     {{"mx.example.com", OUTSIDE, "ESMTP", EARLY}},
     LATER,
     LATER,
     "internaldate",
     1,
     "hop-passed-over" TAIL},
    {"loopback is outside unless it is listed",
     {{BORDER, "127.0.0.1", "ESMTP", NOON}},
     LATER,
     NOON,
     "border-hop",
     2,
     "border-hop" TAIL},
    {"an IPv6 peer outside",
     {{BORDER, "2001:db8::5", "ESMTP", NOON}},
     LATER,
     NOON,
     "border-hop",
     2,
     "border-hop" TAIL},
    {"mail from within our house has no border; our lines are weighed",
     {{"store.dept.gov.uk", "10.0.0.2", "ESMTP", LATER},
      {BORDER, "10.0.0.9", "ESMTP", NOON}},
     LATER,
     LATER,
     "internaldate",
     3,
     "hop-above hop-above" TAIL},
    {"no line at all leaves INTERNALDATE",
     {{0}},
     LATER,
     LATER,
     "internaldate",
     1,
     "internaldate date"},
    {"neither line nor INTERNALDATE: not established",
     {{0}},
     NULL,
     NULL,
     "none",
     0,
     "internaldate date"},
    {"a border line whose time cannot be read leaves INTERNALDATE",
     {{BORDER, OUTSIDE, "ESMTPS", NULL}},
     LATER,
     LATER,
     "internaldate",
     1,
     "border-hop" TAIL},
};

static char *list_checks(const LodgeReceivedInstant *received)
{
    GString *checks = g_string_new(NULL);
    for (guint i = 0; i < received->clocks->len; i++) {
        const LodgeRung *clock = g_ptr_array_index(received->clocks, i);
        g_string_append_printf(checks, "%s%s", i == 0 ? "" : " ", clock->check);
    }
    return g_string_free(checks, FALSE);
}

static LodgeReceivedInstant *judge(World *world)
{
    LodgeBorder border = lodge_border_find(world->message, world->rules->trust);
    return lodge_received_instant_judge(world->message, world->evidence,
                                        world->rules->trust, &border);
}

static void check_case(const Case *at)
{
    g_autoptr(World) world = world_new();
    world_clear_hops(world);
    for (guint i = 0; i < G_N_ELEMENTS(at->hops) && at->hops[i].by != NULL; i++)
        world_add_hop(world, i + 1, at->hops[i].by, at->hops[i].peer, at->hops[i].with,
                      at->hops[i].at);
    world->evidence->internaldate_us = world_instant(at->internaldate);
    LodgeReceivedInstant *received = judge(world);
    g_autofree char *checks = list_checks(received);
    if (received->instant_us != world_instant(at->at) ||
        strcmp(received->source, at->source) != 0 ||
        received->weighed->len != at->weighed || strcmp(checks, at->checks) != 0)
        fail_msg("%s: %s, %u weighed, %s", at->name, received->source,
                 received->weighed->len, checks);
    lodge_received_instant_free(received);
}

static void the_border_hop_is_found(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

static void loopback_that_is_listed_is_ours(void **state)
{
    (void)state;
    WorldRules rules = {.networks = "127.0.0.0/8"};
    g_autoptr(World) world = world_new_with(&rules);
    world_clear_hops(world);
    world_add_hop(world, 1, BORDER, "127.0.0.1", "ESMTP", LATER);
    world_add_hop(world, 2, BORDER, OUTSIDE, "ESMTP", NOON);
    LodgeReceivedInstant *received = judge(world);
    assert_int_equal(received->instant_us, world_instant(NOON));
    lodge_received_instant_free(received);
}

static void a_strangers_escape_does_not_reach_the_clocks(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_hop(world, 9, "evil\x1b[2J\nname", "1.2.3.4\x1b", "ESMTP", NOON);
    LodgeReceivedInstant *received = judge(world);
    for (guint i = 0; i < received->clocks->len; i++) {
        const LodgeRung *clock = g_ptr_array_index(received->clocks, i);
        assert_null(strpbrk(clock->words, "\x1b\n\r"));
    }
    lodge_received_instant_free(received);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_border_hop_is_found),
        cmocka_unit_test(loopback_that_is_listed_is_ours),
        cmocka_unit_test(a_strangers_escape_does_not_reach_the_clocks),
    };
    return cmocka_run_group_tests_name("intake/decide/received_instant", tests, NULL, NULL);
}
