#include "intake/learn/dkim_key.h"

#include "parsers/text/base64.h"
#include "parsers/text/limits.h"
#include "parsers/text/tag_list.h"
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>

#define ED25519_SIZE 32
#define LIST_MAX 64 /* words in h=, s= or t= */

struct LodgeDkimKey {
    EVP_PKEY *key;
    GStrv hashes, services, flags; /* h=, s=, t=; NULL: not stated */
};

void lodge_dkim_key_free(LodgeDkimKey *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key);
    g_strfreev(key->hashes);
    g_strfreev(key->services);
    g_strfreev(key->flags);
    g_free(key);
}

/* key-?-tag = … [FWS] ":" [FWS] …; NULL if there is no such tag. */
static GStrv read_list(const LodgeTagList *tags, const char *name)
{
    const LodgeTag *tag = lodge_tag_list_find(tags, name);

    if (tag == NULL)
        return NULL;
    g_autofree char *text = lodge_tag_compact(tag);
    return g_strsplit(text, ":", LIST_MAX);
}

/* Nothing may follow the key in its bytes. */
static EVP_PKEY *load_rsa(const guint8 *bytes, gsize size)
{
    const unsigned char *at = bytes;
    EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)size);

    if (key == NULL || at != bytes + size) {
        EVP_PKEY_free(key);
        at = bytes;
        key = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)size);
    }
    /* What is no key of ours is no fault to remember. */
    ERR_clear_error();
    if (key != NULL && (at != bytes + size || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA))
        g_clear_pointer(&key, EVP_PKEY_free);
    return key;
}

static EVP_PKEY *load_ed25519(const guint8 *bytes, gsize size)
{
    return size == ED25519_SIZE
               ? EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes, size)
               : NULL;
}

/* key-p-tag = %x70 [FWS] "=" [ [FWS] base64string ]; NULL, or what is wrong. */
static const char *read_key(LodgeDkimKey *key, const LodgeTagList *tags)
{
    const LodgeTag *material = lodge_tag_list_find(tags, "p");
    const LodgeTag *type = lodge_tag_list_find(tags, "k");
    gboolean is_ed25519 = type != NULL && lodge_tag_is(type, "ed25519");

    if (type != NULL && !is_ed25519 && !lodge_tag_is(type, "rsa"))
        return "the key is of an unknown type";
    if (material == NULL)
        return "the key record has no p=";
    if (material->value_size == 0)
        return "the key is revoked";
    g_autoptr(GBytes) bytes = lodge_base64_decode(material->value, material->value_size);
    if (bytes == NULL)
        return "the key is not base64";
    gsize size = 0;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    key->key = is_ed25519 ? load_ed25519(data, size) : load_rsa(data, size);
    if (key->key == NULL)
        return is_ed25519 ? "the key is not an Ed25519 key" : "the key is not an RSA key";
    return NULL;
}

static const char *read_record(LodgeDkimKey *key, const LodgeTagList *tags)
{
    const LodgeTag *version = lodge_tag_list_find(tags, "v");

    if (version != NULL && !lodge_tag_is(version, "DKIM1"))
        return "the key record is not of version DKIM1";
    key->hashes = read_list(tags, "h");
    key->services = read_list(tags, "s");
    key->flags = read_list(tags, "t");
    return read_key(key, tags);
}

LodgeDkimKey *lodge_dkim_key_parse(const char *record, const char **reason_out)
{
    g_return_val_if_fail(record != NULL && reason_out != NULL, NULL);
    g_autoptr(LodgeDkimKey) key = g_new0(LodgeDkimKey, 1);
    gsize size = strlen(record);
    LodgeTagList tags;
    const char *fault = NULL;

    if (size > LODGE_LIMIT_DKIM_RECORD_BYTES) {
        *reason_out = "the key record is too long";
        return NULL;
    }
    if (!lodge_tag_list_parse(record, size, &tags, &fault)) {
        *reason_out = "the key record is malformed";
        return NULL;
    }
    *reason_out = read_record(key, &tags);
    return *reason_out == NULL ? g_steal_pointer(&key) : NULL;
}

gboolean lodge_dkim_key_is_rsa(const LodgeDkimKey *key)
{
    return EVP_PKEY_get_base_id(key->key) == EVP_PKEY_RSA;
}

guint lodge_dkim_key_bits(const LodgeDkimKey *key)
{
    return lodge_dkim_key_is_rsa(key) ? (guint)MAX(EVP_PKEY_get_bits(key->key), 0)
                                      : ED25519_SIZE * 8;
}

static gboolean holds(GStrv words, const char *word)
{
    return words != NULL && g_strv_contains((const char *const *)words, word);
}

gboolean lodge_dkim_key_is_testing(const LodgeDkimKey *key)
{
    return holds(key->flags, "y");
}

gboolean lodge_dkim_key_is_strict(const LodgeDkimKey *key)
{
    return holds(key->flags, "s");
}

gboolean lodge_dkim_key_admits_hash(const LodgeDkimKey *key, const char *hash)
{
    return key->hashes == NULL || holds(key->hashes, hash);
}

gboolean lodge_dkim_key_admits_mail(const LodgeDkimKey *key)
{
    return key->services == NULL || holds(key->services, "*") ||
           holds(key->services, "email");
}

static gboolean verify_rsa(EVP_PKEY *key,
                           const guint8 *signature,
                           gsize signature_size,
                           const guint8 *digest,
                           gsize digest_size)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(key, NULL);
    const EVP_MD *hash = digest_size == 20 ? EVP_sha1() : EVP_sha256();
    gboolean is_good =
        context != NULL && EVP_PKEY_verify_init(context) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context, hash) == 1 &&
        EVP_PKEY_verify(context, signature, signature_size, digest, digest_size) == 1;

    EVP_PKEY_CTX_free(context);
    return is_good;
}

static gboolean verify_ed25519(EVP_PKEY *key,
                               const guint8 *signature,
                               gsize signature_size,
                               const guint8 *digest,
                               gsize digest_size)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    gboolean is_good =
        context != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
        EVP_DigestVerify(context, signature, signature_size, digest, digest_size) == 1;

    EVP_MD_CTX_free(context);
    return is_good;
}

gboolean lodge_dkim_key_verify(const LodgeDkimKey *key,
                               GBytes *signature,
                               const guint8 *digest,
                               gsize digest_size)
{
    g_return_val_if_fail(key != NULL && signature != NULL && digest != NULL, FALSE);
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(signature, &size);

    if (size == 0)
        return FALSE;
    gboolean is_good = lodge_dkim_key_is_rsa(key)
                           ? verify_rsa(key->key, bytes, size, digest, digest_size)
                           : verify_ed25519(key->key, bytes, size, digest, digest_size);
    /* A signature that does not verify is no fault to remember. */
    ERR_clear_error();
    return is_good;
}
