#include "config/anchors.h"

#include "parsers/text/digest.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----\n"
#define END "-----END CERTIFICATE-----\n"
#define ONE BEGIN "MAA=\n" END         /* an empty SEQUENCE */
#define OTHER BEGIN "MAI\nFAA==\n" END /* with a NULL in it */

static void each_certificate_is_named_once_and_in_order(void **state)
{
    (void)state;
    static const char *const same[] = {ONE OTHER, OTHER ONE, ONE OTHER ONE,
                                       "# The department's own authority\n" ONE
                                       "\nsubject=CN=Other\n" OTHER};
    g_auto(GStrv) first = lodge_anchors_digest(same[0], NULL);
    assert_non_null(first);
    assert_int_equal(g_strv_length(first), 2);
    assert_true(strcmp(first[0], first[1]) < 0);
    for (gsize i = 0; i < G_N_ELEMENTS(same); i++) {
        g_auto(GStrv) found = lodge_anchors_digest(same[i], NULL);
        assert_non_null(found);
        if (!g_strv_equal((const char *const *)first, (const char *const *)found))
            fail_msg("text %zu gives other digests", i);
    }
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute("0\2\5\0", 4, sha256);
    assert_true(g_strv_contains((const char *const *)first, sha256));
}

static void what_is_no_certificate_is_refused_by_number(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text, *words;
    } cases[] = {
        {"nothing", "", "holds no certificate"},
        {"DER", "0\202\1\2", "holds no certificate"},
        {"a key behind a certificate",
         ONE "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n",
         "block 2 of it is a private key"},
        {"an encrypted key",
         "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n",
         "block 1 of it is a private key"},
        {"a revocation list", "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n",
         "block 1 of it is no CERTIFICATE"},
        {"no end", ONE BEGIN "MAA=\n", "block 2 of it has no end"},
        {"dashes missing", "-----BEGIN CERTIFICATE\nMAA=\n" END,
         "block 1 of it has no end"},
        {"a length that is not its own", BEGIN "MAEA\nAAA=\n" END,
         "block 1 of it is damaged"},
        {"an endless length", BEGIN "MIAAAA==\n" END, "block 1 of it is damaged"},
        {"another type", BEGIN "BAA=\n" END, "block 1 of it is damaged"},
        {"empty", BEGIN END, "block 1 of it is damaged"},
        {"no base64", BEGIN "MAA=!\n" END, "block 1 of it is damaged"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) digests = lodge_anchors_digest(cases[i].text, &error);
        if (digests != NULL || error == NULL || !strstr(error->message, cases[i].words))
            fail_msg("%s: '%s'", cases[i].name, error ? error->message : "taken");
        assert_true(g_error_matches(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_certificate_is_named_once_and_in_order),
        cmocka_unit_test(what_is_no_certificate_is_refused_by_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
