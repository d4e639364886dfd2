#include "tests/parsers/mail/smime_maker.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define BOUNDARY "smime-boundary"

static void must(gboolean is_done, const char *what)
{
    if (!is_done)
        g_error("%s: %s", what, ERR_error_string(ERR_get_error(), NULL));
}

static void add_extension(X509 *certificate, int nid, const char *value)
{
    if (value == NULL)
        return;
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1), value);
    X509_EXTENSION_free(extension);
}

static void set_name(X509 *certificate, const SmimeWish *wish)
{
    const char *name = wish->name;
    X509_NAME *subject = X509_get_subject_name(certificate);
    must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const guchar *)name, -1,
                                    -1, 0),
         name);
    if (wish->subject_email == NULL)
        return;
    int size = wish->subject_email_size > 0 ? wish->subject_email_size : -1;
    must(X509_NAME_add_entry_by_NID(subject, NID_pkcs9_emailAddress, V_ASN1_IA5STRING,
                                    (const guchar *)wish->subject_email, size, -1, 0),
         wish->subject_email);
}

SmimePerson *smime_maker_person(const SmimeWish *wish)
{
    static long serial = 0;
    SmimePerson *person = g_new0(SmimePerson, 1);
    X509 *certificate = person->certificate = X509_new();
    const SmimePerson *issuer = wish->issuer != NULL ? wish->issuer : person;
    g_autofree char *email =
        wish->email != NULL ? g_strconcat("email:", wish->email, NULL) : NULL;

    person->key = EVP_EC_gen("P-256");
    must(person->key != NULL, "a key");
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(certificate), SMIME_MAKER_FROM_S);
    ASN1_TIME_set(X509_getm_notAfter(certificate), SMIME_MAKER_TO_S);
    set_name(certificate, wish);
    X509_set_issuer_name(certificate, X509_get_subject_name(issuer->certificate));
    X509_set_pubkey(certificate, person->key);
    add_extension(certificate, NID_basic_constraints,
                  wish->is_authority ? "critical,CA:TRUE" : "CA:FALSE");
    add_extension(certificate, NID_subject_alt_name, email);
    add_extension(certificate, NID_key_usage, wish->key_usage);
    add_extension(certificate, NID_ext_key_usage, wish->extended_key_usage);
    must(X509_sign(certificate, issuer->key, EVP_sha256()) > 0, "a certificate");
    return person;
}

void smime_maker_free(SmimePerson *person)
{
    if (person == NULL)
        return;
    X509_free(person->certificate);
    EVP_PKEY_free(person->key);
    g_free(person);
}

static GBytes *take_output(BIO *output)
{
    char *bytes = NULL;
    long size = BIO_get_mem_data(output, &bytes);
    GBytes *taken = g_bytes_new(bytes, (gsize)size);
    BIO_free(output);
    return taken;
}

GBytes *smime_maker_pem(const SmimePerson *person)
{
    BIO *output = BIO_new(BIO_s_mem());
    must(PEM_write_bio_X509(output, person->certificate), "PEM");
    return take_output(output);
}

static GBytes *write_object(CMS_ContentInfo *object)
{
    BIO *output = BIO_new(BIO_s_mem());
    must(i2d_CMS_bio(output, object), "DER");
    CMS_ContentInfo_free(object);
    return take_output(output);
}

static CMS_ContentInfo *begin(unsigned flags)
{
    CMS_ContentInfo *object =
        CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_BINARY | CMS_PARTIAL);
    must(object != NULL, "CMS");
    return object;
}

static void add_signer(CMS_ContentInfo *object,
                       const SmimePerson *signer,
                       const EVP_MD *digest,
                       unsigned flags)
{
    must(CMS_add1_signer(object, signer->certificate, signer->key, digest, flags) != NULL,
         "a signer");
}

static GBytes *
finish(CMS_ContentInfo *object, const void *entity, gsize size, unsigned flags)
{
    BIO *input = BIO_new_mem_buf(entity, (int)size);
    must(CMS_final(object, input, NULL, flags | CMS_BINARY), "a signature");
    BIO_free(input);
    return write_object(object);
}

GBytes *smime_maker_sign(const SmimePerson *signer,
                         const EVP_MD *digest,
                         const void *entity,
                         gsize size,
                         unsigned flags)
{
    CMS_ContentInfo *object = begin(flags);
    add_signer(object, signer, digest, flags);
    return finish(object, entity, size, flags);
}

GBytes *smime_maker_sign_with(const SmimePerson *signer,
                              const SmimePerson *second,
                              const GPtrArray *others,
                              const void *entity,
                              gsize size,
                              unsigned flags)
{
    CMS_ContentInfo *object = begin(flags);
    add_signer(object, signer, EVP_sha256(), flags);
    if (second != NULL)
        add_signer(object, second, EVP_sha256(), flags);
    for (guint i = 0; others != NULL && i < others->len; i++) {
        const SmimePerson *other = g_ptr_array_index(others, i);
        must(CMS_add1_cert(object, other->certificate), "a certificate more");
    }
    return finish(object, entity, size, flags);
}

GBytes *smime_maker_encrypt(const SmimePerson *reader, const void *entity, gsize size)
{
    STACK_OF(X509) *readers = sk_X509_new_null();
    sk_X509_push(readers, reader->certificate);
    BIO *input = BIO_new_mem_buf(entity, (int)size);
    CMS_ContentInfo *object = CMS_encrypt(readers, input, EVP_aes_256_cbc(), CMS_BINARY);
    must(object != NULL, "an envelope");
    BIO_free(input);
    sk_X509_free(readers);
    return write_object(object);
}

/* In lines of 76 characters. */
static char *encode(GBytes *object)
{
    gsize size = 0;
    const guchar *bytes = g_bytes_get_data(object, &size);
    g_autofree char *text = g_base64_encode(bytes, size);
    GString *lines = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at += MIN(strlen(at), 76))
        g_string_append_printf(lines, "%.76s\r\n", at);
    return g_string_free(lines, FALSE);
}

char *smime_maker_opaque_entity(GBytes *object)
{
    g_autofree char *encoded = encode(object);
    return g_strconcat(
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n",
        encoded, NULL);
}

char *smime_maker_detached_entity(const char *entity, GBytes *signature, const char *more)
{
    g_autofree char *encoded = encode(signature);
    return g_strconcat("Content-Type: multipart/signed; micalg=sha-256; boundary=" BOUNDARY
                       ";\r\n protocol=\"application/pkcs7-signature\"\r\n\r\n"
                       "--" BOUNDARY "\r\n",
                       entity,
                       "\r\n--" BOUNDARY "\r\n"
                       "Content-Type: application/pkcs7-signature; name=smime.p7s\r\n"
                       "Content-Transfer-Encoding: base64\r\n\r\n",
                       encoded, more, "--" BOUNDARY "--\r\n", NULL);
}
