/* Names that may be asked, answers and their stored form. */
#include "intake/decide/dns_answers.h"

#include "intake/decide/dns_name.h"
#include "intake/decide/evidence.h"
#include "parsers/text/limits.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define TEN "aaaaaaaaaa"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define LABEL_63 SIXTY "aaa"
/* 253 bytes. */
#define LONGEST LABEL_63 "." LABEL_63 "." LABEL_63 "." SIXTY "a"

static void a_name_is_checked_before_it_is_asked(void **state)
{
    (void)state;
    static const struct {
        const char *name, *normalised;
    } cases[] = {
        {"example.com", "example.com"},
        {"Selector1._DomainKey.Example.COM.", "selector1._domainkey.example.com"},
        {"com", "com"},
        {"xn--bcher-kva.example", "xn--bcher-kva.example"},
        {"-a-.9.example", "-a-.9.example"},
        {LABEL_63 ".example", LABEL_63 ".example"},
        {LONGEST, LONGEST},
        {LONGEST ".", LONGEST},
        {LONGEST "a", NULL},
        {LABEL_63 "a.example", NULL},
        {"", NULL},
        {".", NULL},
        {"..", NULL},
        {"a..b", NULL},
        {".a", NULL},
        {"a b.example", NULL},
        {"a\\.b.example", NULL},
        {"a@b.example", NULL},
        {"*.example", NULL},
        {"b\xc3\xbc"
         "cher.example",
         NULL},
        {"a\n.example", NULL},
        {"a/b.example", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *normalised = lodge_dns_name_normalise(cases[i].name);
        if (g_strcmp0(normalised, cases[i].normalised) != 0)
            fail_msg("'%s' became '%s'", cases[i].name, normalised);
    }
}

static void labels_are_counted_from_the_right(void **state)
{
    (void)state;
    assert_int_equal(lodge_dns_name_count_labels("com"), 1);
    assert_int_equal(lodge_dns_name_count_labels("a.b.example.com"), 4);
    assert_string_equal(lodge_dns_name_last_labels("a.b.example.com", 2), "example.com");
    assert_string_equal(lodge_dns_name_last_labels("a.b.example.com", 4),
                        "a.b.example.com");
    assert_string_equal(lodge_dns_name_last_labels("a.b", 9), "a.b");
    assert_true(lodge_dns_name_is_within("a.example.com", "example.com"));
    assert_true(lodge_dns_name_is_within("example.com", "example.com"));
    assert_false(lodge_dns_name_is_within("badexample.com", "example.com"));
    assert_false(lodge_dns_name_is_within("com", "example.com"));
}

static LodgeDnsAnswer *found(const char *name, const char *const *texts)
{
    LodgeDnsAnswer *answer = lodge_dns_answer_new(name, LODGE_DNS_FOUND);
    for (gsize i = 0; texts[i] != NULL; i++)
        lodge_dns_answer_add_text(answer, texts[i], strlen(texts[i]));
    lodge_dns_answer_settle(answer);
    return answer;
}

static void texts_do_not_depend_on_the_order_of_a_server(void **state)
{
    (void)state;
    static const char *const texts[] = {"c", "a", "b", "a", "c", NULL};
    g_autoptr(LodgeDnsAnswer) answer = found("example.com", texts);
    assert_int_equal(answer->texts->len, 3);
    assert_string_equal(g_ptr_array_index(answer->texts, 0), "a");
    assert_string_equal(g_ptr_array_index(answer->texts, 2), "c");
    assert_int_equal(answer->status, LODGE_DNS_FOUND);
}

static void bytes_of_strangers_become_text(void **state)
{
    (void)state;
    g_autoptr(LodgeDnsAnswer) answer = lodge_dns_answer_new("a.example", LODGE_DNS_FOUND);
    lodge_dns_answer_add_text(answer, "a\0b\xff", 4);
    lodge_dns_answer_settle(answer);
    assert_string_equal(g_ptr_array_index(answer->texts, 0), "a\xef\xbf\xbd"
                                                             "b\xef\xbf\xbd");
}

static void more_than_we_take_is_a_limit_and_nothing_of_it_is_kept(void **state)
{
    (void)state;
    g_autofree char *large = g_strnfill(LODGE_LIMIT_DNS_ANSWER_BYTES, 'x');
    g_autofree char *larger = g_strnfill(LODGE_LIMIT_DNS_ANSWER_BYTES + 1, 'x');
    g_autoptr(LodgeDnsAnswer) most = found("a.example", (const char *[]){large, NULL});
    assert_int_equal(most->status, LODGE_DNS_FOUND);
    g_autoptr(LodgeDnsAnswer) more = found("a.example", (const char *[]){larger, NULL});
    assert_int_equal(more->status, LODGE_DNS_LIMIT);
    assert_int_equal(more->texts->len, 0);
    g_autoptr(LodgeDnsAnswer) many = lodge_dns_answer_new("a.example", LODGE_DNS_FOUND);
    for (guint i = 0; i <= LODGE_LIMIT_DNS_RECORDS; i++)
        lodge_dns_answer_add_text(many, "", 0);
    lodge_dns_answer_settle(many);
    assert_int_equal(many->status, LODGE_DNS_LIMIT);
}

static void only_some_failures_may_pass(void **state)
{
    (void)state;
    static const struct {
        LodgeDnsStatus status;
        gboolean temporary, absent;
    } cases[] = {
        {LODGE_DNS_FOUND, FALSE, FALSE},     {LODGE_DNS_NXDOMAIN, FALSE, TRUE},
        {LODGE_DNS_NODATA, FALSE, TRUE},     {LODGE_DNS_SERVFAIL, TRUE, FALSE},
        {LODGE_DNS_TIMEOUT, TRUE, FALSE},    {LODGE_DNS_BOGUS, TRUE, FALSE},
        {LODGE_DNS_LIMIT, FALSE, FALSE},     {LODGE_DNS_REFUSED, FALSE, FALSE},
        {LODGE_DNS_NOT_STORED, TRUE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDnsAnswer) answer = lodge_dns_answer_new("a", cases[i].status);
        assert_int_equal(lodge_dns_answer_is_temporary(answer), cases[i].temporary);
        assert_int_equal(lodge_dns_answer_is_absent(answer), cases[i].absent);
    }
}

/* ---- stored ---- */

static GPtrArray *some_answers(void)
{
    GPtrArray *answers = lodge_dns_answers_new();
    LodgeDnsAnswer *key =
        found("S1._domainkey.Example.com",
              (const char *[]){"v=DKIM1; p=AAAA", "other\t\xc2\xa3", NULL});
    key->canonical = g_strdup("s1.keys.example.net");
    key->ttl_s = G_MAXUINT32;
    key->dnssec = LODGE_DNSSEC_SECURE;
    key->asked_us = 1721296803000007;
    g_ptr_array_add(answers, key);
    for (LodgeDnsStatus status = LODGE_DNS_NXDOMAIN; status <= LODGE_DNS_NOT_STORED;
         status++) {
        g_autofree char *name = g_strdup_printf("n%u.example.com", (guint)status);
        LodgeDnsAnswer *answer = lodge_dns_answer_new(name, status);
        answer->dnssec = (LodgeDnssec)((guint)status % 4);
        g_ptr_array_add(answers, answer);
    }
    g_ptr_array_add(answers, lodge_dns_answer_new("no name", LODGE_DNS_FOUND));
    return answers;
}

static void what_dns_said_is_kept_with_the_evidence(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    evidence->dns = some_answers();
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, &error);
    if (back == NULL)
        fail_msg("%s", error->message);
    assert_int_equal(back->dns->len, evidence->dns->len);
    const LodgeDnsAnswer *key =
        lodge_dns_answers_find(back->dns, "s1._DOMAINKEY.example.com.");
    assert_non_null(key);
    assert_int_equal(key->ttl_s, G_MAXUINT32);
    assert_int_equal(key->dnssec, LODGE_DNSSEC_SECURE);
    assert_int_equal(key->asked_us, 1721296803000007);
    assert_string_equal(key->canonical, "s1.keys.example.net");
    assert_int_equal(key->texts->len, 2);
    assert_int_equal(lodge_dns_answers_find(back->dns, "no name")->status,
                     LODGE_DNS_REFUSED);
    assert_null(lodge_dns_answers_find(back->dns, "example.com"));
    g_autoptr(GBytes) again = lodge_evidence_format(back);
    assert_true(g_bytes_equal(bytes, again));
}

static void evidence_without_dns_keeps_its_bytes(void **state)
{
    (void)state;
    static const char before[] =
        "{\"format\":1,\"account\":\"plans\",\"folder\":\"INBOX\",\"internaldate\":null,"
        "\"kept\":\"2024-07-18T10:01:40.000007Z\",\"attempts\":0,\"our_fault\":null,"
        "\"our_fault_words\":null}";
    g_autoptr(GBytes) bytes = g_bytes_new_static(before, strlen(before));
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_parse(bytes, NULL);
    assert_non_null(evidence);
    assert_null(evidence->dns);
    g_autoptr(GBytes) again = lodge_evidence_format(evidence);
    assert_true(g_bytes_equal(bytes, again));
}

static void the_worst_a_message_can_bring_still_fits(void **state)
{
    (void)state;
    g_autoptr(LodgeEvidence) evidence = lodge_evidence_new();
    evidence->dns = lodge_dns_answers_new();
    g_autofree char *worst = g_strnfill(LODGE_LIMIT_DNS_ANSWER_BYTES, '\x01');
    guint full = LODGE_LIMIT_DNS_MESSAGE_BYTES / LODGE_LIMIT_DNS_ANSWER_BYTES;
    for (guint i = 0; i < 100; i++) {
        g_autofree char *name =
            g_strdup_printf("n%02u." LABEL_63 "." LABEL_63 "." LABEL_63, i);
        g_ptr_array_add(evidence->dns, i < full
                                           ? found(name, (const char *[]){worst, NULL})
                                           : lodge_dns_answer_new(name, LODGE_DNS_LIMIT));
    }
    g_autoptr(GBytes) bytes = lodge_evidence_format(evidence);
    g_autoptr(LodgeEvidence) back = lodge_evidence_parse(bytes, NULL);
    assert_non_null(back);
    assert_int_equal(lodge_dns_answer_count_bytes(g_ptr_array_index(back->dns, full - 1)),
                     LODGE_LIMIT_DNS_ANSWER_BYTES);
}

static void what_is_no_answer_is_refused(void **state)
{
    (void)state;
#define NAME "\"name\":\"a.example\","
#define REST ",\"dnssec\":\"secure\",\"asked\":null}"
    static const char *const cases[] = {
        "{}",
        "{" NAME "\"status\":\"gone\",\"texts\":[],\"ttl_s\":0" REST,
        "{" NAME "\"status\":\"found\",\"texts\":[],\"ttl_s\":0" REST,
        "{" NAME "\"status\":\"nxdomain\",\"texts\":[\"a\"],\"ttl_s\":0" REST,
        "{" NAME "\"status\":\"nxdomain\",\"texts\":[],\"ttl_s\":-1" REST,
        "{" NAME "\"status\":\"nxdomain\",\"texts\":[],\"ttl_s\":4294967296" REST,
        "{" NAME "\"status\":\"nxdomain\",\"texts\":[1],\"ttl_s\":0" REST,
        "{" NAME "\"status\":\"nxdomain\",\"texts\":[],\"ttl_s\":0}",
        ("{\"status\":\"nxdomain\",\"texts\":[],\"ttl_s\":0" REST),
        "[]",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            g_strdup_printf("{\"format\":1,\"attempts\":0,\"dns\":[%s]}", cases[i]);
        g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeEvidence) evidence = lodge_evidence_parse(bytes, &error);
        if (evidence != NULL || error == NULL)
            fail_msg("taken: %s", cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_checked_before_it_is_asked),
        cmocka_unit_test(labels_are_counted_from_the_right),
        cmocka_unit_test(texts_do_not_depend_on_the_order_of_a_server),
        cmocka_unit_test(bytes_of_strangers_become_text),
        cmocka_unit_test(more_than_we_take_is_a_limit_and_nothing_of_it_is_kept),
        cmocka_unit_test(only_some_failures_may_pass),
        cmocka_unit_test(what_dns_said_is_kept_with_the_evidence),
        cmocka_unit_test(evidence_without_dns_keeps_its_bytes),
        cmocka_unit_test(the_worst_a_message_can_bring_still_fits),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
