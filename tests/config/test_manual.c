/* lodge.conf(5) and the schema say the same: every key, its form, its default. */
#include "config/key_schema.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define MANUAL LODGE_SOURCE_DIR "/intake/man/lodge.conf.5"

typedef struct {
    const LodgeKeySchema *schema;
    const char *section; /* .Sh */
} File;

static GStrv read_lines(void)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(MANUAL, &text, NULL, &error))
        fail_msg("%s", error->message);
    g_auto(GStrv) unescaped = g_strsplit(text, "\\-", -1);
    g_autofree char *plain = g_strjoinv("-", unescaped);
    return g_strsplit(plain, "\n", -1);
}

/* The line of ".It Cm KEY" in section and group; 0: none. */
static gsize find_key(GStrv lines, const char *section, const char *group, const char *key)
{
    g_autofree char *section_line = g_strconcat(".Sh ", section, NULL);
    g_autofree char *group_start = g_strconcat(".Ss [", group, NULL);
    g_autofree char *key_line = g_strconcat(".It Cm ", key, NULL);
    gboolean in_section = FALSE, in_group = FALSE;
    for (gsize i = 0; lines[i] != NULL; i++) {
        if (g_str_has_prefix(lines[i], ".Sh "))
            in_section = strcmp(lines[i], section_line) == 0;
        if (g_str_has_prefix(lines[i], ".Ss ")) {
            char after = g_str_has_prefix(lines[i], group_start)
                             ? lines[i][strlen(group_start)]
                             : '\0';
            in_group = after == ']' || after == ' ';
        }
        if (in_section && in_group && strcmp(lines[i], key_line) == 0)
            return i;
    }
    return 0;
}

static void check_key(GStrv lines, const File *file, const LodgeKeySpec *spec)
{
    gsize at = find_key(lines, file->section, spec->group, spec->key);
    if (at == 0)
        fail_msg("[%s] %s is not in the manual", spec->group, spec->key);
    g_auto(GStrv) choices = g_strsplit(spec->choices ? spec->choices : "", ";", -1);
    g_autofree char *joined = g_strjoinv(", ", choices);
    g_autofree char *form =
        spec->choices ? g_strdup_printf("Form: choice of %s.", joined)
                      : g_strdup_printf("Form: %s.", lodge_key_form_words(spec->form));
    g_autofree char *fallback =
        spec->required
            ? g_strdup("Required.")
            : g_strdup_printf("Default: %s", spec->fallback ? spec->fallback : "");
    if (strcmp(lines[at + 1], form) != 0)
        fail_msg("[%s] %s: '%s', not '%s'", spec->group, spec->key, lines[at + 1], form);
    if (!g_str_has_prefix(lines[at + 2], fallback) ||
        (spec->fallback && strlen(lines[at + 2]) != strlen(fallback) + 1))
        fail_msg("[%s] %s: '%s', not '%s'", spec->group, spec->key, lines[at + 2],
                 fallback);
    if (!g_str_has_prefix(lines[at + 3], "Example: "))
        fail_msg("[%s] %s has no example", spec->group, spec->key);
}

static const File *files(void)
{
    static File all[4];
    all[0] = (File){lodge_key_schema_settings(), "LODGE.CONF"};
    all[1] = (File){lodge_key_schema_call(), "THE CALL FILE"};
    all[2] = (File){lodge_key_schema_register(), "THE REGISTER FILE"};
    all[3] = (File){lodge_key_schema_wording(), "THE WORDING FILE"};
    return all;
}

static void every_key_is_in_the_manual_with_form_default_and_example(void **state)
{
    (void)state;
    g_auto(GStrv) lines = read_lines();
    for (guint i = 0; i < 4; i++) {
        const File *file = &files()[i];
        for (guint k = 0; k < file->schema->count; k++)
            check_key(lines, file, &file->schema->keys[k]);
    }
}

static void the_manual_has_no_key_that_lodge_does_not_know(void **state)
{
    (void)state;
    g_auto(GStrv) lines = read_lines();
    guint described = 0, known = 0;
    for (gsize i = 0; lines[i] != NULL; i++)
        described += g_str_has_prefix(lines[i], ".It Cm ") ? 1 : 0;
    for (guint i = 0; i < 4; i++)
        known += files()[i].schema->count;
    /* Every known key was found above, so equal numbers mean equal sets. */
    assert_int_equal(described, known);
}

static void every_form_is_explained(void **state)
{
    (void)state;
    g_auto(GStrv) lines = read_lines();
    for (int form = LODGE_KEY_TEXT; form <= LODGE_KEY_DAY; form++) {
        g_autofree char *item =
            g_strconcat(".It ", lodge_key_form_words((LodgeKeyForm)form), NULL);
        if (!g_strv_contains((const char *const *)lines, item))
            fail_msg("'%s' is not explained", item);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_is_in_the_manual_with_form_default_and_example),
        cmocka_unit_test(the_manual_has_no_key_that_lodge_does_not_know),
        cmocka_unit_test(every_form_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
