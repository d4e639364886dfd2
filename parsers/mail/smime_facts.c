#include "parsers/mail/smime_facts.h"

#include "parsers/text/instant.h"

static const char *const form_words[] = {
    [LODGE_SMIME_DETACHED] = "detached",   [LODGE_SMIME_OPAQUE] = "opaque",
    [LODGE_SMIME_ENVELOPED] = "enveloped", [LODGE_SMIME_COMPRESSED] = "compressed",
    [LODGE_SMIME_OTHER] = "other",
};

static const char *const result_words[] = {
    [LODGE_SMIME_GOOD] = "good",
    [LODGE_SMIME_BAD] = "bad",
    [LODGE_SMIME_WEAK_DIGEST] = "weak-digest",
    [LODGE_SMIME_UNTRUSTED] = "untrusted",
    [LODGE_SMIME_NO_CERTIFICATE] = "no-certificate",
    [LODGE_SMIME_UNKNOWN_ALGORITHM] = "unknown-algorithm",
    [LODGE_SMIME_OTHER_CONTENT] = "other-content",
    [LODGE_SMIME_SEVERAL_SIGNERS] = "several-signers",
    [LODGE_SMIME_NOT_SIGNED] = "not-signed",
    [LODGE_SMIME_UNREADABLE] = "unreadable",
    [LODGE_SMIME_LIMIT] = "limit",
};

LodgeSmimeLayer *lodge_smime_layer_new(const char *path, LodgeSmimeForm form)
{
    LodgeSmimeLayer *layer = g_new0(LodgeSmimeLayer, 1);
    layer->path = g_strdup(path);
    layer->form = form;
    layer->result = LODGE_SMIME_NOT_SIGNED;
    layer->signers =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_smime_signer_free);
    return layer;
}

void lodge_smime_layer_free(LodgeSmimeLayer *layer)
{
    if (layer == NULL)
        return;
    g_free(layer->path);
    g_ptr_array_unref(layer->signers);
    g_free(layer);
}

LodgeSmimeSigner *lodge_smime_signer_new(void)
{
    LodgeSmimeSigner *signer = g_new0(LodgeSmimeSigner, 1);
    signer->result = LODGE_SMIME_BAD;
    signer->why = g_strdup("");
    signer->digest = g_strdup("");
    signer->algorithm = g_strdup("");
    signer->subject = g_strdup("");
    signer->issuer = g_strdup("");
    signer->serial = g_strdup("");
    signer->emails = g_new0(char *, 1);
    signer->key_usage = g_new0(char *, 1);
    signer->extended_key_usage = g_new0(char *, 1);
    signer->signing_time_us = LODGE_INSTANT_UNKNOWN;
    signer->chain =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_smime_certificate_free);
    return signer;
}

void lodge_smime_signer_free(LodgeSmimeSigner *signer)
{
    if (signer == NULL)
        return;
    g_free(signer->why);
    g_free(signer->digest);
    g_free(signer->algorithm);
    g_free(signer->subject);
    g_free(signer->issuer);
    g_free(signer->serial);
    g_strfreev(signer->emails);
    g_strfreev(signer->key_usage);
    g_strfreev(signer->extended_key_usage);
    g_ptr_array_unref(signer->chain);
    g_free(signer);
}

LodgeSmimeCertificate *lodge_smime_certificate_new(const char *subject)
{
    LodgeSmimeCertificate *certificate = g_new0(LodgeSmimeCertificate, 1);
    certificate->subject = g_strdup(subject);
    certificate->not_before_us = LODGE_INSTANT_UNKNOWN;
    certificate->not_after_us = LODGE_INSTANT_UNKNOWN;
    return certificate;
}

void lodge_smime_certificate_free(LodgeSmimeCertificate *certificate)
{
    if (certificate == NULL)
        return;
    g_free(certificate->subject);
    g_free(certificate);
}

static gboolean
find_word(const char *const *words, guint count, const char *word, guint *index_out)
{
    for (guint i = 0; i < count; i++) {
        if (g_strcmp0(words[i], word) == 0) {
            *index_out = i;
            return TRUE;
        }
    }
    return FALSE;
}

const char *lodge_smime_form_format(LodgeSmimeForm form)
{
    g_return_val_if_fail((guint)form < G_N_ELEMENTS(form_words), "other");
    return form_words[form];
}

gboolean lodge_smime_form_parse(const char *word, LodgeSmimeForm *form_out)
{
    guint index = 0;
    if (!find_word(form_words, G_N_ELEMENTS(form_words), word, &index))
        return FALSE;
    *form_out = (LodgeSmimeForm)index;
    return TRUE;
}

const char *lodge_smime_result_format(LodgeSmimeResult result)
{
    g_return_val_if_fail((guint)result < G_N_ELEMENTS(result_words), "unreadable");
    return result_words[result];
}

gboolean lodge_smime_result_parse(const char *word, LodgeSmimeResult *result_out)
{
    guint index = 0;
    if (!find_word(result_words, G_N_ELEMENTS(result_words), word, &index))
        return FALSE;
    *result_out = (LodgeSmimeResult)index;
    return TRUE;
}
