#include "intake/decide/findings.h"

#include "tests/support/cmocka.h"
#include <string.h>

static void assert_plain(const char *code, const char *text)
{
    /* never said to a council, whatever was found (design: words of the trade) */
    static const char *const forbidden[] = {
        "accepted", "approved", "valid", "compliant",     "compliance", "score",
        "invalid",  "failure",  "error", "submission is", NULL};
    g_autofree char *lower = g_utf8_strdown(text, -1);
    for (gsize i = 0; forbidden[i] != NULL; i++)
        if (strstr(lower, forbidden[i]) != NULL)
            fail_msg("%s says \"%s\"", code, forbidden[i]);
    if (strlen(text) > 260)
        fail_msg("%s is too long to be read", code);
}

static void every_finding_has_its_row(void **state)
{
    (void)state;
    for (int kind = 0; kind < LODGE_FINDING_COUNT; kind++) {
        const LodgeFindingRow *row = lodge_findings_row((LodgeFindingKind)kind);
        if (row->code == NULL || row->wording == NULL)
            fail_msg("finding %d has no row", kind);
        const LodgeWordingEntry *entry =
            lodge_wording_find(NULL, LODGE_WORDING_FINDING, row->wording);
        if (entry == NULL)
            fail_msg("%s has no words", row->wording);
        assert_int_equal(strspn(row->code, "abcdefghijklmnopqrstuvwxyz-"),
                         strlen(row->code));
        assert_plain(row->code, entry->words);
        if (entry->next != NULL)
            assert_plain(row->code, entry->next);
        if (row->severity == LODGE_HOLD && entry->next == NULL)
            fail_msg("%s holds without saying what to do", row->code);
    }
}

static void codes_are_told_apart(void **state)
{
    (void)state;
    for (int a = 0; a < LODGE_FINDING_COUNT; a++)
        for (int b = a + 1; b < LODGE_FINDING_COUNT; b++) {
            const char *code = lodge_findings_row((LodgeFindingKind)a)->code;
            gboolean same =
                strcmp(code, lodge_findings_row((LodgeFindingKind)b)->code) == 0;
            if (same && strcmp(code, "late") != 0 && strcmp(code, "mends") != 0 &&
                strcmp(code, "infected") != 0)
                fail_msg("%s is there twice", code);
        }
}

/* The other way round: words for which nothing can be found would be edited in vain. */
static void every_wording_of_a_finding_has_its_finding(void **state)
{
    (void)state;
    const LodgeWordingEntry *entry;
    guint count = 0;
    for (guint i = 0; (entry = lodge_wording_nth(i)) != NULL; i++) {
        if (entry->kind != LODGE_WORDING_FINDING)
            continue;
        guint found = 0;
        for (int kind = 0; kind < LODGE_FINDING_COUNT; kind++)
            if (strcmp(lodge_findings_row((LodgeFindingKind)kind)->wording, entry->id) == 0)
                found++;
        if (found != 1)
            fail_msg("%s belongs to %u findings", entry->id, found);
        count++;
    }
    assert_int_equal(count, LODGE_FINDING_COUNT);
}

static void findings_are_said_again_in_other_words(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeWording) wording =
        lodge_wording_parse("[finding macros]\nwords = Programs are in {1}.\n"
                            "[receipt no-view]\nwords = This is not a view on the plan.\n",
                            "test", &error);
    if (wording == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GPtrArray) findings = lodge_findings_new();
    lodge_findings_add(findings, LODGE_FINDING_MACROS, NULL, "{2}\n.docm", NULL);
    lodge_findings_add(findings, LODGE_FINDING_SCANNED, NULL, "a.pdf", NULL);
    lodge_findings_reword(findings, wording);
    const LodgeFinding *macros = g_ptr_array_index(findings, 0);
    assert_string_equal(macros->words, "Programs are in {2}\\x0A.docm.");
    assert_string_equal(macros->mend, "If you can, send a copy without macros.");
    const LodgeFinding *scanned = g_ptr_array_index(findings, 1);
    assert_non_null(strstr(scanned->words, "a.pdf consists of pictures"));
}

static char *read_sources(void)
{
    GString *all = g_string_new(NULL);
    g_autoptr(GDir) dir = g_dir_open(LODGE_SOURCE_DIR "/intake/decide", 0, NULL);
    assert_non_null(dir);
    const char *name;
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (!g_str_has_suffix(name, ".c") || strcmp(name, "findings.c") == 0)
            continue;
        g_autofree char *path =
            g_build_filename(LODGE_SOURCE_DIR "/intake/decide", name, NULL);
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_string_append(all, text);
    }
    return g_string_free(all, FALSE);
}

/* A finding that nobody makes is a promise that nobody keeps. */
static void every_finding_is_used(void **state)
{
    (void)state;
    g_autofree char *sources = read_sources();
    g_autofree char *header = NULL;
    assert_true(g_file_get_contents(LODGE_SOURCE_DIR "/intake/decide/findings.h", &header,
                                    NULL, NULL));
    g_autoptr(GRegex) names = g_regex_new("\\bLODGE_FINDING_[A-Z_]+", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    guint count = 0;
    for (g_regex_match(names, header, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL), count++) {
        g_autofree char *name = g_match_info_fetch(match, 0);
        if (strstr(sources, name) == NULL)
            fail_msg("%s is never used", name);
    }
    assert_int_equal(count, LODGE_FINDING_COUNT + 1);
}

static void facts_are_filled_in_once_and_shown_safely(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) findings = lodge_findings_new();
    lodge_findings_add(findings, LODGE_FINDING_ACTIVE_CONTENT, "x\ny", "{2}.pdf\x1b[2J",
                       "a\r\nb");
    const LodgeFinding *finding = g_ptr_array_index(findings, 0);
    assert_non_null(strstr(finding->words, "{2}.pdf\\x1B[2J contains"));
    assert_null(strpbrk(finding->words, "\x1b\r\n"));
    assert_null(strpbrk(finding->evidence, "\n"));
}

static void the_gravest_stands_first(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) findings = lodge_findings_new();
    assert_int_equal(lodge_findings_gravest(findings), LODGE_NOTE);
    lodge_findings_add(findings, LODGE_FINDING_SCANNED, NULL, "a", NULL);
    lodge_findings_add(findings, LODGE_FINDING_PASSWORD, NULL, "a", NULL);
    lodge_findings_add(findings, LODGE_FINDING_MACROS, NULL, "a", NULL);
    lodge_findings_add(findings, LODGE_FINDING_SEVERAL_PLANS, NULL, "a", NULL);
    lodge_findings_sort(findings);
    static const char *const order[] = {"document-password", "several-plans", "macros",
                                        "document-scanned"};
    for (guint i = 0; i < findings->len; i++)
        assert_string_equal(((LodgeFinding *)g_ptr_array_index(findings, i))->code,
                            order[i]);
    assert_int_equal(lodge_findings_gravest(findings), LODGE_HOLD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_finding_has_its_row),
        cmocka_unit_test(codes_are_told_apart),
        cmocka_unit_test(every_wording_of_a_finding_has_its_finding),
        cmocka_unit_test(findings_are_said_again_in_other_words),
        cmocka_unit_test(every_finding_is_used),
        cmocka_unit_test(facts_are_filled_in_once_and_shown_safely),
        cmocka_unit_test(the_gravest_stands_first),
    };
    return cmocka_run_group_tests_name("intake/decide/findings", tests, NULL, NULL);
}
