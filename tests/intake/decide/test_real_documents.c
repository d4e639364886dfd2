/* Plans and the papers that surround them, read from the test data and judged by the example call. */
#include "intake/decide/place.h"
#include "intake/decide/plan.h"

#include "parsers/document/document.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const char *file;
    LodgePlanSearch search; /* when it comes alone */
    const char *finding;    /* that must be there, or NULL */
    gboolean all_themes;
} Case;

static const Case cases[] = {
    {"plans/tonbridge-and-malling-plan-3-pages.pdf", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/tonbridge-and-malling-plan-restricted.pdf", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/test-valley-plan-4-pages-pdfa.pdf", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/devon-plan-9-pages.pdf", LODGE_PLAN_FOUND, "pages-outside-range", TRUE},
    {"plans/tower-hamlets-plan-dashboard-page.pdf", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/darlington-plan-scanned.pdf", LODGE_PLAN_FOUND, "document-scanned", FALSE},
    {"plans/test-valley-plan-password.pdf", LODGE_PLAN_FOUND, "document-password", FALSE},
    {"plans/darlington-plan.docx", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/devon-plan.odt", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/tower-hamlets-plan-tracked-changes.docx", LODGE_PLAN_FOUND, NULL, TRUE},
    {"plans/test-valley-covering-report.pdf", LODGE_PLAN_NOT_RECOGNISED, NULL, FALSE},
    {"plans/darlington-cabinet-minutes.pdf", LODGE_PLAN_NOT_RECOGNISED, NULL, FALSE},
};

static World *world_of_the_example(void)
{
    World *world = world_new();
    g_autoptr(GError) error = NULL;
    LodgeCall *call = lodge_call_load(
        LODGE_SOURCE_DIR "/config/examples/productivity-plans-2024.call", NULL, &error);
    if (call == NULL)
        fail_msg("%s", error->message);
    lodge_call_free(world->rules->call);
    world->rules->call = call;
    return world;
}

static LodgeDocumentFacts *examine(const char *file)
{
    g_autofree char *path = g_build_filename(g_getenv("LODGE_TEST_DATA"), file, NULL);
    g_autoptr(GError) error = NULL;
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        fail_msg("%s cannot be opened", path);
    LodgeDocumentFacts *facts =
        lodge_document_examine(fd, status.st_size, NULL, NULL, &error);
    close(fd);
    if (facts == NULL)
        fail_msg("%s: %s", file, error->message);
    return facts;
}

/* Attaches the file under a name that says nothing, so that only its content speaks. */
static void attach(World *world, const char *name, LodgeDocumentFacts *facts)
{
    LodgeDocumentFacts *placeholder =
        world_add_document(world, name, facts->media_type, facts->pages, NULL);
    memcpy(facts->sha256, placeholder->sha256, sizeof facts->sha256);
    g_ptr_array_remove(world->reading->documents, placeholder);
    g_ptr_array_add(world->reading->documents, facts);
}

static void check_case(const Case *at)
{
    g_autoptr(World) world = world_of_the_example();
    world_clear_documents(world);
    attach(world, "document", examine(at->file));
    g_autoptr(GPtrArray) attachments =
        lodge_attachments_find(world->reading, world->rules->call);
    const LodgeAttachment *plan;
    LodgePlanSearch search = lodge_plan_find(attachments, &plan);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    if (search != at->search)
        fail_msg("%s: search %d, %s", at->file, (int)search, findings);
    if (at->finding != NULL && world_find(decision, at->finding) == NULL)
        fail_msg("%s: %s", at->file, findings);
    if (at->all_themes && world_find(decision, "theme-not-found") != NULL)
        fail_msg("%s: %s", at->file, world_find(decision, "theme-not-found")->words);
}

static gboolean has_data(gsize count)
{
    if (g_getenv("LODGE_TEST_DATA") != NULL)
        return TRUE;
    print_message("%zu documents skipped: LODGE_TEST_DATA is not set\n", count);
    return FALSE;
}

static void each_document_alone_is_what_it_is(void **state)
{
    (void)state;
    if (!has_data(G_N_ELEMENTS(cases)))
        skip();
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

/* Where its makers say that themes, endorsement and publication stand. */
static const struct {
    const char *file;
    const char *themes; /* pages of the four headings; "-": the text has no pages */
    const char *endorsed, *published;
} places[] = {
    {"plans/tonbridge-and-malling-plan-3-pages.pdf", "1 1 2 2", "9 July 2024",
     "https://www.tonbridge-malling.example/productivity-plan"},
    {"plans/test-valley-plan-4-pages-pdfa.pdf", "1 1 2 2", "4 July 2024",
     "https://www.testvalley.example/productivity-plan"},
    {"plans/devon-plan-9-pages.pdf", "1 3 4 6", "2 July 2024",
     "https://www.devon.example/productivity-plan"},
    {"plans/tower-hamlets-plan-dashboard-page.pdf", "1 1 2 2", "7 July 2024",
     "https://www.towerhamlets.example/productivity-plan"},
    {"plans/tonbridge-and-malling-plan-restricted.pdf", "1 1 2 2", "9 July 2024",
     "https://www.tonbridge-malling.example/productivity-plan"},
    {"plans/darlington-plan.docx", "-", "8 July 2024",
     "https://www.darlington.example/productivity-plan"},
    {"plans/devon-plan.odt", "-", "10 July 2024",
     "https://www.devon.example/productivity-plan"},
    {"plans/tower-hamlets-plan-tracked-changes.docx", "-", "10 July 2024",
     "https://www.towerhamlets.example/productivity-plan"},
};

static char *list_theme_pages(const LodgeDecisionDocument *plan)
{
    GString *pages = g_string_new(NULL);
    for (guint i = 0; i < 4; i++) {
        const LodgePlace *place = g_ptr_array_index(plan->places, i);
        g_string_append_printf(pages, "%s%d", i == 0 ? "" : " ", (int)place->page);
    }
    return g_string_free(pages, FALSE);
}

static const char *find_words(const LodgeDecisionDocument *plan, const char *id)
{
    for (guint i = 0; i < plan->places->len; i++) {
        const LodgePlace *place = g_ptr_array_index(plan->places, i);
        if (strcmp(place->id, id) == 0)
            return place->words;
    }
    return "";
}

static void themes_and_signs_are_found_where_they_stand(void **state)
{
    (void)state;
    if (!has_data(G_N_ELEMENTS(places)))
        skip();
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autoptr(World) world = world_of_the_example();
        world_clear_documents(world);
        attach(world, "plan", examine(places[i].file));
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const LodgeDecisionDocument *plan = g_ptr_array_index(decision->documents, 0);
        g_autofree char *pages = list_theme_pages(plan);
        const char *expected =
            places[i].themes[0] == '-' ? "-1 -1 -1 -1" : places[i].themes;
        if (strcmp(pages, expected) != 0)
            fail_msg("%s: themes on %s", places[i].file, pages);
        if (strstr(find_words(plan, "endorsement"), places[i].endorsed) == NULL)
            fail_msg("%s: '%s'", places[i].file, find_words(plan, "endorsement"));
        if (strstr(find_words(plan, "publication"), places[i].published) == NULL)
            fail_msg("%s: '%s'", places[i].file, find_words(plan, "publication"));
    }
}

static void a_plan_is_told_from_the_papers_around_it(void **state)
{
    (void)state;
    if (!has_data(3))
        skip();
    g_autoptr(World) world = world_of_the_example();
    world_clear_documents(world);
    attach(world, "1", examine("plans/test-valley-covering-report.pdf"));
    attach(world, "2", examine("plans/test-valley-plan-4-pages-pdfa.pdf"));
    attach(world, "3", examine("plans/darlington-cabinet-minutes.pdf"));
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeDecisionDocument *first = g_ptr_array_index(decision->documents, 0);
    assert_string_equal(first->role, "plan");
    assert_string_equal(first->name, "2");
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
}

/* The councils' own papers about their plans, as text. */
static void the_papers_about_plans_are_not_plans(void **state)
{
    (void)state;
    static const char *const papers[] = {
        "papers/darlington-cabinet-report.txt",
        "papers/test-valley-cabinet-report.txt",
        "papers/tonbridge-and-malling-cabinet-report.txt",
        "papers/tower-hamlets-cabinet-report.txt",
        "papers/devon-cabinet-minutes.txt",
    };
    if (!has_data(G_N_ELEMENTS(papers)))
        skip();
    for (gsize i = 0; i < G_N_ELEMENTS(papers); i++) {
        g_autofree char *path =
            g_build_filename(g_getenv("LODGE_TEST_DATA"), papers[i], NULL);
        g_autofree char *text = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        g_autoptr(World) world = world_of_the_example();
        world_clear_documents(world);
        world_add_document(world, "document", PDF, 4, text);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        if (world_find(decision, "plan-not-recognised") == NULL)
            fail_msg("%s is taken for a plan", papers[i]);
    }
}

static int prepare(void **state)
{
    (void)state;
    return lodge_document_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_document_alone_is_what_it_is),
        cmocka_unit_test(themes_and_signs_are_found_where_they_stand),
        cmocka_unit_test(a_plan_is_told_from_the_papers_around_it),
        cmocka_unit_test(the_papers_about_plans_are_not_plans),
    };
    return cmocka_run_group_tests_name("intake/decide/real_documents", tests, prepare,
                                       NULL);
}
