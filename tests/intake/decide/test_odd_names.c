#include "intake/decide/odd_names.h"

#include "intake/decide/findings.h"
#include "tests/intake/decide/world.h"
#include "tests/support/cmocka.h"
#include <string.h>

static const struct {
    const char *name;
    const char *paths[3];
    const char *said; /* NULL: nothing */
} cases[] = {
    {"names as people give them",
     {"plan.pdf", "Annexes/annex 1.pdf", "con_sultation.pdf"},
     NULL},
    {"a name with dots", {"plan..v2.pdf", "v1.0/plan.pdf"}, NULL},
    {"upwards", {"../plan.pdf"}, "a path that leads upwards"},
    {"upwards in the middle, as Windows writes it",
     {"a\\..\\..\\plan.pdf"},
     "a path that leads upwards"},
    {"absolute", {"/etc/passwd"}, "an absolute path"},
    {"absolute on a drive", {"c:\\autoexec.bat"}, "an absolute path"},
    {"a device", {"NUL"}, "the name of a device"},
    {"a device with an ending", {"plans/Com1 .pdf"}, "the name of a device"},
    {"letters that turn around",
     {"plan\u202efdp.exe"},
     "characters that turn letters around"},
    {"a line break", {"plan\npdf"}, "control characters"},
    {"one name twice", {"plan.pdf", "plan.pdf"}, "two files of one name"},
    {"one name in two folders", {"a/plan.pdf", "b/plan.pdf"}, NULL},
    {"several at once",
     {"../nul", "../nul"},
     "a path that leads upwards, the name of a device, two files of one name"},
};

static void add_member(World *world, guint number, const char *path)
{
    g_autofree char *place = g_strdup_printf("9/%u", number);
    LodgePart *part = world_add_part(world, place, LODGE_PART_DOCUMENT, "text/plain", path);
    part->container = g_strdup("9");
    world_set(&part->raw_name, path);
}

static void names_that_lead_mislead_or_mean_a_device_are_told(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(World) world = world_new();
        g_autoptr(GPtrArray) findings = lodge_findings_new();
        LodgePart *zip = world_add_part(world, "9", LODGE_PART_CONTAINER, "application/zip",
                                        "plans.zip");
        world_set(&zip->sniffed_type, "application/zip");
        for (guint j = 0; j < 3 && cases[i].paths[j] != NULL; j++)
            add_member(world, j + 1, cases[i].paths[j]);
        lodge_odd_names_judge(world->message, findings);
        const LodgeFinding *finding =
            findings->len > 0 ? g_ptr_array_index(findings, 0) : NULL;
        const char *said = finding != NULL ? finding->facts[1] : NULL;
        if (findings->len > 1 || g_strcmp0(said, cases[i].said) != 0)
            fail_msg("%s: %s", cases[i].name, said != NULL ? said : "nothing");
        assert_true(finding == NULL || strcmp(finding->facts[0], "plans.zip") == 0);
    }
}

static void a_mail_that_is_attached_is_no_archive(void **state)
{
    (void)state;
    g_autoptr(World) world = world_new();
    g_autoptr(GPtrArray) findings = lodge_findings_new();
    LodgePart *mail =
        world_add_part(world, "9", LODGE_PART_CONTAINER, "message/rfc822", "fwd.eml");
    world_set(&mail->sniffed_type, "message/rfc822");
    add_member(world, 1, "plan.pdf");
    add_member(world, 2, "plan.pdf");
    lodge_odd_names_judge(world->message, findings);
    assert_int_equal(findings->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_lead_mislead_or_mean_a_device_are_told),
        cmocka_unit_test(a_mail_that_is_attached_is_no_archive),
    };
    return cmocka_run_group_tests_name("intake/decide/odd_names", tests, NULL, NULL);
}
