/* tls_peer.h - an IMAP-speaking TLS server on loopback with a certificate of the test's making.
 *
 * Each connection: handshake, greeting, CAPABILITY and login answered, every other line echoed as
 * often as asked. Serves connections one after another until freed. */
#pragma once

#include <glib.h>

typedef struct {
    const char *name; /* CN and the only subjectAltName: "localhost" */
    gint64 starts_s;  /* validity, relative to now */
    gint64 ends_s;
    gboolean starttls; /* plain at first, STARTTLS offered */
    const char
        *injected; /* in the clear, right behind the answer to STARTTLS; NULL: nothing */
    guint echoes;  /* of every line after login */
} TlsPeerOptions;

typedef struct TlsPeer TlsPeer;

TlsPeer *tls_peer_start(const TlsPeerOptions *options);
guint tls_peer_port(const TlsPeer *peer);
/* PEM file of its certificate. */
const char *tls_peer_ca_file(const TlsPeer *peer);
/* Everything that clients said, decrypted; ask after tls_peer_stop. */
const char *tls_peer_heard(const TlsPeer *peer);
void tls_peer_stop(TlsPeer *peer);
void tls_peer_free(TlsPeer *peer);
