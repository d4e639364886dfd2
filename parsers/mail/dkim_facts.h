/* dkim_facts.h - one signature over a message as the airlock found it: plain values.
 *
 * The hashing is done: `header_digest` is what the signer's key must verify, `body_digest` what
 * "bh=" must equal. No key was seen and nothing is believed: intake/learn looks the key up and
 * judges. Included through message_facts.h.
 *
 * `result` NULL: the field can be checked. Else it is settled without a key: "permerror" (RFC 6376
 * forbids it) or "neutral" (a limit of ours), and `reason` says why in the words of RFC 8601; what
 * could be read is there all the same.
 *
 * Source: RFC 6376 section 3.5, RFC 8463, RFC 8617 section 4.1. */
#pragma once

#include <glib.h>

#define LODGE_DKIM_DIGEST_SIZE                                                             \
    65 /* hexadecimal digits and the NUL: 40 of SHA-1, 64 of SHA-256 */

typedef enum {
    LODGE_DKIM_SIGNATURE,     /* DKIM-Signature */
    LODGE_DKIM_ARC_SIGNATURE, /* ARC-Message-Signature */
    LODGE_DKIM_ARC_SEAL,      /* ARC-Seal */
} LodgeDkimField;

typedef struct {
    LodgeDkimField field;
    guint position; /* among the header fields */
    guint instance; /* i= of ARC, 1..50; 0: none */
    char *result;   /* NULL, "permerror" or "neutral" */
    char *reason;
    char *algorithm;                       /* a=, or NULL */
    char *domain;                          /* d=, lower case, or NULL */
    char *selector;                        /* s=, or NULL */
    char *identity;                        /* i= of DKIM, "@" d= if absent; or NULL */
    char *query;                           /* q=, or NULL */
    char *chain;                           /* cv= of a seal, or NULL */
    gboolean relaxed_header, relaxed_body; /* c= */
    GStrv signed_headers;                  /* h=, lower case, in its order; never NULL */
    gint64 signed_s, expires_s;            /* t=, x=: seconds since 1970; -1: absent */
    gint64 body_limit;                     /* l=; -1: absent */
    char *body_hash;                       /* bh=, base64 without white space, or NULL */
    char *signature;                       /* b=, base64 without white space, or NULL */
    char header_digest[LODGE_DKIM_DIGEST_SIZE]; /* "": not computed */
    char body_digest[LODGE_DKIM_DIGEST_SIZE];   /* "": not computed (a seal has none) */
    gint64
        hashed_bytes; /* of the canonicalised body that body_digest covers; -1: not computed */
    gint64 body_bytes; /* of the whole canonicalised body; -1 */
} LodgeDkimSignature;

LodgeDkimSignature *lodge_dkim_signature_new(LodgeDkimField field);
void lodge_dkim_signature_free(LodgeDkimSignature *signature);
/* Settles it, unless it is settled; `result` and `reason` are copied. */
void lodge_dkim_signature_settle(LodgeDkimSignature *signature,
                                 const char *result,
                                 const char *reason);
/* "dkim-signature", "arc-message-signature", "arc-seal" */
const char *lodge_dkim_field_format(LodgeDkimField field);
gboolean lodge_dkim_field_parse(const char *word, LodgeDkimField *field_out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDkimSignature, lodge_dkim_signature_free)
