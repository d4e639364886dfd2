#include "config/wording.h"

#include "config/config_error.h"
#include "config/rules.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define EXAMPLE LODGE_SOURCE_DIR "/config/examples/english.wording"
#define NO_VIEW "[receipt no-view]\nwords = This receipt is not a view on the plan.\n"

static const struct {
    const char *name, *text;
    const char *words; /* of the refusal; NULL: taken */
} CASES[] = {
    {"only what must be there", NO_VIEW, NULL},
    {"a finding said otherwise",
     NO_VIEW "[finding document-password]\nwords = {1} has a password.\n", NULL},
    {"its fact said in what to do next",
     NO_VIEW "[finding document-password]\nwords = A password!\nnext = Send {1} without.\n",
     NULL},
    {"its fact left out", NO_VIEW "[finding document-password]\nwords = A password!\n",
     "test:3: [finding document-password]: the text must say {1}"},
    {"a fact that there is not",
     NO_VIEW "[finding document-password]\nwords = {1} has a password of {2}.\n",
     "there is no fact {2}"},
    {"a brace that encloses nothing",
     NO_VIEW "[finding document-password]\nwords = {1} has { a password.\n",
     "a brace must enclose a fact"},
    {"a finding that there is not", NO_VIEW "[finding document-passwort]\nwords = x\n",
     "there is no finding 'document-passwort'; did you mean 'document-password'?"},
    {"a sentence that there is not", NO_VIEW "[receipt no-wiew]\nwords = x\n",
     "did you mean 'no-view'?"},
    {"a receipt without its reference",
     NO_VIEW "[receipt question]\nwords = Write to {help}.\n", "must say {reference}"},
    {"a sentence with a next step", NO_VIEW "[receipt filed]\nwords = {noun}\nnext = x\n",
     "unknown key 'next'"},
    {"no sentence about a view", "[receipt on-time]\nwords = In time.\n",
     "test: [receipt no-view] is missing"},
    {"nothing at all", "", "[receipt no-view] is missing"},
    {"a view after all", "[receipt no-view]\nwords = This is our view on the plan.\n",
     "it must say that the receipt is not a view on the plan"},
    {"no words", NO_VIEW "[receipt filed]\n", "'words' (text) is missing"},
};

static void a_wording_is_taken_or_refused_by_line(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(CASES); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeWording) wording =
            lodge_wording_parse(CASES[i].text, "test", &error);
        gboolean good =
            CASES[i].words == NULL
                ? wording != NULL
                : error != NULL && strstr(error->message, CASES[i].words) != NULL;
        if (!good || (wording == NULL) != (error != NULL))
            fail_msg("%s: '%s'", CASES[i].name, error ? error->message : "taken");
    }
}

static void a_text_too_long_to_be_read_is_refused(void **state)
{
    (void)state;
    g_autofree char *long_words = g_strnfill(LODGE_WORDING_BYTES + 1, 'x');
    g_autofree char *text =
        g_strconcat(NO_VIEW "[receipt held]\nwords = ", long_words, "\n", NULL);
    g_autoptr(GError) error = NULL;
    assert_null(lodge_wording_parse(text, "test", &error));
    assert_non_null(strstr(error->message, "more than 600 bytes"));
}

static void what_a_file_leaves_out_stays_english(void **state)
{
    (void)state;
    g_autoptr(LodgeWording) wording =
        lodge_wording_parse(NO_VIEW "[receipt on-time]\nwords = In time.\n", "test", NULL);
    assert_string_equal(
        lodge_wording_find(wording, LODGE_WORDING_RECEIPT, "on-time")->words, "In time.");
    assert_string_equal(lodge_wording_find(wording, LODGE_WORDING_RECEIPT, "late")->words,
                        "It arrived late.");
    assert_null(lodge_wording_find(wording, LODGE_WORDING_RECEIPT, "macros"));
    assert_null(lodge_wording_find(NULL, LODGE_WORDING_FINDING, "nothing"));
}

static void the_built_in_words_are_printed_load_and_are_the_example(void **state)
{
    (void)state;
    g_autofree char *text = lodge_wording_format_english();
    g_autofree char *example = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeWording) wording = lodge_wording_parse(text, "english", &error);
    if (wording == NULL)
        fail_msg("%s", error->message);
    const LodgeWordingEntry *entry;
    for (guint i = 0; (entry = lodge_wording_nth(i)) != NULL; i++) {
        const LodgeWordingEntry *read = lodge_wording_find(wording, entry->kind, entry->id);
        if (read == entry || strcmp(read->words, entry->words) != 0 ||
            g_strcmp0(read->next, entry->next) != 0)
            fail_msg("%s is read as '%s'", entry->id, read->words);
    }
    assert_true(g_file_get_contents(EXAMPLE, &example, NULL, NULL));
    assert_string_equal(example, text);
}

static void no_two_entries_share_an_id(void **state)
{
    (void)state;
    const LodgeWordingEntry *entry;
    for (guint i = 0; (entry = lodge_wording_nth(i)) != NULL; i++)
        assert_ptr_equal(lodge_wording_find(NULL, entry->kind, entry->id), entry);
}

static void facts_are_filled_in_one_pass(void **state)
{
    (void)state;
    static const struct {
        const char *template, *expected;
    } cases[] = {{"{1} and {2}", "{2} and b"},
                 {"{2}{2}", "bb"},
                 {"{3} stays", "{3} stays"},
                 {"{ 1} stays, too", "{ 1} stays, too"},
                 {"{1", "{1"},
                 {"", ""},
                 {"{none}!", "!"}};
    static const char *const facts[] = {"1", "{2}", "2", "b", "none", NULL, NULL};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = lodge_wording_fill(cases[i].template, facts);
        assert_string_equal(text, cases[i].expected);
    }
}

/* ---- as a part of the rules ---- */

static LodgeRules *make_rules(void)
{
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    return lodge_rules_new(
        "[call]\nid = a\ntitle = A\nreference_prefix = AC\ndepartment = D\n"
        "zone = Europe/London\ndeadline = 2024-07-20T00:00\n",
        "call", "[E10000016]\nname = Kent\ndomains = kent.gov.uk\n", "register", trust, "s",
        "h@d.example", "i.example", NULL);
}

static char *text_of(const LodgeRules *rules)
{
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    return g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
}

static void rules_keep_their_words_and_old_rules_their_bytes(void **state)
{
    (void)state;
    g_autoptr(LodgeRules) rules = make_rules();
    g_autofree char *before = text_of(rules);
    assert_null(strstr(before, "wording"));
    assert_true(lodge_rules_set_wording(
        rules, NO_VIEW "[receipt on-time]\nwords = In time.\n", "test", NULL));
    g_autoptr(GBytes) bytes = lodge_rules_format(rules);
    g_autoptr(LodgeRules) parsed = lodge_rules_parse(bytes, NULL);
    assert_non_null(parsed);
    g_autoptr(GBytes) again = lodge_rules_format(parsed);
    assert_true(g_bytes_equal(bytes, again));
    assert_string_equal(
        lodge_wording_find(parsed->wording, LODGE_WORDING_RECEIPT, "on-time")->words,
        "In time.");
}

static void a_refused_wording_changes_nothing(void **state)
{
    (void)state;
    g_autoptr(LodgeRules) rules = make_rules();
    g_autoptr(GError) error = NULL;
    assert_true(lodge_rules_set_wording(rules, NO_VIEW, "test", NULL));
    g_autofree char *before = text_of(rules);
    assert_false(
        lodge_rules_set_wording(rules, "[receipt x]\nwords = y\n", "test", &error));
    assert_true(error->domain == LODGE_CONFIG_ERROR);
    g_autofree char *after = text_of(rules);
    assert_string_equal(before, after);
    assert_true(lodge_rules_set_wording(rules, NULL, "test", NULL));
    assert_null(rules->wording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wording_is_taken_or_refused_by_line),
        cmocka_unit_test(a_text_too_long_to_be_read_is_refused),
        cmocka_unit_test(what_a_file_leaves_out_stays_english),
        cmocka_unit_test(the_built_in_words_are_printed_load_and_are_the_example),
        cmocka_unit_test(no_two_entries_share_an_id),
        cmocka_unit_test(facts_are_filled_in_one_pass),
        cmocka_unit_test(rules_keep_their_words_and_old_rules_their_bytes),
        cmocka_unit_test(a_refused_wording_changes_nothing),
    };
    return cmocka_run_group_tests_name("config/wording", tests, NULL, NULL);
}
