#include "intake/decide/plan.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define DOCX "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#define MINUTES                                                                              \
    "Minutes of the Cabinet, 8 July 2024. The Productivity Plan was endorsed: transforming " \
    "services, technology and data, wasteful spend, barriers to progress."
#define REPORT                                                                             \
    "Report of the Leader. Productivity Plan 2024. Technology and data; wasteful spend; "  \
    "barriers to progress."
#define OTHER_TEXT "The budget of this year, in tables."

typedef struct {
    const char *name, *type;
    const char *text; /* NULL: none */
} Document;

typedef struct {
    const char *name;
    Document documents[4];
    LodgePlanSearch search;
    const char *plan; /* name of the document, or NULL */
} Case;

static const Case cases[] = {
    {"one plan",
     {{"Productivity Plan.pdf", PDF, PLAN_TEXT}},
     LODGE_PLAN_FOUND,
     "Productivity Plan.pdf"},
    {"one document with a name that says nothing",
     {{"scan0001.pdf", PDF, NULL}},
     LODGE_PLAN_FOUND,
     "scan0001.pdf"},
    {"a plan and the minutes that endorsed it",
     {{"minutes.pdf", PDF, MINUTES}, {"plan.pdf", PDF, PLAN_TEXT}},
     LODGE_PLAN_FOUND,
     "plan.pdf"},
    {"minutes that are known by their opening alone",
     {{"item7.pdf", PDF, MINUTES}, {"plan.pdf", PDF, PLAN_TEXT}},
     LODGE_PLAN_FOUND,
     "plan.pdf"},
    {"a scanned plan beside its covering letter",
     {{"Covering letter.docx", DOCX, "Dear Minister"}, {"scan.pdf", PDF, NULL}},
     LODGE_PLAN_FOUND,
     "scan.pdf"},
    {"a plan beside a spreadsheet, which is no candidate",
     {{"budget.xlsx", XLSX, NULL}, {"scan.pdf", PDF, NULL}},
     LODGE_PLAN_FOUND,
     "scan.pdf"},
    {"a plan beside a document about something else",
     {{"annex.pdf", PDF, OTHER_TEXT}, {"plan.pdf", PDF, PLAN_TEXT}},
     LODGE_PLAN_FOUND,
     "plan.pdf"},
    {"the plan in two formats: the one that looks alike everywhere",
     {{"Plan.docx", DOCX, PLAN_TEXT}, {"plan.PDF", PDF, PLAN_TEXT}},
     LODGE_PLAN_FOUND,
     "plan.PDF"},
    {"two formats of which neither is fixed are for a person to choose",
     {{"plan.docx", DOCX, PLAN_TEXT},
      {"plan.odt", "application/vnd.oasis.opendocument.text", PLAN_TEXT}},
     LODGE_PLAN_SEVERAL,
     NULL},
    {"two formats that do not say the same",
     {{"plan.docx", DOCX, PLAN_TEXT},
      {"plan.pdf", PDF, "Productivity Plan: technology and data; barriers to progress"}},
     LODGE_PLAN_SEVERAL,
     NULL},
    {"two formats under two names",
     {{"plan.docx", DOCX, PLAN_TEXT}, {"plan final.pdf", PDF, PLAN_TEXT}},
     LODGE_PLAN_SEVERAL,
     NULL},

    {"two documents of which neither shows to be it",
     {{"a.pdf", PDF, OTHER_TEXT}, {"b.pdf", PDF, OTHER_TEXT}},
     LODGE_PLAN_SEVERAL,
     NULL},
    {"only a covering report",
     {{"report.pdf", PDF, REPORT}},
     LODGE_PLAN_NOT_RECOGNISED,
     NULL},
    {"only minutes by name",
     {{"Cabinet minutes.pdf", PDF, NULL}},
     LODGE_PLAN_NOT_RECOGNISED,
     NULL},
    {"only a spreadsheet",
     {{"Productivity Plan.xlsx", XLSX, NULL}},
     LODGE_PLAN_NO_ACCEPTED_TYPE,
     NULL},
    {"nothing", {{0}}, LODGE_PLAN_NO_DOCUMENT, NULL},
};

static void check_case(const Case *at)
{
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    for (guint i = 0; i < G_N_ELEMENTS(at->documents) && at->documents[i].name != NULL; i++)
        world_add_document(world, at->documents[i].name, at->documents[i].type, 3,
                           at->documents[i].text);
    g_autoptr(GPtrArray) attachments =
        lodge_attachments_find(world->reading, world->rules->call);
    const LodgeAttachment *plan;
    LodgePlanSearch search = lodge_plan_find(attachments, &plan);
    const char *name = plan == NULL ? NULL : plan->name;
    if (search != at->search || g_strcmp0(name, at->plan) != 0)
        fail_msg("%s: search %d, plan %s", at->name, (int)search, name);
}

static void the_plan_is_found_among_the_documents(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        check_case(&cases[i]);
}

static void a_plan_that_speaks_of_cabinet_further_down_is_a_plan(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    g_autofree char *filler = g_strnfill(800, 'x');
    g_autofree char *text =
        g_strconcat(PLAN_TEXT, filler, " endorsed, see minutes of Cabinet", NULL);
    world_add_document(world, "plan.pdf", PDF, 3, text);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
}

static void the_same_bytes_twice_are_one_document(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_document(world, "Productivity Plan.pdf", PDF, 3, PLAN_TEXT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->documents->len, 1);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
}

static void a_call_without_themes_goes_by_its_name(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_ptr_array_set_size(world->rules->call->themes, 0);
    world_add_document(world, "annex.pdf", PDF, 2, OTHER_TEXT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeDecisionDocument *first = g_ptr_array_index(decision->documents, 0);
    assert_string_equal(first->role, "plan");
    assert_string_equal(first->name, "Productivity Plan.pdf");
}

/* ---- what is said about it ---- */

typedef struct {
    const char *name;
    void (*change)(LodgeDocumentFacts *facts);
    const char *findings;
} FactCase;

static void set_password(LodgeDocumentFacts *facts)
{
    facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
    facts->pages = -1;
}
static void set_restricted(LodgeDocumentFacts *facts)
{
    facts->encrypted = LODGE_ENCRYPTED_RESTRICTED;
}
static void set_crashed(LodgeDocumentFacts *facts)
{
    facts->examination = LODGE_NOT_EXAMINED_CRASHED;
    facts->pages = -1;
}
static void set_limit(LodgeDocumentFacts *facts)
{
    facts->examination = LODGE_NOT_EXAMINED_LIMIT;
    facts->pages = -1;
}
static void set_unknown_type(LodgeDocumentFacts *facts)
{
    facts->examination = LODGE_NOT_EXAMINED_TYPE;
}
static void set_damaged(LodgeDocumentFacts *facts)
{
    facts->examination = LODGE_EXAMINED_PARTLY;
    facts->damaged = TRUE;
}
static void set_ruined(LodgeDocumentFacts *facts)
{
    set_damaged(facts);
    facts->pages = -1;
    g_ptr_array_set_size(facts->pages_text, 0);
}
static void set_cut(LodgeDocumentFacts *facts)
{
    g_strfreev(facts->limits_hit);
    facts->limits_hit = g_strsplit("document-text-bytes", " ", -1);
}
static void set_scanned(LodgeDocumentFacts *facts)
{
    facts->scanned = TRUE;
    g_ptr_array_set_size(facts->pages_text, 0);
}
static void set_nine_pages(LodgeDocumentFacts *facts)
{
    facts->pages = 9;
}
static void set_one_page(LodgeDocumentFacts *facts)
{
    facts->pages = 1;
}
static void set_no_pages(LodgeDocumentFacts *facts)
{
    facts->pages = -1;
}
static void set_macros(LodgeDocumentFacts *facts)
{
    facts->macros = TRUE;
    g_strfreev(facts->active_content);
    facts->active_content = g_strsplit("javascript launch", " ", -1);
}
static LodgeDocumentDetails *give_details(LodgeDocumentFacts *facts)
{
    facts->details = lodge_document_details_new();
    facts->details->tagged = TRUE;
    facts->details->language = g_strdup("en-GB");
    facts->title = g_strdup("A document");
    return facts->details;
}
static void set_nothing_left_in(LodgeDocumentFacts *facts)
{
    LodgeDocumentDetails *details = give_details(facts);
    details->tracked_changes = details->comments = 0;
}
static void set_left_in(LodgeDocumentFacts *facts)
{
    LodgeDocumentDetails *details = give_details(facts);
    details->tracked_changes = 1;
    details->comments = 12;
}
static void set_not_accessible(LodgeDocumentFacts *facts)
{
    give_details(facts)->tagged = FALSE;
}
static void set_scanned_and_not_accessible(LodgeDocumentFacts *facts)
{
    set_not_accessible(facts);
    facts->scanned = TRUE;
    g_ptr_array_set_size(facts->pages_text, 0);
}
static void set_remote_template(LodgeDocumentFacts *facts)
{
    give_details(facts);
    g_strfreev(facts->active_content);
    facts->active_content =
        g_strsplit("external-relationship remote-template dde", " ", -1);
}
static void set_text_without_themes(LodgeDocumentFacts *facts)
{
    g_ptr_array_set_size(facts->pages_text, 0);
    g_ptr_array_add(facts->pages_text, g_strdup("Technology and data. Wasteful spend."));
}

/* `pages`: parted by "|". */
static void set_pages(LodgeDocumentFacts *facts, const char *pages)
{
    g_auto(GStrv) texts = g_strsplit(pages, "|", -1);
    g_ptr_array_set_size(facts->pages_text, 0);
    for (guint i = 0; texts[i] != NULL; i++)
        g_ptr_array_add(facts->pages_text, g_strdup(texts[i]));
    facts->pages = facts->pages_text->len;
}
static void set_annex(LodgeDocumentFacts *facts)
{
    set_pages(facts, PLAN_TEXT "|more|more|Page 4\nAnnex A: figures|more|more");
}
static void set_dashboard(LodgeDocumentFacts *facts)
{
    set_pages(facts, PLAN_TEXT "|more|more|more||");
}
static void set_annex_too_late(LodgeDocumentFacts *facts)
{
    set_pages(facts, PLAN_TEXT "|more|more|more|more|Appendix 1");
}
static void set_annex_mentioned(LodgeDocumentFacts *facts)
{
    set_pages(
        facts, PLAN_TEXT
        "|more|as this page says at length, and in detail besides: see annex A|m|m|m");
}

static const FactCase fact_cases[] = {
    {"an annex behind the pages that were asked for", set_annex, "pages-with-annex note"},
    {"pages of pictures behind them", set_dashboard, "pages-with-annex note"},
    {"an annex behind too many", set_annex_too_late, "pages-outside-range note"},
    {"an annex that is only spoken of", set_annex_mentioned, "pages-outside-range note"},
    {"a password keeps us out", set_password, "document-password hold"},
    {"restrictions that let us read are no matter", set_restricted, ""},
    {"a reader that crashes each time", set_crashed, "document-could-not-be-examined hold"},
    {"a reader that runs out of time each time", set_limit, "document-over-limit hold"},
    {"an accepted type that nobody can read", set_unknown_type,
     "document-contents-not-read warning"},
    {"a damaged file", set_damaged, "document-damaged warning"},
    {"a file so damaged that neither page nor word is found", set_ruined,
     "document-unreadable hold"},
    {"a file that was cut at a limit", set_cut, "document-read-in-part warning"},
    {"pictures of pages: a note, and no word about themes", set_scanned,
     "document-scanned note"},
    {"too long is a note", set_nine_pages, "pages-outside-range note"},
    {"too short is a note", set_one_page, "pages-outside-range note"},
    {"pages that cannot be counted are a note", set_no_pages, "pages-not-established note"},
    {"nothing was left in, and all that a screen reader needs is there",
     set_nothing_left_in, ""},
    {"changes and comments left in are notes, never a hold", set_left_in,
     "tracked-changes note, comments note"},
    {"tags are missing", set_not_accessible, "document-accessibility note"},
    {"of pictures nothing more is said", set_scanned_and_not_accessible,
     "document-scanned note"},
    {"a template on another computer is a warning", set_remote_template,
     "active-content warning"},
    {"macros and scripts are warnings", set_macros,
     "macros warning, active-content warning"},
    {"missing themes are a note", set_text_without_themes, "theme-not-found note"},
};

static void what_is_found_in_the_plan_is_told(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(fact_cases); i++) {
        g_autoptr(World) world = world_new();
        fact_cases[i].change(g_ptr_array_index(world->reading->documents, 0));
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autofree char *findings = world_list_findings(decision);
        if (strcmp(findings, fact_cases[i].findings) != 0)
            fail_msg("%s: %s", fact_cases[i].name, findings);
    }
}

static void two_formats_are_told_of(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_add_document(world, "Productivity Plan.docx", DOCX, 3, PLAN_TEXT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "plan-in-formats note");
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
    const LodgeFinding *finding = world_find(decision, "plan-in-formats");
    assert_string_equal(finding->words,
                        "The same document came in more than one format. We took "
                        "Productivity Plan.pdf; Productivity Plan.docx is kept with it.");
}

/* A closed archive: alone it is what must be mended; beside a plan it matters if another might be in it. */
static void what_was_not_opened_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *trouble;
        gboolean beside_plan;
        const char *findings;
    } rows[] = {
        {"password", FALSE, "archive-password hold"},
        {"archive-ratio", FALSE, "archive-bomb hold"},
        {"archive-ratio", TRUE, "archive-bomb hold"},
        {"damaged", FALSE, "archive-not-opened hold"},
        {"unsupported", FALSE, "archive-not-opened hold"},
        {"password", TRUE, "attachment-could-not-be-examined note"},
        {"empty", TRUE, "attachment-could-not-be-examined note"},
        {"container-members", TRUE, "archive-too-large hold"},
        {"reader-crashed", TRUE, "document-could-not-be-examined hold"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(World) world = world_new();
        if (!rows[i].beside_plan)
            world_clear_documents(world);
        LodgePart *part =
            world_add_part(world, "9", LODGE_PART_CONTAINER, "application/zip", "more.zip");
        part->trouble = g_strdup(rows[i].trouble);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autofree char *findings = world_list_findings(decision);
        if (strcmp(findings, rows[i].findings) != 0)
            fail_msg("%s: %s", rows[i].trouble, findings);
    }
}

static void a_document_without_facts_is_held(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_ptr_array_set_size(world->reading->documents, 0);
    world_set(&((LodgePart *)g_ptr_array_index(world->message->parts, 2))->sniffed_type,
              PDF);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_non_null(world_find(decision, "document-could-not-be-examined"));
}

static void an_encrypted_word_file_counts_as_what_it_was_sent_as(void **state)
{
    (void)state;
    static const struct {
        const char *sent_as;
        const char *findings;
    } types[] = {
        {DOCX, "document-password hold"},
        {"application/octet-stream", "document-password hold"},
        {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
         "document-type-not-accepted hold, attachment-could-not-be-examined note"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(World) world = world_new();
        world_clear_documents(world);
        LodgeDocumentFacts *facts =
            world_add_document(world, "plan.docx", types[i].sent_as, -1, NULL);
        world_set(&facts->media_type, "application/x-ole-storage");
        facts->encrypted = LODGE_ENCRYPTED_PASSWORD;
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autofree char *findings = world_list_findings(decision);
        assert_string_equal(findings, types[i].findings);
    }
}

static void add_empty_file(World *world)
{
    LodgeDocumentFacts *facts = world_add_document(world, "plan.pdf", PDF, -1, NULL);
    world_set(&facts->media_type, "application/octet-stream");
    facts->examination = LODGE_NOT_EXAMINED_TYPE;
    facts->size_bytes = 0;
    LodgePart *part =
        g_ptr_array_index(world->message->parts, world->message->parts->len - 1);
    part->size_bytes = 0;
}

/* Its type is not what is wrong with it. */
static void an_empty_file_is_told_as_such(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    add_empty_file(world);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "document-empty hold");
    world_add_document(world, "budget.xlsx", XLSX, -1, NULL);
    g_autoptr(LodgeDecision) sheet = world_decide(world);
    assert_non_null(world_find(sheet, "document-type-not-accepted"));
}

static void a_plan_in_the_text_of_the_mail_is_named(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    world_set(&world->message->body_text, PLAN_TEXT);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "document-missing hold, text-in-mail note");
}

static void what_came_instead_of_a_document_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *type, *name, *trouble;
        LodgePartKind kind;
        gboolean beside_plan;
        const char *findings;
    } rows[] = {
        {"message/external-body", "plan.pdf", NULL, LODGE_PART_OTHER, FALSE,
         "file-elsewhere hold"},
        {"message/external-body", "plan.pdf", NULL, LODGE_PART_OTHER, TRUE,
         "attachment-could-not-be-examined note"},
        {"message/partial", NULL, NULL, LODGE_PART_OTHER, FALSE, "message-in-pieces hold"},
        {"application/ms-tnef", "winmail.dat", "empty", LODGE_PART_CONTAINER, FALSE,
         "winmail-without-files hold"},
        {"application/ms-tnef", "winmail.dat", "empty", LODGE_PART_CONTAINER, TRUE,
         "winmail-formatting note"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(World) world = world_new();
        if (!rows[i].beside_plan)
            world_clear_documents(world);
        LodgePart *part =
            world_add_part(world, "9", rows[i].kind, rows[i].type, rows[i].name);
        part->trouble = g_strdup(rows[i].trouble);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autofree char *findings = world_list_findings(decision);
        if (strcmp(findings, rows[i].findings) != 0)
            fail_msg("%s: %s", rows[i].type, findings);
    }
}

/* A ZIP in which a member ended everything is told once, and by its own name. */
static void a_bomb_is_told_once(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    LodgePart *zip =
        world_add_part(world, "9", LODGE_PART_CONTAINER, "application/zip", "plans.zip");
    LodgePart *member = world_add_part(world, "9/1", LODGE_PART_OTHER,
                                       "application/octet-stream", "plan.pdf");
    zip->trouble = g_strdup("archive-ratio");
    member->trouble = g_strdup("archive-ratio");
    member->container = g_strdup("9");
    g_autoptr(LodgeDecision) decision = world_decide(world);
    g_autofree char *findings = world_list_findings(decision);
    assert_string_equal(findings, "archive-bomb hold");
    const LodgeFinding *finding = world_find(decision, "archive-bomb");
    assert_string_equal(finding->words,
                        "plans.zip was not unpacked, or not in full: it would unpack to "
                        "far more than a file of its size holds.");
    assert_string_equal(finding->evidence, "archive-ratio");
}

static void set_bomb(LodgeDocumentFacts *facts)
{
    static char *limits[] = {(char *)"archive-ratio", NULL};
    g_strfreev(facts->limits_hit);
    facts->limits_hit = g_strdupv(limits);
    facts->examination = LODGE_EXAMINED_PARTLY;
}

static void a_document_beyond_our_limits_is_told_as_such(void **state)
{
    (void)state;
    void (*const changes[])(LodgeDocumentFacts *) = {set_bomb, set_limit};
    static const char *const words[] = {
        "Productivity Plan.pdf could not be examined: it would unpack to far more than a "
        "file of its size holds.",
        "Productivity Plan.pdf could not be examined: reading it takes more time or memory "
        "than we give to a document."};
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(World) world = world_new();
        changes[i](g_ptr_array_index(world->reading->documents, 0));
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const LodgeFinding *finding = world_find(decision, "document-over-limit");
        assert_non_null(finding);
        assert_string_equal(finding->words, words[i]);
        assert_int_equal(decision->outcome, LODGE_HELD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_plan_is_found_among_the_documents),
        cmocka_unit_test(a_plan_that_speaks_of_cabinet_further_down_is_a_plan),
        cmocka_unit_test(the_same_bytes_twice_are_one_document),
        cmocka_unit_test(a_call_without_themes_goes_by_its_name),
        cmocka_unit_test(what_is_found_in_the_plan_is_told),
        cmocka_unit_test(two_formats_are_told_of),
        cmocka_unit_test(what_was_not_opened_is_told),
        cmocka_unit_test(a_document_without_facts_is_held),
        cmocka_unit_test(an_encrypted_word_file_counts_as_what_it_was_sent_as),
        cmocka_unit_test(an_empty_file_is_told_as_such),
        cmocka_unit_test(a_plan_in_the_text_of_the_mail_is_named),
        cmocka_unit_test(what_came_instead_of_a_document_is_told),
        cmocka_unit_test(a_bomb_is_told_once),
        cmocka_unit_test(a_document_beyond_our_limits_is_told_as_such),
    };
    return cmocka_run_group_tests_name("intake/decide/plan", tests, NULL, NULL);
}
