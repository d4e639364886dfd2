/* Office files of the world through the real airlock, against what was counted in them by other means; and
 * plans, to the letter. */
#include "tests/intake/learn/examination.h"
#include "tests/support/cmocka.h"
#include <stdlib.h>
#include <string.h>

enum {
    CONTAINER,
    ENCRYPTED,
    MACROS,
    EXTERNAL_ALL,
    EXTERNAL,
    EXTERNAL_KINDS,
    DDE,
    EMBEDDED,
    TRACKED,
    COMMENTS,
    PAGES,
    ENTRIES,
    DAMAGED,
    TALLIES
};

static TestTally tallies[TALLIES] = {
    [CONTAINER] = {.fact = "container", .least = 98},
    [ENCRYPTED] = {.fact = "encrypted", .least = 100},
    [MACROS] = {.fact = "macros", .least = 100},
    [EXTERNAL_ALL] = {.fact = "links and external", .least = 95},
    [EXTERNAL] = {.fact = "external", .least = 100},
    [EXTERNAL_KINDS] = {.fact = "kinds of external", .least = 100},
    [DDE] = {.fact = "DDE", .least = 99},
    [EMBEDDED] = {.fact = "embedded objects", .least = 99},
    [TRACKED] = {.fact = "tracked changes", .least = 99},
    [COMMENTS] = {.fact = "comments", .least = 99},
    [PAGES] = {.fact = "stored pages", .least = 99},
    [ENTRIES] = {.fact = "entries", .least = 99},
    [DAMAGED] = {.fact = "damaged", .least = 99},
};

/* "attachedTemplate,hyperlink" as we put it, without the hyperlinks. */
static char *expected_kinds(const char *types)
{
    GString *kinds = g_string_new(NULL);
    g_auto(GStrv) all = g_strsplit(types, ",", -1);
    for (guint i = 0; all[i] != NULL; i++) {
        if (strcmp(all[i], "hyperlink") == 0 || strcmp(all[i], "-") == 0)
            continue;
        g_string_append_c(kinds, ' ');
        for (const char *at = all[i]; *at != '\0'; at++) {
            if (g_ascii_isupper(*at))
                g_string_append_c(kinds, '-');
            g_string_append_c(kinds, g_ascii_tolower(*at));
        }
    }
    return g_string_free(kinds, FALSE);
}

static gint compare_words(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Those of relationships, in the order of the alphabet, each once. */
static char *found_kinds(const LodgeDocumentDetails *details)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new();
    for (guint i = 0; i < details->external_found->len; i++) {
        const LodgeExternalTarget *target = g_ptr_array_index(details->external_found, i);
        if (strcmp(target->kind, "field") != 0 &&
            !g_ptr_array_find_with_equal_func(sorted, target->kind, g_str_equal, NULL))
            g_ptr_array_add(sorted, target->kind);
    }
    g_ptr_array_sort(sorted, compare_words);
    GString *kinds = g_string_new(NULL);
    for (guint i = 0; i < sorted->len; i++)
        g_string_append_printf(kinds, " %s", (char *)g_ptr_array_index(sorted, i));
    return g_string_free(kinds, FALSE);
}

static void count_external(const TestCase *one)
{
    const LodgeDocumentDetails *details = one->facts->details;
    g_autofree char *expected = expected_kinds(test_case_said(one, "external_types"));
    g_autofree char *found = found_kinds(details);
    test_count(&tallies[EXTERNAL_KINDS], one, FALSE, strcmp(expected, found) == 0, found);
    test_count_number(&tallies[EXTERNAL_ALL], one, "external_relationships", NULL,
                      details->links + details->external);
    test_count_flag(&tallies[EXTERNAL], one, "external_not_hyperlink", "-", "0",
                    details->external > 0);
}

static void count_container(const TestCase *one, gboolean is_ooxml)
{
    const char *type = one->facts->media_type;
    gboolean is_odf_found = strstr(type, "oasis.opendocument") != NULL;
    gboolean is_ooxml_found = strstr(type, "officedocument") || strstr(type, "ms-word");
    test_count(&tallies[CONTAINER], one, FALSE, is_ooxml ? is_ooxml_found : is_odf_found,
               type);
}

static void count_left_in(const TestCase *one)
{
    const LodgeDocumentFacts *facts = one->facts;
    const LodgeDocumentDetails *details = facts->details;
    const char *stored = test_case_said(one, "declared_pages");
    gboolean is_stated = g_ascii_isdigit(*stored) && strcmp(stored, "0") != 0;
    g_autofree char *pages = g_strdup_printf("%d", (int)facts->pages);
    test_count(&tallies[PAGES], one, FALSE, strcmp(pages, is_stated ? stored : "-1") == 0,
               pages);
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD || details->tracked_changes < 0)
        return;
    test_count_number(&tallies[TRACKED], one, "tracked_changes", NULL,
                      details->tracked_changes);
    test_count_number(&tallies[COMMENTS], one, "comments", NULL, details->comments);
    test_count_flag(&tallies[DDE], one, "dde", NULL, "0", details->dde_fields > 0);
    test_count_number(&tallies[EMBEDDED], one, "embedded_objects", NULL, details->embedded);
    test_count_number(&tallies[ENTRIES], one, "zip_entries", "0", details->entries);
}

static void look(const TestCase *one, gpointer unused)
{
    (void)unused;
    const LodgeDocumentFacts *facts = one->facts;
    gboolean is_ooxml = strcmp(test_case_said(one, "container"), "OOXML") == 0;
    if (is_ooxml || strcmp(test_case_said(one, "container"), "ODF") == 0) {
        count_container(one, is_ooxml);
        count_left_in(one);
    }
    if (is_ooxml)
        count_external(one);
    test_count_flag(&tallies[ENCRYPTED], one, "encrypted", "", "no",
                    facts->encrypted == LODGE_ENCRYPTED_PASSWORD);
    test_count_flag(&tallies[MACROS], one, "macros", "", "no", facts->macros);
    test_count_flag(&tallies[DAMAGED], one, "damage", "", "-", facts->damaged);
}

static void office_files_of_the_world_are_examined_as_others_do(void **state)
{
    test_examine_folder(*state, "office", look, NULL);
    test_finish(tallies, TALLIES);
}

/* ---- plans ---- */

static char *list_pages_without_text(const LodgeDocumentFacts *facts)
{
    GString *pages = g_string_new(NULL);
    for (guint i = 0; i < facts->pages_text->len; i++) {
        g_autofree char *text =
            g_strstrip(g_strdup(g_ptr_array_index(facts->pages_text, i)));
        if (*text == '\0')
            g_string_append_printf(pages, "%s%u", pages->len == 0 ? "" : ",", i + 1);
    }
    return g_string_free(pages, FALSE);
}

static void check_left_in(const TestCase *one)
{
    const LodgeDocumentDetails *details = one->facts->details;
    gint64 changes = g_ascii_strtoll(test_case_said(one, "tracked_changes"), NULL, 10);
    gint64 comments = g_ascii_strtoll(test_case_said(one, "comments"), NULL, 10);
    assert_int_equal(MAX(details->tracked_changes, 0), changes);
    assert_int_equal(details->comments, comments);
}

static void check_plan(const TestCase *one, gpointer unused)
{
    (void)unused;
    const LodgeDocumentFacts *facts = one->facts;
    assert_string_equal(facts->media_type, test_case_said(one, "media_type"));
    assert_string_equal(lodge_encryption_format(facts->encrypted),
                        test_case_said(one, "encrypted"));
    assert_int_equal(facts->scanned, strcmp(test_case_said(one, "scanned"), "yes") == 0);
    assert_false(facts->damaged);
    assert_null(facts->active_content[0]);
    if (facts->encrypted == LODGE_ENCRYPTED_PASSWORD) /* nobody can be sure of the rest */
        return;
    const char *pages = test_case_said(one, "pages");
    const char *stored = test_case_said(one, "declared_pages");
    int expected = *pages != '-' ? atoi(pages) : *stored != '-' ? atoi(stored) : -1;
    g_autofree char *blank = list_pages_without_text(facts);
    assert_int_equal(facts->pages, expected);
    if (*pages != '-')
        assert_string_equal(*blank != '\0' ? blank : "-",
                            test_case_said(one, "pages_without_text"));
    check_left_in(one);
    /* the table counts the rendered pages, footers included; office text has none */
    gint64 characters = atoi(test_case_said(one, "text_characters"));
    gint64 leeway = characters / (*pages != '-' ? 50 : 10);
    if (ABS(test_count_characters(facts) - characters) > leeway)
        fail_msg("%s: %d characters of text, %d expected", one->file,
                 (int)test_count_characters(facts), (int)characters);
}

static void plans_are_examined_to_the_letter(void **state)
{
    test_examine_folder(*state, "plans", check_plan, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plans_are_examined_to_the_letter),
        cmocka_unit_test(office_files_of_the_world_are_examined_as_others_do),
    };
    return cmocka_run_group_tests_name("examination of office files", tests,
                                       test_start_airlock, test_stop_airlock);
}
