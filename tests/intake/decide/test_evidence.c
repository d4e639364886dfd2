#include "intake/decide/evidence.h"

#include "tests/support/cmocka.h"
#include <string.h>

static LodgeEvidence *full(void)
{
    LodgeEvidence *evidence = lodge_evidence_new();
    evidence->account = g_strdup("plans");
    evidence->folder = g_strdup("INBOX/Täglich");
    evidence->internaldate_us = 1721296803000000;
    evidence->kept_us = 1721296900000007;
    evidence->attempts = 5;
    evidence->our_fault = g_strdup("reader-unavailable");
    evidence->our_fault_words = g_strdup("the reader did not start");
    return evidence;
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = full();
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, NULL);
    assert_non_null(back);
    assert_string_equal(back->folder, evidence->folder);
    assert_int_equal(back->kept_us, evidence->kept_us);
    assert_int_equal(back->attempts, 5);
    assert_string_equal(back->our_fault, "reader-unavailable");
    g_autoptr(GBytes) again = lodge_evidence_format(back);
    assert_true(g_bytes_equal(bytes, again));
}

static void what_is_unknown_stays_unknown(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, NULL);
    assert_non_null(back);
    assert_int_equal(back->internaldate_us, LODGE_INSTANT_UNKNOWN);
    assert_null(back->our_fault);
    assert_null(back->account);
}

static void what_is_not_evidence_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "[]",
        "{}",
        "{\"format\":2,\"attempts\":0}",
        "{\"format\":1,\"attempts\":-1}",
        "{\"format\":1,\"attempts\":4294967296}",
        "{\"format\":1,\"attempts\":\"5\"}",
        "{\"format\":1,\"attempts\":0,\"kept\":\"yesterday\"}",
        "{\"format\":1,\"attempts\":0} ,",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i], strlen(cases[i]));
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeEvidence) evidence = lodge_evidence_parse(bytes, &error);
        if (evidence != NULL || error == NULL)
            fail_msg("taken for evidence: %s", cases[i]);
        assert_true(g_str_has_prefix(error->message, "evidence: "));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(what_is_unknown_stays_unknown),
        cmocka_unit_test(what_is_not_evidence_is_refused),
    };
    return cmocka_run_group_tests_name("intake/decide/evidence", tests, NULL, NULL);
}
