/* signer.h - mails signed for a test, with keys made at its start.
 *
 * The digests are the reader's own (lodge_message_parse), so a signature made here proves nothing about
 * hashing by itself: the collected mails and libopendkim do that. It makes mails whose every
 * byte can then be changed. */
#pragma once

#include "tests/intake/learn/zone.h"
#include <glib.h>

typedef enum {
    TEST_KEY_RSA_2048,
    TEST_KEY_RSA_1024,
    TEST_KEY_RSA_512,
    TEST_KEY_ED25519,
    TEST_KEYS,
} TestKey;

typedef struct TestSigner TestSigner;

/* Its zone has each key under its selector for council.example and for lists.example. */
TestSigner *test_signer_new(void);
void test_signer_free(TestSigner *signer);
TestZone *test_signer_zone(TestSigner *signer);
/* "rsa2048", "rsa1024", "rsa512", "ed25519" */
const char *test_signer_selector(TestKey key);
/* The base64 of p=: for RSA a SubjectPublicKeyInfo, or a bare RSAPublicKey; borrowed. */
const char *test_signer_material(const TestSigner *signer, TestKey key, gboolean is_bare);
/* The private key as PEM; g_free it. */
char *test_signer_private(const TestSigner *signer, TestKey key);

typedef struct {
    TestKey key;
    const char *algorithm; /* NULL: the key's usual one */
    const char *canon;     /* c=, or NULL: no such tag */
    const char *names;     /* h= */
    const char *tags;      /* others, each with its ";", or NULL */
} TestWish;

/* `mail` with a DKIM-Signature on top. */
GString *test_signer_sign(TestSigner *signer, const GString *mail, const TestWish *wish);

typedef struct {
    guint instance;
    const char *domain;  /* "council.example" or "lists.example" */
    const char *chain;   /* cv= */
    const char *results; /* the payload of ARC-Authentication-Results */
    const char *names;   /* h= */
    const char *tags;    /* others of the ARC-Message-Signature, or NULL */
} TestSeal;

/* `mail` with one more ARC set on top, by the key of 1024 bits. */
GString *test_signer_seal(TestSigner *signer, const GString *mail, const TestSeal *seal);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestSigner, test_signer_free)
