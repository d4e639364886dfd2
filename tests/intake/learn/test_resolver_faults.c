/* The resolver and servers that fail, are slow or lie: a failure that may pass is never absence, and nobody waits
 * longer than the time-out. */
#include "intake/learn/resolver_unbound.h"
#include "tests/support/dns_peer.h"

#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define TIMEOUT_MS 700
/* What a busy machine may be late by; a time-out of libunbound's own is far longer. */
#define LATE_MS 4000
#define PATIENCE_MS 60000
#define SECRET "forged"

static const DnsPeerName NAMES[] = {
    {.name = "good.example", .text = "as it should be"},
    {.name = "servfail.example", .manner = DNS_PEER_SERVFAIL},
    {.name = "refused.example", .manner = DNS_PEER_REFUSE},
    {.name = "truncated.example", .manner = DNS_PEER_TRUNCATE, .text = "over TCP"},
    {.name = "large.example", .text = "", .fill = 10 * 1024},
    {.name = "silent.example", .manner = DNS_PEER_SILENT},
    {.name = "slow.example", .manner = DNS_PEER_HOLD, .text = "late"},
    {.name = "wrong-id.example", .manner = DNS_PEER_WRONG_ID, .text = SECRET},
    {.name = "wrong-id-first.example", .manner = DNS_PEER_WRONG_ID_FIRST, .text = "right"},
    {.name = "other-name.example", .manner = DNS_PEER_OTHER_NAME, .text = SECRET},
    {.name = "other-question.example", .manner = DNS_PEER_OTHER_QUESTION, .text = SECRET},
    {.name = "circle1.example", .cname = "circle2.example"},
    {.name = "circle2.example", .cname = "circle1.example"},
    {.name = "c9.example", .cname = "c8.example"},
    {.name = "c8.example", .cname = "c7.example"},
    {.name = "c7.example", .cname = "c6.example"},
    {.name = "c6.example", .cname = "c5.example"},
    {.name = "c5.example", .cname = "c4.example"},
    {.name = "c4.example", .cname = "c3.example"},
    {.name = "c3.example", .cname = "c2.example"},
    {.name = "c2.example", .cname = "c1.example"},
    {.name = "c1.example", .cname = "good.example"},
    {.name = NULL},
};

static gint64 now_us(void)
{
    return 0;
}

static LodgeResolver *open_resolver(const char *address, guint timeout_ms)
{
    g_autofree char *owned = g_strdup(address);
    char *servers[] = {owned, NULL};
    const LodgeDnsSettings settings = {LODGE_DNS_MODE_SYSTEM, servers, timeout_ms, FALSE};
    g_autoptr(GError) error = NULL;
    LodgeResolver *resolver = lodge_resolver_unbound_new(&settings, NULL, now_us, &error);
    if (resolver == NULL)
        fail_msg("%s", error->message);
    return resolver;
}

static void
check(LodgeResolver *resolver, const char *name, LodgeDnsStatus status, const char *text)
{
    g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(resolver, name, 0);
    const char *found = answer->texts->len > 0 ? g_ptr_array_index(answer->texts, 0) : NULL;
    if (answer->status != status || g_strcmp0(found, text) != 0)
        fail_msg("%s: %s '%s'", name, lodge_dns_status_format(answer->status), found);
}

static void what_a_server_says_is_told_apart(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), PATIENCE_MS);
    check(resolver, "good.example", LODGE_DNS_FOUND, "as it should be");
    check(resolver, "gone.example", LODGE_DNS_NXDOMAIN, NULL);
    check(resolver, "servfail.example", LODGE_DNS_SERVFAIL, NULL);
    check(resolver, "refused.example", LODGE_DNS_SERVFAIL, NULL);
    check(resolver, "truncated.example", LODGE_DNS_FOUND, "over TCP");
    check(resolver, "large.example", LODGE_DNS_LIMIT, NULL);
    assert_true(dns_peer_count(peer, "truncated.example") >= 2);
    dns_peer_stop(peer);
}

static void cnames_are_followed_only_so_far(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), PATIENCE_MS);
    check(resolver, "c8.example", LODGE_DNS_FOUND, "as it should be");
    check(resolver, "c9.example", LODGE_DNS_LIMIT, NULL);
    g_autoptr(LodgeDnsAnswer) circle =
        lodge_resolver_lookup_txt(resolver, "circle1.example", 0);
    assert_false(lodge_dns_answer_is_absent(circle));
    assert_int_equal(circle->texts->len, 0);
    assert_true(dns_peer_count(peer, "circle1.example") < 50);
    dns_peer_stop(peer);
}

/* ---- time ---- */

static gint64 elapsed_ms(gint64 began_us)
{
    return (g_get_monotonic_time() - began_us) / 1000;
}

static void nobody_waits_longer_than_the_time_out(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), TIMEOUT_MS);
    static const char *const names[] = {"silent.example", "slow.example",
                                        "wrong-id.example"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        gint64 began_us = g_get_monotonic_time();
        check(resolver, names[i], LODGE_DNS_TIMEOUT, NULL);
        assert_in_range(elapsed_ms(began_us), TIMEOUT_MS, TIMEOUT_MS + LATE_MS);
        assert_true(dns_peer_count(peer, names[i]) >= 1);
    }
    check(resolver, "good.example", LODGE_DNS_FOUND, "as it should be");
    dns_peer_stop(peer);
}

static void the_deadline_of_the_caller_is_kept_too(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), PATIENCE_MS);
    gint64 began_us = g_get_monotonic_time();
    g_autoptr(LodgeDnsAnswer) answer =
        lodge_resolver_lookup_txt(resolver, "silent.example", began_us + 200 * 1000);
    assert_int_equal(answer->status, LODGE_DNS_TIMEOUT);
    assert_in_range(elapsed_ms(began_us), 200, 200 + LATE_MS);
    dns_peer_stop(peer);
}

/* The answer comes when nobody waits for it any more: it is dropped or kept for the next who asks. */
static void an_answer_that_comes_too_late_does_no_harm(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), TIMEOUT_MS);
    check(resolver, "slow.example", LODGE_DNS_TIMEOUT, NULL);
    dns_peer_release(peer);
    check(resolver, "good.example", LODGE_DNS_FOUND, "as it should be");
    g_autoptr(LodgeDnsAnswer) again =
        lodge_resolver_lookup_txt(resolver, "slow.example", 0);
    assert_false(lodge_dns_answer_is_absent(again));
    dns_peer_stop(peer);
}

static void a_resolver_ends_with_questions_under_way(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    LodgeResolver *resolver = open_resolver(dns_peer_address(peer), 100);
    check(resolver, "silent.example", LODGE_DNS_TIMEOUT, NULL);
    gint64 began_us = g_get_monotonic_time();
    lodge_resolver_free(resolver);
    assert_in_range(elapsed_ms(began_us), 0, LATE_MS);
    dns_peer_stop(peer);
}

typedef struct {
    LodgeResolver *resolver;
    guint number, wrong;
    gint64 longest_ms;
} Asker;

static gpointer ask_both(gpointer data)
{
    Asker *asker = data;
    for (guint i = 0; i < 4; i++) {
        gint64 began_us = g_get_monotonic_time();
        gboolean is_silent = (asker->number + i) % 2 == 0;
        g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(
            asker->resolver, is_silent ? "silent.example" : "good.example", 0);
        asker->wrong += answer->status != (is_silent ? LODGE_DNS_TIMEOUT : LODGE_DNS_FOUND);
        asker->longest_ms = MAX(asker->longest_ms, elapsed_ms(began_us));
    }
    return NULL;
}

static void a_silent_server_delays_nobody_else(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), TIMEOUT_MS);
    Asker askers[8];
    GThread *threads[G_N_ELEMENTS(askers)];
    for (guint i = 0; i < G_N_ELEMENTS(askers); i++) {
        askers[i] = (Asker){resolver, i, 0, 0};
        threads[i] = g_thread_new("asker", ask_both, &askers[i]);
    }
    for (guint i = 0; i < G_N_ELEMENTS(askers); i++) {
        g_thread_join(threads[i]);
        assert_int_equal(askers[i].wrong, 0);
        assert_in_range(askers[i].longest_ms, 0, TIMEOUT_MS + LATE_MS);
    }
    dns_peer_stop(peer);
}

/* ---- lies ---- */

static void forged_answers_are_not_taken(void **state)
{
    (void)state;
    DnsPeer *peer = dns_peer_start(NAMES, 0);
    g_autoptr(LodgeResolver) resolver = open_resolver(dns_peer_address(peer), 2000);
    static const char *const names[] = {"other-name.example", "other-question.example",
                                        "other.example"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(resolver, names[i], 0);
        assert_int_equal(answer->texts->len, 0);
        assert_int_not_equal(answer->status, LODGE_DNS_FOUND);
    }
    check(resolver, "wrong-id-first.example", LODGE_DNS_FOUND, "right");
    dns_peer_stop(peer);
}

/* ---- away and back ---- */

static void a_server_that_is_down_is_no_absence_and_comes_back(void **state)
{
    (void)state;
    guint port = dns_peer_free_port();
    g_autofree char *address = g_strdup_printf("127.0.0.1@%u", port);
    g_autoptr(LodgeResolver) resolver = open_resolver(address, TIMEOUT_MS);
    gint64 began_us = g_get_monotonic_time();
    g_autoptr(LodgeDnsAnswer) down = lodge_resolver_lookup_txt(resolver, "good.example", 0);
    assert_true(lodge_dns_answer_is_temporary(down));
    assert_in_range(elapsed_ms(began_us), 0, TIMEOUT_MS + LATE_MS);
    DnsPeer *peer = dns_peer_start(NAMES, port);
    guint tries = 0;
    gboolean found = FALSE;
    while (!found && elapsed_ms(began_us) < PATIENCE_MS) {
        g_autoptr(LodgeDnsAnswer) answer =
            lodge_resolver_lookup_txt(resolver, "good.example", 0);
        found = answer->status == LODGE_DNS_FOUND;
        assert_false(lodge_dns_answer_is_absent(answer));
        tries++;
    }
    print_message("back after %u questions, %" G_GINT64_FORMAT " ms\n", tries,
                  elapsed_ms(began_us));
    assert_true(found);
    dns_peer_stop(peer);
}

static void servers_come_from_resolv_conf_where_none_are_named(void **state)
{
    (void)state;
    const LodgeDnsSettings settings = {LODGE_DNS_MODE_SYSTEM, NULL, 100, FALSE};
    const LodgeResolverFiles files = {.resolv_conf = "/nowhere/resolv.conf"};
    g_autoptr(GError) error = NULL;
    assert_null(lodge_resolver_unbound_new(&settings, &files, now_us, &error));
    assert_true(
        g_error_matches(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE));
    assert_non_null(strstr(error->message, "/nowhere/resolv.conf: cannot be used"));
    assert_non_null(strstr(error->message, "name servers in [dns]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_server_says_is_told_apart),
        cmocka_unit_test(cnames_are_followed_only_so_far),
        cmocka_unit_test(nobody_waits_longer_than_the_time_out),
        cmocka_unit_test(the_deadline_of_the_caller_is_kept_too),
        cmocka_unit_test(an_answer_that_comes_too_late_does_no_harm),
        cmocka_unit_test(a_resolver_ends_with_questions_under_way),
        cmocka_unit_test(a_silent_server_delays_nobody_else),
        cmocka_unit_test(forged_answers_are_not_taken),
        cmocka_unit_test(a_server_that_is_down_is_no_absence_and_comes_back),
        cmocka_unit_test(servers_come_from_resolv_conf_where_none_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
