/* The scanner's verdicts as they are kept with a decision. */
#include "intake/decide/scans.h"

#include "intake/decide/evidence.h"
#include "parsers/text/instant.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define DIGEST_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

static LodgeScan *add(GPtrArray *scans, const char *sha256, LodgeScanVerdict verdict)
{
    LodgeScan *scan = lodge_scan_new(sha256, verdict);
    g_ptr_array_add(scans, scan);
    return scan;
}

static GPtrArray *three(void)
{
    GPtrArray *scans = lodge_scans_new();
    LodgeScan *infected = add(scans, DIGEST_A, LODGE_SCAN_INFECTED);
    infected->name = g_strdup("Lodge.Test.String.UNOFFICIAL");
    infected->engine = g_strdup("ClamAV 1.4.6/27400/Tue Sep 17 08:38:30 2024");
    infected->at_us = 1721296803000000;
    add(scans, DIGEST_B, LODGE_SCAN_NOT_SCANNED)->why = g_strdup(LODGE_SCAN_WHY_SIZE);
    add(scans, DIGEST_C, LODGE_SCAN_CLEAN)->is_message = TRUE;
    return scans;
}

static void what_was_scanned_is_read_back(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    evidence->scans = three();
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, &error);
    if (back == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) again = lodge_evidence_format(back);
    assert_true(g_bytes_equal(bytes, again));
    const LodgeScan *infected = lodge_scans_find(back->scans, DIGEST_A);
    assert_string_equal(infected->name, "Lodge.Test.String.UNOFFICIAL");
    assert_int_equal(infected->at_us, 1721296803000000);
    assert_int_equal(lodge_scans_find(back->scans, DIGEST_B)->verdict,
                     LODGE_SCAN_NOT_SCANNED);
    assert_string_equal(lodge_scans_find_message(back->scans)->sha256, DIGEST_C);
    assert_null(lodge_scans_find(back->scans, DIGEST_C)); /* it is no document */
}

/* Evidence from before there was a scanner, and where none is configured, keeps its bytes. */
static void without_a_scanner_there_is_no_member(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    assert_null(g_strstr_len(g_bytes_get_data(bytes, NULL), (gssize)g_bytes_get_size(bytes),
                             "scans"));
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, NULL);
    assert_null(back->scans);
    assert_false(lodge_scans_have_infected(back->scans));
}

/* A mail without documents was scanned, too: an empty list is not the same as none. */
static void nothing_scanned_is_not_no_scanner(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    evidence->scans = lodge_scans_new();
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, NULL);
    assert_non_null(back->scans);
}

#define WITH(scan) "{\"format\":1,\"attempts\":0,\"scans\":[" scan "]}"
#define OF "\"of\":\"document\",\"sha256\":\"" DIGEST_A "\","

static void what_is_no_scan_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        WITH("1"),
        WITH("{}"),
        WITH("{" OF "\"verdict\":\"fine\"}"),
        WITH("{\"of\":\"page\",\"sha256\":\"" DIGEST_A "\",\"verdict\":\"clean\"}"),
        WITH("{\"of\":\"document\",\"sha256\":\"aa\",\"verdict\":\"clean\"}"),
        WITH("{" OF "\"verdict\":\"infected\"}"),
        WITH("{" OF "\"verdict\":\"clean\",\"name\":\"x\"}"),
        WITH("{" OF "\"verdict\":\"not-scanned\"}"),
        WITH("{" OF "\"verdict\":\"clean\",\"why\":\"x\"}"),
        "{\"format\":1,\"attempts\":0,\"scans\":{}}",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = g_bytes_new_static(cases[i], strlen(cases[i]));
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeEvidence) evidence = lodge_evidence_parse(bytes, &error);
        if (evidence != NULL || error == NULL)
            fail_msg("taken for a scan: %s", cases[i]);
    }
}

static void a_rule_of_thumb_is_no_knowledge(void **state)
{
    (void)state;
    g_autoptr(LodgeScan) scan = lodge_scan_new(DIGEST_A, LODGE_SCAN_INFECTED);
    scan->name = g_strdup("Heuristics.Broken.Media.JPEG");
    assert_true(lodge_scan_is_suspicion(scan));
    g_free(scan->name);
    scan->name = g_strdup("Pdf.Heuristics.Exploit");
    assert_false(lodge_scan_is_suspicion(scan));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_scanned_is_read_back),
        cmocka_unit_test(without_a_scanner_there_is_no_member),
        cmocka_unit_test(nothing_scanned_is_not_no_scanner),
        cmocka_unit_test(what_is_no_scan_is_refused),
        cmocka_unit_test(a_rule_of_thumb_is_no_knowledge),
    };
    return cmocka_run_group_tests_name("intake/decide/scans", tests, NULL, NULL);
}
