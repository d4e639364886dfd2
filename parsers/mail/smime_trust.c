#include "parsers/mail/smime_trust.h"

#include "parsers/mail/smime_certificate.h"
#include "parsers/text/limits.h"
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

/* OpenSSL's level of 112 bits: RSA from 2048 bits, no SHA-1 in the chain. */
#define STRENGTH_LEVEL 2

static X509_STORE *anchors;

void lodge_smime_trust_prepare(void)
{
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
}

/* FALSE: something in it is no certificate. */
static gboolean
read_anchors(BIO *input, X509_STORE *store, guint *count_out, char **why_out)
{
    guint count = 0;

    ERR_clear_error();
    for (X509 *anchor; (anchor = PEM_read_bio_X509(input, NULL, NULL, NULL)) != NULL;
         X509_free(anchor)) {
        count++;
        if (X509_STORE_add_cert(store, anchor) != 1)
            g_error("failed to allocate a trust anchor");
    }
    gboolean is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    *count_out = count;
    if (is_end && count > 0)
        return TRUE;
    *why_out = is_end ? g_strdup("the S/MIME trust anchors hold no certificate in PEM")
                      : g_strdup_printf("the S/MIME trust anchors are damaged: number %u "
                                        "is no certificate",
                                        count + 1);
    return FALSE;
}

gboolean lodge_smime_trust_load(GBytes *pem, char **why_out)
{
    gsize size = 0;
    const void *bytes = g_bytes_get_data(pem, &size);
    X509_STORE *store = X509_STORE_new();
    BIO *input = BIO_new_mem_buf(size > 0 ? bytes : "", (int)MIN(size, G_MAXINT));
    guint count = 0;
    gboolean is_loaded = read_anchors(input, store, &count, why_out);

    BIO_free(input);
    if (!is_loaded) {
        X509_STORE_free(store);
        return FALSE;
    }
    X509_STORE_free(anchors);
    anchors = store;
    return TRUE;
}

/* A certificate made for another purpose is a fact for the decision, not the end of the chain. */
static int note_purpose(int is_good, X509_STORE_CTX *context)
{
    LodgeSmimeSigner *signer = X509_STORE_CTX_get_app_data(context);

    if (is_good || X509_STORE_CTX_get_error(context) != X509_V_ERR_INVALID_PURPOSE)
        return is_good;
    /* any purpose includes mail (RFC 8550 section 4.4.4), whatever OpenSSL says */
    X509 *certificate = X509_STORE_CTX_get_current_cert(context);
    if (certificate == NULL || (X509_get_extended_key_usage(certificate) & XKU_ANYEKU) == 0)
        signer->suits_mail = FALSE;
    X509_STORE_CTX_set_error(context, X509_V_OK);
    return 1;
}

static void set_up(X509_STORE_CTX *context, LodgeSmimeSigner *signer)
{
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);

    X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SMIME_SIGN);
    X509_VERIFY_PARAM_set_flags(parameters,
                                X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_depth(parameters, LODGE_LIMIT_SMIME_CERTIFICATES);
    X509_VERIFY_PARAM_set_auth_level(parameters, STRENGTH_LEVEL);
    X509_STORE_CTX_set_app_data(context, signer);
    X509_STORE_CTX_set_verify_cb(context, note_purpose);
}

static void list_chain(STACK_OF(X509) * chain, GPtrArray *to)
{
    for (int i = 0; i < MIN(sk_X509_num(chain), LODGE_LIMIT_SMIME_CERTIFICATES + 2); i++)
        g_ptr_array_add(to, lodge_smime_certificate_read(sk_X509_value(chain, i)));
}

gboolean lodge_smime_trust_find_chain(X509 *certificate,
                                      STACK_OF(X509) * others,
                                      LodgeSmimeSigner *signer)
{
    X509_STORE *none = anchors == NULL ? X509_STORE_new() : NULL;
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    if (context == NULL || X509_STORE_CTX_init(context, anchors != NULL ? anchors : none,
                                               certificate, others) != 1)
        g_error("failed to allocate the context of a chain");
    set_up(context, signer);
    signer->suits_mail = TRUE;
    gboolean is_trusted = X509_verify_cert(context) == 1;
    int code = X509_STORE_CTX_get_error(context);
    g_free(signer->why);
    signer->why = g_strdup(is_trusted ? "" : X509_verify_cert_error_string(code));
    g_ptr_array_set_size(signer->chain, 0);
    list_chain(X509_STORE_CTX_get0_chain(context), signer->chain);
    X509_STORE_CTX_free(context);
    X509_STORE_free(none);
    ERR_clear_error();
    return is_trusted;
}
