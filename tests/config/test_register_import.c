#include "config/register_import.h"

#include "config/register.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define HEADER "id,gss,tier_id,slug,country_name,homepage_url,name\n"
#define ADUR                                                                               \
    "3,E07000223,2,adur,England,https://www.adur-worthing.gov.uk/,Adur District Council\n"
#define WORTHING                                                                           \
    "4,E07000229,2,worthing,England,https://www.adur-worthing.gov.uk/,Worthing Borough Council\n"
#define SOMERSET                                                                           \
    "5,E10000027,3,somerset,England,http://www.somerset.gov.uk/,Somerset County Council\n"
#define SOMERSET_NEW                                                                       \
    "9,E06000066,3,somerset-unitary,England,http://www.somerset.gov.uk/,Somerset Council\n"
#define CUMBERLAND                                                                         \
    "6,E06000063,3,cumberland,England,http://www.cumberland.gov.uk,Cumberland Council\n"
#define CRAVEN                                                                             \
    "7,E07000163,2,craven,England,https://www.cravendc.gov.uk,Craven District Council\n"
#define ARMAGH                                                                                      \
    "8,N09000002,3,armagh,Northern Ireland,https://www.armagh.gov.uk/x?y,\"Armagh City, Banbridge " \
    "and Craigavon\"\n"

static gint64 day(const char *text)
{
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    g_autofree char *midnight = text == NULL ? NULL : g_strconcat(text, "T12:00:00Z", NULL);
    if (midnight != NULL)
        assert_true(lodge_instant_parse(midnight, &instant_us));
    return instant_us;
}

typedef struct {
    const char *name, *csv, *nation, *day;
    const char *codes; /* of the register, in order; NULL: refused */
    const char *words; /* in the summary or the refusal */
} Case;

static const Case CASES[] = {
    {"one nation", HEADER ADUR ARMAGH, "England", "2024-07-19", "E07000223",
     "1 of other nations"},
    {"all nations, commas in quotes", HEADER ADUR ARMAGH, NULL, "2024-07-19",
     "E07000223 N09000002", "2 councils taken"},
    {"two councils with one website", HEADER ADUR WORTHING, "England", "2024-07-19",
     "E07000223 E07000229", "1 with another's website"},
    {"an old code that means the new council", HEADER SOMERSET, "England", "2024-07-19",
     "E06000066", "1 under the code of their successor"},
    {"on the first day of the new council", HEADER SOMERSET, "England", "2023-04-01",
     "E06000066", "1 under the code of their successor"},
    {"on the last day of the old council", HEADER SOMERSET, "England", "2023-03-31",
     "E10000027", "0 under the code of their successor"},
    {"without a day, the list's own", HEADER SOMERSET CRAVEN, NULL, NULL, "E06000066",
     "1 ended by that day"},
    {"a list that has both codes", HEADER SOMERSET SOMERSET_NEW, "England", "2024-07-19",
     "E06000066", "1 ended by that day"},
    {"a council that has ended", HEADER ADUR CRAVEN, "England", "2024-07-19", "E07000223",
     "1 ended by that day"},
    {"the same, while it was there", HEADER ADUR CRAVEN, "England", "2022-07-19",
     "E07000223 E07000163", "0 ended by that day"},
    {"a council that had not begun", HEADER ADUR CUMBERLAND, "England", "2022-07-19",
     "E07000223", "1 not yet begun"},
    {"nobody left", HEADER ARMAGH, "England", "2024-07-19", NULL,
     "the register holds no council"},
    {"a doubled code", HEADER ADUR ARMAGH ADUR, "England", NULL, NULL,
     "list.csv:4: GSS code E07000223 is in line 2 already"},
    {"no code", HEADER "1,,2,x,England,https://x.gov.uk,X Council\n", NULL, NULL, NULL,
     "list.csv:2: 'X Council' has no GSS code"},
    {"a code that is none", HEADER "1,X1,2,x,England,https://x.gov.uk,X Council\n", NULL,
     NULL, NULL, "list.csv:2: 'X1' is no GSS code"},
    {"an unknown tier", HEADER "1,E07000001,7,x,England,https://x.gov.uk,X Council\n", NULL,
     NULL, NULL, "list.csv:2: the tier is none of 1, 2 and 3"},
    {"a name with a line end",
     HEADER "1,E07000001,2,x,England,https://x.gov.uk,\"X\n[E07000002]\"\n", NULL, NULL,
     NULL, "list.csv:2: the row holds a control character"},
    {"a column too few", "gss,tier_id,slug,homepage_url,name\n", NULL, NULL, NULL,
     "list.csv:1: there is no column 'country_name'"},
    {"no website", HEADER "1,E07000001,2,x,England,,X Council\n", NULL, NULL, "E07000001",
     "1 without a domain"},
    {"a website on a bare address", HEADER "1,E07000001,2,x,England,http://192.0.2.1/,X\n",
     NULL, NULL, "E07000001", "1 without a domain"},
};

static char *codes_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeRegister) reg = lodge_register_parse(text, "register", &error);
    if (reg == NULL)
        fail_msg("%s", error->message);
    GString *codes = g_string_new(NULL);
    for (guint i = 0; i < lodge_register_count(reg); i++)
        g_string_append_printf(codes, "%s%s", i ? " " : "", lodge_register_at(reg, i)->gss);
    return g_string_free(codes, FALSE);
}

static void a_list_becomes_the_register_of_a_day(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        const Case *c = &CASES[i];
        g_autoptr(GError) error = NULL;
        g_autofree char *summary = NULL;
        LodgeRegisterImport options = {(char *)c->nation, day(c->day)};
        g_autofree char *text =
            lodge_register_import(c->csv, "list.csv", &options, &summary, &error);
        g_autofree char *codes = text == NULL ? NULL : codes_of(text);
        const char *words = text == NULL ? error->message : summary;
        if (g_strcmp0(codes, c->codes) != 0 || strstr(words, c->words) == NULL)
            fail_msg("%s: '%s', '%s'", c->name, codes, words);
    }
}

static void the_successor_bears_its_own_name_and_first_day(void **state)
{
    (void)state;
    LodgeRegisterImport options = {NULL, day("2024-07-19")};
    g_autofree char *text =
        lodge_register_import(HEADER SOMERSET, "list.csv", &options, NULL, NULL);
    assert_non_null(strstr(text,
                           "\n[E06000066]\nname = Somerset Council\nslug = somerset\n"
                           "kind = unitary\nnation = England\nvalid_from = 2023-04-01\n"
                           "unconfirmed = somerset.gov.uk\n"));
    options.at_us = day("2022-07-19");
    g_autofree char *old =
        lodge_register_import(HEADER SOMERSET, "list.csv", &options, NULL, NULL);
    assert_non_null(
        strstr(old, "\n[E10000027]\nname = Somerset County Council\nslug = somerset\n"
                    "kind = county\nnation = England\nvalid_to = 2023-03-31\n"
                    "successor = E06000066\nunconfirmed = somerset.gov.uk\n"));
}

static void nobody_gets_authority_from_a_website(void **state)
{
    (void)state;
    LodgeRegisterImport options = {NULL, LODGE_INSTANT_UNKNOWN};
    g_autofree char *text =
        lodge_register_import(HEADER ADUR WORTHING, "list.csv", &options, NULL, NULL);
    assert_non_null(
        strstr(text, "# the same website as [E07000223]\nunconfirmed = adur-worth"));
    assert_null(strstr(text, "\ndomains ="));
}

static void the_real_list_gives_317_councils_and_the_example(void **state)
{
    (void)state;
    const char *data = g_getenv("LODGE_TEST_DATA");
    if (data == NULL) {
        print_message("LODGE_TEST_DATA is not set: 1 list not read\n");
        skip();
    }
    g_autofree char *path =
        g_build_filename(data, "register", "local-authorities.csv", NULL);
    g_autofree char *csv = NULL;
    g_autofree char *summary = NULL;
    g_autofree char *example = NULL;
    g_autoptr(GError) error = NULL;
    assert_true(g_file_get_contents(path, &csv, NULL, NULL));
    LodgeRegisterImport options = {(char *)"England", day("2024-07-19")};
    g_autofree char *text =
        lodge_register_import(csv, "local-authorities.csv", &options, &summary, &error);
    if (text == NULL)
        fail_msg("%s", error->message);
    g_autoptr(LodgeRegister) reg = lodge_register_parse(text, "register", NULL);
    assert_int_equal(lodge_register_count(reg), 317);
    assert_string_equal(
        summary, "317 councils taken (2 under the code of their successor, 0 without a "
                 "domain, 3 with another's website); left out: 65 of other nations, 0 "
                 "ended by that day, 0 not yet begun");
    assert_true(g_file_get_contents(
        LODGE_SOURCE_DIR "/config/examples/councils-2024.register", &example, NULL, NULL));
    assert_true(
        g_str_has_suffix(example, text)); /* the example is what the command gives */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_becomes_the_register_of_a_day),
        cmocka_unit_test(the_successor_bears_its_own_name_and_first_day),
        cmocka_unit_test(nobody_gets_authority_from_a_website),
        cmocka_unit_test(the_real_list_gives_317_councils_and_the_example),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
