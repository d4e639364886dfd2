#include "intake/decide/other_council.h"

#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define DEVONS                                                                             \
    "\n[E10000008]\nname = Devon County Council\nslug = devon\ndomains = devon.gov.uk\n"   \
    "\n[E07000040]\nname = East Devon District Council\nslug = east-devon\n"               \
    "domains = eastdevon.gov.uk\n"
#define THEMES                                                                             \
    "\nProductivity Plan 2024\nTransforming services\nTechnology and data\n"               \
    "Wasteful spend\nBarriers to progress\n"

typedef struct {
    const char *name;
    const char *from; /* NULL: Tonbridge and Malling */
    const char *file, *title, *text;
    const char *other; /* name, or NULL */
} Case;

static const Case cases[] = {
    {"its own", NULL, "plan.pdf", NULL, "Tonbridge and Malling Borough Council" THEMES,
     NULL},
    {"nobody's", NULL, "plan.pdf", NULL, "Our plan" THEMES, NULL},
    {"another's, by its beginning", NULL, "plan.pdf", NULL, "Adur District Council" THEMES,
     "Adur District Council"},
    {"another's, by its title", NULL, "plan.pdf", "Adur District Council: plan", THEMES,
     "Adur District Council"},
    {"another's, by its file name", NULL, "Adur_District_Council_plan.pdf", NULL, THEMES,
     "Adur District Council"},
    {"two others: partners, it seems", NULL, "plan.pdf", NULL,
     "Adur District Council and Worthing Borough Council" THEMES, NULL},
    {"another's name, and its own further down", NULL, "plan.pdf", NULL,
     "With Adur District Council" THEMES "Tonbridge & Malling Borough Council", NULL},
    {"another's name, and its own short one", NULL, "plan.pdf", NULL,
     "TONBRIDGE & MALLING, with Adur District Council" THEMES, NULL},
    {"a short name that is part of the other's", "officer@devon.gov.uk", "plan.pdf", NULL,
     "East Devon District Council" THEMES, "East Devon District Council"},
    {"the county's plan of the county", "officer@devon.gov.uk", "plan.pdf", NULL,
     "Devon County Council" THEMES, NULL},
};

static void write_case(World *world, const Case *at)
{
    if (at->from != NULL) {
        world_set_from(world, at->from);
        world_add_method(world_add_results(world, 0, BORDER), "dmarc", "pass", "header",
                         "from", strchr(at->from, '@') + 1);
    }
    world_clear_documents(world);
    LodgeDocumentFacts *facts = world_add_document(world, at->file, PDF, 3, at->text);
    world_set(&facts->title, at->title);
}

static void every_case(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        WorldRules rules = {.extra_register = DEVONS};
        g_autoptr(World) world = world_new_with(&rules);
        write_case(world, &cases[i]);
        g_autoptr(LodgeDecision) decision = world_decide(world);
        const LodgeFinding *finding = world_find(decision, "other-council");
        if ((finding != NULL) != (cases[i].other != NULL))
            fail_msg("%s: %s", cases[i].name, finding ? finding->words : "no finding");
        if (finding == NULL)
            continue;
        assert_non_null(strstr(finding->words, cases[i].other));
        assert_int_equal(decision->outcome, LODGE_HELD);
    }
}

/* Far from the beginning partners are named. */
static void what_stands_further_down_is_a_partner(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    world_clear_documents(world);
    g_autofree char *filler = g_strnfill(600, 'x');
    g_autofree char *text = g_strconcat(filler, " Adur District Council", THEMES, NULL);
    world_add_document(world, "plan.pdf", PDF, 3, text);
    g_autoptr(LodgeDecision) decision = world_decide(world);
    assert_int_equal(decision->outcome, LODGE_ACCEPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
        cmocka_unit_test(what_stands_further_down_is_a_partner),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
