#include "intake/decide/instead.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define OCTETS "application/octet-stream"
#define XLSX "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

typedef struct {
    LodgePartKind kind;
    const char *type, *name;
    gint64 size_bytes, pixels;
} Part;

#define RPMSG                                                                              \
    {                                                                                      \
        LODGE_PART_DOCUMENT, OCTETS, "message.rpmsg", 9, -1                                \
    }
#define PLACEHOLDER                                                                        \
    {                                                                                      \
        LODGE_PART_MESSAGE, "message/rfc822", "ATP Scan In Progress", 0, -1                \
    }
#define EMPTY                                                                              \
    {                                                                                      \
        LODGE_PART_DOCUMENT, OCTETS, "plan.pdf", 0, -1                                     \
    }
#define PHOTO                                                                              \
    {                                                                                      \
        LODGE_PART_DOCUMENT, "image/jpeg", "IMG_1.jpg", 9, 3000                            \
    }
#define LOGO                                                                               \
    {                                                                                      \
        LODGE_PART_DOCUMENT, "image/png", "image001.png", 9, 100                           \
    }
#define SHEET                                                                              \
    {                                                                                      \
        LODGE_PART_DOCUMENT, XLSX, "plan.xlsx", 9, -1                                      \
    }

typedef struct {
    const char *name;
    gboolean has_plan;
    Part parts[3];
    const char *host;
    const char *findings;
} Case;

static const Case cases[] = {
    {"nothing at all", FALSE, {{0}}, NULL, "document-missing hold"},
    {"a link to an ordinary page",
     FALSE,
     {{0}},
     "www.tmbc.gov.uk",
     "document-missing hold"},
    {"a link to a file service",
     FALSE,
     {{0}},
     "tmbc-my.sharepoint.com",
     "link-instead-of-file hold"},
    {"such a link beside the plan", TRUE, {{0}}, "tmbc-my.sharepoint.com", ""},
    {"such a link beside a logo", FALSE, {LOGO}, "we.tl", "link-instead-of-file hold"},
    {"a logo alone", FALSE, {LOGO}, NULL, "document-missing hold"},
    {"a logo beside the plan", TRUE, {LOGO}, NULL, ""},
    {"a photograph", FALSE, {PHOTO}, NULL, "picture-instead-of-document hold"},
    {"a photograph and a logo",
     FALSE,
     {PHOTO, LOGO},
     NULL,
     "picture-instead-of-document hold"},
    {"a photograph shown in the text",
     FALSE,
     {{LODGE_PART_DECORATION, "image/jpeg", "image0.jpeg", 9, 3000}},
     NULL,
     "picture-instead-of-document hold"},
    {"a photograph beside the plan", TRUE, {PHOTO}, NULL, ""},
    {"a spreadsheet", FALSE, {SHEET}, NULL, "document-type-not-accepted hold"},
    {"a spreadsheet and a photograph",
     FALSE,
     {SHEET, PHOTO},
     NULL,
     "picture-instead-of-document hold, document-type-not-accepted hold"},
    {"a file without a byte", FALSE, {EMPTY}, NULL, "document-empty hold"},
    {"a file without a byte beside the plan",
     TRUE,
     {EMPTY},
     NULL,
     "attachment-could-not-be-examined note"},
    {"rights management", FALSE, {RPMSG}, NULL, "message-rights-managed hold"},
    {"rights management beside the plan",
     TRUE,
     {RPMSG},
     NULL,
     "attachment-could-not-be-examined note"},
    {"encryption",
     FALSE,
     {{LODGE_PART_DOCUMENT, OCTETS, "encrypted.asc", 9, -1}},
     NULL,
     "message-encrypted hold"},
    {"a placeholder", FALSE, {PLACEHOLDER}, NULL, "attachment-placeholder hold"},
    {"a placeholder beside the plan, which might become another",
     TRUE,
     {PLACEHOLDER},
     NULL,
     "attachment-placeholder hold"},
    {"what a filter removed",
     FALSE,
     {{LODGE_PART_DOCUMENT, "text/plain", "Malware Alert Text.txt", 9, -1}},
     NULL,
     "attachment-removed hold"},
    {"a shortcut",
     FALSE,
     {{LODGE_PART_DOCUMENT, OCTETS, "Plan.url", 9, -1}},
     NULL,
     "shortcut-instead-of-file hold"},
};

static World *make_world(const Case *at)
{
    World *world = world_new();
    if (!at->has_plan)
        world_clear_documents(world);
    for (guint i = 0; i < G_N_ELEMENTS(at->parts) && at->parts[i].name != NULL; i++) {
        const Part *from = &at->parts[i];
        g_autofree char *path = g_strdup_printf("9.%u", i);
        LodgePart *part = world_add_part(world, path, from->kind, from->type, from->name);
        part->size_bytes = from->size_bytes;
        part->width = part->height = from->pixels;
        lodge_digest_compute(from->name, strlen(from->name), part->sha256);
        if (from->kind != LODGE_PART_DOCUMENT)
            continue;
        LodgeDocumentFacts *facts = lodge_document_facts_new();
        memcpy(facts->sha256, part->sha256, sizeof facts->sha256);
        facts->examination = LODGE_NOT_EXAMINED_TYPE;
        world_set(&facts->media_type, from->type);
        g_ptr_array_add(world->reading->documents, facts);
    }
    if (at->host != NULL) {
        g_strfreev(world->message->link_hosts);
        world->message->link_hosts = g_strsplit(at->host, " ", -1);
    }
    return world;
}

static void what_came_instead_is_told(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = make_world(&cases[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        g_autofree char *findings = world_list_findings(decision);
        if (strcmp(findings, cases[i].findings) != 0)
            fail_msg("%s: gave %s", cases[i].name, findings);
    }
}

static void a_spreadsheet_is_named_as_what_it_is(void **state)
{
    (void)state;
    static const Case sheet = {"", FALSE, {SHEET, LOGO}, NULL, NULL};
    g_autoptr(World) world = make_world(&sheet);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeFinding *finding = world_find(decision, "document-type-not-accepted");
    assert_string_equal(finding->words,
                        "No attached document is of a type that we can file: "
                        "plan.xlsx (Excel spreadsheet).");
}

static void a_logo_is_listed_as_decoration(void **state)
{
    (void)state;
    static const Case logo = {"", TRUE, {LOGO}, NULL, NULL};
    g_autoptr(World) world = make_world(&logo);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    const LodgeDecisionDocument *last =
        g_ptr_array_index(decision->documents, decision->documents->len - 1);
    assert_string_equal(last->role, "decoration");
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
}

/* What nobody can look into is no less of a submission because a machine, or a stranger, sent it. */
static void what_is_closed_is_never_put_aside(void **state)
{
    (void)state;
    static const Case closed[] = {
        {"rpmsg", FALSE, {RPMSG}, NULL, NULL},
        {"placeholder", FALSE, {PLACEHOLDER}, NULL, NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(closed); i++) {
        g_autoptr(World) machine = make_world(&closed[i]);
        world_add_header(machine, "Auto-Submitted", "auto-generated");
        g_autoptr(LodgeDecision) of_machine = world_decide(machine);
        assert_int_equal(of_machine->outcome, LODGE_HELD);
        g_autoptr(World) stranger = make_world(&closed[i]);
        world_set_from(stranger, "somebody@example.org");
        world_set(&stranger->message->subject, "Hello");
        world_set(&stranger->message->body_text, "Hello");
        g_autoptr(LodgeDecision) of_stranger = world_decide(stranger);
        assert_int_equal(of_stranger->outcome, LODGE_HELD);
        assert_non_null(world_find(of_stranger, "sender-not-registered"));
    }
}

static void services_are_known_by_their_domain(void **state)
{
    (void)state;
    static const struct {
        const char *host, *words;
    } rows[] = {
        {"tmbc-my.sharepoint.com", "OneDrive or SharePoint"},
        {"1drv.ms", "OneDrive"},
        {"www.dropbox.com", "Dropbox"},
        {"we.tl", "WeTransfer"},
        {"drive.google.com", "Google Drive"},
        {"www.google.com", NULL},
        {"evil-dropbox.com", NULL},
        {"dropbox.com.example.org", NULL},
        {"mailbox.com", NULL},
        {"box.com", "Box"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (g_strcmp0(lodge_instead_find_service(rows[i].host), rows[i].words) != 0)
            fail_msg("%s: gave %s", rows[i].host, lodge_instead_find_service(rows[i].host));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_instead_is_told),
        cmocka_unit_test(a_spreadsheet_is_named_as_what_it_is),
        cmocka_unit_test(a_logo_is_listed_as_decoration),
        cmocka_unit_test(what_is_closed_is_never_put_aside),
        cmocka_unit_test(services_are_known_by_their_domain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
