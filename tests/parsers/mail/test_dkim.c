/* Signature fields as facts, and what the reader finds and hashes in a message. */
#include "parsers/mail/arc_results.h"
#include "parsers/mail/dkim_body.h"
#include "parsers/mail/dkim_signature.h"
#include "parsers/text/digest.h"
#include "parsers/text/limits.h"

#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

static LodgeDkimSignature *parse(LodgeDkimField kind, const char *tags)
{
    g_autofree char *bytes = g_strconcat("X:", tags, "\r\n", NULL);
    LodgeCanonField field = {bytes, strlen(bytes), 1};
    LodgeDkimHole hole;

    return lodge_dkim_signature_parse(kind, &field, &hole);
}

/* ---- one field ---- */

#define GOOD "v=1; a=rsa-sha256; d=council.example; s=s1; h=from; bh=YQ==; b=YQ=="
#define REST "a=rsa-sha256; s=s1; h=from; bh=YQ==; b=YQ=="

static void a_signature_that_breaks_the_rules_says_which(void **state)
{
    (void)state;
    const struct {
        const char *tags, *reason; /* NULL: it can be checked */
    } cases[] = {
        {GOOD, NULL},
        {GOOD ";", NULL},
        {" " GOOD " ; \r\n\tzz=?", NULL},
        {"v=1; d=a.b; a=ed25519-sha256; s=s1; h=From : TO; bh=Y Q=\r\n =; b=Y\r\n Q==",
         NULL},
        {"v=1; d=a_b.example; s=_x.y-z; a=rsa-sha1; h=from; bh=YQ; b=YQ", NULL},
        {"", "tag name missing or malformed"},
        {"synerr", "tag without a value"},
        {GOOD "; d=x.y", "tag given twice"},
        {"d=council.example; " REST, "no v="},
        {"v=2; d=council.example; " REST, "v= is not 1"},
        {"v=01; d=council.example; " REST, "v= is not 1"},
        {"v=1; " REST, "no d="},
        {"v=1; d=; " REST, "d= is not a domain name"},
        {"v=1; d=example; " REST, "d= is not a domain name"},
        {"v=1; d=example.; " REST, "d= is not a domain name"},
        {"v=1; d=.example.com; " REST, "d= is not a domain name"},
        {"v=1; d=a..b; " REST, "d= is not a domain name"},
        {"v=1; d=-a.b; " REST, "d= is not a domain name"},
        {"v=1; d=legitimate.com(.attacker.com; " REST, "d= is not a domain name"},
        {"v=1; d=a.\xff.b; " REST, "d= is not a domain name"},
        {"v=1; d=m\xc3\xbcller.example; " REST, NULL},
        {"v=1; d=a.b; s=; a=rsa-sha256; h=from; bh=YQ; b=YQ", "s= is not a selector"},
        {"v=1; d=a.b; a=rsa-sha256; h=from; bh=YQ; b=YQ", "no s="},
        {"v=1; d=a.b; s=s; a=; h=from; bh=YQ; b=YQ",
         "a= is not an algorithm that we admit"},
        {"v=1; d=a.b; s=s; a=rsa-md5; h=from; bh=YQ; b=YQ",
         "a= is not an algorithm that we admit"},
        {"v=1; d=a.b; s=s; a=RSA-SHA256; h=from; bh=YQ; b=YQ",
         "a= is not an algorithm that we admit"},
        {"v=1; d=a.b; s=s; h=from; bh=YQ; b=YQ", "no a="},
        {"v=1; d=a.b; s=s; a=rsa-sha256; bh=YQ; b=YQ", "no h="},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=; bh=YQ; b=YQ", "From is not signed"},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=from::to; bh=YQ; b=YQ",
         "h= is not a list of header fields"},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=fr om; bh=YQ; b=YQ",
         "h= is not a list of header fields"},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=to:subject; bh=YQ; b=YQ", "From is not signed"},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=from; b=YQ", "no bh="},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=from; bh=; b=YQ", "bh= is not base64"},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=from; bh=YQ", "no b="},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=from; bh=YQ; b=", "b= is not base64"},
        {"v=1; d=a.b; s=s; a=rsa-sha256; h=from; bh=YQ; b=Y?", "b= is not base64"},
        {GOOD "; c=simple", NULL},
        {GOOD "; c=relaxed/simple", NULL},
        {GOOD "; c=", "c= is not a canonicalisation"},
        {GOOD "; c=relaxed/", "c= is not a canonicalisation"},
        {GOOD "; c=nowsp", "c= is not a canonicalisation"},
        {GOOD "; q=dns/txt", NULL},
        {GOOD "; q=http : dns/txt", NULL},
        {GOOD "; q=http", "q= has no method that we know"},
        {GOOD "; q=dns/special", "q= has no method that we know"},
        {GOOD "; l=0", NULL},
        {GOOD "; l=", "l= is not a number"},
        {GOOD "; l=-1", "l= is not a number"},
        {GOOD "; l=1 2", "l= is not a number"},
        {GOOD "; t=999999999999", NULL},
        {GOOD "; t=1000000000000", "t= is not a time"},
        {GOOD "; t=", "t= is not a time"},
        {GOOD "; t=5; x=6", NULL},
        {GOOD "; t=5; x=5", "x= is not after t="},
        {GOOD "; x=soon", "x= is not a time"},
        {GOOD "; i=@council.example", NULL},
        {GOOD "; i=clerk@Sub.Council.Example", NULL},
        {GOOD "; i=c=6Cerk=40home@council.example", NULL},
        {GOOD "; i=@example", "i= is not an identity"},
        {GOOD "; i=council.example", "i= is not an identity"},
        {GOOD "; i=a=ZZ@council.example", "i= is not an identity"},
        {GOOD "; i=a=00@council.example", "i= is not an identity"},
        {GOOD "; i=@othercouncil.example", "i= is not within d="},
        {GOOD "; i=@council.example.com", "i= is not within d="},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDkimSignature) signature =
            parse(LODGE_DKIM_SIGNATURE, cases[i].tags);
        if (g_strcmp0(signature->reason, cases[i].reason) != 0)
            fail_msg("%s: %s, expected %s", cases[i].tags, signature->reason,
                     cases[i].reason);
        if (cases[i].reason != NULL)
            assert_string_equal(signature->result, "permerror");
        else
            assert_null(signature->result);
    }
}

static void the_tags_become_values(void **state)
{
    (void)state;
    g_autoptr(LodgeDkimSignature) signature = parse(
        LODGE_DKIM_SIGNATURE,
        "v=1; a=rsa-sha1; c=relaxed; d=Council.Example; s=S1;\r\n h=From : to:\r\n TO; "
        "t=12; x=34; l=99999999999999999999; q=dns/txt; i=a=40b@council.example; "
        "bh=Y Q==; b=Z\r\n w");

    assert_null(signature->result);
    assert_string_equal(signature->algorithm, "rsa-sha1");
    assert_true(lodge_dkim_signature_is_sha1(signature));
    assert_true(signature->relaxed_header);
    assert_false(signature->relaxed_body);
    assert_string_equal(signature->domain, "council.example");
    assert_string_equal(signature->selector, "S1");
    assert_string_equal(signature->signed_headers[0], "from");
    assert_string_equal(signature->signed_headers[2], "to");
    assert_null(signature->signed_headers[3]);
    assert_int_equal(signature->signed_s, 12);
    assert_int_equal(signature->expires_s, 34);
    assert_int_equal(signature->body_limit, G_MAXINT64);
    assert_string_equal(signature->identity, "a@b@council.example");
    assert_string_equal(signature->body_hash, "YQ==");
    assert_string_equal(signature->signature, "Zw");
    g_autoptr(LodgeDkimSignature) bare = parse(LODGE_DKIM_SIGNATURE, GOOD);
    assert_string_equal(bare->identity, "@council.example");
    assert_false(bare->relaxed_header || bare->relaxed_body);
    assert_int_equal(bare->body_limit, -1);
    assert_int_equal(bare->expires_s, -1);
}

static void the_fields_of_arc_have_rules_of_their_own(void **state)
{
    (void)state;
    const char *signature_rest = "a=rsa-sha256; d=a.b; s=s; h=from; bh=YQ; b=YQ";
    const char *seal_rest = "a=rsa-sha256; d=a.b; s=s; b=YQ";
    const struct {
        LodgeDkimField field;
        const char *begin, *rest, *reason;
        guint instance;
    } cases[] = {
        {LODGE_DKIM_ARC_SIGNATURE, "i=1; ", signature_rest, NULL, 1},
        {LODGE_DKIM_ARC_SIGNATURE, "i=50; v=7; x=1; ", signature_rest, NULL, 50},
        {LODGE_DKIM_ARC_SIGNATURE, "", signature_rest, "no i=", 0},
        {LODGE_DKIM_ARC_SIGNATURE, "i=; ", signature_rest, "i= is not an instance", 0},
        {LODGE_DKIM_ARC_SIGNATURE, "i=0; ", signature_rest, "i= is not an instance", 0},
        {LODGE_DKIM_ARC_SIGNATURE, "i=51; ", signature_rest, "i= is not an instance", 0},
        {LODGE_DKIM_ARC_SIGNATURE, "i=001; ", signature_rest, "i= is not an instance", 0},
        {LODGE_DKIM_ARC_SIGNATURE, "i=a; ", signature_rest, "i= is not an instance", 0},
        {LODGE_DKIM_ARC_SIGNATURE, "i=2; ", "a=rsa-sha1; d=a.b; s=s; h=from; bh=YQ; b=YQ",
         "a= is not an algorithm that we admit", 2},
        {LODGE_DKIM_ARC_SIGNATURE, "i=2; ",
         "a=rsa-sha256; d=a.b; s=s; h=from:Arc-Seal; bh=YQ; b=YQ", "h= names ARC-Seal", 2},
        {LODGE_DKIM_ARC_SIGNATURE, "i=2; ", "a=rsa-sha256; d=a.b; s=s; h=; bh=YQ; b=YQ",
         NULL, 2},
        {LODGE_DKIM_ARC_SEAL, "i=1; cv=none; ", seal_rest, NULL, 1},
        {LODGE_DKIM_ARC_SEAL, "i=2; cv=pass; t=7; ", seal_rest, NULL, 2},
        {LODGE_DKIM_ARC_SEAL, "i=2; ", seal_rest, "no cv=", 2},
        {LODGE_DKIM_ARC_SEAL, "i=2; cv=Pass; ", seal_rest, "cv= is not a chain status", 2},
        {LODGE_DKIM_ARC_SEAL, "i=2; cv=pass; h=from; ", seal_rest, "a seal has no h=", 2},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *tags = g_strconcat(cases[i].begin, cases[i].rest, NULL);
        g_autoptr(LodgeDkimSignature) signature = parse(cases[i].field, tags);
        if (g_strcmp0(signature->reason, cases[i].reason) != 0)
            fail_msg("%s: %s, expected %s", tags, signature->reason, cases[i].reason);
        assert_int_equal(signature->instance, cases[i].instance);
    }
}

static void results_of_arc_begin_with_their_instance(void **state)
{
    (void)state;
    const struct {
        const char *raw;
        guint instance;
        const char *authserv_id;
    } cases[] = {
        {" i=1; lists.example; dkim=pass header.d=a.b", 1, "lists.example"},
        {" (c) i (c) = (c) 12 (c) ; lists.example; none", 12, "lists.example"},
        {" i=1 lists.example; none", 0, NULL},
        {" lists.example; none; i=1", 0, NULL},
        {" i=0; lists.example; none", 0, "lists.example"},
        {" i=51; lists.example; none", 0, NULL},
        {" i=123; lists.example; none", 0, NULL},
        {" I=1; lists.example; none", 0, NULL},
        {"", 0, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeArcResults *results = lodge_arc_results_parse(cases[i].raw);
        assert_int_equal(results->instance, cases[i].instance);
        if (g_strcmp0(results->results->authserv_id, cases[i].authserv_id) != 0)
            fail_msg("%s: %s", cases[i].raw, results->results->authserv_id);
        lodge_arc_results_free(results);
    }
}

/* ---- a message ---- */

static LodgeMessageFacts *read_mail(const GString *mail)
{
    return corpus_read_bytes(mail->str, mail->len, -1);
}

static gboolean has_limit(const LodgeMessageFacts *facts, const char *limit)
{
    return g_strv_contains((const char *const *)facts->limits_hit, limit);
}

static void what_is_hashed_is_what_the_standard_says(void **state)
{
    (void)state;
    g_autoptr(GString) mail = g_string_new(
        "X-Top: 1\r\n"
        "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d=a.example;\r\n"
        " s=s; h=subject:from:cc:subject; l=3; bh=YQ==;\r\n b=Y\r\n Q== ; t=1\r\n"
        "Subject: first\r\n"
        "From:  A <a@a.example>\r\n"
        "SUBJECT: last\r\n"
        "\r\n"
        "body\r\n\r\n");
    const char *hashed = "subject:last\r\nfrom:A <a@a.example>\r\nsubject:first\r\n"
                         "dkim-signature:v=1; a=rsa-sha256; c=relaxed/simple; d=a.example; "
                         "s=s; h=subject:from:cc:subject; l=3; bh=YQ==; b=; t=1";
    char digest[LODGE_DIGEST_SIZE];
    g_autoptr(LodgeMessageFacts) facts = read_mail(mail);

    assert_int_equal(facts->signatures->len, 1);
    const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, 0);
    assert_null(signature->result);
    assert_int_equal(signature->position, 1);
    lodge_digest_compute(hashed, strlen(hashed), digest);
    assert_string_equal(signature->header_digest, digest);
    lodge_digest_compute("bod", 3, digest);
    assert_string_equal(signature->body_digest, digest);
    assert_int_equal(signature->hashed_bytes, 3);
    assert_int_equal(signature->body_bytes, 6);
}

/* RFC 6376 section 3.4.3 and 3.4.4 give the digests of an empty body. */
static void an_empty_body_has_the_digests_of_the_standard(void **state)
{
    (void)state;
    const struct {
        const char *algorithm, *canon, *digest;
        gint64 bytes;
    } cases[] = {
        {"rsa-sha1", "simple/simple", "uoq1oCgLlTqpdDX/iUbLy7J1Wic=", 2},
        {"rsa-sha256", "simple/simple", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=", 2},
        {"rsa-sha1", "simple/relaxed", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=", 0},
        {"rsa-sha256", "simple/relaxed", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", 0},
    };
    const char *endings[] = {"", "\r\n", "\r\n\r\n\r\n"};

    for (guint i = 0; i < G_N_ELEMENTS(cases) * G_N_ELEMENTS(endings); i++) {
        guint of = i / G_N_ELEMENTS(endings);
        g_autoptr(GString) mail = g_string_new(NULL);
        g_string_printf(mail,
                        "DKIM-Signature: v=1; a=%s; c=%s; d=a.b; s=s; h=from; bh=YQ; "
                        "b=YQ\r\nFrom: a@a.b\r\n%s",
                        cases[of].algorithm, cases[of].canon,
                        endings[i % G_N_ELEMENTS(endings)]);
        g_autoptr(LodgeMessageFacts) facts = read_mail(mail);
        const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, 0);
        gsize size = 0;
        g_autofree guchar *bytes = g_base64_decode(cases[of].digest, &size);
        g_autoptr(GString) hex = g_string_new(NULL);
        for (gsize j = 0; j < size; j++)
            g_string_append_printf(hex, "%02x", bytes[j]);
        assert_string_equal(signature->body_digest, hex->str);
        assert_int_equal(signature->body_bytes, cases[of].bytes);
    }
}

/* One pass serves all: the same digests as one signature alone would get. */
static void many_signatures_share_one_pass(void **state)
{
    (void)state;
    const char *const canons[] = {"simple/simple", "simple/relaxed"};
    const char *const limits[] = {"", "l=0; ", "l=70000; ", "l=5; ", "l=1000000; "};
    g_autofree char *line = g_strnfill(70, 'x');
    g_autoptr(GString) body = g_string_new(NULL);
    g_autoptr(GString) fields = g_string_new(NULL);
    GPtrArray *alone =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_message_facts_free);

    for (guint i = 0; i < 2000; i++)
        g_string_append_printf(body, "%s \t %u\r\n", line, i);
    for (guint i = 0; i < 10; i++) {
        g_autofree char *field = g_strdup_printf(
            "DKIM-Signature: v=1; a=%s; c=%s; %sd=a.b; s=s; h=from; bh=YQ; b=YQ\r\n",
            i % 3 == 0 ? "rsa-sha1" : "rsa-sha256", canons[i % 2], limits[i / 2]);
        g_autoptr(GString) single = g_string_new(field);
        g_string_append_printf(single, "From: a@a.b\r\n\r\n%s", body->str);
        g_ptr_array_add(alone, read_mail(single));
        g_string_append(fields, field);
    }
    g_autoptr(GString) mail = g_string_new(fields->str);
    g_string_append_printf(mail, "From: a@a.b\r\n\r\n%s", body->str);
    g_autoptr(LodgeMessageFacts) facts = read_mail(mail);
    assert_int_equal(facts->signatures->len, 10);
    for (guint i = 0; i < 10; i++) {
        const LodgeMessageFacts *single = g_ptr_array_index(alone, i);
        const LodgeDkimSignature *one = g_ptr_array_index(single->signatures, 0);
        const LodgeDkimSignature *each = g_ptr_array_index(facts->signatures, i);
        assert_string_equal(each->body_digest, one->body_digest);
        assert_int_equal(each->hashed_bytes, one->hashed_bytes);
        assert_int_equal(each->body_bytes, one->body_bytes);
        assert_true(each->body_limit < 0 || each->hashed_bytes == each->body_limit ||
                    each->hashed_bytes == each->body_bytes);
    }
    g_ptr_array_unref(alone);
}

static void signatures_below_the_limit_are_not_looked_at(void **state)
{
    (void)state;
    g_autoptr(GString) mail = g_string_new(NULL);
    for (guint i = 0; i <= LODGE_LIMIT_DKIM_SIGNATURES; i++)
        g_string_append(mail, "DKIM-Signature: " GOOD "\r\n");
    g_string_append(mail, "From: a@council.example\r\n\r\n");
    g_autoptr(LodgeMessageFacts) facts = read_mail(mail);
    assert_int_equal(facts->signatures->len, LODGE_LIMIT_DKIM_SIGNATURES);
    assert_true(has_limit(facts, "dkim-signatures"));
}

static void more_sets_than_arc_has_are_a_limit_hit(void **state)
{
    (void)state;
    const char *const fields[] = {"ARC-Seal: i=1; cv=none; a=rsa-sha256; d=a.b; s=s; b=YQ",
                                  ("ARC-Message-Signature: i=1; " REST),
                                  "ARC-Authentication-Results: i=1; a.b; none"};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autoptr(GString) mail = g_string_new(NULL);
        for (guint j = 0; j <= LODGE_LIMIT_ARC_INSTANCES; j++)
            g_string_append_printf(mail, "%s\r\n", fields[i]);
        g_autoptr(LodgeMessageFacts) facts = read_mail(mail);
        assert_true(has_limit(facts, "arc-sets"));
        assert_int_equal(facts->signatures->len + facts->arc_results->len,
                         LODGE_LIMIT_ARC_INSTANCES);
    }
}

static void a_header_that_is_too_large_makes_signatures_neutral(void **state)
{
    (void)state;
    g_autoptr(GString) many = g_string_new("DKIM-Signature: " GOOD "\r\n");
    g_autoptr(GString) large = g_string_new(many->str);
    g_autofree char *filling = g_strnfill(90 * 1024, 'x');

    for (guint i = 0; i < LODGE_LIMIT_HEADER_FIELDS; i++)
        g_string_append(many, "X: 1\r\n");
    for (guint i = 0; i < 13; i++)
        g_string_append_printf(large, "X: %s\r\n", filling);
    const GString *mails[] = {many, large};
    for (guint i = 0; i < G_N_ELEMENTS(mails); i++) {
        g_autoptr(LodgeMessageFacts) facts = read_mail(mails[i]);
        const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, 0);
        assert_string_equal(signature->result, "neutral");
        assert_string_equal(signature->reason, "the header is too large");
        assert_string_equal(signature->header_digest, "");
        assert_true(has_limit(facts, "dkim-header"));
    }
}

static void hostile_signatures_are_bounded(void **state)
{
    (void)state;
    g_autofree char *long_name = g_strnfill(17 * 1024, 'x');
    g_autoptr(GString) long_field = g_string_new(GOOD "; z=");
    g_autoptr(GString) many_names = g_string_new("v=1; d=a.b; a=rsa-sha256; s=s; h=from");

    g_string_append(long_field, long_name);
    for (guint i = 0; i < LODGE_LIMIT_DKIM_NAMES; i++)
        g_string_append(many_names, ":x");
    g_string_append(many_names, "; bh=YQ; b=YQ");
    const struct {
        const char *tags, *reason;
    } cases[] = {{long_field->str, "the field is too long"},
                 {many_names->str, "h= names too many header fields"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(LodgeDkimSignature) signature =
            parse(LODGE_DKIM_SIGNATURE, cases[i].tags);
        assert_string_equal(signature->result, "neutral");
        assert_string_equal(signature->reason, cases[i].reason);
    }
}

/* A seal is hashed over all sets up to its own; a gap or a double leaves nothing to hash. */
static void a_seal_covers_whole_sets_or_nothing(void **state)
{
    (void)state;
    const char *hashed = "arc-authentication-results:i=1; a.b; none\r\n"
                         "arc-message-signature:i=1; a=rsa-sha256; d=a.b; s=s; h=from; "
                         "bh=YQ; b=YQ\r\n"
                         "arc-seal:i=1; cv=none; a=rsa-sha256; d=a.b; s=s; b=;t=1";
    char digest[LODGE_DIGEST_SIZE];
    lodge_digest_compute(hashed, strlen(hashed), digest);
    const struct {
        guint instances[3];
        gboolean is_hashed;
    } cases[] = {
        {{1, 0, 0}, TRUE}, {{3, 1, 0}, FALSE}, {{1, 1, 0}, FALSE}, {{2, 0, 0}, FALSE}};

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) mail = g_string_new(NULL);
        for (guint j = 0; cases[i].instances[j] > 0; j++) {
            guint n = cases[i].instances[j];
            g_autofree char *one = g_strdup_printf(
                "ARC-Seal: i=%u; cv=none; a=rsa-sha256; d=a.b; s=s; b= YQ ;t=1\r\n"
                "ARC-Message-Signature: i=%u; a=rsa-sha256; d=a.b; s=s; h=from;\r\n"
                "  bh=YQ; b=YQ\r\n"
                "ARC-Authentication-Results: i=%u; a.b;  none\r\n",
                n, n, n);
            g_string_append(mail, one);
        }
        g_autoptr(LodgeMessageFacts) facts = read_mail(mail);
        const LodgeDkimSignature *seal = g_ptr_array_index(facts->signatures, 0);
        assert_int_equal(seal->field, LODGE_DKIM_ARC_SEAL);
        assert_null(seal->result);
        assert_string_equal(seal->header_digest, cases[i].is_hashed ? digest : "");
    }
}

static void signatures_of_an_attached_message_do_not_count(void **state)
{
    (void)state;
    g_autoptr(GString) mail = g_string_new("From: a@a.b\r\nContent-Type: message/rfc822\r\n"
                                           "\r\nDKIM-Signature: " GOOD "\r\n"
                                           "From: a@council.example\r\n\r\nbody\r\n");
    g_autoptr(LodgeMessageFacts) facts = read_mail(mail);
    assert_int_equal(facts->signatures->len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_that_breaks_the_rules_says_which),
        cmocka_unit_test(the_tags_become_values),
        cmocka_unit_test(the_fields_of_arc_have_rules_of_their_own),
        cmocka_unit_test(results_of_arc_begin_with_their_instance),
        cmocka_unit_test(what_is_hashed_is_what_the_standard_says),
        cmocka_unit_test(an_empty_body_has_the_digests_of_the_standard),
        cmocka_unit_test(many_signatures_share_one_pass),
        cmocka_unit_test(signatures_below_the_limit_are_not_looked_at),
        cmocka_unit_test(more_sets_than_arc_has_are_a_limit_hit),
        cmocka_unit_test(a_header_that_is_too_large_makes_signatures_neutral),
        cmocka_unit_test(hostile_signatures_are_bounded),
        cmocka_unit_test(a_seal_covers_whole_sets_or_nothing),
        cmocka_unit_test(signatures_of_an_attached_message_do_not_count),
    };
    g_autoptr(GError) error = NULL;

    if (!lodge_message_prepare(&error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
