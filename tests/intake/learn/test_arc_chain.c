/* What a chain of ARC says, and what breaks it; the collected chains are in test_dkim_corpus. */
#include "intake/learn/arc_chain.h"

#include "tests/intake/learn/signer.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

static const char plain[] = "From: Clerk <clerk@council.example>\r\n"
                            "Subject: Our productivity plan\r\n"
                            "\r\n"
                            "Please find our plan below.\r\n";

#define FIRST "council.example; dmarc=pass header.from=council.example"
#define SECOND "lists.example; dkim=fail header.d=council.example; arc=pass"

static TestSigner *signer; /* made once: keys take their time */

static GString *seal_twice(const char *second_names, const char *second_tags)
{
    const TestSeal first = {1, "council.example", "none", FIRST, "from:subject", NULL};
    const TestSeal second = {2, "lists.example", "pass", SECOND, second_names, second_tags};
    g_autoptr(GString) mail = g_string_new(plain);
    g_autoptr(GString) once = test_signer_seal(signer, mail, &first);

    return test_signer_seal(signer, once, &second);
}

/* The verdict without what it borrows: that ends with the facts. */
static LodgeArcVerdict judge(const GString *mail, const LodgeDnsAsk *ask, char **reason_out)
{
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);
    LodgeArcVerdict verdict = lodge_arc_check(facts, ask, LODGE_INSTANT_UNKNOWN, &policy);

    assert_int_equal(verdict.result == LODGE_DKIM_FAIL, verdict.reason != NULL);
    if (verdict.result != LODGE_DKIM_PASS) {
        assert_int_equal(verdict.sealers->len, 0);
        assert_null(verdict.results);
        assert_false(verdict.signs_from || verdict.is_whole);
    }
    *reason_out = g_strdup(verdict.reason != NULL ? verdict.reason : "");
    lodge_arc_verdict_clear(&verdict);
    verdict.results = NULL;
    verdict.reason = NULL;
    return verdict;
}

static const LodgeDnsAsk *keys(void)
{
    return test_zone_ask(test_signer_zone(signer));
}

static void a_whole_chain_names_its_sealers_and_what_the_last_saw(void **state)
{
    (void)state;
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    g_autoptr(GString) mail = seal_twice("from:subject", NULL);
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);
    g_auto(LodgeArcVerdict) verdict =
        lodge_arc_check(facts, keys(), LODGE_INSTANT_UNKNOWN, &policy);

    assert_int_equal(verdict.result, LODGE_DKIM_PASS);
    assert_null(verdict.reason);
    assert_false(verdict.is_temporary);
    assert_int_equal(verdict.sealers->len, 2);
    assert_string_equal(g_ptr_array_index(verdict.sealers, 0), "lists.example");
    assert_string_equal(g_ptr_array_index(verdict.sealers, 1), "council.example");
    assert_string_equal(verdict.results->authserv_id, "lists.example");
    assert_int_equal(verdict.results->methods->len, 2);
    assert_true(verdict.signs_from && verdict.is_whole);
}

static void a_chain_that_passes_may_cover_less_than_the_mail(void **state)
{
    (void)state;
    const struct {
        const char *names, *tags;
        gboolean signs_from, is_whole;
    } cases[] = {
        {"subject", NULL, FALSE, TRUE},
        {"", NULL, FALSE, TRUE},
        {"FROM", "l=10; ", TRUE, FALSE},
        {"from", "l=29; ", TRUE, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail = seal_twice(cases[i].names, cases[i].tags);
        g_autofree char *reason = NULL;
        LodgeArcVerdict verdict = judge(mail, keys(), &reason);
        assert_string_equal(reason, "");
        assert_int_equal(verdict.result, LODGE_DKIM_PASS);
        assert_int_equal(verdict.signs_from, cases[i].signs_from);
        assert_int_equal(verdict.is_whole, cases[i].is_whole);
    }
}

/* The sealers' keys have 1024 bits. */
static void a_seal_with_a_shorter_key_than_the_settings_admit_breaks_the_chain(void **state)
{
    (void)state;
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    trust->min_rsa_bits = 1025;
    const LodgeDkimPolicy policy = lodge_dkim_policy_of(trust);
    g_autoptr(GString) mail = seal_twice("from:subject", NULL);
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);
    g_auto(LodgeArcVerdict) verdict =
        lodge_arc_check(facts, keys(), LODGE_INSTANT_UNKNOWN, &policy);

    assert_int_equal(verdict.result, LODGE_DKIM_FAIL);
    assert_string_equal(verdict.reason,
                        "the RSA key is shorter than the configuration admits");
    assert_false(verdict.is_temporary);
}

static void a_mail_without_a_chain_has_none(void **state)
{
    (void)state;
    g_autoptr(GString) mail = g_string_new(plain);
    g_autofree char *reason = NULL;
    assert_int_equal(judge(mail, keys(), &reason).result, LODGE_DKIM_NONE);
}

static void whatever_is_changed_breaks_the_chain(void **state)
{
    (void)state;
    const struct {
        const char *from, *to, *reason;
    } cases[] = {
        {"our plan", "0ur plan", "body hash did not verify"},
        {"Our productivity", "Our other", "signature did not verify"},
        {"arc=pass", "arc=none", "signature did not verify"},
        {"header.from=council.example", "header.from=other.example",
         "signature did not verify"},
        {"ARC-Seal: i=1;", "X-Seal: i=1;", "an ARC set is not whole"},
        {"ARC-Message-Signature: i=1;", "X: i=1;", "an ARC set is not whole"},
        {"ARC-Authentication-Results: i=1;", "X: i=1;", "an ARC set is not whole"},
        {"ARC-Authentication-Results: i=1;", "ARC-Authentication-Results: i=2;",
         "an ARC set has a field twice"},
        {"ARC-Seal: i=2;", "ARC-Seal: i=1;", "an ARC set has a field twice"},
        {"ARC-Seal: i=2;", "ARC-Seal: i=0;", "an ARC field has no instance"},
        {"ARC-Authentication-Results: i=2;", "ARC-Authentication-Results: x=2;",
         "an ARC field has no instance"},
        {"cv=pass", "cv=fail", "a sealer found the chain broken"},
        {"cv=pass", "cv=none", "a seal's cv= is not what its place demands"},
        {"cv=none", "cv=pass", "a seal's cv= is not what its place demands"},
    };
    g_autoptr(GString) mail = seal_twice("from:subject", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) changed = g_string_new_len(mail->str, (gssize)mail->len);
        g_autofree char *reason = NULL;
        assert_int_equal(g_string_replace(changed, cases[i].from, cases[i].to, 1), 1);
        LodgeArcVerdict verdict = judge(changed, keys(), &reason);
        assert_int_equal(verdict.result, LODGE_DKIM_FAIL);
        if (strcmp(reason, cases[i].reason) != 0)
            fail_msg("%s: %s, expected %s", cases[i].to, reason, cases[i].reason);
        assert_false(verdict.is_temporary);
    }
}

static void more_than_fifty_sets_are_no_chain(void **state)
{
    (void)state;
    g_autoptr(GString) mail = seal_twice("from", NULL);
    g_autofree char *reason = NULL;

    for (guint i = 0; i < 49; i++)
        g_string_prepend(mail, "ARC-Seal: i=3\r\n");
    assert_int_equal(judge(mail, keys(), &reason).result, LODGE_DKIM_FAIL);
    assert_string_equal(reason, "there are more than 50 ARC sets");
}

typedef struct {
    LodgeDnsAnswer *trouble; /* for the names of `domain` */
    const char *domain;
} Trouble;

static const LodgeDnsAnswer *answer(gpointer data, const char *name)
{
    const Trouble *trouble = data;
    const LodgeDnsAsk *ask = keys();

    return g_str_has_suffix(name, trouble->domain) ? trouble->trouble
                                                   : ask->txt(ask->data, name);
}

static void a_key_that_cannot_be_had_now_makes_no_verdict(void **state)
{
    (void)state;
    const struct {
        LodgeDnsStatus status;
        gboolean is_temporary;
    } cases[] = {{LODGE_DNS_SERVFAIL, TRUE},
                 {LODGE_DNS_TIMEOUT, TRUE},
                 {LODGE_DNS_NXDOMAIN, FALSE},
                 {LODGE_DNS_LIMIT, FALSE}};
    static const char *const domains[] = {"lists.example", "council.example"};
    g_autoptr(GString) mail = seal_twice("from", NULL);

    for (guint i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDnsAnswer) trouble =
            lodge_dns_answer_new("x.example", cases[i / 2].status);
        Trouble data = {trouble, domains[i % 2]};
        const LodgeDnsAsk ask = {answer, &data};
        g_autofree char *reason = NULL;
        LodgeArcVerdict verdict = judge(mail, &ask, &reason);
        assert_int_equal(verdict.result, LODGE_DKIM_FAIL);
        assert_int_equal(verdict.is_temporary, cases[i / 2].is_temporary);
    }
}

static int make_signer(void **state)
{
    (void)state;
    signer = test_signer_new();
    return 0;
}

static int free_signer(void **state)
{
    (void)state;
    g_clear_pointer(&signer, test_signer_free);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_chain_names_its_sealers_and_what_the_last_saw),
        cmocka_unit_test(a_chain_that_passes_may_cover_less_than_the_mail),
        cmocka_unit_test(
            a_seal_with_a_shorter_key_than_the_settings_admit_breaks_the_chain),
        cmocka_unit_test(a_mail_without_a_chain_has_none),
        cmocka_unit_test(whatever_is_changed_breaks_the_chain),
        cmocka_unit_test(more_than_fifty_sets_are_no_chain),
        cmocka_unit_test(a_key_that_cannot_be_had_now_makes_no_verdict),
    };
    g_autoptr(GError) error = NULL;

    if (!lodge_message_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    return cmocka_run_group_tests(tests, make_signer, free_signer);
}
