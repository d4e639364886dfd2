#include "parsers/report/report.h"

#include "tests/support/cmocka.h"
#include <string.h>

#define SHA256 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA1 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

/* Every member set to something. */
static void add_signature(LodgeMessageFacts *facts)
{
    static const char *const names[] = {"from", "subject", "subject", NULL};
    LodgeDkimSignature *signature = lodge_dkim_signature_new(LODGE_DKIM_SIGNATURE);

    signature->position = 2;
    signature->algorithm = g_strdup("rsa-sha1");
    signature->domain = g_strdup("council.example");
    signature->selector = g_strdup("s1");
    signature->identity = g_strdup("@council.example");
    signature->query = g_strdup("dns/txt");
    signature->relaxed_body = TRUE;
    g_strfreev(signature->signed_headers);
    signature->signed_headers = g_strdupv((GStrv)names);
    signature->signed_s = 1721383327;
    signature->expires_s = 1721383328;
    signature->body_limit = 0;
    signature->body_hash = g_strdup("YmY=");
    signature->signature = g_strdup("YmZ=");
    g_strlcpy(signature->header_digest, SHA1, sizeof signature->header_digest);
    g_strlcpy(signature->body_digest, SHA1, sizeof signature->body_digest);
    signature->hashed_bytes = 0;
    signature->body_bytes = 12;
    g_ptr_array_add(facts->signatures, signature);
}

static LodgeMessageFacts *make_message(void)
{
    LodgeMessageFacts *facts = lodge_message_facts_new();
    LodgeDkimSignature *seal = lodge_dkim_signature_new(LODGE_DKIM_ARC_SEAL);
    LodgeAuthenticationResults *results = lodge_authentication_results_new();

    add_signature(facts);
    seal->instance = 50;
    seal->chain = g_strdup("pass");
    g_strlcpy(seal->header_digest, SHA256, sizeof seal->header_digest);
    lodge_dkim_signature_settle(seal, "permerror", "no b=");
    g_ptr_array_add(facts->signatures, seal);
    results->well_formed = TRUE;
    results->authserv_id = g_strdup("lists.example");
    results->text = g_strdup("lists.example; none");
    g_ptr_array_add(facts->arc_results, lodge_arc_results_new(50, results));
    return facts;
}

static void signatures_come_back_as_they_went(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = make_message();
    g_autoptr(GBytes) once = lodge_report_format_message(facts);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeMessageFacts) back = lodge_report_parse_message(once, &error);
    if (back == NULL)
        fail_msg("%s", error->message);
    g_autoptr(GBytes) twice = lodge_report_format_message(back);

    assert_true(g_bytes_equal(once, twice));
    const LodgeDkimSignature *signature = g_ptr_array_index(back->signatures, 0);
    assert_int_equal(signature->field, LODGE_DKIM_SIGNATURE);
    assert_null(signature->result);
    assert_null(signature->chain);
    assert_string_equal(signature->domain, "council.example");
    assert_string_equal(signature->signed_headers[2], "subject");
    assert_int_equal(signature->body_limit, 0);
    assert_int_equal(signature->body_bytes, 12);
    assert_true(signature->relaxed_body);
    assert_false(signature->relaxed_header);
    assert_string_equal(signature->body_digest, SHA1);
    const LodgeDkimSignature *seal = g_ptr_array_index(back->signatures, 1);
    assert_int_equal(seal->field, LODGE_DKIM_ARC_SEAL);
    assert_int_equal(seal->instance, 50);
    assert_string_equal(seal->result, "permerror");
    assert_string_equal(seal->reason, "no b=");
    assert_int_equal(seal->body_limit, -1);
    assert_string_equal(seal->body_digest, "");
    const LodgeArcResults *results = g_ptr_array_index(back->arc_results, 0);
    assert_int_equal(results->instance, 50);
    assert_string_equal(results->results->authserv_id, "lists.example");
}

/* A reading of before there were signatures has the same bytes as one of a message without any. */
static void a_report_without_signatures_has_no_such_member(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    g_autoptr(GBytes) report = lodge_report_format_message(facts);
    const char *text = g_bytes_get_data(report, NULL);
    assert_null(g_strstr_len(text, (gssize)g_bytes_get_size(report), "signatures"));
    assert_null(g_strstr_len(text, (gssize)g_bytes_get_size(report), "arc_results"));
    g_autoptr(LodgeMessageFacts) back = lodge_report_parse_message(report, NULL);
    assert_int_equal(back->signatures->len, 0);
    assert_int_equal(back->arc_results->len, 0);
}

static const struct {
    const char *name, *from, *to; /* in a good report, the first `from` becomes `to` */
} lies[] = {
    {"a field is unknown", "\"dkim-signature\"", "\"domainkey-signature\""},
    {"a result is not for a reader to give", "\"permerror\"", "\"pass\""},
    {"a result has no reason", "\"no b=\"", "null"},
    {"a reason has no result", "\"reason\":null", "\"reason\":\"why\""},
    {"one that can be checked has no domain", "\"domain\":\"council.example\"",
     "\"domain\":null"},
    {"one that can be checked has no signature", "\"signature\":\"YmZ=\"",
     "\"signature\":null"},
    {"a digest is too short", "\"header_digest\":\"b", "\"header_digest\":\""},
    {"a digest is no number", "\"body_digest\":\"b", "\"body_digest\":\"x"},
    {"more is hashed than there is", "\"hashed_bytes\":0", "\"hashed_bytes\":13"},
    {"a length is negative", "\"body_limit\":0", "\"body_limit\":-2"},
    {"an instance is beyond the last", "\"instance\":50", "\"instance\":51"},
    {"a position is beyond the header", "\"position\":2", "\"position\":2000"},
    {"names are one text", "[\"from\",\"subject\",\"subject\"]", "\"from\""},
    {"a flag is a number", "\"relaxed_body\":true", "\"relaxed_body\":1"},
    {"results are missing their methods", "\"methods\"", "\"methodes\""},
};

static void a_lying_report_is_refused(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = make_message();
    g_autoptr(GBytes) good = lodge_report_format_message(facts);
    gsize size = 0;
    const char *bytes = g_bytes_get_data(good, &size);
    g_autofree char *text = g_strndup(bytes, size);

    for (gsize i = 0; i < G_N_ELEMENTS(lies); i++) {
        const char *at = strstr(text, lies[i].from);
        if (at == NULL)
            fail_msg("%s: the report has no %s", lies[i].name, lies[i].from);
        char *lie = g_strdup_printf("%.*s%s%s", (int)(at - text), text, lies[i].to,
                                    at + strlen(lies[i].from));
        g_autoptr(GBytes) report = g_bytes_new_take(lie, strlen(lie));
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeMessageFacts) believed = lodge_report_parse_message(report, &error);
        if (believed != NULL || error == NULL)
            fail_msg("%s: believed", lies[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_come_back_as_they_went),
        cmocka_unit_test(a_report_without_signatures_has_no_such_member),
        cmocka_unit_test(a_lying_report_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
