#include "config/register.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define KENT "[E10000016]\nname = Kent County Council\n"
#define ADUR "[E07000223]\nname = Adur District Council\ndomains = adur-worthing.gov.uk\n"
#define WORTHING                                                                           \
    "[E07000229]\nname = Worthing Borough Council\ndomains = adur-worthing.gov.uk\n"

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
    {"the least a council can say", KENT, NULL},
    {"no council at all", "# none\n", "register: the register holds no council"},
    {"a code that is none", "[E1000001]\nname = Kent\n",
     "register:1: [E1000001]: the group is neither a GSS code"},
    {"a code in lower case", "[e10000016]\nname = Kent\n", "is neither a GSS code"},
    {"the same code twice", KENT "\n" KENT,
     "register:4: group [E10000016] is there twice, first in line 1"},
    {"no name", "[E10000016]\nkind = county\n",
     "register:1: [E10000016]: 'name' (text) is missing"},
    {"a misspelt key", KENT "domain = kent.gov.uk\n",
     "register:3: [E10000016] unknown key 'domain'; did you mean 'domains'?"},
    {"a domain with umlauts", KENT "domains = k\xc3\xa9nt.gov.uk\n",
     "register:3: [E10000016] domains: 'k\xc3\xa9nt.gov.uk' has letters outside ASCII"},
    {"a wildcard", KENT "domains = *.gov.uk\n", "has a wildcard"},
    {"a delegate that is a name", KENT "delegates = Jo <jo@kent.gov.uk>\n",
     "delegates: 'Jo <jo@kent.gov.uk>' is not one plain e-mail address"},
    {"a domain twice", KENT "domains = kent.gov.uk; KENT.gov.uk\n",
     "'kent.gov.uk' is there twice"},
    {"a domain confirmed and not",
     KENT "domains = kent.gov.uk\nunconfirmed = kent.gov.uk\n",
     "register:4: [E10000016] unconfirmed: 'kent.gov.uk' is confirmed under domains already"},
    {"a domain of two councils", ADUR "\n" WORTHING,
     "register:7: [E07000229] domains: 'adur-worthing.gov.uk' is a domain of Adur District "
     "Council (E07000223, line 3) as well as of Worthing Borough Council (E07000229); if they "
     "share it, add [domain adur-worthing.gov.uk] with shared = yes, else delete one"},
    {"a shared domain of two councils",
     ADUR WORTHING "[domain adur-worthing.gov.uk]\nshared = yes\n", NULL},
    {"sharing declared before the councils",
     "[domain Adur-Worthing.gov.uk]\nshared = yes\n" ADUR WORTHING, NULL},
    {"shared = no shares nothing",
     ADUR WORTHING "[domain adur-worthing.gov.uk]\nshared = no\n",
     "is a domain of Adur District Council"},
    {"one after the other",
     ADUR "valid_to = 2023-03-31\n" WORTHING "valid_from = 2023-04-01\n", NULL},
    {"one day together",
     ADUR "valid_to = 2023-04-01\n" WORTHING "valid_from = 2023-04-01\n",
     "is a domain of Adur District Council"},
    {"two councils with one unconfirmed domain",
     KENT "unconfirmed = x.gov.uk\n[E07000223]\nname = Adur\nunconfirmed = x.gov.uk\n",
     NULL},
    {"a domain group for nobody", KENT "[domain adur-wrthing.gov.uk]\nshared = yes\n",
     "register:3: [domain adur-wrthing.gov.uk]: no council has this domain"},
    {"a domain group without a domain", KENT "[domain]\nshared = yes\n", "[domain NAME]"},
    {"neither yes nor no", ADUR "[domain adur-worthing.gov.uk]\nshared = true\n",
     "shared: 'true' is neither yes nor no"},
    {"a day that does not exist", KENT "valid_from = 2023-02-29\n",
     "'2023-02-29' is not a day"},
    {"an end before the beginning", KENT "valid_from = 2023-04-01\nvalid_to = 2023-03-31\n",
     "valid_to: the council ends before it begins"},
    {"its own successor", KENT "successor = E10000016\n",
     "is no GSS code of another council"},
    {"a slug that is a path", KENT "slug = ../kent\n", "'../kent' is no slug"},
};

static void a_register_is_taken_or_refused_by_line(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeRegister) reg =
            lodge_register_parse(CASES[i].text, "register", &error);
        gboolean good =
            CASES[i].words == NULL
                ? reg != NULL
                : error != NULL && strstr(error->message, CASES[i].words) != NULL;
        if (!good || (reg == NULL) != (error != NULL))
            fail_msg("%s: '%s'", CASES[i].name, error ? error->message : "taken");
    }
}

static void a_body_holds_what_the_file_says(void **state)
{
    (void)state;
    g_autoptr(LodgeRegister) reg = lodge_register_parse(
        "[E07000115]\nname = Tonbridge and Malling Borough Council\nkind = district\n"
        "nation = England\ndomains = TMBC.gov.uk; tonbridge.example\nunconfirmed = x.example\n"
        "delegates = Clerk@Shared.example\ncontact = Chief@TMBC.gov.uk\n"
        "valid_from = 2020-01-01\nvalid_to = 2024-12-31\nsuccessor = E06000099\n",
        "register", NULL);
    assert_non_null(reg);
    assert_int_equal(lodge_register_count(reg), 1);
    const LodgeBody *body = lodge_register_at(reg, 0);
    assert_ptr_equal(lodge_register_find(reg, "E07000115"), body);
    assert_null(lodge_register_find(reg, "E07000116"));
    assert_null(lodge_register_find(reg, NULL));
    assert_string_equal(body->slug, "tonbridge-and-malling-borough-council");
    assert_string_equal(body->domains[0], "tmbc.gov.uk");
    assert_string_equal(body->delegates[0], "clerk@shared.example");
    assert_string_equal(body->contact, "chief@tmbc.gov.uk");
    assert_string_equal(body->successor, "E06000099");
    assert_int_equal(body->valid_from_us, at("2020-01-01T00:00:00Z"));
    assert_int_equal(body->valid_until_us, at("2025-01-01T00:00:00Z"));
    assert_false(lodge_body_is_valid_at(body, at("2019-12-31T23:59:59.999999Z")));
    assert_true(lodge_body_is_valid_at(body, at("2020-01-01T00:00:00Z")));
    assert_true(lodge_body_is_valid_at(body, at("2024-12-31T23:59:59.999999Z")));
    assert_false(lodge_body_is_valid_at(body, at("2025-01-01T00:00:00Z")));
    assert_true(lodge_body_is_valid_at(body, LODGE_INSTANT_UNKNOWN));
}

static void count_domain(const LodgeRegister *reg,
                         const char *domain,
                         const char *utc,
                         gboolean unconfirmed,
                         guint expected)
{
    g_autoptr(GPtrArray) found =
        lodge_register_find_domain(reg, domain, at(utc), unconfirmed);
    if (found->len != expected)
        fail_msg("%s at %s: %u", domain, utc, found->len);
}

static void domains_give_authority_exactly_and_in_their_time(void **state)
{
    (void)state;
    g_autoptr(LodgeRegister) reg = lodge_register_parse(
        ADUR WORTHING "valid_from = 2024-01-01\n"
                      "[domain adur-worthing.gov.uk]\nshared = yes\n" KENT
                      "unconfirmed = kent.gov.uk\ndelegates = clerk@shared.example\n",
        "register", NULL);
    assert_non_null(reg);
    count_domain(reg, "adur-worthing.gov.uk", "2024-07-19T00:00:00Z", FALSE, 2);
    count_domain(reg, "ADUR-Worthing.GOV.uk", "2024-07-19T00:00:00Z", FALSE, 2);
    count_domain(reg, "adur-worthing.gov.uk", "2023-07-19T00:00:00Z", FALSE, 1);
    count_domain(reg, "mail.adur-worthing.gov.uk", "2024-07-19T00:00:00Z", FALSE, 0);
    count_domain(reg, "gov.uk", "2024-07-19T00:00:00Z", FALSE, 0);
    count_domain(reg, "kent.gov.uk", "2024-07-19T00:00:00Z", FALSE, 0);
    count_domain(reg, "kent.gov.uk", "2024-07-19T00:00:00Z", TRUE, 1);
    count_domain(reg, "", "2024-07-19T00:00:00Z", FALSE, 0);
    count_domain(reg, NULL, "2024-07-19T00:00:00Z", FALSE, 0);
    g_autoptr(GPtrArray) delegates = lodge_register_find_delegate(
        reg, "Clerk@Shared.example", at("2024-07-19T00:00:00Z"));
    assert_int_equal(delegates->len, 1);
    g_autoptr(GPtrArray) strangers = lodge_register_find_delegate(
        reg, "other@shared.example", at("2024-07-19T00:00:00Z"));
    assert_int_equal(strangers->len, 0);
}

static void the_example_holds_every_council_of_england(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeRegister) reg = lodge_register_load(
        LODGE_SOURCE_DIR "/config/examples/councils-2024.register", NULL, &error);
    if (reg == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(lodge_register_count(reg), 317);
    assert_string_equal(lodge_register_find(reg, "E06000065")->name,
                        "North Yorkshire Council");
    assert_string_equal(lodge_register_find(reg, "E06000066")->name, "Somerset Council");
    assert_null(lodge_register_find(reg, "E10000023"));
    for (guint i = 0; i < 317; i++) {
        const LodgeBody *body = lodge_register_at(reg, i);
        assert_int_equal(g_strv_length(body->domains), 0); /* nobody has authority yet */
        assert_int_equal(g_strv_length(body->unconfirmed), 1);
        assert_string_equal(body->nation, "England");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_register_is_taken_or_refused_by_line),
        cmocka_unit_test(a_body_holds_what_the_file_says),
        cmocka_unit_test(domains_give_authority_exactly_and_in_their_time),
        cmocka_unit_test(the_example_holds_every_council_of_england),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
