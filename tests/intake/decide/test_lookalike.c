#include "intake/decide/lookalike.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define REGISTER                                                                           \
    "[E10000008]\nname = Devon County Council\nslug = devon\ndomains = devon.gov.uk\n"     \
    "[E07000040]\nname = East Devon District Council\nslug = east-devon\n"                 \
    "domains = eastdevon.gov.uk\n"                                                         \
    "[E06000066]\nname = Somerset Council\nslug = somerset\ndomains = somerset.gov.uk\n"   \
    "[E08000002]\nname = Bury Council\nslug = bury\ndomains = bury.gov.uk\n"               \
    "[E07000222]\nname = Warwick District Council\nslug = warwick\n"                       \
    "domains = warwickdc.gov.uk\nunconfirmed = warwick.gov.uk\n"                           \
    "[E07000026]\nname = Allerdale\nslug = allerdale\ndomains = allerdale.gov.uk\n"        \
    "valid_to = 2023-03-31\n"

typedef struct {
    const char *domain, *look;
    const char *kind, *like; /* NULL: none */
} Case;

static const Case cases[] = {
    /* to the eye the same */
    {"d\xd0\xb5von.gov.uk", "devon.gov.uk", "same-look", "devon.gov.uk"},
    {"xn--dvon-v4d.gov.uk", "devon.gov.uk", "same-look", "devon.gov.uk"},
    {"d\xc3\xa9von.gov.uk", "d\xc3\xa9von.gov.uk", "same-look", "devon.gov.uk"},
    {"dev0n.gov.uk", "devOn.gov.uk", "same-look", "devon.gov.uk"},
    {"sornerset.gov.uk", "sornerset.gov.uk", "same-look", "somerset.gov.uk"},
    {"sornerset.gov.uk", NULL, "same-look", "somerset.gov.uk"},
    {"vvarwick.gov.uk", NULL, "same-look", "warwick.gov.uk"},
    /* the council's, and more */
    {"devon.gov.uk.example.com", NULL, "goes-on", "devon.gov.uk"},
    {"mail.devon.gov.uk.example.com", NULL, "goes-on", "devon.gov.uk"},
    {"devon.gov.ukk", NULL, "squeezed", "devon.gov.uk"},
    /* other dots and hyphens */
    {"devon-gov-uk.example", NULL, "squeezed", "devon.gov.uk"},
    {"devongov.uk", NULL, "squeezed", "devon.gov.uk"},
    {"dev-on.gov.uk", NULL, "squeezed", "devon.gov.uk"},
    {"login.devongovuk.example", NULL, "squeezed", "devon.gov.uk"},
    {"login-devongovuk.example", NULL, "squeezed", "devon.gov.uk"},
    /* ends in it */
    {"evildevon.gov.uk", NULL, "glued", "devon.gov.uk"},
    {"mail.evildevon.gov.uk", NULL, "glued", "devon.gov.uk"},
    /* one letter */
    {"devn.gov.uk", NULL, "one-letter", "devon.gov.uk"},
    {"devonn.gov.uk", NULL, "one-letter", "devon.gov.uk"},
    {"deven.gov.uk", NULL, "one-letter", "devon.gov.uk"},
    {"deovn.gov.uk", NULL, "one-letter", "devon.gov.uk"},
    {"eastdevon.gov.ul", NULL, "one-letter", "eastdevon.gov.uk"},
    /* the better likeness counts, whichever council stands first */
    {"east-devon.gov.uk", NULL, "squeezed", "eastdevon.gov.uk"},
    /* no likeness */
    {"devon.gov.uk", "devon.gov.uk", NULL, NULL},
    {"eastdevon.gov.uk", "eastdevon.gov.uk", NULL, NULL},
    {"schools.devon.gov.uk", NULL, NULL, NULL},
    {"warwick.gov.uk", NULL, NULL, NULL},
    {"allerdale.gov.uk", NULL, NULL, NULL},
    {"fury.gov.uk", NULL, NULL, NULL},
    {"example.com", NULL, NULL, NULL},
    {"gov.uk", NULL, NULL, NULL},
    {"uk", NULL, NULL, NULL},
    {"", NULL, NULL, NULL},
    {".", NULL, NULL, NULL},
    {"devon.org.uk", NULL, NULL, NULL},
    {"devon", NULL, NULL, NULL},
    {NULL, NULL, NULL, NULL},
};

static void every_case(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeRegister) reg = lodge_register_parse(REGISTER, "test", &error);
    if (reg == NULL)
        fail_msg("%s", error->message);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const LodgeBody *body = NULL;
        const char *like = NULL;
        const char *kind =
            lodge_lookalike_find(reg, cases[i].domain, cases[i].look, &body, &like);
        if (g_strcmp0(kind, cases[i].kind) != 0 || g_strcmp0(like, cases[i].like) != 0)
            fail_msg("%s: %s of %s", cases[i].domain, kind, like);
        assert_true((body != NULL) == (kind != NULL));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
