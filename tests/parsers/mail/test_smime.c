/* S/MIME as it should be, and as it should not: nobody but the signer is named, nothing is hidden. */
#include "parsers/mail/message.h"

#include "parsers/mail/fit.h"
#include "parsers/mail/smime_shape.h"
#include "parsers/report/report.h"
#include "parsers/text/limits.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/parsers/mail/smime_maker.h"
#include "tests/support/cmocka.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HEADER                                                                             \
    "From: Clerk <clerk@council.example>\r\nDate: Fri, 19 Jul 2024 12:00:00 +0100\r\n"     \
    "Subject: plan\r\nMIME-Version: 1.0\r\n"
#define TEXT_ENTITY "Content-Type: text/plain\r\n\r\nOur plan is attached.\r\n"
#define PLAN "%PDF-1.4\nour plan\n%%EOF\n"
#define PLAN_ENTITY                                                                        \
    "Content-Type: multipart/mixed; boundary=inner\r\n\r\n"                                \
    "--inner\r\nContent-Type: text/plain\r\n\r\nOur plan is attached.\r\n"                 \
    "--inner\r\nContent-Type: application/pdf; name=plan.pdf\r\n\r\n" PLAN                 \
    "\r\n--inner--\r\n"
#define INSTANT(seconds) ((seconds)*LODGE_SECOND_US)

static struct {
    SmimePerson *authority, *clerk, *colleague;
    SmimePerson *stranger;  /* an authority that nobody trusts */
    SmimePerson *pretender; /* the clerk's address, certified by the stranger */
} people;

/* ---- help ---- */

static LodgeMessageFacts *read_text(const char *text)
{
    return corpus_read_bytes(text, strlen(text), -1);
}

static LodgeMessageFacts *read_entity(const char *entity)
{
    g_autofree char *mail = g_strconcat(HEADER, entity, NULL);
    return read_text(mail);
}

static GBytes *sign(const SmimePerson *signer, const char *entity, unsigned flags)
{
    return smime_maker_sign(signer, EVP_sha256(), entity, strlen(entity), flags);
}

static LodgeMessageFacts *read_detached(GBytes *signature)
{
    g_autofree char *entity = smime_maker_detached_entity(TEXT_ENTITY, signature, "");
    return read_entity(entity);
}

static LodgeMessageFacts *read_opaque(GBytes *object)
{
    g_autofree char *entity = smime_maker_opaque_entity(object);
    return read_entity(entity);
}

static const LodgeSmimeLayer *layer_at(const LodgeMessageFacts *facts, guint index)
{
    assert_true(index < facts->smime->len);
    return g_ptr_array_index(facts->smime, index);
}

static const LodgeSmimeSigner *only_signer(const LodgeMessageFacts *facts)
{
    const LodgeSmimeLayer *layer = layer_at(facts, 0);
    assert_int_equal(layer->signers->len, 1);
    return g_ptr_array_index(layer->signers, 0);
}

static void assert_result(const LodgeMessageFacts *facts, LodgeSmimeResult expected)
{
    const char *found = lodge_smime_result_format(layer_at(facts, 0)->result);
    assert_string_equal(found, lodge_smime_result_format(expected));
}

static const LodgePart *find_document(const LodgeMessageFacts *facts, const char *name)
{
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        if (part->kind == LODGE_PART_DOCUMENT && g_strcmp0(part->name, name) == 0)
            return part;
    }
    return NULL;
}

static gboolean has_limit(const LodgeMessageFacts *facts, const char *code)
{
    return g_strv_contains((const char *const *)facts->limits_hit, code);
}

static void trust(const SmimePerson *anchor)
{
    g_autoptr(GBytes) pem = smime_maker_pem(anchor);
    assert_true(lodge_message_trust(pem, NULL));
}

/* ---- what is good ---- */

static void a_clear_signature_names_its_signer(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    const LodgeSmimeLayer *layer = layer_at(facts, 0);
    const LodgeSmimeSigner *signer = only_signer(facts);

    assert_int_equal(facts->smime->len, 1);
    assert_int_equal(layer->form, LODGE_SMIME_DETACHED);
    assert_string_equal(layer->path, "");
    assert_true(layer->at_root);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_string_equal(signer->digest, "SHA256");
    assert_string_equal(signer->algorithm, "ecdsa-with-SHA256");
    assert_string_equal(signer->subject, "CN=Clerk");
    assert_string_equal(signer->issuer, "CN=Authority");
    assert_string_equal(signer->emails[0], "clerk@council.example");
    assert_null(signer->emails[1]);
    assert_true(signer->has_key_usage && signer->suits_mail);
    assert_string_equal(signer->key_usage[0], "digital-signature");
    assert_string_equal(signer->extended_key_usage[0], "emailProtection");
    assert_true(signer->signing_time_us != LODGE_INSTANT_UNKNOWN);
    assert_int_equal(signer->chain->len, 2);
    const LodgeSmimeCertificate *anchor = g_ptr_array_index(signer->chain, 1);
    assert_string_equal(anchor->subject, "CN=Authority");
    assert_true(anchor->not_before_us == INSTANT(SMIME_MAKER_FROM_S));
    assert_true(anchor->not_after_us == INSTANT(SMIME_MAKER_TO_S));
    assert_true(lodge_digest_is_valid(anchor->sha256));
    assert_string_equal(facts->body_text, "Our plan is attached.\n");
}

static void the_facts_survive_the_report(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    g_autoptr(GBytes) report = lodge_report_format_message(facts);
    g_autoptr(LodgeMessageFacts) believed = lodge_report_parse_message(report, NULL);
    assert_non_null(believed);
    g_autoptr(GBytes) again = lodge_report_format_message(believed);
    assert_true(g_bytes_equal(report, again));
    assert_result(believed, LODGE_SMIME_GOOD);
}

/* A store that turned CRLF into LF changed no signature; nothing else is forgiven. */
static void line_ends_of_a_store_do_not_break_a_signature(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, PLAN_ENTITY, CMS_DETACHED);
    g_autofree char *entity = smime_maker_detached_entity(PLAN_ENTITY, signature, "");
    g_auto(GStrv) lines = g_strsplit(entity, "\r\n", -1);
    g_autofree char *with_lf = g_strjoinv("\n", lines);
    g_autoptr(LodgeMessageFacts) mixed = read_entity(with_lf);
    /* the plan itself is kept with bare LF and was signed so: only as it stands does it verify */
    g_autoptr(LodgeMessageFacts) exact = read_entity(entity);
    assert_result(exact, LODGE_SMIME_GOOD);
    assert_result(mixed, LODGE_SMIME_BAD);

    g_autoptr(GBytes) of_text = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    g_autofree char *text = smime_maker_detached_entity(TEXT_ENTITY, of_text, "");
    g_auto(GStrv) text_lines = g_strsplit(text, "\r\n", -1);
    g_autofree char *text_with_lf = g_strjoinv("\n", text_lines);
    g_autoptr(LodgeMessageFacts) stored = read_entity(text_with_lf);
    assert_result(stored, LODGE_SMIME_GOOD);
}

static void an_opaque_mail_hands_back_its_attachments(void **state)
{
    (void)state;
    g_autoptr(GBytes) object = sign(people.clerk, PLAN_ENTITY, 0);
    g_autofree char *entity = smime_maker_opaque_entity(object);
    g_autofree char *mail = g_strconcat(HEADER, entity, NULL);
    int leaves = memfd_create("leaves", MFD_CLOEXEC);
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail, strlen(mail), leaves);
    const LodgePart *wrapper = g_ptr_array_index(facts->parts, 0);
    const LodgePart *plan = find_document(facts, "plan.pdf");
    char bytes[sizeof PLAN] = "";

    assert_int_equal(layer_at(facts, 0)->form, LODGE_SMIME_OPAQUE);
    assert_true(layer_at(facts, 0)->at_root);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_int_equal(wrapper->kind, LODGE_PART_MULTIPART);
    assert_string_equal(wrapper->declared_type, "application/pkcs7-mime");
    assert_non_null(plan);
    assert_string_equal(plan->path, "1.2");
    assert_string_equal(plan->sniffed_type, "application/pdf");
    assert_int_equal(pread(leaves, bytes, (gsize)plan->size_bytes, plan->stream_offset),
                     strlen(PLAN));
    assert_string_equal(bytes, PLAN);
    assert_string_equal(facts->body_text, "Our plan is attached.");
    close(leaves);
}

/* Italian officers sign the file and not the mail. */
static void a_signed_file_is_the_document_inside(void **state)
{
    (void)state;
    g_autoptr(GBytes) object =
        smime_maker_sign(people.clerk, EVP_sha256(), PLAN, strlen(PLAN), 0);
    g_autofree char *base64 =
        g_base64_encode(g_bytes_get_data(object, NULL), g_bytes_get_size(object));
    g_autofree char *entity = g_strconcat(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nhello\r\n--b\r\n"
        "Content-Type: application/octet-stream; name=Plan.pdf.P7M\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n",
        base64, "\r\n--b--\r\n", NULL);
    g_autoptr(LodgeMessageFacts) facts = read_entity(entity);
    const LodgePart *plan = find_document(facts, "Plan.pdf");

    assert_non_null(plan);
    assert_string_equal(plan->sniffed_type, "application/pdf");
    assert_string_equal(plan->path, "2.1");
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_false(layer_at(facts, 0)->at_root);
}

/* ---- who signed ---- */

static void a_certificate_that_came_along_names_nobody(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    g_ptr_array_add(others, people.clerk);
    g_autoptr(GBytes) signature = smime_maker_sign_with(
        people.colleague, NULL, others, TEXT_ENTITY, strlen(TEXT_ENTITY), CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_string_equal(only_signer(facts)->emails[0], "colleague@council.example");
    assert_null(only_signer(facts)->emails[1]);
}

/* A NUL once ended an address too early for those who compared it. */
static void addresses_come_from_the_alternative_names_first(void **state)
{
    (void)state;
    static const char cut[] = "clerk@council.example\0.attacker.example";
    const struct {
        const char *name;
        SmimeWish wish;
        const char *emails;
    } cases[] = {
        {"both",
         {.email = "a@council.example", .subject_email = "b@council.example"},
         "a@council.example b@council.example"},
        {"the same in both",
         {.email = "a@council.example", .subject_email = "a@council.example"},
         "a@council.example"},
        {"the subject alone", {.subject_email = "b@council.example"}, "b@council.example"},
        {"a NUL", {.subject_email = cut, .subject_email_size = sizeof cut - 1}, ""},
        {"a line end", {.subject_email = "a@council.example\r\nX: y"}, ""},
        {"none", {.email = NULL}, ""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SmimeWish wish = cases[i].wish;
        wish.name = "Clerk";
        wish.issuer = people.authority;
        g_autoptr(SmimePerson) clerk = smime_maker_person(&wish);
        g_autoptr(GBytes) signature = sign(clerk, TEXT_ENTITY, CMS_DETACHED);
        g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
        assert_result(facts, LODGE_SMIME_GOOD);
        g_autofree char *found = g_strjoinv(" ", only_signer(facts)->emails);
        if (strcmp(found, cases[i].emails) != 0)
            fail_msg("%s: '%s'", cases[i].name, found);
        assert_false(only_signer(facts)->has_key_usage);
        assert_false(only_signer(facts)->has_extended_key_usage);
        assert_true(only_signer(facts)->suits_mail);
    }
}

static void several_signers_are_never_one(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature =
        smime_maker_sign_with(people.clerk, people.colleague, NULL, TEXT_ENTITY,
                              strlen(TEXT_ENTITY), CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_SEVERAL_SIGNERS);
    assert_int_equal(layer_at(facts, 0)->signers->len, 2);
}

static void nobody_trusts_a_stranger(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    g_ptr_array_add(others, people.stranger);
    g_autoptr(GBytes) signature = smime_maker_sign_with(
        people.pretender, NULL, others, TEXT_ENTITY, strlen(TEXT_ENTITY), CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_UNTRUSTED);
    assert_true(strlen(only_signer(facts)->why) > 0);

    trust(people.stranger);
    g_autoptr(LodgeMessageFacts) believed = read_detached(signature);
    trust(people.authority);
    assert_result(believed, LODGE_SMIME_GOOD);
    assert_string_equal(only_signer(believed)->why, "");
}

static void a_certificate_for_web_servers_is_noticed(void **state)
{
    (void)state;
    const SmimeWish wish = {.name = "Web",
                            .email = "clerk@council.example",
                            .key_usage = "digitalSignature",
                            .extended_key_usage = "serverAuth",
                            .issuer = people.authority};
    g_autoptr(SmimePerson) web = smime_maker_person(&wish);
    g_autoptr(GBytes) signature = sign(web, TEXT_ENTITY, CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_false(only_signer(facts)->suits_mail);
    assert_string_equal(only_signer(facts)->extended_key_usage[0], "serverAuth");
}

static void an_officer_is_no_authority(void **state)
{
    (void)state;
    const SmimeWish wish = {.name = "Forger",
                            .email = "clerk@council.example",
                            .key_usage = "digitalSignature",
                            .extended_key_usage = "emailProtection",
                            .issuer = people.colleague};
    g_autoptr(SmimePerson) forger = smime_maker_person(&wish);
    g_autoptr(GPtrArray) others = g_ptr_array_new();
    g_ptr_array_add(others, people.colleague);
    g_autoptr(GBytes) signature = smime_maker_sign_with(forger, NULL, others, TEXT_ENTITY,
                                                        strlen(TEXT_ENTITY), CMS_DETACHED);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_UNTRUSTED);
}

/* ---- what is covered ---- */

static void a_part_beside_the_signed_one_is_not_covered(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    static const char more[] =
        "--smime-boundary\r\nContent-Type: application/pdf\r\n\r\n" PLAN "\r\n";
    g_autofree char *entity = smime_maker_detached_entity(TEXT_ENTITY, signature, more);
    g_autoptr(LodgeMessageFacts) facts = read_entity(entity);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_false(layer_at(facts, 0)->at_root);
    assert_non_null(find_document(facts, NULL));
}

static void a_signed_part_of_a_mail_is_not_the_mail(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    g_autofree char *inner = smime_maker_detached_entity(TEXT_ENTITY, signature, "");
    static const char *const around[] = {"multipart/mixed", "multipart/digest"};
    for (gsize i = 0; i < G_N_ELEMENTS(around); i++) {
        g_autofree char *entity =
            g_strconcat("Content-Type: ", around[i], "; boundary=o\r\n\r\n--o\r\n", inner,
                        "\r\n--o\r\n\r\nlist footer\r\n--o--\r\n", NULL);
        g_autoptr(LodgeMessageFacts) facts = read_entity(entity);
        assert_result(facts, LODGE_SMIME_GOOD);
        assert_false(layer_at(facts, 0)->at_root);
    }
}

static void a_forwarded_mail_carries_its_own_signature(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    g_autofree char *inner = smime_maker_detached_entity(TEXT_ENTITY, signature, "");
    g_autofree char *entity =
        g_strconcat("Content-Type: message/rfc822\r\n\r\n" HEADER, inner, NULL);
    g_autoptr(LodgeMessageFacts) facts = read_entity(entity);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_false(layer_at(facts, 0)->at_root);
}

/* Flip any byte that is signed, header of the part and its last line end included. */
static void no_signed_byte_can_be_changed(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature = sign(people.clerk, TEXT_ENTITY, CMS_DETACHED);
    g_autofree char *entity = smime_maker_detached_entity(TEXT_ENTITY, signature, "");
    g_autofree char *mail = g_strconcat(HEADER, entity, NULL);
    char *covered = strstr(mail, TEXT_ENTITY);
    guint changed = 0;

    for (gsize i = 0; i < strlen(TEXT_ENTITY); i++) {
        covered[i] ^= 1;
        g_autoptr(LodgeMessageFacts) facts = read_text(mail);
        covered[i] ^= 1;
        if (facts->smime->len > 0 && layer_at(facts, 0)->result == LODGE_SMIME_GOOD)
            fail_msg("byte %zu may be changed", i);
        changed++;
    }
    assert_int_equal(changed, strlen(TEXT_ENTITY));
    g_autoptr(LodgeMessageFacts) facts = read_text(mail);
    assert_result(facts, LODGE_SMIME_GOOD);
}

/* ---- weak, damaged, unknown ---- */

static void weak_digests_are_never_good(void **state)
{
    (void)state;
    const EVP_MD *weak[] = {EVP_sha1(), EVP_sha224()};
    const EVP_MD *strong[] = {EVP_sha256(), EVP_sha384(), EVP_sha512()};
    for (gsize i = 0; i < G_N_ELEMENTS(weak); i++) {
        g_autoptr(GBytes) signature = smime_maker_sign(people.clerk, weak[i], TEXT_ENTITY,
                                                       strlen(TEXT_ENTITY), CMS_DETACHED);
        g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
        assert_result(facts, LODGE_SMIME_WEAK_DIGEST);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(strong); i++) {
        g_autoptr(GBytes) signature = smime_maker_sign(people.clerk, strong[i], TEXT_ENTITY,
                                                       strlen(TEXT_ENTITY), CMS_DETACHED);
        g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
        assert_result(facts, LODGE_SMIME_GOOD);
    }
}

static void without_the_signers_certificate_nobody_is_named(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature =
        sign(people.clerk, TEXT_ENTITY, CMS_DETACHED | CMS_NOCERTS);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_NO_CERTIFICATE);
    assert_string_equal(only_signer(facts)->subject, "");
    assert_null(only_signer(facts)->emails[0]);
}

static void without_signed_attributes_the_content_itself_is_signed(void **state)
{
    (void)state;
    g_autoptr(GBytes) signature =
        sign(people.clerk, TEXT_ENTITY, CMS_DETACHED | CMS_NOATTR);
    g_autoptr(LodgeMessageFacts) facts = read_detached(signature);
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_true(only_signer(facts)->signing_time_us == LODGE_INSTANT_UNKNOWN);
}

/* A copy of the object in which the first occurrence of some bytes is replaced. */
static GBytes *replace(GBytes *object, const char *old, const char *new, gsize size)
{
    gsize total = 0;
    const char *bytes = g_bytes_get_data(object, &total);
    char *at = memmem(bytes, total, old, size);
    assert_non_null(at);
    char *copy = g_memdup2(bytes, total);
    memcpy(copy + (at - bytes), new, size);
    return g_bytes_new_take(copy, total);
}

static void whatever_is_wrong_with_a_signature_its_content_is_read(void **state)
{
    (void)state;
    g_autoptr(GBytes) whole = sign(people.clerk, PLAN_ENTITY, 0);
    /* SHA-256 stands in the list of digests first, then in what the signer says */
    static const char sha256[] = "\x60\x86\x48\x01\x65\x03\x04\x02\x01";
    static const char nothing[] = "\x60\x86\x48\x01\x65\x03\x04\x02\x7f";
    g_autoptr(GBytes) listed = replace(whole, sha256, nothing, sizeof sha256 - 1);
    g_autoptr(GBytes) unknown = replace(listed, sha256, nothing, sizeof sha256 - 1);
    g_autoptr(GBytes) changed = replace(whole, "Our plan", "Her plan", 8);
    gsize size = g_bytes_get_size(whole);
    const struct {
        const char *name;
        GBytes *object;
        gsize bytes;
        LodgeSmimeResult result;
    } cases[] = {
        {"unchanged", whole, size, LODGE_SMIME_GOOD},
        {"another digest in the list alone", listed, size, LODGE_SMIME_GOOD},
        {"a digest that nobody knows", unknown, size, LODGE_SMIME_UNKNOWN_ALGORITHM},
        {"another content", changed, size, LODGE_SMIME_BAD},
        {"cut in the signature", whole, size - 20, LODGE_SMIME_UNREADABLE},
        {"cut in the certificates", whole, size - 600, LODGE_SMIME_UNREADABLE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) object =
            g_bytes_new_from_bytes(cases[i].object, 0, cases[i].bytes);
        g_autoptr(LodgeMessageFacts) facts = read_opaque(object);
        if (layer_at(facts, 0)->result != cases[i].result)
            fail_msg("%s: %s", cases[i].name,
                     lodge_smime_result_format(layer_at(facts, 0)->result));
        if (find_document(facts, "plan.pdf") == NULL)
            fail_msg("%s: the plan is hidden", cases[i].name);
    }
}

static void what_is_encrypted_is_named_and_not_opened(void **state)
{
    (void)state;
    g_autoptr(GBytes) object =
        smime_maker_encrypt(people.clerk, PLAN_ENTITY, strlen(PLAN_ENTITY));
    g_autoptr(LodgeMessageFacts) facts = read_opaque(object);
    const LodgePart *part = g_ptr_array_index(facts->parts, 0);
    assert_int_equal(layer_at(facts, 0)->form, LODGE_SMIME_ENVELOPED);
    assert_result(facts, LODGE_SMIME_NOT_SIGNED);
    assert_int_equal(facts->parts->len, 1);
    assert_int_equal(part->kind, LODGE_PART_DOCUMENT);
}

static void a_wrapper_that_is_none_stays_a_document(void **state)
{
    (void)state;
    static const char *const contents[] = {"", "0", "0\x80", "hello", "%PDF-1.4\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(contents); i++) {
        g_autoptr(GBytes) object = g_bytes_new(contents[i], strlen(contents[i]));
        g_autoptr(LodgeMessageFacts) facts = read_opaque(object);
        assert_int_equal(layer_at(facts, 0)->form, LODGE_SMIME_OTHER);
        assert_result(facts, LODGE_SMIME_UNREADABLE);
        assert_non_null(find_document(facts, "smime.p7m"));
    }
}

/* ---- many and deep ---- */

static char *wrap(const char *entity, guint times)
{
    char *wrapped = g_strdup(entity);
    for (guint i = 0; i < times; i++) {
        g_autoptr(GBytes) object = sign(people.clerk, wrapped, 0);
        g_free(wrapped);
        wrapped = smime_maker_opaque_entity(object);
    }
    return wrapped;
}

static void wrappers_in_wrappers_are_opened_up_to_a_limit(void **state)
{
    (void)state;
    g_autofree char *deepest = wrap(PLAN_ENTITY, LODGE_LIMIT_SMIME_NESTING);
    g_autoptr(LodgeMessageFacts) facts = read_entity(deepest);
    assert_non_null(find_document(facts, "plan.pdf"));
    assert_int_equal(facts->smime->len, LODGE_LIMIT_SMIME_NESTING);
    assert_true(layer_at(facts, 0)->at_root);
    assert_false(layer_at(facts, 1)->at_root);
    assert_int_equal(layer_at(facts, 5)->result, LODGE_SMIME_GOOD);
    assert_false(has_limit(facts, "smime-nesting"));

    g_autofree char *deeper = wrap(PLAN_ENTITY, LODGE_LIMIT_SMIME_NESTING + 1);
    g_autoptr(LodgeMessageFacts) limited = read_entity(deeper);
    assert_true(has_limit(limited, "smime-nesting"));
    assert_non_null(find_document(limited, "smime.p7m"));
}

static void more_layers_than_are_verified_are_still_read(void **state)
{
    (void)state;
    g_autofree char *one = wrap(PLAN_ENTITY, 1);
    GString *entity = g_string_new("Content-Type: multipart/mixed; boundary=m\r\n\r\n");
    for (guint i = 0; i < LODGE_LIMIT_SMIME_LAYERS + 2; i++)
        g_string_append_printf(entity, "--m\r\n%s\r\n", one);
    g_string_append(entity, "--m--\r\n");
    g_autoptr(LodgeMessageFacts) facts = read_entity(entity->str);
    g_string_free(entity, TRUE);
    guint plans = 0;
    for (guint i = 0; i < facts->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(facts->parts, i);
        plans += g_strcmp0(part->name, "plan.pdf") == 0 ? 1 : 0;
    }
    assert_int_equal(plans, LODGE_LIMIT_SMIME_LAYERS + 2);
    assert_int_equal(facts->smime->len, LODGE_LIMIT_SMIME_LAYERS);
    assert_true(has_limit(facts, "smime-layers"));
}

static void a_thousand_certificates_hide_nobody(void **state)
{
    (void)state;
    g_autoptr(GPtrArray) crowd =
        g_ptr_array_new_with_free_func((GDestroyNotify)smime_maker_free);
    for (guint i = 0; i < 1000; i++) {
        const SmimeWish wish = {.name = "One of many", .issuer = people.authority};
        g_ptr_array_add(crowd, smime_maker_person(&wish));
    }
    g_autoptr(GBytes) object = smime_maker_sign_with(people.clerk, NULL, crowd, PLAN_ENTITY,
                                                     strlen(PLAN_ENTITY), 0);
    g_autoptr(LodgeMessageFacts) facts = read_opaque(object);
    assert_true(has_limit(facts, "smime-certificates"));
    assert_result(facts, LODGE_SMIME_GOOD);
    assert_string_equal(only_signer(facts)->emails[0], "clerk@council.example");
    assert_non_null(find_document(facts, "plan.pdf"));
}

static void a_signature_of_megabytes_is_not_looked_at(void **state)
{
    (void)state;
    g_autoptr(GBytes) object = sign(people.clerk, PLAN_ENTITY, 0);
    gsize size = 0;
    const char *bytes = g_bytes_get_data(object, &size);
    gsize padded_size = size + LODGE_LIMIT_SMIME_SIGNATURE_BYTES;
    char *padded = g_malloc0(padded_size);
    memcpy(padded, bytes, size);
    g_autoptr(GBytes) large = g_bytes_new_take(padded, padded_size);
    g_autoptr(LodgeMessageFacts) facts = read_opaque(large);
    assert_result(facts, LODGE_SMIME_LIMIT);
    assert_true(has_limit(facts, "smime-signature-bytes"));
    assert_non_null(find_document(facts, "plan.pdf"));

    g_autoptr(LodgeMessageFacts) detached = read_detached(large);
    assert_result(detached, LODGE_SMIME_LIMIT);
}

/* What is said of signers has its share of the report; beyond it a layer says that much and no more. */
static void a_crowd_of_long_names_fits_into_the_report(void **state)
{
    (void)state;
    g_autoptr(LodgeMessageFacts) facts = lodge_message_facts_new();
    g_autoptr(LodgeMarks) marks = lodge_marks_new();
    char name[LODGE_LIMIT_SMIME_TEXT_BYTES + 1];
    memset(name, '"', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    for (guint i = 0; i < LODGE_LIMIT_SMIME_LAYERS; i++) {
        LodgeSmimeLayer *layer = lodge_smime_layer_new("1", LODGE_SMIME_OPAQUE);
        LodgeSmimeSigner *signer = lodge_smime_signer_new();
        g_ptr_array_add(facts->smime, layer);
        g_ptr_array_add(layer->signers, signer);
        layer->result = LODGE_SMIME_GOOD;
        for (guint j = 0; j < LODGE_LIMIT_SMIME_CERTIFICATES; j++) {
            LodgeSmimeCertificate *certificate = lodge_smime_certificate_new(name);
            memset(certificate->sha256, 'a', LODGE_DIGEST_SIZE - 1);
            g_ptr_array_add(signer->chain, certificate);
        }
    }
    lodge_fit_message(facts, marks);
    g_autoptr(GBytes) report = lodge_report_format_message(facts);
    g_auto(GStrv) limits = lodge_marks_limits(marks);

    assert_true(g_bytes_get_size(report) < 70 * 1024);
    assert_true(g_strv_contains((const char *const *)limits, "report-bytes"));
    assert_int_equal(layer_at(facts, 0)->signers->len, 1);
    const LodgeSmimeLayer *last = layer_at(facts, LODGE_LIMIT_SMIME_LAYERS - 1);
    assert_int_equal(last->result, LODGE_SMIME_LIMIT);
    assert_int_equal(last->signers->len, 0);
}

/* ---- the shape alone ---- */

#define SIGNED_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define DATA_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OPEN_PREFIX                                                                        \
    "\x30\x80" SIGNED_OID "\xa0\x80\x30\x80\x02\x01\x01\x31\x80\0\0\x30\x80" DATA_OID      \
    "\xa0\x80"

static void the_content_is_found_in_every_encoding(void **state)
{
    (void)state;
#define CASE(name, bytes, content)                                                         \
    {                                                                                      \
        name, bytes, sizeof(bytes) - 1, content                                            \
    }
    static const struct {
        const char *name, *bytes;
        gsize size;
        const char *content; /* NULL: none */
    } cases[] = {
        CASE("one string", OPEN_PREFIX "\x04\x05hello", "hello"),
        CASE("pieces", OPEN_PREFIX "\x24\x80\x04\x03hel\x04\x02lo\0\0", "hello"),
        CASE("pieces of a known length", OPEN_PREFIX "\x24\x09\x04\x03hel\x04\x02lo",
             "hello"),
        CASE("pieces in pieces",
             OPEN_PREFIX "\x24\x80\x24\x80\x04\x03hel\0\0\x04\x02lo\0\0", "hello"),
        CASE("what stands behind the pieces",
             OPEN_PREFIX "\x24\x80\x04\x05hello\0\0\x04\x01x", "hello"),
        CASE("a length beyond the end",
             OPEN_PREFIX "\x04\x88\x7f\xff\xff\xff\xff\xff\xff\xffhello", "hello"),
        CASE("a length of too many bytes", OPEN_PREFIX "\x04\x89\1\0\0\0\0\0\0\0\0hello",
             NULL),
        CASE("empty", OPEN_PREFIX "\x04\x00", ""),
        CASE("another type than a string", OPEN_PREFIX "\x30\x05hello", NULL),
        CASE("cut before the content", OPEN_PREFIX, NULL),
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) object = g_bytes_new_static(cases[i].bytes, cases[i].size);
        g_auto(LodgeSmimeShape) shape = lodge_smime_shape_find(object);
        gsize size = 0;
        const char *found =
            shape.content != NULL ? g_bytes_get_data(shape.content, &size) : NULL;
        gboolean is_equal =
            cases[i].content == NULL
                ? shape.content == NULL
                : shape.content != NULL && size == strlen(cases[i].content) &&
                      (size == 0 || memcmp(found, cases[i].content, size) == 0);
        if (shape.form != LODGE_SMIME_OPAQUE || !is_equal)
            fail_msg("%s: %.*s", cases[i].name, (int)size, found);
    }
}

/* A megabyte of openings: neither the stack nor the clock may feel it. */
static void depth_costs_nothing(void **state)
{
    (void)state;
    static const char *const openings[] = {"\x30\x80", "\x24\x80", "\xa0\x80"};
    for (gsize i = 0; i < G_N_ELEMENTS(openings); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)OPEN_PREFIX, sizeof(OPEN_PREFIX) - 1);
        for (guint j = 0; j < 512 * 1024; j++)
            g_byte_array_append(bytes, (const guint8 *)openings[i], 2);
        g_autoptr(GBytes) object = g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
        g_autoptr(LodgeMessageFacts) facts = read_opaque(object);
        assert_true(layer_at(facts, 0)->result != LODGE_SMIME_GOOD);
    }
}

/* ---- the anchors ---- */

static void anchors_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "", "no certificate",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GBytes) pem = g_bytes_new_static(texts[i], strlen(texts[i]));
        g_autoptr(GError) error = NULL;
        assert_false(lodge_message_trust(pem, &error));
        assert_true(
            g_error_matches(error, LODGE_MESSAGE_ERROR, LODGE_MESSAGE_ERROR_PREPARE));
    }
}

static SmimePerson *make(const char *name, const char *email, const SmimePerson *issuer)
{
    const SmimeWish authority = {
        .name = name, .key_usage = "keyCertSign", .is_authority = TRUE};
    const SmimeWish officer = {.name = name,
                               .email = email,
                               .key_usage = "digitalSignature",
                               .extended_key_usage = "emailProtection",
                               .issuer = issuer};
    return smime_maker_person(issuer == NULL ? &authority : &officer);
}

static int prepare(void **state)
{
    (void)state;
    if (!lodge_message_prepare(NULL))
        return -1;
    people.authority = make("Authority", NULL, NULL);
    people.stranger = make("Stranger", NULL, NULL);
    people.clerk = make("Clerk", "clerk@council.example", people.authority);
    people.colleague = make("Colleague", "colleague@council.example", people.authority);
    people.pretender = make("Pretender", "clerk@council.example", people.stranger);
    trust(people.authority);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    smime_maker_free(people.authority);
    smime_maker_free(people.stranger);
    smime_maker_free(people.clerk);
    smime_maker_free(people.colleague);
    smime_maker_free(people.pretender);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_clear_signature_names_its_signer),
        cmocka_unit_test(the_facts_survive_the_report),
        cmocka_unit_test(line_ends_of_a_store_do_not_break_a_signature),
        cmocka_unit_test(an_opaque_mail_hands_back_its_attachments),
        cmocka_unit_test(a_signed_file_is_the_document_inside),
        cmocka_unit_test(a_certificate_that_came_along_names_nobody),
        cmocka_unit_test(addresses_come_from_the_alternative_names_first),
        cmocka_unit_test(several_signers_are_never_one),
        cmocka_unit_test(nobody_trusts_a_stranger),
        cmocka_unit_test(a_certificate_for_web_servers_is_noticed),
        cmocka_unit_test(an_officer_is_no_authority),
        cmocka_unit_test(a_part_beside_the_signed_one_is_not_covered),
        cmocka_unit_test(a_signed_part_of_a_mail_is_not_the_mail),
        cmocka_unit_test(a_forwarded_mail_carries_its_own_signature),
        cmocka_unit_test(no_signed_byte_can_be_changed),
        cmocka_unit_test(weak_digests_are_never_good),
        cmocka_unit_test(without_the_signers_certificate_nobody_is_named),
        cmocka_unit_test(without_signed_attributes_the_content_itself_is_signed),
        cmocka_unit_test(whatever_is_wrong_with_a_signature_its_content_is_read),
        cmocka_unit_test(what_is_encrypted_is_named_and_not_opened),
        cmocka_unit_test(a_wrapper_that_is_none_stays_a_document),
        cmocka_unit_test(wrappers_in_wrappers_are_opened_up_to_a_limit),
        cmocka_unit_test(more_layers_than_are_verified_are_still_read),
        cmocka_unit_test(a_thousand_certificates_hide_nobody),
        cmocka_unit_test(a_signature_of_megabytes_is_not_looked_at),
        cmocka_unit_test(a_crowd_of_long_names_fits_into_the_report),
        cmocka_unit_test(the_content_is_found_in_every_encoding),
        cmocka_unit_test(depth_costs_nothing),
        cmocka_unit_test(anchors_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, prepare, clear);
}
