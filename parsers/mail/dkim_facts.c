#include "parsers/mail/dkim_facts.h"

static const char *const field_words[] = {
    [LODGE_DKIM_SIGNATURE] = "dkim-signature",
    [LODGE_DKIM_ARC_SIGNATURE] = "arc-message-signature",
    [LODGE_DKIM_ARC_SEAL] = "arc-seal",
};

LodgeDkimSignature *lodge_dkim_signature_new(LodgeDkimField field)
{
    LodgeDkimSignature *signature = g_new0(LodgeDkimSignature, 1);

    signature->field = field;
    signature->signed_headers = g_new0(char *, 1);
    signature->signed_s = signature->expires_s = -1;
    signature->body_limit = -1;
    signature->hashed_bytes = signature->body_bytes = -1;
    return signature;
}

void lodge_dkim_signature_free(LodgeDkimSignature *signature)
{
    if (signature == NULL)
        return;
    g_free(signature->result);
    g_free(signature->reason);
    g_free(signature->algorithm);
    g_free(signature->domain);
    g_free(signature->selector);
    g_free(signature->identity);
    g_free(signature->query);
    g_free(signature->chain);
    g_strfreev(signature->signed_headers);
    g_free(signature->body_hash);
    g_free(signature->signature);
    g_free(signature);
}

void lodge_dkim_signature_settle(LodgeDkimSignature *signature,
                                 const char *result,
                                 const char *reason)
{
    if (signature->result != NULL)
        return;
    signature->result = g_strdup(result);
    signature->reason = g_strdup(reason);
}

const char *lodge_dkim_field_format(LodgeDkimField field)
{
    g_return_val_if_fail((guint)field < G_N_ELEMENTS(field_words), "");
    return field_words[field];
}

gboolean lodge_dkim_field_parse(const char *word, LodgeDkimField *field_out)
{
    for (guint i = 0; i < G_N_ELEMENTS(field_words); i++) {
        if (g_strcmp0(word, field_words[i]) == 0) {
            *field_out = (LodgeDkimField)i;
            return TRUE;
        }
    }
    return FALSE;
}
