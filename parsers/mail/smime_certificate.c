#include "parsers/mail/smime_certificate.h"

#include "parsers/text/display.h"
#include "parsers/text/instant.h"
#include "parsers/text/limits.h"
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <time.h>

#define EMAIL_MAX_BYTES 320 /* RFC 5321 section 4.5.3.1: 64 + "@" + 255 */
#define USAGES_MAX 32

/* ---- texts ---- */

static char *take_text(const char *bytes, gsize size)
{
    gsize cut = MIN(size, LODGE_LIMIT_SMIME_TEXT_BYTES);
    while (cut < size && cut > 0 && ((guchar)bytes[cut] & 0xc0) == 0x80)
        cut--;
    return lodge_display_utf8(bytes, cut);
}

/* RFC 4514 but for characters beyond ASCII, which stay; controls are escaped. */
static char *format_name(const X509_NAME *name)
{
    const unsigned long form = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
    BIO *output = BIO_new(BIO_s_mem());
    char *bytes = NULL;

    X509_NAME_print_ex(output, name, 0, form);
    long size = BIO_get_mem_data(output, &bytes);
    char *text = size > 0 ? take_text(bytes, (gsize)size) : g_strdup("");
    BIO_free(output);
    return text;
}

static char *format_serial(const ASN1_INTEGER *serial)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
    char *digits = number != NULL && BN_num_bits(number) <= 1024 ? BN_bn2hex(number) : NULL;
    char *text = g_strdup(digits != NULL ? digits : "");

    OPENSSL_free(digits);
    BN_free(number);
    return text;
}

char *lodge_smime_certificate_format_object(const ASN1_OBJECT *object)
{
    char name[128] = "";
    int nid = object != NULL ? OBJ_obj2nid(object) : NID_undef;

    if (nid != NID_undef)
        return g_strdup(OBJ_nid2sn(nid));
    if (object != NULL && OBJ_obj2txt(name, sizeof name, object, 1) < 0)
        name[0] = '\0';
    return g_strdup(name);
}

gint64 lodge_smime_certificate_parse_time(const ASN1_TIME *time)
{
    struct tm parsed = {0};
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;

    /* OpenSSL takes NULL for the present time */
    if (time == NULL || ASN1_TIME_to_tm(time, &parsed) != 1)
        return LODGE_INSTANT_UNKNOWN;
    LodgeCivil civil = {.year = parsed.tm_year + 1900,
                        .month = parsed.tm_mon + 1,
                        .day = parsed.tm_mday,
                        .hour = parsed.tm_hour,
                        .minute = parsed.tm_min,
                        .second = parsed.tm_sec};
    return lodge_instant_join(&civil, &instant_us) ? instant_us : LODGE_INSTANT_UNKNOWN;
}

/* ---- addresses ---- */

static void add_email(GPtrArray *emails, const ASN1_STRING *string)
{
    const char *bytes = (const char *)ASN1_STRING_get0_data(string);
    int length = ASN1_STRING_length(string);

    if (length <= 0 || length > EMAIL_MAX_BYTES || emails->len >= LODGE_LIMIT_SMIME_EMAILS)
        return;
    for (int i = 0; i < length; i++) {
        if ((guchar)bytes[i] <= ' ' || bytes[i] == 0x7f)
            return;
    }
    if (!g_utf8_validate(bytes, length, NULL))
        return;
    g_autofree char *email = g_strndup(bytes, (gsize)length);
    if (!g_ptr_array_find_with_equal_func(emails, email, g_str_equal, NULL))
        g_ptr_array_add(emails, g_steal_pointer(&email));
}

static void add_alternative(GPtrArray *emails, const GENERAL_NAME *name)
{
    ASN1_OBJECT *kind = NULL;
    ASN1_TYPE *value = NULL;

    if (name->type == GEN_EMAIL)
        add_email(emails, name->d.rfc822Name);
    else if (name->type == GEN_OTHERNAME &&
             GENERAL_NAME_get0_otherName(name, &kind, &value) == 1 &&
             OBJ_obj2nid(kind) == NID_id_on_SmtpUTF8Mailbox &&
             value->type == V_ASN1_UTF8STRING)
        add_email(emails, value->value.utf8string);
}

static GStrv list_emails(X509 *certificate)
{
    g_autoptr(GPtrArray) emails = g_ptr_array_new_with_free_func(g_free);
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_alternative(emails, sk_GENERAL_NAME_value(names, i));
    GENERAL_NAMES_free(names);

    const X509_NAME *subject = X509_get_subject_name(certificate);
    for (int at = -1;
         (at = X509_NAME_get_index_by_NID(subject, NID_pkcs9_emailAddress, at)) >= 0;)
        add_email(emails, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    g_ptr_array_add(emails, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&emails), FALSE);
}

/* ---- usages ---- */

static GStrv list_key_usage(X509 *certificate, gboolean *is_there_out)
{
    static const struct {
        uint32_t bit;
        const char *word;
    } known[] = {{KU_DIGITAL_SIGNATURE, "digital-signature"},
                 {KU_NON_REPUDIATION, "non-repudiation"},
                 {KU_KEY_ENCIPHERMENT, "key-encipherment"},
                 {KU_DATA_ENCIPHERMENT, "data-encipherment"},
                 {KU_KEY_AGREEMENT, "key-agreement"},
                 {KU_KEY_CERT_SIGN, "key-cert-sign"},
                 {KU_CRL_SIGN, "crl-sign"},
                 {KU_ENCIPHER_ONLY, "encipher-only"},
                 {KU_DECIPHER_ONLY, "decipher-only"}};
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    uint32_t bits = X509_get_key_usage(certificate);

    *is_there_out = (X509_get_extension_flags(certificate) & EXFLAG_KUSAGE) != 0;
    for (gsize i = 0; *is_there_out && i < G_N_ELEMENTS(known); i++) {
        if (bits & known[i].bit)
            g_strv_builder_add(words, known[i].word);
    }
    return g_strv_builder_end(words);
}

static GStrv list_extended_key_usage(X509 *certificate, gboolean *is_there_out)
{
    g_autoptr(GStrvBuilder) words = g_strv_builder_new();
    EXTENDED_KEY_USAGE *usages =
        X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);

    *is_there_out = X509_get_ext_by_NID(certificate, NID_ext_key_usage, -1) >= 0;
    for (int i = 0; i < MIN(sk_ASN1_OBJECT_num(usages), USAGES_MAX); i++) {
        g_autofree char *word =
            lodge_smime_certificate_format_object(sk_ASN1_OBJECT_value(usages, i));
        g_strv_builder_add(words, word);
    }
    EXTENDED_KEY_USAGE_free(usages);
    return g_strv_builder_end(words);
}

/* ---- the door ---- */

static void digest_certificate(X509 *certificate, char hex_out[LODGE_DIGEST_SIZE])
{
    unsigned char *der = NULL;
    int size = i2d_X509(certificate, &der);

    lodge_digest_compute(size > 0 ? (const void *)der : "", size > 0 ? (gsize)size : 0,
                         hex_out);
    OPENSSL_free(der);
}

LodgeSmimeCertificate *lodge_smime_certificate_read(X509 *certificate)
{
    g_autofree char *subject = format_name(X509_get_subject_name(certificate));
    LodgeSmimeCertificate *facts = lodge_smime_certificate_new(subject);

    digest_certificate(certificate, facts->sha256);
    facts->not_before_us =
        lodge_smime_certificate_parse_time(X509_get0_notBefore(certificate));
    facts->not_after_us =
        lodge_smime_certificate_parse_time(X509_get0_notAfter(certificate));
    return facts;
}

void lodge_smime_certificate_describe(X509 *certificate, LodgeSmimeSigner *signer)
{
    g_free(signer->subject);
    signer->subject = format_name(X509_get_subject_name(certificate));
    g_free(signer->issuer);
    signer->issuer = format_name(X509_get_issuer_name(certificate));
    g_free(signer->serial);
    signer->serial = format_serial(X509_get0_serialNumber(certificate));
    g_strfreev(signer->emails);
    signer->emails = list_emails(certificate);
    g_strfreev(signer->key_usage);
    signer->key_usage = list_key_usage(certificate, &signer->has_key_usage);
    g_strfreev(signer->extended_key_usage);
    signer->extended_key_usage =
        list_extended_key_usage(certificate, &signer->has_extended_key_usage);
    ERR_clear_error();
}

gboolean lodge_smime_certificate_is_usable(X509 *certificate)
{
    const EVP_PKEY *key = X509_get0_pubkey(certificate);
    int kind = key != NULL ? EVP_PKEY_get_base_id(key) : EVP_PKEY_NONE;
    int bits = key != NULL ? EVP_PKEY_get_bits(key) : 0;

    ERR_clear_error();
    return (kind == EVP_PKEY_RSA || kind == EVP_PKEY_RSA_PSS || kind == EVP_PKEY_EC ||
            kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448) &&
           bits > 0 && bits <= LODGE_LIMIT_SMIME_KEY_BITS;
}
