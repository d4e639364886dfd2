/* smime_maker.h - people with certificates, and what they sign, made while the test runs.
 *
 * Keys are fresh in each run and nothing depends on them; instants are fixed: certificates are valid
 * for the whole of 2024. Whatever fails here ends the test program. */
#pragma once

#include <glib.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define SMIME_MAKER_FROM_S G_GINT64_CONSTANT(1704067200) /* 2024-01-01T00:00:00Z */
#define SMIME_MAKER_TO_S G_GINT64_CONSTANT(1735689599)   /* 2024-12-31T23:59:59Z */

typedef struct {
    X509 *certificate;
    EVP_PKEY *key;
} SmimePerson;

/* Extensions in OpenSSL's words; NULL: none. `issuer` NULL: itself, a certification authority. */
typedef struct {
    const char *name, *email; /* email: subjectAltName; NULL: none */
    const char *key_usage, *extended_key_usage;
    const SmimePerson *issuer;
    gboolean is_authority;
    const char *subject_email; /* emailAddress of the subject; NULL: none */
    int subject_email_size;    /* with NULs in it; 0: up to its end */
} SmimeWish;

SmimePerson *smime_maker_person(const SmimeWish *wish);
void smime_maker_free(SmimePerson *person);
/* Their certificates, one after another, for lodge_message_trust. */
GBytes *smime_maker_pem(const SmimePerson *person);

/* A SignedData over the entity; `flags` as of CMS_sign (CMS_DETACHED, CMS_NOCERTS …), content is taken as it stands. */
GBytes *smime_maker_sign(const SmimePerson *signer,
                         const EVP_MD *digest,
                         const void *entity,
                         gsize size,
                         unsigned flags);
/* With certificates and a second signer (NULL: none) added. */
GBytes *smime_maker_sign_with(const SmimePerson *signer,
                              const SmimePerson *second,
                              const GPtrArray *others,
                              const void *entity,
                              gsize size,
                              unsigned flags);
/* Encrypted to the person. */
GBytes *smime_maker_encrypt(const SmimePerson *reader, const void *entity, gsize size);

/* An entity of application/pkcs7-mime, and one of multipart/signed with whatever stands in `more` before its end.
 * Put behind a header, they are a mail. g_free them. */
char *smime_maker_opaque_entity(GBytes *object);
char *smime_maker_detached_entity(const char *entity, GBytes *signature, const char *more);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmimePerson, smime_maker_free)
