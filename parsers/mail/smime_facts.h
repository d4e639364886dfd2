/* smime_facts.h - what the airlock found out about S/MIME in one message: plain values.
 *
 * A layer is one CMS object that claims to cover a MIME entity; layers come in the order of the bytes,
 * outermost first. Everything about a signer comes from the one certificate whose key
 * verifies the signature, and from the chain that was built above it; other certificates that came
 * along identify nobody. No clock was asked: validity is handed out as instants, for the
 * decision to compare. Strings are valid UTF-8 and never NULL; lists are never NULL.
 *
 * The result of a layer is that of its only signer; with several it is several-signers, however each
 * of them fared. Only LODGE_SMIME_GOOD means: these bytes, a strong digest, a chain that ends at one of the
 * operator's anchors.
 * Source: RFC 8551, 8550, 5652, 5280, 9598. */
#pragma once

#include "parsers/text/digest.h"
#include <glib.h>

typedef enum {
    LODGE_SMIME_DETACHED,   /* multipart/signed */
    LODGE_SMIME_OPAQUE,     /* signed-data with its content inside */
    LODGE_SMIME_ENVELOPED,  /* encrypted; never opened */
    LODGE_SMIME_COMPRESSED, /* never opened */
    LODGE_SMIME_OTHER,      /* certificates only, a digest, something that is no CMS */
} LodgeSmimeForm;

typedef enum {
    LODGE_SMIME_GOOD,
    LODGE_SMIME_BAD,            /* the signature is not one of these bytes */
    LODGE_SMIME_WEAK_DIGEST,    /* would be good, but for a digest below SHA-256 */
    LODGE_SMIME_UNTRUSTED,      /* no chain to an anchor; `why` says it */
    LODGE_SMIME_NO_CERTIFICATE, /* the signer's did not come along */
    LODGE_SMIME_UNKNOWN_ALGORITHM,
    LODGE_SMIME_OTHER_CONTENT, /* signed as something else than a mail */
    LODGE_SMIME_SEVERAL_SIGNERS,
    LODGE_SMIME_NOT_SIGNED, /* no signer at all, or another form */
    LODGE_SMIME_UNREADABLE, /* not a CMS object, or a damaged one */
    LODGE_SMIME_LIMIT,      /* too large or too many to be looked at */
} LodgeSmimeResult;

typedef struct {
    char sha256[LODGE_DIGEST_SIZE]; /* of its DER */
    char *subject;
    gint64 not_before_us, not_after_us; /* both included; unknown: not understood */
} LodgeSmimeCertificate;

typedef struct {
    LodgeSmimeResult result;
    char *why;                /* of an untrusted chain, in OpenSSL's words; else "" */
    char *digest, *algorithm; /* short names, or dotted numbers */
    char *subject, *issuer;   /* RFC 4514; "" without certificate */
    char *serial;             /* hexadecimal */
    GStrv emails;             /* of the subjectAltName, then of the subject; as written */
    gboolean has_key_usage;   /* FALSE: any usage */
    gboolean has_extended_key_usage;
    GStrv key_usage;          /* "digital-signature", "non-repudiation", … */
    GStrv extended_key_usage; /* "emailProtection", dotted numbers for unknown ones */
    gboolean suits_mail;    /* neither it nor a CA above it is limited to other purposes */
    gint64 signing_time_us; /* the signer's own word; LODGE_INSTANT_UNKNOWN if none */
    GPtrArray
        *chain; /* LodgeSmimeCertificate, the signer's first; as far as it was built */
} LodgeSmimeSigner;

typedef struct {
    char *path; /* of the part that carries it */
    LodgeSmimeForm form;
    gboolean
        at_root; /* it covers the whole body of the message: the root, and nothing beside it */
    LodgeSmimeResult result;
    GPtrArray *signers; /* LodgeSmimeSigner */
} LodgeSmimeLayer;

LodgeSmimeLayer *lodge_smime_layer_new(const char *path, LodgeSmimeForm form);
void lodge_smime_layer_free(LodgeSmimeLayer *layer);
LodgeSmimeSigner *lodge_smime_signer_new(void);
void lodge_smime_signer_free(LodgeSmimeSigner *signer);
LodgeSmimeCertificate *lodge_smime_certificate_new(const char *subject);
void lodge_smime_certificate_free(LodgeSmimeCertificate *certificate);

/* "detached", "opaque" …; "good", "weak-digest" … */
const char *lodge_smime_form_format(LodgeSmimeForm form);
gboolean lodge_smime_form_parse(const char *word, LodgeSmimeForm *form_out);
const char *lodge_smime_result_format(LodgeSmimeResult result);
gboolean lodge_smime_result_parse(const char *word, LodgeSmimeResult *result_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeSmimeLayer, lodge_smime_layer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeSmimeSigner, lodge_smime_signer_free)
