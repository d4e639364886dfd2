#include "parsers/mail/smime_verify.h"

#include "parsers/mail/smime_certificate.h"
#include "parsers/mail/smime_trust.h"
#include "parsers/text/instant.h"
#include "parsers/text/limits.h"
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#define CHUNK_BYTES (64 * 1024)
/* Certificates that claim to be the signer's and are tried. */
#define CANDIDATES_MAX 4
#define ATTRIBUTE_ONCE (-3) /* CMS: the attribute once, with one value */

typedef struct {
    CMS_ContentInfo *object;
    STACK_OF(CMS_SignerInfo) * infos; /* the object's */
    STACK_OF(X509) * certificates;    /* that came along */
    STACK_OF(X509) * chainable; /* those of them that may be part of a chain; borrowed */
} Signed;

/* ---- digests of the content ---- */

static void add_digest(BIO **chain, const EVP_MD *digest)
{
    for (BIO *at = *chain; (at = BIO_find_type(at, BIO_TYPE_MD)) != NULL;
         at = BIO_next(at)) {
        EVP_MD_CTX *present = NULL;
        BIO_get_md_ctx(at, &present);
        if (EVP_MD_get_type(EVP_MD_CTX_get0_md(present)) == EVP_MD_get_type(digest))
            return;
    }
    BIO *link = BIO_new(BIO_f_md());
    BIO_set_md(link, digest);
    *chain = BIO_push(link, *chain);
}

static const EVP_MD *find_digest(CMS_SignerInfo *info)
{
    X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;

    CMS_SignerInfo_get0_algs(info, NULL, NULL, &algorithm, NULL);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return EVP_get_digestbyobj(object);
}

/* One digest for each algorithm that a signer uses; what is written to it goes nowhere. */
static BIO *make_digests(const Signed *read)
{
    BIO *chain = BIO_new(BIO_s_null());
    for (int i = 0; i < sk_CMS_SignerInfo_num(read->infos); i++) {
        const EVP_MD *digest = find_digest(sk_CMS_SignerInfo_value(read->infos, i));
        if (digest != NULL)
            add_digest(&chain, digest);
    }
    return chain;
}

/* CR before each LF that has none; `last` is the byte before. */
static void write_canonical(BIO *digests, const char *bytes, gsize size, char *last)
{
    gsize from = 0;
    for (gsize i = 0; i < size; i++) {
        if (bytes[i] == '\n' && *last != '\r') {
            BIO_write(digests, bytes + from, (int)(i - from));
            BIO_write(digests, "\r", 1);
            from = i;
        }
        *last = bytes[i];
    }
    BIO_write(digests, bytes + from, (int)(size - from));
}

static gboolean has_bare_lf(const char *bytes, gsize size, char last)
{
    const char *end = bytes + size;
    for (const char *at = bytes; (at = memchr(at, '\n', (gsize)(end - at))); at++) {
        if ((at == bytes ? last : at[-1]) != '\r')
            return TRUE;
    }
    return FALSE;
}

static gboolean digest_content(BIO *digests,
                               const LodgeSmimeContent *content,
                               gboolean is_canonical,
                               gboolean *bare_lf_out,
                               GError **error)
{
    g_autofree char *chunk = g_malloc(CHUNK_BYTES);
    char last = '\0';

    *bare_lf_out = FALSE;
    for (gint64 at = content->start; at < content->end;) {
        gsize wanted = (gsize)MIN(content->end - at, CHUNK_BYTES);
        gsize size = 0;
        if (!lodge_source_read(content->source, at, chunk, wanted, &size, error))
            return FALSE;
        if (size == 0)
            break;
        at += (gint64)size;
        *bare_lf_out |= has_bare_lf(chunk, size, last);
        if (is_canonical)
            write_canonical(digests, chunk, size, &last);
        else
            BIO_write(digests, chunk, (int)size);
        last = chunk[size - 1];
    }
    return TRUE;
}

/* ---- one signer ---- */

static gboolean is_strong(const EVP_MD *digest)
{
    static const int strong[] = {NID_sha256,   NID_sha384,   NID_sha512,  NID_sha512_256,
                                 NID_sha3_256, NID_sha3_384, NID_sha3_512};
    for (gsize i = 0; i < G_N_ELEMENTS(strong); i++) {
        if (EVP_MD_get_type(digest) == strong[i])
            return TRUE;
    }
    return FALSE;
}

/* Whoever signed something else (a time stamp, a receipt) signed no mail (RFC 8551 section 2.4.1). */
static gboolean is_mail(const Signed *read)
{
    return OBJ_obj2nid(CMS_get0_eContentType(read->object)) == NID_pkcs7_data;
}

/* The signed attribute content-type must repeat the type of the content (RFC 5652 section 11.1). */
static gboolean agrees_on_type(const Signed *read, CMS_SignerInfo *info)
{
    if (CMS_signed_get_attr_count(info) < 0)
        return TRUE;
    const ASN1_OBJECT *type = CMS_signed_get0_data_by_OBJ(
        info, OBJ_nid2obj(NID_pkcs9_contentType), ATTRIBUTE_ONCE, V_ASN1_OBJECT);
    return type != NULL && OBJ_cmp(type, CMS_get0_eContentType(read->object)) == 0;
}

static gboolean
verifies_with(const Signed *read, CMS_SignerInfo *info, X509 *certificate, BIO *digests)
{
    if (!agrees_on_type(read, info))
        return FALSE;
    CMS_SignerInfo_set1_signer_cert(info, certificate);
    if (CMS_signed_get_attr_count(info) >= 0 && CMS_SignerInfo_verify(info) <= 0)
        return FALSE;
    return CMS_SignerInfo_verify_content(info, digests) > 0;
}

/* OpenSSL 3.0 knows these keys, but not in CMS (RFC 8419): its failure says nothing. */
static gboolean is_edwards(X509 *certificate)
{
    int kind = EVP_PKEY_get_base_id(X509_get0_pubkey(certificate));
    return kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;
}

static LodgeSmimeResult judge_failure(X509 *certificate, LodgeSmimeResult so_far)
{
    if (so_far == LODGE_SMIME_UNTRUSTED)
        return so_far;
    return !lodge_smime_certificate_is_usable(certificate) || is_edwards(certificate)
               ? LODGE_SMIME_UNKNOWN_ALGORITHM
               : LODGE_SMIME_BAD;
}

/* The certificate whose key verifies, and its chain; several may claim the same name and number. */
static LodgeSmimeResult find_signer(const Signed *read,
                                    CMS_SignerInfo *info,
                                    BIO *digests,
                                    LodgeSmimeSigner *signer)
{
    LodgeSmimeResult result = LODGE_SMIME_NO_CERTIFICATE;
    guint tried = 0;

    for (int i = 0; i < sk_X509_num(read->certificates) && tried < CANDIDATES_MAX; i++) {
        X509 *certificate = sk_X509_value(read->certificates, i);
        if (CMS_SignerInfo_cert_cmp(info, certificate) != 0)
            continue;
        tried++;
        gboolean is_usable = lodge_smime_certificate_is_usable(certificate);
        if (!is_usable || !verifies_with(read, info, certificate, digests)) {
            result = judge_failure(certificate, result);
            continue;
        }
        lodge_smime_certificate_describe(certificate, signer);
        result = LODGE_SMIME_UNTRUSTED;
        if (lodge_smime_trust_find_chain(certificate, read->chainable, signer))
            return LODGE_SMIME_GOOD;
    }
    return result;
}

static gint64 find_signing_time(CMS_SignerInfo *info)
{
    const ASN1_OBJECT *name = OBJ_nid2obj(NID_pkcs9_signingTime);
    const ASN1_TIME *time =
        CMS_signed_get0_data_by_OBJ(info, name, ATTRIBUTE_ONCE, V_ASN1_UTCTIME);
    if (time == NULL)
        time =
            CMS_signed_get0_data_by_OBJ(info, name, ATTRIBUTE_ONCE, V_ASN1_GENERALIZEDTIME);
    return lodge_smime_certificate_parse_time(time);
}

static void name_algorithms(CMS_SignerInfo *info, LodgeSmimeSigner *signer)
{
    X509_ALGOR *digest = NULL, *signature = NULL;
    const ASN1_OBJECT *object = NULL;

    CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, &signature);
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    g_free(signer->digest);
    signer->digest = lodge_smime_certificate_format_object(object);
    X509_ALGOR_get0(&object, NULL, NULL, signature);
    g_free(signer->algorithm);
    signer->algorithm = lodge_smime_certificate_format_object(object);
}

static gboolean has_known_signature(CMS_SignerInfo *info)
{
    X509_ALGOR *algorithm = NULL;
    const ASN1_OBJECT *object = NULL;

    CMS_SignerInfo_get0_algs(info, NULL, NULL, NULL, &algorithm);
    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    return OBJ_obj2nid(object) != NID_undef;
}

static LodgeSmimeSigner *judge(const Signed *read, CMS_SignerInfo *info, BIO *digests)
{
    LodgeSmimeSigner *signer = lodge_smime_signer_new();
    const EVP_MD *digest = find_digest(info);

    name_algorithms(info, signer);
    signer->signing_time_us = find_signing_time(info);
    if (digest == NULL || !has_known_signature(info)) {
        signer->result = LODGE_SMIME_UNKNOWN_ALGORITHM;
        return signer;
    }
    signer->result = find_signer(read, info, digests, signer);
    if (signer->result != LODGE_SMIME_GOOD)
        return signer;
    if (!is_mail(read))
        signer->result = LODGE_SMIME_OTHER_CONTENT;
    else if (!is_strong(digest))
        signer->result = LODGE_SMIME_WEAK_DIGEST;
    return signer;
}

/* ---- the object ---- */

static void clear_signed(Signed *read)
{
    sk_X509_free(read->chainable);
    sk_X509_pop_free(read->certificates, X509_free);
    CMS_ContentInfo_free(read->object);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Signed, clear_signed)

static void choose_chainable(Signed *read, LodgeMarks *marks)
{
    read->chainable = sk_X509_new_null();
    for (int i = 0; i < sk_X509_num(read->certificates); i++) {
        X509 *certificate = sk_X509_value(read->certificates, i);
        if (sk_X509_num(read->chainable) >= LODGE_LIMIT_SMIME_CERTIFICATES) {
            lodge_marks_add_limit(marks, "smime-certificates");
            return;
        }
        if (lodge_smime_certificate_is_usable(certificate))
            sk_X509_push(read->chainable, certificate);
    }
}

static LodgeSmimeResult read_signed(GBytes *bytes, Signed *read, LodgeMarks *marks)
{
    gsize size = 0;
    const unsigned char *at = g_bytes_get_data(bytes, &size);

    read->object = size > 0 ? d2i_CMS_ContentInfo(NULL, &at, (long)size) : NULL;
    if (read->object == NULL ||
        OBJ_obj2nid(CMS_get0_type(read->object)) != NID_pkcs7_signed)
        return LODGE_SMIME_UNREADABLE;
    read->infos = CMS_get0_SignerInfos(read->object);
    if (sk_CMS_SignerInfo_num(read->infos) <= 0)
        return LODGE_SMIME_NOT_SIGNED;
    if (sk_CMS_SignerInfo_num(read->infos) > LODGE_LIMIT_SMIME_SIGNERS) {
        lodge_marks_add_limit(marks, "smime-signers");
        return LODGE_SMIME_SEVERAL_SIGNERS;
    }
    read->certificates = CMS_get1_certs(read->object);
    choose_chainable(read, marks);
    return LODGE_SMIME_GOOD;
}

static void judge_all(const Signed *read, BIO *digests, LodgeSmimeLayer *layer)
{
    g_ptr_array_set_size(layer->signers, 0);
    for (int i = 0; i < sk_CMS_SignerInfo_num(read->infos); i++)
        g_ptr_array_add(layer->signers,
                        judge(read, sk_CMS_SignerInfo_value(read->infos, i), digests));
    const LodgeSmimeSigner *only = g_ptr_array_index(layer->signers, 0);
    layer->result = layer->signers->len == 1 ? only->result : LODGE_SMIME_SEVERAL_SIGNERS;
}

static gboolean has_bad_signer(const LodgeSmimeLayer *layer)
{
    for (guint i = 0; i < layer->signers->len; i++) {
        const LodgeSmimeSigner *signer = g_ptr_array_index(layer->signers, i);
        if (signer->result == LODGE_SMIME_BAD)
            return TRUE;
    }
    return FALSE;
}

static gboolean verify_form(const Signed *read,
                            const LodgeSmimeContent *content,
                            gboolean is_canonical,
                            LodgeSmimeLayer *layer,
                            gboolean *bare_lf_out,
                            GError **error)
{
    BIO *digests = make_digests(read);
    gboolean is_read = digest_content(digests, content, is_canonical, bare_lf_out, error);

    if (is_read)
        judge_all(read, digests, layer);
    BIO_free_all(digests);
    ERR_clear_error();
    return is_read;
}

gboolean lodge_smime_verify(GBytes *object,
                            const LodgeSmimeContent *content,
                            LodgeSmimeLayer *layer,
                            LodgeMarks *marks,
                            GError **error)
{
    g_auto(Signed) read = {0};
    gboolean has_bare = FALSE;

    layer->result = read_signed(object, &read, marks);
    ERR_clear_error();
    if (layer->result != LODGE_SMIME_GOOD)
        return TRUE;
    if (!verify_form(&read, content, FALSE, layer, &has_bare, error))
        return FALSE;
    if (!content->is_text || !has_bare || !has_bad_signer(layer))
        return TRUE;
    return verify_form(&read, content, TRUE, layer, &has_bare, error);
}
