/* The resolver and a real name server (NSD) on loopback: records of all sizes, CNAMEs, DNSSEC, many threads at once. */
#include "intake/learn/resolver_unbound.h"
#include "tests/intake/learn/dns_server.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define ZONES LODGE_SOURCE_DIR "/tests/intake/learn/zones/"
#define NOW_US G_GINT64_CONSTANT(1721296803000000)
#define THREADS 8
#define NAMES 40
/* So generous that a busy machine does not fail; nothing here waits for it. */
#define PATIENCE_MS 60000

typedef struct {
    DnsServer *server;
    char *servers[2];
} World;

static gint64 now_us(void)
{
    return NOW_US;
}

static void append_filled(GString *zone, const char *name, gsize bytes)
{
    g_autofree char *string = g_strnfill(250, 'x');
    g_string_append_printf(zone, "%s IN TXT", name);
    for (gsize at = 0; at < bytes; at += 250)
        g_string_append_printf(zone, " \"%s\"", string);
    g_string_append_c(zone, '\n');
}

static char *plain_zone(void)
{
    GString *zone = g_string_new("$ORIGIN plain.example.\n$TTL 3600\n"
                                 "@ IN SOA ns hostmaster 1 3600 600 86400 300\n"
                                 "@ IN NS ns\nns IN A 127.0.0.1\n"
                                 "split IN TXT \"v=DKIM1; \" \"p=AA\" \"AA\"\n"
                                 "several 60 IN TXT \"c\"\nseveral 60 IN TXT \"a\"\n"
                                 "several 60 IN TXT \"b\"\n"
                                 "bytes IN TXT \"\\000\\255\\195\\169\"\n"
                                 "alias IN CNAME alias2\nalias2 IN CNAME split\n"
                                 "lost IN CNAME gone\n"
                                 "s._domainkey.branch IN TXT \"leaf\"\n");
    append_filled(zone, "large", 6000);
    append_filled(zone, "larger", 10000);
    for (guint i = 0; i < THREADS * NAMES; i++)
        g_string_append_printf(zone, "n%u IN TXT \"text %u\"\n", i, i);
    return g_string_free(zone, FALSE);
}

static int start(void **state)
{
    g_autofree char *plain = plain_zone();
    g_autofree char *signed_zone = NULL;
    World *world = g_new0(World, 1);
    if (!g_file_get_contents(ZONES "signed.example.zone", &signed_zone, NULL, NULL))
        return -1;
    const char *const zones[] = {"plain.example", plain, "signed.example", signed_zone,
                                 NULL};
    world->server = dns_server_start(zones);
    if (world->server != NULL)
        world->servers[0] = g_strdup(dns_server_address(world->server));
    *state = world;
    return 0;
}

static int stop(void **state)
{
    World *world = *state;
    if (world->server != NULL)
        dns_server_stop(world->server);
    g_free(world->servers[0]);
    g_free(world);
    return 0;
}

static LodgeResolver *open_resolver(World *world, gboolean dnssec)
{
    if (world->server == NULL) {
        print_message("SKIP: there is no nsd: no real name server asked\n");
        skip();
    }
    const LodgeDnsSettings settings = {LODGE_DNS_MODE_SYSTEM, world->servers, PATIENCE_MS,
                                       dnssec};
    const LodgeResolverFiles files = {.trust_anchor = ZONES "signed.example.key"};
    g_autoptr(GError) error = NULL;
    LodgeResolver *resolver = lodge_resolver_unbound_new(&settings, &files, now_us, &error);
    if (resolver == NULL)
        fail_msg("%s", error->message);
    return resolver;
}

typedef struct {
    const char *name;
    LodgeDnsStatus status;
    const char *texts; /* joined with "|"; NULL: not looked at */
    const char *canonical;
    LodgeDnssec dnssec;
} Case;

static void check(LodgeResolver *resolver, const Case *c)
{
    g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(resolver, c->name, 0);
    g_ptr_array_add(answer->texts, NULL);
    g_autofree char *joined = g_strjoinv("|", (char **)answer->texts->pdata);
    if (answer->status != c->status || answer->dnssec != c->dnssec ||
        (c->texts != NULL && strcmp(joined, c->texts) != 0) ||
        g_strcmp0(answer->canonical, c->canonical) != 0 || answer->asked_us != NOW_US)
        fail_msg("%s: %s '%s' at %s, DNSSEC %s", c->name,
                 lodge_dns_status_format(answer->status), joined, answer->canonical,
                 lodge_dnssec_format(answer->dnssec));
}

static void records_of_all_shapes(void **state)
{
    static const Case cases[] = {
        {"split.plain.example", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", NULL, 0},
        {"SPLIT.Plain.Example.", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", NULL, 0},
        {"several.plain.example", LODGE_DNS_FOUND, "a|b|c", NULL, 0},
        {"bytes.plain.example", LODGE_DNS_FOUND, "\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9", NULL,
         0},
        {"alias.plain.example", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", "split.plain.example",
         0},
        {"lost.plain.example", LODGE_DNS_NXDOMAIN, "", "gone.plain.example", 0},
        {"gone.plain.example", LODGE_DNS_NXDOMAIN, "", NULL, 0},
        {"ns.plain.example", LODGE_DNS_NODATA, "", NULL, 0},
        {"branch.plain.example", LODGE_DNS_NODATA, "", NULL, 0},
        {"large.plain.example", LODGE_DNS_FOUND, NULL, NULL, 0},
        {"larger.plain.example", LODGE_DNS_LIMIT, "", NULL, 0},
        /* NSD refuses what it does not serve: that says nothing about the name. */
        {"elsewhere.example", LODGE_DNS_SERVFAIL, "", NULL, 0},
    };
    g_autoptr(LodgeResolver) resolver = open_resolver(*state, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check(resolver, &cases[i]);
    g_autoptr(LodgeDnsAnswer) several =
        lodge_resolver_lookup_txt(resolver, "several.plain.example", 0);
    assert_in_range(several->ttl_s, 1, 60);
    g_autoptr(LodgeDnsAnswer) large =
        lodge_resolver_lookup_txt(resolver, "large.plain.example", 0);
    assert_int_equal(lodge_dns_answer_count_bytes(large), 6000);
}

static void signatures_are_checked(void **state)
{
    static const Case cases[] = {
        {"_dmarc.signed.example", LODGE_DNS_FOUND, "v=DMARC1; p=reject", NULL,
         LODGE_DNSSEC_SECURE},
        {"alias.signed.example", LODGE_DNS_FOUND, "v=DMARC1; p=reject",
         "_dmarc.signed.example", LODGE_DNSSEC_SECURE},
        {"gone.signed.example", LODGE_DNS_NXDOMAIN, "", NULL, LODGE_DNSSEC_SECURE},
        {"ns.signed.example", LODGE_DNS_NODATA, "", NULL, LODGE_DNSSEC_SECURE},
        {"forged.signed.example", LODGE_DNS_BOGUS, "", NULL, LODGE_DNSSEC_BOGUS},
        {"unsigned.signed.example", LODGE_DNS_BOGUS, "", NULL, LODGE_DNSSEC_BOGUS},
        {"split.plain.example", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", NULL,
         LODGE_DNSSEC_INSECURE},
    };
    g_autoptr(LodgeResolver) resolver = open_resolver(*state, TRUE);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check(resolver, &cases[i]);
}

static void without_dnssec_nothing_is_claimed(void **state)
{
    static const Case cases[] = {
        {"_dmarc.signed.example", LODGE_DNS_FOUND, "v=DMARC1; p=reject", NULL,
         LODGE_DNSSEC_UNKNOWN},
        {"forged.signed.example", LODGE_DNS_FOUND, "as a forger wants it", NULL,
         LODGE_DNSSEC_UNKNOWN},
    };
    g_autoptr(LodgeResolver) resolver = open_resolver(*state, FALSE);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check(resolver, &cases[i]);
}

/* ---- many at once ---- */

typedef struct {
    LodgeResolver *resolver;
    guint number;
    guint wrong;
} Asker;

/* Every second name is everybody's, the others are its own. */
static gpointer ask_many(gpointer data)
{
    Asker *asker = data;
    for (guint i = 0; i < NAMES; i++) {
        guint n = i % 2 == 0 ? i : asker->number * NAMES + i;
        g_autofree char *name = g_strdup_printf("n%u.plain.example", n);
        g_autofree char *text = g_strdup_printf("text %u", n);
        g_autoptr(LodgeDnsAnswer) answer =
            lodge_resolver_lookup_txt(asker->resolver, name, 0);
        asker->wrong += answer->status != LODGE_DNS_FOUND || answer->texts->len != 1 ||
                        strcmp(g_ptr_array_index(answer->texts, 0), text) != 0;
    }
    return NULL;
}

static void threads_share_one_resolver(void **state)
{
    g_autoptr(LodgeResolver) resolver = open_resolver(*state, TRUE);
    Asker askers[THREADS];
    GThread *threads[THREADS];
    for (guint i = 0; i < THREADS; i++) {
        askers[i] = (Asker){resolver, i, 0};
        threads[i] = g_thread_new("asker", ask_many, &askers[i]);
    }
    for (guint i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
        assert_int_equal(askers[i].wrong, 0);
    }
}

/* Each deadline is about as long as an answer takes: it comes before, after and while its asker gives up. */
static gpointer ask_hastily(gpointer data)
{
    Asker *asker = data;
    for (guint i = 0; i < THREADS * NAMES; i++) {
        g_autofree char *name = g_strdup_printf("n%u.plain.example", i);
        g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(
            asker->resolver, name, g_get_monotonic_time() + 50 * (i % 20));
        asker->wrong +=
            answer->status != LODGE_DNS_FOUND && answer->status != LODGE_DNS_TIMEOUT;
    }
    return NULL;
}

static void giving_up_and_being_answered_may_meet(void **state)
{
    g_autoptr(LodgeResolver) resolver = open_resolver(*state, FALSE);
    Asker askers[THREADS];
    GThread *threads[THREADS];
    for (guint i = 0; i < THREADS; i++) {
        askers[i] = (Asker){resolver, i, 0};
        threads[i] = g_thread_new("asker", ask_hastily, &askers[i]);
    }
    for (guint i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
        assert_int_equal(askers[i].wrong, 0);
    }
    static const Case good = {"split.plain.example", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA",
                              NULL, LODGE_DNSSEC_UNKNOWN};
    check(resolver, &good);
}

static void a_description_says_what_dns_answers(void **state)
{
    g_autoptr(LodgeResolver) resolver = open_resolver(*state, TRUE);
    g_autoptr(GError) error = NULL;
    g_autofree char *words =
        lodge_resolver_describe(resolver, "_dmarc.signed.example", &error);
    assert_non_null(words);
    assert_non_null(strstr(words, "TXT _dmarc.signed.example: found"));
    assert_non_null(strstr(words, "DNSSEC: the answer is signed and was verified\n"));
    g_autofree char *absent =
        lodge_resolver_describe(resolver, "gone.plain.example", &error);
    assert_non_null(absent);
    assert_non_null(strstr(absent, "TXT gone.plain.example: nxdomain"));
    assert_null(lodge_resolver_describe(resolver, "forged.signed.example", &error));
    assert_true(
        g_error_matches(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE));
    assert_non_null(strstr(error->message, "TXT forged.signed.example: bogus"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_all_shapes),
        cmocka_unit_test(signatures_are_checked),
        cmocka_unit_test(without_dnssec_nothing_is_claimed),
        cmocka_unit_test(threads_share_one_resolver),
        cmocka_unit_test(giving_up_and_being_answered_may_meet),
        cmocka_unit_test(a_description_says_what_dns_answers),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
