#include "parsers/mail/links.h"

#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

static const struct {
    const char *name, *text, *hosts; /* joined by blanks */
} cases[] = {
    {"none", "Please find attached our plan.", ""},
    {"plain text", "It is here: https://example-my.sharepoint.com/:b:/g/plan, or ring me.",
     "example-my.sharepoint.com"},
    {"an attribute of HTML", "<a HREF=\"HTTPS://We.TL/t-abc\">plan.pdf</a>", "we.tl"},
    {"the end of the text", "http://drive.google.com", "drive.google.com"},
    {"the same host twice", "https://we.tl/a https://we.tl/b", "we.tl"},
    {"with a port and a user is what it is", "http://council.example:8080/",
     "council.example"},
    {"wrapped by Safe Links",
     "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2F"
     "example.sharepoint.com%2F%3Ab%3A&data=05",
     "eur01.safelinks.protection.outlook.com example.sharepoint.com"},
    {"wrapped by Proofpoint, as it is now",
     "https://urldefense.com/v3/__https://www.dropbox.com/scl/fi/x__;!!abc",
     "urldefense.com www.dropbox.com"},
    {"wrapped by Proofpoint, as it was",
     "https://urldefense.proofpoint.com/v2/url?u=https-3A__www.dropbox.com_s_x&d=Dw",
     "urldefense.proofpoint.com www.dropbox.com"},
    {"a name without a dot", "http://localhost/plan", ""},
    {"no host at all", "https:// http:/x https://?", ""},
    {"a word that begins alike", "httpd listens, https is better", ""},
};

static void hosts_are_found(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(LodgeMarks) marks = lodge_marks_new();
        lodge_links_find(cases[i].text, hosts, marks);
        g_autoptr(GString) found = g_string_new(NULL);
        for (guint j = 0; j < hosts->len; j++)
            g_string_append_printf(found, "%s%s", j == 0 ? "" : " ",
                                   (const char *)g_ptr_array_index(hosts, j));
        if (strcmp(found->str, cases[i].hosts) != 0)
            fail_msg("%s: gave %s", cases[i].name, found->str);
    }
}

static void too_many_are_marked(void **state)
{
    (void)state;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i <= LODGE_LIMIT_LINK_HOSTS; i++)
        g_string_append_printf(text, "https://h%u.example/ ", i);
    g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(LodgeMarks) marks = lodge_marks_new();
    lodge_links_find(text->str, hosts, marks);
    g_auto(GStrv) limits = lodge_marks_limits(marks);
    assert_int_equal(hosts->len, LODGE_LIMIT_LINK_HOSTS);
    assert_string_equal(limits[0], "link-hosts");
}

static void a_host_that_is_too_long_is_none(void **state)
{
    (void)state;
    g_autofree char *label = g_strnfill(LODGE_LIMIT_HOST_BYTES, 'a');
    g_autofree char *text = g_strdup_printf("https://%s.example/", label);
    g_autoptr(GPtrArray) hosts = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(LodgeMarks) marks = lodge_marks_new();
    lodge_links_find(text, hosts, marks);
    assert_int_equal(hosts->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hosts_are_found),
        cmocka_unit_test(too_many_are_marked),
        cmocka_unit_test(a_host_that_is_too_long_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
