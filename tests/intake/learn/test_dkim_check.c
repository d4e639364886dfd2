/* Keys, policies and answers of DNS, one by one; and mails that were changed after they were signed. */
#include "intake/learn/arc_chain.h"
#include "intake/learn/dkim_check.h"
#include "intake/learn/dkim_key.h"

#include "tests/intake/learn/signer.h"
#include "tests/intake/learn/zone.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define NOW (G_GINT64_CONSTANT(1721383327) * LODGE_SECOND_US)

static const char plain[] = "From: Clerk <clerk@council.example>\r\n"
                            "To: plans@dept.example\r\n"
                            "Subject: Our productivity plan,\r\n"
                            " second version\r\n"
                            "Date: Fri, 19 Jul 2024 10:02:07 +0000\r\n"
                            "\r\n"
                            "Please find our plan below.\r\n"
                            "\r\n"
                            " It transforms two services.\r\n";

static const char names[] = "from:to:subject:date";

static TestSigner *signer; /* made once: keys take their time */

/* ---- asking ---- */

static LodgeDkimVerdict
judge(const GString *mail, TestZone *zone, const LodgeDkimPolicy *policy, char **reason_out)
{
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);
    LodgeDkimVerdict verdict = {0};

    for (guint i = 0; i < facts->signatures->len; i++) {
        const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, i);
        if (signature->field != LODGE_DKIM_SIGNATURE)
            continue;
        verdict = lodge_dkim_check_asking(signature, test_zone_ask(zone), NOW, policy);
        break;
    }
    if (reason_out != NULL)
        *reason_out = g_strdup(verdict.reason != NULL ? verdict.reason : "");
    verdict.reason = verdict.crypto_reason = NULL; /* they end with the facts */
    return verdict;
}

static LodgeDkimResult judge_simply(const GString *mail)
{
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    return judge(mail, test_signer_zone(signer), &policy, NULL).result;
}

static GString *sign(const TestWish *wish)
{
    g_autoptr(GString) mail = g_string_new(plain);
    return test_signer_sign(signer, mail, wish);
}

static void assert_result(LodgeDkimResult found, LodgeDkimResult expected, const char *what)
{
    if (found != expected)
        fail_msg("%s: %s, expected %s", what, lodge_dkim_result_format(found),
                 lodge_dkim_result_format(expected));
}

/* ---- keys ---- */

static void each_key_record_has_its_own_answer(void **state)
{
    (void)state;
    const char *good = test_signer_material(signer, TEST_KEY_RSA_2048, FALSE);
    const char *bare = test_signer_material(signer, TEST_KEY_RSA_2048, TRUE);
    const char *edwards = test_signer_material(signer, TEST_KEY_ED25519, FALSE);
    const char *other = test_signer_material(signer, TEST_KEY_RSA_1024, FALSE);
    const struct {
        const char *record, *material; /* "%s" in the record is the material */
        LodgeDkimResult result;
        const char *reason;
    } cases[] = {
        {"v=DKIM1; k=rsa; p=%s", good, LODGE_DKIM_PASS, ""},
        {"v=DKIM1; k=rsa; p=%s", bare, LODGE_DKIM_PASS, ""},
        {"p=%s", good, LODGE_DKIM_PASS, ""},
        {"p=%s; v=DKIM1", good, LODGE_DKIM_PASS, ""},
        {"v=DKIM1; n=rotated=20yearly; x_y=1; p=%s;", good, LODGE_DKIM_PASS, ""},
        {"v=DKIM1; t=y:s; h=sha1:sha256; s=tlsrpt:email; p=%s", good, LODGE_DKIM_PASS, ""},
        {"v=DKIM1; s=*; h= sha256 : x ; p=%s", good, LODGE_DKIM_PASS, ""},
        {"v=DKIM1; g=nobody; p=%s", good, LODGE_DKIM_PASS, ""},
        {"v=DKIM1; p=%s", other, LODGE_DKIM_FAIL, "signature did not verify"},
        {"v=DKIM2; p=%s", good, LODGE_DKIM_PERMERROR,
         "the key record is not of version DKIM1"},
        {"v=DKIM1; p=", NULL, LODGE_DKIM_PERMERROR, "the key is revoked"},
        {"v=DKIM1; k=rsa", NULL, LODGE_DKIM_PERMERROR, "the key record has no p="},
        {"v=DKIM1; p=!!!!", NULL, LODGE_DKIM_PERMERROR, "the key is not base64"},
        {"v=DKIM1; p=AAAA", NULL, LODGE_DKIM_PERMERROR, "the key is not an RSA key"},
        {"v=DKIM1; p=%sAAAA", good, LODGE_DKIM_PERMERROR, "the key is not an RSA key"},
        {"v=DKIM1; k=dsa; p=%s", good, LODGE_DKIM_PERMERROR,
         "the key is of an unknown type"},
        {"v=DKIM1; k=RSA; p=%s", good, LODGE_DKIM_PERMERROR,
         "the key is of an unknown type"},
        {"v=DKIM1; k=ed25519; p=%s", good, LODGE_DKIM_PERMERROR,
         "the key is not an Ed25519 key"},
        {"v=DKIM1; k=ed25519; p=%s", edwards, LODGE_DKIM_PERMERROR,
         "the key is of another type than a="},
        {"v=DKIM1; h=sha1; p=%s", good, LODGE_DKIM_PERMERROR,
         "the key's h= does not admit the hash"},
        {"v=DKIM1; s=tlsrpt; p=%s", good, LODGE_DKIM_PERMERROR,
         "the key's s= does not admit mail"},
        {"v=DKIM1; t; p=%s", good, LODGE_DKIM_PERMERROR, "the key record is malformed"},
        {"v=DKIM1; p=%s; p=%s", good, LODGE_DKIM_PERMERROR, "the key record is malformed"},
        {"", NULL, LODGE_DKIM_PERMERROR, "the key record is malformed"},
    };
    g_autoptr(GString) mail = sign(&(TestWish){TEST_KEY_RSA_2048, NULL, NULL, names, NULL});
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TestZone) zone = test_zone_new();
        g_autoptr(GString) record = g_string_new(cases[i].record);
        g_autofree char *reason = NULL;
        if (cases[i].material != NULL)
            g_string_replace(record, "%s", cases[i].material, 0);
        test_zone_add(zone, "rsa2048._domainkey.council.example.", record->str);
        LodgeDkimVerdict verdict = judge(mail, zone, &policy, &reason);
        assert_result(verdict.result, cases[i].result, cases[i].record);
        assert_string_equal(reason, cases[i].reason);
    }
}

static void of_several_records_one_that_verifies_decides(void **state)
{
    (void)state;
    const char *name = "rsa2048._domainkey.council.example.";
    g_autofree char *good = g_strconcat(
        "v=DKIM1; p=", test_signer_material(signer, TEST_KEY_RSA_2048, FALSE), NULL);
    g_autofree char *other = g_strconcat(
        "v=DKIM1; p=", test_signer_material(signer, TEST_KEY_RSA_1024, FALSE), NULL);
    const struct {
        const char *records[6];
        LodgeDkimResult result;
    } cases[] = {
        {{"v=spf1 -all", good}, LODGE_DKIM_PASS},
        {{other, good}, LODGE_DKIM_PASS},
        {{"v=DKIM1; p=", other}, LODGE_DKIM_FAIL},
        {{other, "v=DKIM1; p="}, LODGE_DKIM_FAIL},
        {{"v=spf1 -all", "v=DKIM1; p="}, LODGE_DKIM_PERMERROR},
        /* Texts come sorted: the good one, "v=DKIM1…", is beyond the limit. */
        {{"a=1", "a=2", "a=3", "a=4", good}, LODGE_DKIM_PERMERROR},
    };
    g_autoptr(GString) mail = sign(&(TestWish){TEST_KEY_RSA_2048, NULL, NULL, names, NULL});
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(TestZone) zone = test_zone_new();
        for (guint j = 0; cases[i].records[j] != NULL; j++)
            test_zone_add(zone, name, cases[i].records[j]);
        assert_result(judge(mail, zone, &policy, NULL).result, cases[i].result,
                      cases[i].records[0]);
    }
}

static const LodgeDnsAnswer *say(gpointer data, const char *name)
{
    LodgeDnsAnswer **answer = data;
    assert_string_equal(name, "rsa2048._domainkey.council.example");
    return *answer;
}

static void dns_that_fails_is_not_absence(void **state)
{
    (void)state;
    const struct {
        LodgeDnsStatus status;
        LodgeDkimResult result;
        const char *reason;
    } cases[] = {
        {LODGE_DNS_NXDOMAIN, LODGE_DKIM_PERMERROR, "no key for signature"},
        {LODGE_DNS_NODATA, LODGE_DKIM_PERMERROR, "no key for signature"},
        {LODGE_DNS_REFUSED, LODGE_DKIM_PERMERROR, "no key for signature"},
        {LODGE_DNS_SERVFAIL, LODGE_DKIM_TEMPERROR, "key unavailable"},
        {LODGE_DNS_TIMEOUT, LODGE_DKIM_TEMPERROR, "key unavailable"},
        {LODGE_DNS_BOGUS, LODGE_DKIM_TEMPERROR, "key unavailable"},
        {LODGE_DNS_NOT_STORED, LODGE_DKIM_TEMPERROR, "key unavailable"},
        {LODGE_DNS_LIMIT, LODGE_DKIM_NEUTRAL, "the key was not looked up"},
    };
    g_autoptr(GString) mail = sign(&(TestWish){TEST_KEY_RSA_2048, NULL, NULL, names, NULL});
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);
    const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, 0);
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDnsAnswer) answer =
            lodge_dns_answer_new("rsa2048._domainkey.council.example", cases[i].status);
        const LodgeDnsAsk ask = {say, &answer};
        LodgeDkimVerdict verdict = lodge_dkim_check_asking(signature, &ask, NOW, &policy);
        assert_result(verdict.result, cases[i].result, cases[i].reason);
        assert_string_equal(verdict.reason, cases[i].reason);
    }
    LodgeDkimVerdict unasked = lodge_dkim_check(signature, NULL, NOW, &policy);
    assert_result(unasked.result, LODGE_DKIM_NEUTRAL, "nobody was asked");
}

/* ---- algorithms and policy ---- */

static void arithmetic_and_admission_are_kept_apart(void **state)
{
    (void)state;
    const struct {
        TestKey key;
        const char *algorithm;
        LodgeDkimPolicy policy;
        LodgeDkimResult crypto, result;
        guint bits;
    } cases[] = {
        {TEST_KEY_RSA_2048, NULL, {1024, FALSE}, LODGE_DKIM_PASS, LODGE_DKIM_PASS, 2048},
        {TEST_KEY_RSA_1024, NULL, {1024, FALSE}, LODGE_DKIM_PASS, LODGE_DKIM_PASS, 1024},
        {TEST_KEY_RSA_1024, NULL, {2048, FALSE}, LODGE_DKIM_PASS, LODGE_DKIM_POLICY, 1024},
        {TEST_KEY_RSA_512, NULL, {1024, FALSE}, LODGE_DKIM_PASS, LODGE_DKIM_PERMERROR, 512},
        {TEST_KEY_RSA_512, NULL, {512, FALSE}, LODGE_DKIM_PASS, LODGE_DKIM_PERMERROR, 512},
        {TEST_KEY_ED25519, NULL, {4096, FALSE}, LODGE_DKIM_PASS, LODGE_DKIM_PASS, 256},
        {TEST_KEY_RSA_2048,
         "rsa-sha1",
         {1024, TRUE},
         LODGE_DKIM_PASS,
         LODGE_DKIM_PASS,
         2048},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail = sign(
            &(TestWish){cases[i].key, cases[i].algorithm, "relaxed/relaxed", names, NULL});
        LodgeDkimVerdict verdict =
            judge(mail, test_signer_zone(signer), &cases[i].policy, NULL);
        assert_result(verdict.crypto, cases[i].crypto, "crypto");
        assert_result(verdict.result, cases[i].result, "result");
        assert_int_equal(verdict.key_bits, cases[i].bits);
    }
}

static void a_key_is_weighed_against_the_settings(void **state)
{
    (void)state;
    const char *too_short = "the RSA key is shorter than the configuration admits";
    const struct {
        TestKey key;
        guint min_rsa_bits;
        LodgeDkimResult result;
        const char *reason;
    } cases[] = {
        {TEST_KEY_RSA_1024, 1024, LODGE_DKIM_PASS, ""},
        {TEST_KEY_RSA_1024, 1025, LODGE_DKIM_POLICY, too_short},
        {TEST_KEY_RSA_2048, 2048, LODGE_DKIM_PASS, ""},
        {TEST_KEY_RSA_2048, 2049, LODGE_DKIM_POLICY, too_short},
        {TEST_KEY_RSA_512, 1024, LODGE_DKIM_PERMERROR,
         "an RSA key of less than 1024 bits is not admitted"},
        {TEST_KEY_RSA_512, 4096, LODGE_DKIM_PERMERROR,
         "an RSA key of less than 1024 bits is not admitted"},
        {TEST_KEY_ED25519, 4096, LODGE_DKIM_PASS, ""},
    };
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    assert_int_equal(lodge_dkim_policy_of(trust).min_rsa_bits, 1024);

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        trust->min_rsa_bits = cases[i].min_rsa_bits;
        const LodgeDkimPolicy policy = lodge_dkim_policy_of(trust);
        g_autofree char *reason = NULL;
        g_autoptr(GString) mail =
            sign(&(TestWish){cases[i].key, NULL, "relaxed/relaxed", names, NULL});
        LodgeDkimVerdict verdict = judge(mail, test_signer_zone(signer), &policy, &reason);
        assert_result(verdict.result, cases[i].result, cases[i].reason);
        assert_string_equal(reason != NULL ? reason : "", cases[i].reason);
        assert_int_equal(verdict.crypto, LODGE_DKIM_PASS);
    }
}

/* What does not verify is a failure, whatever its key: "policy" is said of what would pass. */
static void a_changed_mail_under_a_short_key_fails(void **state)
{
    (void)state;
    const LodgeDkimPolicy policy = {2048, FALSE};
    g_autoptr(GString) mail =
        sign(&(TestWish){TEST_KEY_RSA_1024, NULL, "relaxed/relaxed", names, NULL});
    g_string_append(mail, "More.\r\n");
    g_autofree char *reason = NULL;
    LodgeDkimVerdict verdict = judge(mail, test_signer_zone(signer), &policy, &reason);
    assert_result(verdict.result, LODGE_DKIM_FAIL, "changed");
    assert_string_equal(reason, "body hash did not verify");
}

static void rsa_sha1_needs_no_look_up(void **state)
{
    (void)state;
    g_autoptr(GString) mail =
        sign(&(TestWish){TEST_KEY_RSA_2048, "rsa-sha1", NULL, names, NULL});
    TestZone *zone = test_signer_zone(signer);
    guint before = test_zone_count_questions(zone);
    const LodgeDkimPolicy strict = lodge_dkim_policy_default();
    g_autofree char *reason = NULL;

    LodgeDkimVerdict verdict = judge(mail, zone, &strict, &reason);
    assert_result(verdict.result, LODGE_DKIM_PERMERROR, "rsa-sha1");
    assert_string_equal(reason, "rsa-sha1 is not admitted");
    assert_int_equal(test_zone_count_questions(zone), before);
}

/* ---- times ---- */

static void a_signature_ends_after_its_last_second(void **state)
{
    (void)state;
    const struct {
        const char *tags;
        LodgeDkimResult result;
    } cases[] = {
        {"t=1721383326; x=1721383327; ", LODGE_DKIM_PASS},
        {"t=1721383325; x=1721383326; ", LODGE_DKIM_FAIL},
        {"x=1721383326; ", LODGE_DKIM_FAIL},
        {"t=1999999999; ", LODGE_DKIM_PASS},
        {"t=1; x=999999999999; ", LODGE_DKIM_PASS},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail =
            sign(&(TestWish){TEST_KEY_ED25519, NULL, NULL, names, cases[i].tags});
        assert_result(judge_simply(mail), cases[i].result, cases[i].tags);
    }
}

/* ---- identities ---- */

static void a_strict_key_admits_no_identity_below_its_domain(void **state)
{
    (void)state;
    const struct {
        const char *tags, *flags;
        LodgeDkimResult result;
    } cases[] = {
        {"i=clerk@council.example; ", "t=s; ", LODGE_DKIM_PASS},
        {"i=clerk@Council.Example; ", "t=y:s; ", LODGE_DKIM_PASS},
        {"i=clerk@mail.council.example; ", "", LODGE_DKIM_PASS},
        {"i=clerk@mail.council.example; ", "t=s; ", LODGE_DKIM_PERMERROR},
    };
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail =
            sign(&(TestWish){TEST_KEY_RSA_2048, NULL, NULL, names, cases[i].tags});
        g_autoptr(TestZone) zone = test_zone_new();
        g_autofree char *record =
            g_strdup_printf("v=DKIM1; %sp=%s", cases[i].flags,
                            test_signer_material(signer, TEST_KEY_RSA_2048, FALSE));
        test_zone_add(zone, "rsa2048._domainkey.council.example.", record);
        LodgeDkimVerdict verdict = judge(mail, zone, &policy, NULL);
        assert_result(verdict.result, cases[i].result, cases[i].tags);
        assert_int_equal(verdict.is_testing,
                         strstr(cases[i].flags, "y") != NULL && verdict.key_bits > 0);
    }
}

/* ---- changed after signing ---- */

static const char *const canons[] = {"simple/simple", "simple/relaxed", "relaxed/simple",
                                     "relaxed/relaxed"};

/* "b=" itself is not signed: the last character of its base64 has bits that say nothing. */
static void a_changed_bit_anywhere_breaks_it(void **state)
{
    (void)state;
    guint changed = 0;

    for (guint i = 0; i < G_N_ELEMENTS(canons); i++) {
        g_autoptr(GString) mail =
            sign(&(TestWish){TEST_KEY_RSA_1024, NULL, canons[i], names, NULL});
        gsize value = (gsize)(strstr(mail->str, " b=") - mail->str) + 3;
        gsize value_end = value + strcspn(mail->str + value, "\r");
        assert_result(judge_simply(mail), LODGE_DKIM_PASS, canons[i]);
        for (gsize at = 0; at < mail->len; at++) {
            if (at >= value && at < value_end)
                continue;
            mail->str[at] ^= 1;
            if (judge_simply(mail) == LODGE_DKIM_PASS)
                fail_msg("%s passes with byte %zu changed", canons[i], at);
            mail->str[at] ^= 1;
            changed++;
        }
    }
    print_message("%u changed mails, none passes\n", changed);
    assert_true(changed > 1000);
}

static void relaxed_forgives_what_relays_do_and_simple_does_not(void **state)
{
    (void)state;
    const struct {
        const char *from, *to;
        gboolean in_header;
    } changes[] = {
        {"plan,\r\n second", "plan, second", TRUE},
        {"To: plans", "To:\r\n\tplans", TRUE},
        {"Date: ", "DATE:   ", TRUE},
        {"dept.example\r\n", "dept.example \t\r\n", TRUE},
        {"find our", "find  \t our", FALSE},
        {"below.\r\n", "below. \r\n", FALSE},
        {"services.\r\n", "services.\r\n \t\r\n\r\n", FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(canons); i++) {
        gboolean header_relaxed = i >= 2, body_relaxed = i % 2 == 1;
        g_autoptr(GString) mail =
            sign(&(TestWish){TEST_KEY_RSA_1024, NULL, canons[i], names, NULL});
        for (guint j = 0; j < G_N_ELEMENTS(changes); j++) {
            g_autoptr(GString) relayed = g_string_new_len(mail->str, (gssize)mail->len);
            assert_int_equal(g_string_replace(relayed, changes[j].from, changes[j].to, 1),
                             1);
            gboolean passes = changes[j].in_header ? header_relaxed : body_relaxed;
            assert_result(judge_simply(relayed), passes ? LODGE_DKIM_PASS : LODGE_DKIM_FAIL,
                          changes[j].to);
        }
    }
}

static void what_is_appended_under_a_length_is_not_signed(void **state)
{
    (void)state;
    const LodgeDkimPolicy policy = lodge_dkim_policy_default();
    const struct {
        const char *tags, *appended;
        LodgeDkimResult result;
        gboolean is_whole;
    } cases[] = {
        {NULL, "", LODGE_DKIM_PASS, TRUE},
        {NULL, "More.\r\n", LODGE_DKIM_FAIL, TRUE},
        {NULL, "\r\n\r\n", LODGE_DKIM_PASS, TRUE},
        {"l=61; ", "", LODGE_DKIM_PASS, TRUE},
        {"l=61; ", "More.\r\n", LODGE_DKIM_PASS, FALSE},
        {"l=10; ", "", LODGE_DKIM_PASS, FALSE},
        {"l=0; ", "More.\r\n", LODGE_DKIM_PASS, FALSE},
        {"l=62; ", "", LODGE_DKIM_PERMERROR, TRUE},
        {"l=9999999999999999999999999999; ", "", LODGE_DKIM_PERMERROR, TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail = sign(
            &(TestWish){TEST_KEY_ED25519, NULL, "simple/simple", names, cases[i].tags});
        g_string_append(mail, cases[i].appended);
        LodgeDkimVerdict verdict = judge(mail, test_signer_zone(signer), &policy, NULL);
        assert_result(verdict.result, cases[i].result, cases[i].appended);
        assert_int_equal(verdict.is_whole, cases[i].is_whole);
    }
}

static void a_name_given_once_more_covers_what_is_not_there(void **state)
{
    (void)state;
    const struct {
        const char *names, *put_above;
        LodgeDkimResult result;
    } cases[] = {
        {"from:subject", "From: forger@council.example\r\n", LODGE_DKIM_PASS},
        {"from:from:subject", "From: forger@council.example\r\n", LODGE_DKIM_FAIL},
        {"from:subject:cc", "Cc: x@y.example\r\n", LODGE_DKIM_FAIL},
        {"from:subject:cc", "X-Other: 1\r\n", LODGE_DKIM_PASS},
        {"from:dkim-signature", "X-Other: 1\r\n", LODGE_DKIM_PASS},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail =
            sign(&(TestWish){TEST_KEY_ED25519, NULL, NULL, cases[i].names, NULL});
        assert_result(judge_simply(mail), LODGE_DKIM_PASS, "as it was signed");
        g_string_prepend(mail, cases[i].put_above);
        assert_result(judge_simply(mail), cases[i].result, cases[i].put_above);
    }
}

static void a_store_with_bare_lf_changes_nothing(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(canons); i++) {
        g_autoptr(GString) mail =
            sign(&(TestWish){TEST_KEY_ED25519, NULL, canons[i], names, NULL});
        g_string_replace(mail, "\r\n", "\n", 0);
        assert_result(judge_simply(mail), LODGE_DKIM_PASS, canons[i]);
        char *body = strstr(mail->str, "\n\n") + 2;
        g_string_insert(mail, (gssize)(strchr(body, '\n') - mail->str), "\r");
        assert_result(judge_simply(mail), LODGE_DKIM_FAIL, "one CRLF in it");
    }
}

/* ---- names ---- */

static void the_key_has_a_name_in_dns_or_none(void **state)
{
    (void)state;
    g_autoptr(LodgeDkimSignature) signature =
        lodge_dkim_signature_new(LODGE_DKIM_SIGNATURE);
    g_autofree char *nothing = lodge_dkim_key_name(signature);
    assert_null(nothing);
    signature->selector = g_strdup("s1");
    signature->domain = g_strdup("m\xc3\xbcller.example");
    g_autofree char *name = lodge_dkim_key_name(signature);
    assert_string_equal(name, "s1._domainkey.xn--mller-kva.example");
    g_free(signature->selector);
    signature->selector = g_strnfill(240, 'a');
    g_autofree char *too_long = lodge_dkim_key_name(signature);
    assert_null(too_long);
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
        cmocka_unit_test(each_key_record_has_its_own_answer),
        cmocka_unit_test(of_several_records_one_that_verifies_decides),
        cmocka_unit_test(dns_that_fails_is_not_absence),
        cmocka_unit_test(arithmetic_and_admission_are_kept_apart),
        cmocka_unit_test(a_key_is_weighed_against_the_settings),
        cmocka_unit_test(a_changed_mail_under_a_short_key_fails),
        cmocka_unit_test(rsa_sha1_needs_no_look_up),
        cmocka_unit_test(a_signature_ends_after_its_last_second),
        cmocka_unit_test(a_strict_key_admits_no_identity_below_its_domain),
        cmocka_unit_test(a_changed_bit_anywhere_breaks_it),
        cmocka_unit_test(relaxed_forgives_what_relays_do_and_simple_does_not),
        cmocka_unit_test(what_is_appended_under_a_length_is_not_signed),
        cmocka_unit_test(a_name_given_once_more_covers_what_is_not_there),
        cmocka_unit_test(a_store_with_bare_lf_changes_nothing),
        cmocka_unit_test(the_key_has_a_name_in_dns_or_none),
    };
    g_autoptr(GError) error = NULL;

    if (!lodge_message_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    return cmocka_run_group_tests(tests, make_signer, free_signer);
}
