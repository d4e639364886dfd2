/* A zone file, what it must not hold, and the resolvers that need no network: from it, and from stored answers. */
#include "intake/learn/resolver_stored.h"
#include "intake/learn/resolver_zone.h"

#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define NOW_US G_GINT64_CONSTANT(1721296803000000)

static gint64 now_us(void)
{
    return NOW_US;
}

static const char ZONE[] =
    "; keys\n"
    "\n"
    "   ; a comment behind blanks\r\n"
    "S1._domainkey.Example.com. 3600 IN TXT \"v=DKIM1; \" \"p=AAAA\" ; the end\r\n"
    "two.example.com 60 IN TXT \"b\"\n"
    "TWO.example.com. 30 in txt \"a\"\n"
    "escaped.example.com 1 IN TXT \"\\\"\\\\\\059;\\195\\169\"\n"
    "empty.example.com 1 IN TXT \"\"\n"
    "alias.example.com\t5\tIN\tCNAME\tS1._domainkey.example.com.\n"
    "alias2.example.com 900 IN CNAME alias.example.com\n"
    "nowhere.example.com 5 IN CNAME gone.example.net.\n"
    "branch.example.com 5 IN CNAME _domainkey.example.com\n"
    "broken.example.com 5 IN CNAME fail.example.com\n"
    "fail.example.com 0 IN FAIL servfail\n"
    "late.example.com 0 IN FAIL timeout\n"
    "host.example.com 60 IN A 192.0.2.1\n"
    "host.example.com 60 IN MX 10 mx.example.com.\n"
    "circle1.example.com 1 IN CNAME circle2.example.com\n"
    "circle2.example.com 1 IN CNAME circle1.example.com\n"
    "self.example.com 1 IN CNAME self.example.com\n"
    "c9.example.com 1 IN CNAME c8.example.com\n"
    "c8.example.com 1 IN CNAME c7.example.com\n"
    "c7.example.com 1 IN CNAME c6.example.com\n"
    "c6.example.com 1 IN CNAME c5.example.com\n"
    "c5.example.com 1 IN CNAME c4.example.com\n"
    "c4.example.com 1 IN CNAME c3.example.com\n"
    "c3.example.com 1 IN CNAME c2.example.com\n"
    "c2.example.com 1 IN CNAME c1.example.com\n"
    "c1.example.com 1 IN CNAME two.example.com";

typedef struct {
    const char *name;
    LodgeDnsStatus status;
    const char *texts; /* joined with "|" */
    const char *canonical;
    guint32 ttl_s;
} Case;

static const Case CASES[] = {
    {"s1._DOMAINKEY.example.com", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", NULL, 3600},
    {"two.example.com", LODGE_DNS_FOUND, "a|b", NULL, 30},
    {"escaped.example.com", LODGE_DNS_FOUND, "\"\\;;\xc3\xa9", NULL, 1},
    {"empty.example.com", LODGE_DNS_FOUND, "", NULL, 1},
    {"alias.example.com", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", "s1._domainkey.example.com",
     5},
    {"alias2.example.com", LODGE_DNS_FOUND, "v=DKIM1; p=AAAA", "s1._domainkey.example.com",
     5},
    {"nowhere.example.com", LODGE_DNS_NXDOMAIN, "", "gone.example.net", 0},
    {"branch.example.com", LODGE_DNS_NODATA, "", "_domainkey.example.com", 0},
    {"broken.example.com", LODGE_DNS_SERVFAIL, "", "fail.example.com", 0},
    {"fail.example.com", LODGE_DNS_SERVFAIL, "", NULL, 0},
    {"late.example.com", LODGE_DNS_TIMEOUT, "", NULL, 0},
    {"host.example.com", LODGE_DNS_NODATA, "", NULL, 60},
    {"example.com", LODGE_DNS_NODATA, "", NULL, 0},
    {"com", LODGE_DNS_NODATA, "", NULL, 0},
    {"gone.example.com", LODGE_DNS_NXDOMAIN, "", NULL, 0},
    {"a.two.example.com", LODGE_DNS_NXDOMAIN, "", NULL, 0},
    {"circle1.example.com", LODGE_DNS_LIMIT, "", NULL, 1},
    {"self.example.com", LODGE_DNS_LIMIT, "", NULL, 1},
    {"c8.example.com", LODGE_DNS_FOUND, "a|b", "two.example.com", 1},
    {"c9.example.com", LODGE_DNS_LIMIT, "", NULL, 1},
};

static LodgeResolver *open_zone(const char *text)
{
    g_autoptr(GError) error = NULL;
    LodgeZoneFile *zone = lodge_zone_file_parse(text, strlen(text), "test.zone", &error);
    if (zone == NULL)
        fail_msg("%s", error->message);
    return lodge_resolver_zone_new(zone, now_us);
}

static void check(const Case *c, const LodgeDnsAnswer *answer)
{
    g_autoptr(GPtrArray) texts = g_ptr_array_new();
    for (guint i = 0; i < answer->texts->len; i++)
        g_ptr_array_add(texts, g_ptr_array_index(answer->texts, i));
    g_ptr_array_add(texts, NULL);
    g_autofree char *joined = g_strjoinv("|", (char **)texts->pdata);
    if (answer->status != c->status || strcmp(joined, c->texts) != 0 ||
        (c->canonical != NULL && g_strcmp0(answer->canonical, c->canonical) != 0) ||
        answer->ttl_s != c->ttl_s || answer->asked_us != NOW_US ||
        (c->status == LODGE_DNS_FOUND) != (answer->texts->len > 0))
        fail_msg("%s: %s '%s' at %s, %u s", c->name,
                 lodge_dns_status_format(answer->status), joined, answer->canonical,
                 answer->ttl_s);
}

static void a_zone_file_answers_like_dns(void **state)
{
    (void)state;
    g_autoptr(LodgeResolver) resolver = open_zone(ZONE);
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(LodgeDnsAnswer) answer =
            lodge_resolver_lookup_txt(resolver, CASES[i].name, 0);
        check(&CASES[i], answer);
        assert_int_equal(answer->dnssec, LODGE_DNSSEC_UNKNOWN);
    }
}

static void stored_answers_come_back_as_they_were(void **state)
{
    (void)state;
    g_autoptr(LodgeResolver) resolver = open_zone(ZONE);
    g_autoptr(GPtrArray) answers = lodge_dns_answers_new();
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++)
        g_ptr_array_add(answers, lodge_resolver_lookup_txt(resolver, CASES[i].name, 0));
    g_autoptr(LodgeResolver) stored = lodge_resolver_stored_new(answers);
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(LodgeDnsAnswer) answer =
            lodge_resolver_lookup_txt(stored, CASES[i].name, 0);
        check(&CASES[i], answer);
    }
    g_autoptr(LodgeDnsAnswer) other =
        lodge_resolver_lookup_txt(stored, "never.asked.example", 0);
    assert_int_equal(other->status, LODGE_DNS_NOT_STORED);
    assert_true(lodge_dns_answer_is_temporary(other));
    g_autoptr(LodgeResolver) nothing = lodge_resolver_stored_new(NULL);
    g_autoptr(LodgeDnsAnswer) none =
        lodge_resolver_lookup_txt(nothing, "two.example.com", 0);
    assert_int_equal(none->status, LODGE_DNS_NOT_STORED);
}

static void what_is_no_name_is_not_asked(void **state)
{
    (void)state;
    g_autoptr(LodgeResolver) resolver = open_zone(ZONE);
    static const char *const names[] = {"", "a b.example.com", "\xc3\xa9.example.com",
                                        "a..example.com", "\xff"};
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(LodgeDnsAnswer) answer = lodge_resolver_lookup_txt(resolver, names[i], 0);
        assert_int_equal(answer->status, LODGE_DNS_REFUSED);
        assert_true(g_utf8_validate(answer->name, -1, NULL));
        assert_int_equal(answer->asked_us, G_MININT64);
    }
}

static void a_large_record_is_a_limit(void **state)
{
    (void)state;
    GString *zone = g_string_new("large.example.com 60 IN TXT");
    g_autofree char *string = g_strnfill(250, 'x');
    for (guint i = 0; i < 10 * 1024 / 250; i++)
        g_string_append_printf(zone, " \"%s\"", string);
    g_autofree char *text = g_string_free(zone, FALSE);
    g_autoptr(LodgeResolver) resolver = open_zone(text);
    g_autoptr(LodgeDnsAnswer) answer =
        lodge_resolver_lookup_txt(resolver, "large.example.com", 0);
    assert_int_equal(answer->status, LODGE_DNS_LIMIT);
    assert_int_equal(answer->texts->len, 0);
}

static void a_mistake_is_named_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"$ORIGIN example.com.\n",
         "1: '$ORIGIN' is not known here; write every name in full"},
        {"a 1 IN TXT \"x\"\n$TTL 5\n", "2: '$TTL' is not known here"},
        {"a 1 IN TXT \"x\n\n", "1: a string has no end"},
        {"a 1 IN TXT \"x\\", "1: a string has no end"},
        {"a 1 IN TXT \"\\256\"\n", "1: \\256 is no byte"},
        {"a 1 IN TXT\n", "1: TXT needs its strings in quotation marks"},
        {"a 1 IN TXT x\n", "1: TXT needs its strings in quotation marks"},
        {"a 1 IN TXT ( \"x\"\n\"y\" )\n", "1: TXT needs its strings"},
        {"a 1 IN TXT \"x\" y\n", "1: 'y' stands behind the record"},
        {" 1 IN TXT \"x\"\n", "1: the line begins with a blank"},
        {"\"a\" 1 IN TXT \"x\"\n", "is no name of DNS"},
        {"@ 1 IN TXT \"x\"\n", "1: '@' is no name of DNS"},
        {"b\xc3\xbc.example 1 IN TXT \"x\"\n", "is no name of DNS"},
        {"a IN TXT \"x\"\n", "1: 'IN' is no time to live"},
        {"a -1 IN TXT \"x\"\n", "1: '-1' is no time to live"},
        {"a 4294967296 IN TXT \"x\"\n", "is no time to live"},
        {"a\n", "1: '' is no time to live"},
        {"a 1 CH TXT \"x\"\n", "1: 'CH' stands where IN belongs"},
        {"a 1 TXT \"x\"\n", "1: 'TXT' stands where IN belongs"},
        {"a 1 IN\n", "1: the record has no type"},
        {"a 1 IN SPF \"x\"\n", "1: 'SPF' is no type that is known here"},
        {"a 1 IN CNAME\n", "1: CNAME needs the name that it leads to"},
        {"a 1 IN CNAME b..c\n", "1: 'b..c' is no name of DNS"},
        {"a 1 IN CNAME b c\n", "1: 'c' stands behind the record"},
        {"a 1 IN CNAME b\na 1 IN CNAME c\n", "2: there is a CNAME for this name already"},
        {"a 1 IN CNAME b\na 1 IN TXT \"x\"\n",
         "2: a name has records, or a CNAME, or a FAIL"},
        {"a 1 IN TXT \"x\"\na 1 IN FAIL servfail\n", "2: a name has records, or a CNAME"},
        {"a 1 IN FAIL nxdomain\n", "1: FAIL needs servfail or timeout"},
        {"a 1 IN FAIL\n", "1: FAIL needs servfail or timeout"},
        {"a\x1b[31m 1 IN TXT \"x\"\n", "1: 'a\\x1B[31m' is no name of DNS"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeZoneFile) zone = lodge_zone_file_parse(
            cases[i].text, strlen(cases[i].text), "test.zone", &error);
        if (zone != NULL)
            fail_msg("taken: %s", cases[i].text);
        if (!g_error_matches(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_ZONE) ||
            !g_str_has_prefix(error->message, "test.zone:") ||
            strstr(error->message, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].text, error->message);
    }
    g_autoptr(GError) error = NULL;
    assert_null(lodge_zone_file_parse("a 1 IN TXT \"\0\"", 14, "test.zone", &error));
    assert_non_null(strstr(error->message, "NUL"));
}

static void what_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *path, *words;
    } cases[] = {
        {"/nowhere/test.zone", "/nowhere/test.zone: No such file"},
        {"/", "/: Is a directory"},
        {"/dev/zero", "/dev/zero: larger than 16 MB"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(lodge_zone_file_load(cases[i].path, &error));
        assert_int_equal(error->code, LODGE_RESOLVER_ERROR_ZONE);
        assert_true(g_str_has_prefix(error->message, cases[i].words));
    }
}

/* An empty device, and a shell's <(…), are no regular files. */
static void nothing_at_all_is_a_zone_without_names(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeZoneFile) zone = lodge_zone_file_load("/dev/null", &error);
    if (zone == NULL)
        fail_msg("%s", error->message);
    assert_null(lodge_zone_file_find(zone, "council.example"));
}

/* The zones of the collected mails, in the form that they come in. */
static void the_collected_zones_are_read(void **state)
{
    (void)state;
    static const char *const zones[] = {
        "dkim/council-example", "dkim/mail-dkim", "dkim/dkimpy",  "dkim/mail-auth",
        "dkim/mailauth",        "dkim/go",        "dkim/bare-lf", "arc"};
    const char *data = g_getenv("LODGE_TEST_DATA");
    if (data == NULL) {
        print_message("SKIP: LODGE_TEST_DATA is not set: 8 zones not read\n");
        skip();
    }
    for (gsize i = 0; i < G_N_ELEMENTS(zones); i++) {
        g_autofree char *path = g_build_filename(data, zones[i], "dns.zone", NULL);
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeZoneFile) zone = lodge_zone_file_load(path, &error);
        if (zone == NULL)
            fail_msg("%s", error->message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_zone_file_answers_like_dns),
        cmocka_unit_test(stored_answers_come_back_as_they_were),
        cmocka_unit_test(what_is_no_name_is_not_asked),
        cmocka_unit_test(a_large_record_is_a_limit),
        cmocka_unit_test(a_mistake_is_named_with_its_line),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(nothing_at_all_is_a_zone_without_names),
        cmocka_unit_test(the_collected_zones_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
