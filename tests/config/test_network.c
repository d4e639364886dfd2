#include "config/network.h"
#include "config/trust.h"

#include "tests/support/cmocka.h"
#include <string.h>

static void networks_are_written_one_way(void **state)
{
    (void)state;
    static const struct {
        const char *text, *formatted; /* NULL: refused */
    } cases[] = {
        {"192.0.2.0/24", "192.0.2.0/24"},
        {"192.0.2.7", "192.0.2.7/32"},
        {"0.0.0.0/0", "0.0.0.0/0"},
        {"2001:DB8::/32", "2001:db8::/32"},
        {"::1", "::1/128"},
        {"::ffff:192.0.2.0/120", "192.0.2.0/24"},
        {"192.0.2.1/24", NULL},
        {"192.0.2.0/33", NULL},
        {"192.0.2.0/", NULL},
        {"192.0.2.0/024", NULL},
        {"192.0.2.0/-1", NULL},
        {"192.0.2.0/24/8", NULL},
        {"192.0.2", NULL},
        {"::ffff:192.0.2.0/24", NULL},
        {"2001:db8::/129", NULL},
        {"mx.example.org", NULL},
        {"", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeNetwork *network = lodge_network_parse(cases[i].text);
        g_autofree char *formatted = network ? lodge_network_format(network) : NULL;
        lodge_network_free(network);
        if (g_strcmp0(formatted, cases[i].formatted) != 0)
            fail_msg("'%s' gave %s", cases[i].text, formatted);
    }
}

static void addresses_lie_inside_or_outside(void **state)
{
    (void)state;
    static const struct {
        const char *network, *address;
        gboolean inside;
    } cases[] = {
        {"192.0.2.0/25", "192.0.2.127", TRUE},
        {"192.0.2.0/25", "192.0.2.128", FALSE},
        {"192.0.2.0/24", "::ffff:192.0.2.9", TRUE},
        {"192.0.2.7", "192.0.2.7", TRUE},
        {"192.0.2.7", "192.0.2.6", FALSE},
        {"0.0.0.0/0", "203.0.113.5", TRUE},
        {"0.0.0.0/0", "2001:db8::1", FALSE},
        {"2001:db8::/33", "2001:db8:7fff::1", TRUE},
        {"2001:db8::/33", "2001:db8:8000::1", FALSE},
        {"192.0.2.0/24", "192.0.2.9 ", FALSE},
        {"192.0.2.0/24", "[192.0.2.9]", FALSE},
        {"192.0.2.0/24", "", FALSE},
        {"192.0.2.0/24", NULL, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeNetwork *network = lodge_network_parse(cases[i].network);
        assert_non_null(network);
        gboolean inside = lodge_network_contains(network, cases[i].address);
        lodge_network_free(network);
        if (inside != cases[i].inside)
            fail_msg("%s in %s: %d", cases[i].address, cases[i].network, inside);
    }
}

static const char NORMAL[] =
    "{\"networks\":[\"192.0.2.0/24\",\"2001:db8::/32\"],\"servers\":[\"*.mail.dept.example\","
    "\"mx.dept.example\"],\"authserv_ids\":[\"mx.dept.example\"],\"spf\":\"warn\"}";

static void equal_trust_gives_equal_bytes(void **state)
{
    (void)state;
    static const char mixed[] =
        "{\"spf\":\"warn\",\"servers\":[\"MX.dept.example\",\"*.mail.Dept.example\",\"mx.dept."
        "example\"],\"authserv_ids\":[\"mx.DEPT.example\"],\"networks\":[\"2001:DB8::/32\","
        "\"192.0.2.0/24\",\"192.0.2.0/24\"]}";
    g_autoptr(LodgeTrust) trust = lodge_trust_parse(mixed, NULL);
    assert_non_null(trust);
    g_autofree char *text = lodge_trust_format(trust);
    assert_string_equal(text, NORMAL);
    g_autoptr(LodgeTrust) again = lodge_trust_parse(text, NULL);
    g_autofree char *text_again = lodge_trust_format(again);
    assert_string_equal(text_again, NORMAL);
}

static void new_trust_trusts_nobody(void **state)
{
    (void)state;
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    assert_false(lodge_trust_is_our_server(trust, "mx.dept.example"));
    assert_false(lodge_trust_is_our_address(trust, "127.0.0.1"));
    g_autofree char *text = lodge_trust_format(trust);
    assert_string_equal(
        text, "{\"networks\":[],\"servers\":[],\"authserv_ids\":[],\"spf\":\"hold\"}");
}

static void our_servers_are_those_named(void **state)
{
    (void)state;
    g_autoptr(LodgeTrust) trust = lodge_trust_parse(NORMAL, NULL);
    static const struct {
        const char *host;
        gboolean ours;
    } cases[] = {
        {"mx.dept.example", TRUE},
        {"MX.Dept.Example.", TRUE},
        {"a.mail.dept.example", TRUE},
        {"a.b.mail.dept.example", TRUE},
        {"mail.dept.example", FALSE},
        {"evilmail.dept.example", FALSE},
        {"mx.dept.example.evil", FALSE},
        {".mail.dept.example", FALSE},
        {"", FALSE},
        {".", FALSE},
        {NULL, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (lodge_trust_is_our_server(trust, cases[i].host) != cases[i].ours)
            fail_msg("'%s'", cases[i].host);
    }
    assert_true(lodge_trust_is_our_address(trust, "192.0.2.200"));
    assert_true(lodge_trust_is_our_address(trust, "2001:db8::25"));
    assert_false(lodge_trust_is_our_address(trust, "198.51.100.1"));
    assert_false(lodge_trust_is_our_address(trust, "unknown"));
}

static void spoilt_trust_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "{}",
        "[]",
        "{\"networks\":[\"x\"],\"servers\":[],\"authserv_ids\":[],\"spf\":\"hold\"}",
        "{\"networks\":[],\"servers\":[],\"authserv_ids\":[],\"spf\":\"maybe\"}",
        "{\"networks\":[],\"servers\":\"a\",\"authserv_ids\":[],\"spf\":\"hold\"}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GError) error = NULL;
        if (lodge_trust_parse(texts[i], &error) != NULL || error == NULL)
            fail_msg("'%s' was taken", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(networks_are_written_one_way),
        cmocka_unit_test(addresses_lie_inside_or_outside),
        cmocka_unit_test(equal_trust_gives_equal_bytes),
        cmocka_unit_test(new_trust_trusts_nobody),
        cmocka_unit_test(our_servers_are_those_named),
        cmocka_unit_test(spoilt_trust_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
