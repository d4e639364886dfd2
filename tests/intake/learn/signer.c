#include "tests/intake/learn/signer.h"

#include "tests/parsers/mail/corpus.h"
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

struct TestSigner {
    EVP_PKEY *keys[TEST_KEYS];
    char *materials[TEST_KEYS], *bare[TEST_KEYS];
    TestZone *zone;
};

static const char *const selectors[] = {"rsa2048", "rsa1024", "rsa512", "ed25519"};
static const char *const domains[] = {"council.example", "lists.example"};
static const int bits[] = {2048, 1024, 512, 0};

const char *test_signer_selector(TestKey key)
{
    return selectors[key];
}

static char *encode(int size, unsigned char *bytes)
{
    g_assert(size > 0);
    char *text = g_base64_encode(bytes, (gsize)size);
    OPENSSL_free(bytes);
    return text;
}

static char *encode_raw(const EVP_PKEY *key)
{
    guint8 raw[32];
    gsize size = sizeof raw;
    g_assert(EVP_PKEY_get_raw_public_key(key, raw, &size) == 1);
    return g_base64_encode(raw, size);
}

static void make_key(TestSigner *signer, TestKey which)
{
    gboolean is_rsa = bits[which] > 0;
    EVP_PKEY *key = is_rsa ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)bits[which])
                           : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    unsigned char *spki = NULL, *bare = NULL;

    g_assert(key != NULL);
    signer->keys[which] = key;
    if (is_rsa) {
        int size = i2d_PUBKEY(key, &spki);
        signer->materials[which] = encode(size, spki);
        size = i2d_PublicKey(key, &bare);
        signer->bare[which] = encode(size, bare);
    } else {
        signer->materials[which] = encode_raw(key);
    }
    g_autofree char *record = g_strdup_printf(
        "v=DKIM1; k=%s; p=%s", is_rsa ? "rsa" : "ed25519", signer->materials[which]);
    for (guint i = 0; i < G_N_ELEMENTS(domains); i++) {
        g_autofree char *name =
            g_strconcat(selectors[which], "._domainkey.", domains[i], ".", NULL);
        test_zone_add(signer->zone, name, record);
    }
}

TestSigner *test_signer_new(void)
{
    TestSigner *signer = g_new0(TestSigner, 1);

    signer->zone = test_zone_new();
    for (TestKey key = 0; key < TEST_KEYS; key++)
        make_key(signer, key);
    return signer;
}

void test_signer_free(TestSigner *signer)
{
    if (signer == NULL)
        return;
    for (TestKey key = 0; key < TEST_KEYS; key++) {
        EVP_PKEY_free(signer->keys[key]);
        g_free(signer->materials[key]);
        g_free(signer->bare[key]);
    }
    test_zone_free(signer->zone);
    g_free(signer);
}

TestZone *test_signer_zone(TestSigner *signer)
{
    return signer->zone;
}

const char *test_signer_material(const TestSigner *signer, TestKey key, gboolean is_bare)
{
    return is_bare ? signer->bare[key] : signer->materials[key];
}

char *test_signer_private(const TestSigner *signer, TestKey key)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *bytes = NULL;

    g_assert(PEM_write_bio_PrivateKey(memory, signer->keys[key], NULL, NULL, 0, NULL,
                                      NULL) == 1);
    long size = BIO_get_mem_data(memory, &bytes);
    char *text = g_strndup(bytes, (gsize)size);
    BIO_free(memory);
    return text;
}

static gsize unhex(const char *hex, guint8 *bytes_out)
{
    gsize size = strlen(hex) / 2;

    for (gsize i = 0; i < size; i++)
        bytes_out[i] = (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
                                g_ascii_xdigit_value(hex[2 * i + 1]));
    return size;
}

static char *sign_rsa(EVP_PKEY *key, const guint8 *digest, gsize size)
{
    guint8 signature[256];
    gsize signature_size = sizeof signature;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);

    g_assert(EVP_PKEY_sign_init(context) == 1 &&
             EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
             EVP_PKEY_CTX_set_signature_md(context,
                                           size == 20 ? EVP_sha1() : EVP_sha256()) == 1 &&
             EVP_PKEY_sign(context, signature, &signature_size, digest, size) == 1);
    EVP_PKEY_CTX_free(context);
    return g_base64_encode(signature, signature_size);
}

static char *sign_ed25519(EVP_PKEY *key, const guint8 *digest, gsize size)
{
    guint8 signature[64];
    gsize signature_size = sizeof signature;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    g_assert(EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
             EVP_DigestSign(context, signature, &signature_size, digest, size) == 1);
    EVP_MD_CTX_free(context);
    return g_base64_encode(signature, signature_size);
}

static GString *
put_on_top(const GString *mail, const char *begin, const char *body_hash, const char *value)
{
    GString *signed_mail = g_string_sized_new(mail->len + 1024);

    g_string_append(signed_mail, begin);
    if (body_hash != NULL) /* a seal has none */
        g_string_append_printf(signed_mail, " bh=%s;", body_hash);
    g_string_append_printf(signed_mail, " b=%s\r\n", value);
    g_string_append_len(signed_mail, mail->str, (gssize)mail->len);
    return signed_mail;
}

/* What the reader finds in the topmost signature. */
static char *read_digest(const GString *mail, gboolean is_body)
{
    g_autoptr(LodgeMessageFacts) facts = corpus_read_bytes(mail->str, mail->len, -1);
    const LodgeDkimSignature *signature = g_ptr_array_index(facts->signatures, 0);

    if (signature->result != NULL)
        g_error("a mail cannot be signed: %s", signature->reason);
    return g_strdup(is_body ? signature->body_digest : signature->header_digest);
}

static char *sign_digest(EVP_PKEY *key, const char *hex)
{
    guint8 digest[32];
    gsize size = unhex(hex, digest);

    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA ? sign_rsa(key, digest, size)
                                                     : sign_ed25519(key, digest, size);
}

/* `begin`: the field up to its bh= and b=. */
static GString *
sign_field(EVP_PKEY *key, const GString *mail, const char *begin, gboolean has_body)
{
    g_autofree char *body_hash = NULL;
    guint8 digest[32];

    if (has_body) {
        g_autoptr(GString) without_hash = put_on_top(mail, begin, "AAAA", "AAAA");
        g_autofree char *body_hex = read_digest(without_hash, TRUE);
        body_hash = g_base64_encode(digest, unhex(body_hex, digest));
    }
    g_autoptr(GString) without_value = put_on_top(mail, begin, body_hash, "AAAA");
    g_autofree char *header_hex = read_digest(without_value, FALSE);
    g_autofree char *value = sign_digest(key, header_hex);
    return put_on_top(mail, begin, body_hash, value);
}

GString *test_signer_sign(TestSigner *signer, const GString *mail, const TestWish *wish)
{
    const char *usual = bits[wish->key] > 0 ? "rsa-sha256" : "ed25519-sha256";
    g_autofree char *canon =
        wish->canon != NULL ? g_strdup_printf("c=%s; ", wish->canon) : g_strdup("");
    g_autofree char *begin = g_strdup_printf(
        "DKIM-Signature: v=1; a=%s; %sd=council.example;\r\n s=%s; h=%s; %s",
        wish->algorithm != NULL ? wish->algorithm : usual, canon, selectors[wish->key],
        wish->names, wish->tags != NULL ? wish->tags : "");

    return sign_field(signer->keys[wish->key], mail, begin, TRUE);
}

GString *test_signer_seal(TestSigner *signer, const GString *mail, const TestSeal *seal)
{
    EVP_PKEY *key = signer->keys[TEST_KEY_RSA_1024];
    g_autoptr(GString) with_results = g_string_new(NULL);
    g_autofree char *signature = g_strdup_printf(
        "ARC-Message-Signature: i=%u; a=rsa-sha256; c=relaxed/relaxed; d=%s;\r\n s=rsa1024; "
        "h=%s; %s",
        seal->instance, seal->domain, seal->names, seal->tags != NULL ? seal->tags : "");
    g_autofree char *begin =
        g_strdup_printf("ARC-Seal: i=%u; a=rsa-sha256; cv=%s; d=%s; s=rsa1024;",
                        seal->instance, seal->chain, seal->domain);

    g_string_printf(with_results, "ARC-Authentication-Results: i=%u; %s\r\n",
                    seal->instance, seal->results);
    g_string_append_len(with_results, mail->str, (gssize)mail->len);
    g_autoptr(GString) with_signature = sign_field(key, with_results, signature, TRUE);
    return sign_field(key, with_signature, begin, FALSE);
}
