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
    g_autofree char *name =
        g_strconcat(selectors[which], "._domainkey.council.example.", NULL);
    g_autofree char *record = g_strdup_printf(
        "v=DKIM1; k=%s; p=%s", is_rsa ? "rsa" : "ed25519", signer->materials[which]);
    test_zone_add(signer->zone, name, record);
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
put_on_top(const GString *mail, const char *tags, const char *body_hash, const char *value)
{
    GString *signed_mail = g_string_sized_new(mail->len + 1024);

    g_string_append_printf(signed_mail, "DKIM-Signature: %s bh=%s; b=%s\r\n", tags,
                           body_hash, value);
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

GString *test_signer_sign(TestSigner *signer, const GString *mail, const TestWish *wish)
{
    gboolean is_rsa = bits[wish->key] > 0;
    const char *usual = is_rsa ? "rsa-sha256" : "ed25519-sha256";
    g_autofree char *canon =
        wish->canon != NULL ? g_strdup_printf("c=%s; ", wish->canon) : g_strdup("");
    g_autofree char *tags = g_strdup_printf(
        "v=1; a=%s; %sd=council.example;\r\n s=%s; h=%s; %s",
        wish->algorithm != NULL ? wish->algorithm : usual, canon, selectors[wish->key],
        wish->names, wish->tags != NULL ? wish->tags : "");
    guint8 digest[32];

    g_autoptr(GString) without_hash = put_on_top(mail, tags, "AAAA", "AAAA");
    g_autofree char *body_hex = read_digest(without_hash, TRUE);
    gsize size = unhex(body_hex, digest);
    g_autofree char *body_hash = g_base64_encode(digest, size);
    g_autoptr(GString) without_value = put_on_top(mail, tags, body_hash, "AAAA");
    g_autofree char *header_hex = read_digest(without_value, FALSE);
    size = unhex(header_hex, digest);
    g_autofree char *value = is_rsa ? sign_rsa(signer->keys[wish->key], digest, size)
                                    : sign_ed25519(signer->keys[wish->key], digest, size);
    return put_on_top(mail, tags, body_hash, value);
}
