/* What an S/MIME signature is worth: one thing wrong at a time, and the collected mails with their verdicts. */
#include "intake/decide/smime_proof.h"

#include "config/anchors.h"
#include "parsers/mail/message.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

#define ANCHOR "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define OTHER_ANCHOR "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

typedef struct {
    LodgeMessageFacts *message;
    LodgeTrust *trust;
    LodgeSmimeLayer *layer;
    LodgeSmimeSigner *signer;
    gint64 received_us;
} World;

static gint64 instant(const char *text)
{
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    assert_true(lodge_instant_parse(text, &instant_us));
    return instant_us;
}

static void set_list(GStrv *list, const char *words)
{
    g_strfreev(*list);
    *list = g_strsplit(words, " ", -1);
}

static void
add_certificate(World *world, const char *sha256, const char *from, const char *to)
{
    LodgeSmimeCertificate *certificate = lodge_smime_certificate_new("CN=x");
    g_strlcpy(certificate->sha256, sha256, sizeof certificate->sha256);
    certificate->not_before_us = instant(from);
    certificate->not_after_us = instant(to);
    g_ptr_array_add(world->signer->chain, certificate);
}

/* The ordinary day: a clerk's good signature over the whole mail, all valid, the anchor ours. */
static void set_up(World *world)
{
    world->message = lodge_message_facts_new();
    world->trust = lodge_trust_new();
    world->layer = lodge_smime_layer_new("", LODGE_SMIME_DETACHED);
    world->signer = lodge_smime_signer_new();
    world->received_us = instant("2024-07-19T11:00:00Z");
    world->message->from_fields = 1;
    world->message->date_us = instant("2024-07-19T10:59:00Z");
    g_ptr_array_add(world->message->from,
                    lodge_address_new("Jane.Clerk@council.example", NULL));
    g_ptr_array_add(world->message->smime, world->layer);
    g_ptr_array_add(world->layer->signers, world->signer);
    world->layer->at_root = TRUE;
    world->layer->result = world->signer->result = LODGE_SMIME_GOOD;
    world->signer->suits_mail = TRUE;
    world->signer->has_key_usage = world->signer->has_extended_key_usage = TRUE;
    world->signer->signing_time_us = instant("2024-07-19T10:58:30Z");
    set_list(&world->signer->emails, "jc@other.example jane.clerk@COUNCIL.example");
    set_list(&world->signer->key_usage, "digital-signature key-encipherment");
    set_list(&world->signer->extended_key_usage, "clientAuth emailProtection");
    set_list(&world->trust->smime_anchors, OTHER_ANCHOR " " ANCHOR);
    add_certificate(world, OTHER_ANCHOR, "2024-01-01T00:00:00Z", "2024-12-31T23:59:59Z");
    add_certificate(world, ANCHOR, "2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z");
}

static void clear(World *world)
{
    lodge_message_facts_free(world->message);
    lodge_trust_free(world->trust);
}

/* ---- what may be wrong ---- */

static LodgeSmimeCertificate *certificate_at(World *world, guint index)
{
    return g_ptr_array_index(world->signer->chain, index);
}

static void change_nothing(World *world)
{
    (void)world;
}

static void take_layers(World *world)
{
    g_ptr_array_set_size(world->message->smime, 0);
}

static void encrypt(World *world)
{
    world->layer->form = LODGE_SMIME_ENVELOPED;
    world->layer->result = LODGE_SMIME_NOT_SIGNED;
}

static void compress(World *world)
{
    world->layer->form = LODGE_SMIME_COMPRESSED;
    world->layer->result = LODGE_SMIME_NOT_SIGNED;
}

static void garble(World *world)
{
    world->layer->form = LODGE_SMIME_OTHER;
    world->layer->result = LODGE_SMIME_UNREADABLE;
}

static void sign_an_envelope(World *world)
{
    g_ptr_array_add(world->message->smime,
                    lodge_smime_layer_new("1", LODGE_SMIME_ENVELOPED));
}

static void wrap_an_envelope(World *world)
{
    world->layer->form = LODGE_SMIME_OPAQUE;
    g_free(world->layer->path);
    world->layer->path = g_strdup("1");
    g_ptr_array_add(world->message->smime,
                    lodge_smime_layer_new("1.1", LODGE_SMIME_ENVELOPED));
}

/* The first attachment is encrypted, the rest is not. */
static void wrap_an_envelope_and_more(World *world)
{
    LodgePart *part = lodge_part_new();
    g_free(part->path);
    part->path = g_strdup("1.TEXT");
    g_ptr_array_add(world->message->parts, part);
    wrap_an_envelope(world);
}

static void leave_root(World *world)
{
    world->layer->at_root = FALSE;
}

/* An encrypted mail forwards a signed one beside it. */
static void put_another_first(World *world)
{
    leave_root(world);
    g_free(world->layer->path);
    world->layer->path = g_strdup("2");
    g_ptr_array_insert(world->message->smime, 0,
                       lodge_smime_layer_new("1", LODGE_SMIME_ENVELOPED));
}

static void add_layer(World *world, const char *path, LodgeSmimeForm form)
{
    g_ptr_array_add(world->message->smime, lodge_smime_layer_new(path, form));
}

static void sign_what_is_signed(World *world)
{
    add_layer(world, "1", LODGE_SMIME_DETACHED);
}

static void sign_a_wrapper(World *world)
{
    add_layer(world, "1", LODGE_SMIME_OPAQUE);
}

static void wrap(World *world)
{
    world->layer->form = LODGE_SMIME_OPAQUE;
    g_free(world->layer->path);
    world->layer->path = g_strdup("1");
}

static void wrap_what_is_signed(World *world)
{
    wrap(world);
    add_layer(world, "1.TEXT", LODGE_SMIME_DETACHED);
}

static void wrap_a_wrapper(World *world)
{
    wrap(world);
    add_layer(world, "1.1", LODGE_SMIME_OPAQUE);
}

/* A forwarded mail that its author signed, beside some words. */
static void forward_what_is_signed(World *world)
{
    add_layer(world, "1.2", LODGE_SMIME_DETACHED);
    add_layer(world, "1.2.1", LODGE_SMIME_OPAQUE);
}

static void add_signer(World *world)
{
    g_ptr_array_add(world->layer->signers, lodge_smime_signer_new());
}

static void take_anchor(World *world)
{
    set_list(&world->trust->smime_anchors, OTHER_ANCHOR);
}

static void take_chain(World *world)
{
    g_ptr_array_set_size(world->signer->chain, 0);
}

static void change_local_part(World *world)
{
    set_list(&world->signer->emails, "jane.clark@council.example");
}

static void change_domain(World *world)
{
    set_list(&world->signer->emails, "jane.clerk@council.example.com");
}

static void take_emails(World *world)
{
    set_list(&world->signer->emails, "");
}

static void add_from(World *world)
{
    g_ptr_array_add(world->message->from, lodge_address_new("a@council.example", NULL));
}

static void add_from_field(World *world)
{
    world->message->from_fields = 2;
}

static void only_encipher(World *world)
{
    set_list(&world->signer->key_usage, "key-encipherment");
}

static void not_repudiate(World *world)
{
    set_list(&world->signer->key_usage, "non-repudiation");
}

static void any_key_usage(World *world)
{
    set_list(&world->signer->key_usage, "");
    world->signer->has_key_usage = FALSE;
}

static void only_serve_web(World *world)
{
    set_list(&world->signer->extended_key_usage, "serverAuth");
}

static void any_extended_usage(World *world)
{
    set_list(&world->signer->extended_key_usage, "anyExtendedKeyUsage");
}

static void no_extended_usage(World *world)
{
    set_list(&world->signer->extended_key_usage, "");
    world->signer->has_extended_key_usage = FALSE;
}

static void limit_authority(World *world)
{
    world->signer->suits_mail = FALSE;
}

static void receive_before_all(World *world)
{
    world->received_us = instant("2023-12-31T23:59:59.999999Z");
}

static void receive_at_first(World *world)
{
    world->received_us = instant("2024-01-01T00:00:00Z");
}

static void receive_in_last_second(World *world)
{
    world->received_us = instant("2024-12-31T23:59:59.999999Z");
}

static void receive_after_all(World *world)
{
    world->received_us = instant("2025-01-01T00:00:00Z");
}

static void receive_at_no_time(World *world)
{
    world->received_us = LODGE_INSTANT_UNKNOWN;
}

static void expire_anchor(World *world)
{
    certificate_at(world, 1)->not_after_us = instant("2024-07-19T10:00:00Z");
}

static void forget_validity(World *world)
{
    certificate_at(world, 1)->not_after_us = LODGE_INSTANT_UNKNOWN;
}

static void sign_yesterday(World *world)
{
    world->signer->signing_time_us = instant("2024-07-18T10:59:00Z");
}

static void sign_an_hour_before(World *world)
{
    world->signer->signing_time_us = instant("2024-07-19T09:59:00Z");
}

static void sign_later(World *world)
{
    world->signer->signing_time_us = instant("2024-07-19T11:59:00.000001Z");
}

static void sign_at_no_time(World *world)
{
    world->signer->signing_time_us = LODGE_INSTANT_UNKNOWN;
}

static void date_nothing(World *world)
{
    world->message->date_us = LODGE_INSTANT_UNKNOWN;
}

static void one_thing_wrong_proves_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*change)(World *world);
        const char *verdict, *reason;
    } cases[] = {
        {"a good signature over the whole mail", change_nothing, "pass", "proven"},
        {"no S/MIME", take_layers, "none", "not-signed"},
        {"encrypted", encrypt, "none", "encrypted"},
        {"compressed", compress, "none", "compressed"},
        {"a signed envelope", sign_an_envelope, "none", "encrypted"},
        {"an envelope in a wrapper", wrap_an_envelope, "none", "encrypted"},
        {"an envelope among others", wrap_an_envelope_and_more, "pass", "proven"},
        {"no CMS object", garble, "none", "unreadable"},
        {"a part of the mail", leave_root, "policy", "not-whole"},
        {"a signed part behind an encrypted one", put_another_first, "policy", "not-whole"},
        {"a signed mail signed again", sign_what_is_signed, "policy", "nested-signature"},
        {"a wrapper signed again", sign_a_wrapper, "policy", "nested-signature"},
        {"a signed mail in a wrapper", wrap_what_is_signed, "policy", "nested-signature"},
        {"a wrapper in a wrapper", wrap_a_wrapper, "pass", "proven"},
        {"a signed mail forwarded", forward_what_is_signed, "pass", "proven"},
        {"two signers", add_signer, "policy", "several-signers"},
        {"the anchor is ours no longer", take_anchor, "policy", "other-anchors"},
        {"a chain of nothing", take_chain, "policy", "other-anchors"},
        {"a colleague of a similar name", change_local_part, "policy", "other-address"},
        {"a longer domain", change_domain, "policy", "other-address"},
        {"a certificate without an address", take_emails, "policy", "other-address"},
        {"two addresses in From", add_from, "policy", "from-not-single"},
        {"two From fields", add_from_field, "policy", "from-not-single"},
        {"a key that may only encipher", only_encipher, "policy", "key-usage"},
        {"a key for non-repudiation", not_repudiate, "pass", "proven"},
        {"a key for everything", any_key_usage, "pass", "proven"},
        {"a certificate for the web", only_serve_web, "policy", "key-usage"},
        {"a certificate for any purpose", any_extended_usage, "pass", "proven"},
        {"a certificate without a purpose", no_extended_usage, "pass", "proven"},
        {"an authority for other purposes", limit_authority, "policy", "key-usage"},
        {"received before the certificate", receive_before_all, "policy", "not-yet-valid"},
        {"received in its first moment", receive_at_first, "pass", "proven"},
        {"received in its last second", receive_in_last_second, "pass", "proven"},
        {"received after it", receive_after_all, "policy", "expired"},
        {"received nobody knows when", receive_at_no_time, "policy", "received-unknown"},
        {"the anchor has expired", expire_anchor, "policy", "expired"},
        {"a validity that nobody reads", forget_validity, "policy", "validity-unknown"},
        {"signed a day before its date", sign_yesterday, "policy", "date-differs"},
        {"signed an hour before its date", sign_an_hour_before, "pass", "proven"},
        {"signed over an hour after its date", sign_later, "policy", "date-differs"},
        {"signed nobody says when", sign_at_no_time, "pass", "proven"},
        {"without a date", date_nothing, "pass", "proven"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        World world;
        set_up(&world);
        cases[i].change(&world);
        LodgeSmimeProof proof =
            lodge_smime_proof_judge(world.message, world.trust, world.received_us);
        const char *verdict = lodge_smime_verdict_format(proof.verdict);
        if (strcmp(verdict, cases[i].verdict) != 0 ||
            strcmp(proof.reason, cases[i].reason) != 0)
            fail_msg("%s: %s (%s)", cases[i].name, verdict, proof.reason);
        clear(&world);
    }
}

static void no_result_but_good_proves_anything(void **state)
{
    (void)state;
    for (int result = LODGE_SMIME_GOOD; result <= LODGE_SMIME_LIMIT; result++) {
        World world;
        set_up(&world);
        world.layer->result = (LodgeSmimeResult)result;
        LodgeSmimeProof proof =
            lodge_smime_proof_judge(world.message, world.trust, world.received_us);
        assert_int_equal(proof.verdict == LODGE_SMIME_VERDICT_PASS,
                         result == LODGE_SMIME_GOOD);
        assert_non_null(proof.reason);
        assert_int_equal(strcmp(proof.reason, "proven") == 0, result == LODGE_SMIME_GOOD);
        clear(&world);
    }
}

/* ---- the collected mails ---- */

enum { FILE_NAME, ENCRYPTED, SIGNED, GOOD, WHY, OUTER };

typedef struct {
    guint cases, agreed, closed;
} Verdicts;

/* The anchors of the table, as a configuration would name them. */
static LodgeTrust *trust_file(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *pem = NULL;
    gsize size = 0;
    assert_true(g_file_get_contents(path, &pem, &size, NULL));
    g_autoptr(GBytes) bytes = g_bytes_new(pem, size);
    assert_true(lodge_message_trust(bytes, NULL));
    LodgeTrust *trust = lodge_trust_new();
    g_strfreev(trust->smime_anchors);
    trust->smime_anchors = lodge_anchors_digest(pem, NULL);
    assert_non_null(trust->smime_anchors);
    return trust;
}

static void count(GStrv row, const LodgeSmimeProof *proof, Verdicts *verdicts)
{
    gboolean passes = proof->verdict == LODGE_SMIME_VERDICT_PASS;
    gboolean is_good = strcmp(row[GOOD], "yes") == 0;
    const char *verdict = lodge_smime_verdict_format(proof->verdict);

    verdicts->cases++;
    if (strcmp(row[ENCRYPTED], "yes") == 0) {
        if (strcmp(proof->reason, "encrypted") != 0)
            fail_msg("%s: %s (%s)", row[FILE_NAME], verdict, proof->reason);
        verdicts->closed++;
    } else if (passes == is_good) {
        verdicts->agreed++;
    } else {
        print_message("%s: %s (%s), expected good=%s: %s\n", row[FILE_NAME], verdict,
                      proof->reason, row[GOOD], row[WHY]);
    }
    /* whatever the reference thinks of the inner layers */
    static const char *const never[] = {"SHA-1", "text", "embedded", "Date"};
    for (gsize i = 0; i < G_N_ELEMENTS(never); i++) {
        if (passes && !is_good && g_str_has_prefix(row[WHY], never[i]))
            fail_msg("%s is proven in spite of: %s", row[FILE_NAME], row[WHY]);
    }
}

static void the_collected_mails_get_their_verdicts(void **state)
{
    (void)state;
    static const struct {
        const char *folder, *anchors, *received;
    } sets[] = {{"smime/thunderbird", "TestCA.pem", "2026-01-26T14:40:00Z"},
                {"smime/lamps", "ca.crt", "2019-11-27T00:30:00Z"}};
    Verdicts verdicts = {0};
    assert_true(lodge_message_prepare(NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autofree char *folder = corpus_path(sets[i].folder);
        if (folder == NULL) {
            print_message("LODGE_TEST_DATA is unset: 82 S/MIME mails get no verdict\n");
            skip();
        }
        g_autoptr(LodgeTrust) trust = trust_file(folder, sets[i].anchors);
        g_autofree char *table = g_build_filename(folder, "expected.tsv", NULL);
        g_autoptr(GPtrArray) rows = corpus_load_table(table);
        for (guint j = 0; j < rows->len; j++) {
            GStrv row = g_ptr_array_index(rows, j);
            g_autofree char *path = g_build_filename(folder, row[FILE_NAME], NULL);
            g_autoptr(LodgeMessageFacts) facts = corpus_read(path);
            LodgeSmimeProof proof =
                lodge_smime_proof_judge(facts, trust, instant(sets[i].received));
            count(row, &proof, &verdicts);
        }
    }
    print_message("%u of %u agree, %u are encrypted and stay closed\n", verdicts.agreed,
                  verdicts.cases, verdicts.closed);
    assert_int_equal(verdicts.cases, 82);
    assert_int_equal(verdicts.agreed + verdicts.closed, 82);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thing_wrong_proves_nothing),
        cmocka_unit_test(no_result_but_good_proves_anything),
        cmocka_unit_test(the_collected_mails_get_their_verdicts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
