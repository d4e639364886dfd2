/* Every collected signature and every collected ARC chain, against the expected results. */
#include "intake/learn/arc_chain.h"
#include "intake/learn/dkim_check.h"

#include "tests/intake/learn/tsv.h"
#include "tests/intake/learn/zone.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

/* "a|b": any of them is right. */
static gboolean is_one_of(const char *result, const char *expected)
{
    g_auto(GStrv) words = g_strsplit(expected, "|", -1);
    return g_strv_contains((const char *const *)words, result);
}

static gint64 read_now(const TestTable *table, guint row)
{
    const char *now = test_table_get(table, row, "now");
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;

    if (strcmp(now, "-") != 0 && !lodge_instant_parse(now, &instant_us))
        fail_msg("row %u: %s is no instant", row, now);
    return instant_us;
}

static const LodgeDkimSignature *find_signature(const LodgeMessageFacts *facts,
                                                guint number)
{
    for (guint i = 0; i < facts->signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, i);
        if (signature->field == LODGE_DKIM_SIGNATURE && --number == 0)
            return signature;
    }
    return NULL;
}

/* The row's verdict; none where the message has no such signature. */
static LodgeDkimVerdict
judge(const TestTable *table, guint row, const LodgeMessageFacts *facts, TestZone *zone)
{
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    const char *number = test_table_get(table, row, "signature_no");
    const LodgeDkimSignature *signature =
        find_signature(facts, (guint)MAX(atoi(number), 1));
    const LodgeDnsAsk *ask = test_zone_ask(zone);

    if (signature == NULL)
        return (LodgeDkimVerdict){0};
    g_autofree char *name = lodge_dkim_key_name(signature);
    const LodgeDnsAnswer *answer = name != NULL ? ask->txt(ask->data, name) : NULL;
    return lodge_dkim_check(signature, answer, read_now(table, row), &policy);
}

static gboolean agrees(const TestTable *table,
                       guint row,
                       const char *column,
                       LodgeDkimResult result,
                       const char *reason)
{
    const char *expected = test_table_get(table, row, column);
    const char *word = lodge_dkim_result_format(result);

    if (is_one_of(word, expected))
        return TRUE;
    print_message("%s signature %s: %s (%s), expected %s: %s: %s\n",
                  test_table_get(table, row, "file"),
                  test_table_get(table, row, "signature_no"), word,
                  reason != NULL ? reason : "-", column, expected,
                  test_table_get(table, row, "note"));
    return FALSE;
}

static void check_set(const char *name, guint least_rows)
{
    char *below = g_strconcat("dkim/", name, NULL);
    g_autofree char *folder = corpus_path(below);
    g_free(below); /* skip() does not come back */
    if (folder == NULL)
        skip();
    g_autofree char *path = g_build_filename(folder, "expected.tsv", NULL);
    g_autoptr(TestTable) table = test_table_load(path);
    g_autoptr(TestZone) zone = test_zone_load(folder);
    guint agreed = 0;

    assert_non_null(table);
    assert_non_null(zone);
    for (guint row = 0; row < test_table_count_rows(table); row++) {
        g_autofree char *mail =
            g_build_filename(folder, test_table_get(table, row, "file"), NULL);
        g_autoptr(LodgeMessageFacts) facts = corpus_read(mail);
        LodgeDkimVerdict verdict = judge(table, row, facts, zone);
        gboolean is_right =
            agrees(table, row, "expected_crypto", verdict.crypto, verdict.crypto_reason);
        is_right &= agrees(table, row, "expected_rfc8301", verdict.result, verdict.reason);
        agreed += is_right ? 1 : 0;
    }
    print_message("%s: %u of %u agree\n", name, agreed, test_table_count_rows(table));
    assert_true(test_table_count_rows(table) >= least_rows);
    assert_int_equal(agreed, test_table_count_rows(table));
}

static void historic_and_modern_mails(void **state)
{
    (void)state;
    check_set("mail-dkim", 85);
}

static void samples_of_the_standards_and_odd_inputs(void **state)
{
    (void)state;
    check_set("dkimpy", 9);
    check_set("mailauth", 2);
    check_set("go", 11);
}

static void real_mails_of_lists(void **state)
{
    (void)state;
    check_set("mail-auth", 8);
}

static void a_council_whose_mail_meets_every_fault(void **state)
{
    (void)state;
    check_set("council-example", 120);
}

static void mails_that_a_store_keeps_with_bare_lf(void **state)
{
    (void)state;
    check_set("bare-lf", 4);
}

/* Where the expected result is argued to be wrong, in README.md beside. */
static const char *expect_chain(const TestTable *table, guint row)
{
    const char *file = test_table_get(table, row, "file");

    return strcmp(file, "03_arc_message_signature_fields__ams_fields_c_na.eml") == 0
               ? "fail"
               : test_table_get(table, row, "expected_cv");
}

static void chains_of_arc(void **state)
{
    (void)state;
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    g_autofree char *folder = corpus_path("arc");
    if (folder == NULL)
        skip();
    g_autofree char *path = g_build_filename(folder, "expected.tsv", NULL);
    g_autoptr(TestTable) table = test_table_load(path);
    g_autoptr(TestZone) zone = test_zone_load(folder);
    guint agreed = 0;

    assert_non_null(table);
    assert_non_null(zone);
    for (guint row = 0; row < test_table_count_rows(table); row++) {
        const char *file = test_table_get(table, row, "file");
        g_autofree char *mail = g_build_filename(folder, file, NULL);
        g_autoptr(LodgeMessageFacts) facts = corpus_read(mail);
        g_auto(LodgeArcVerdict) verdict =
            lodge_arc_check(facts, test_zone_ask(zone), LODGE_INSTANT_UNKNOWN, &policy);
        const char *word = lodge_dkim_result_format(verdict.result);
        const char *expected = expect_chain(table, row);
        if (strcmp(word, expected) == 0)
            agreed++;
        else
            print_message("%s: %s (%s), expected %s\n", file, word,
                          verdict.reason != NULL ? verdict.reason : "-", expected);
    }
    print_message("arc: %u of %u agree, one of them by our argument\n", agreed,
                  test_table_count_rows(table));
    assert_true(test_table_count_rows(table) >= 171);
    assert_int_equal(agreed, test_table_count_rows(table));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(historic_and_modern_mails),
        cmocka_unit_test(samples_of_the_standards_and_odd_inputs),
        cmocka_unit_test(real_mails_of_lists),
        cmocka_unit_test(a_council_whose_mail_meets_every_fault),
        cmocka_unit_test(mails_that_a_store_keeps_with_bare_lf),
        cmocka_unit_test(chains_of_arc),
    };
    g_autoptr(GError) error = NULL;

    if (!lodge_message_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
