/* smtp_peer_tls.h - a throw-away certificate for localhost, and a TLS server side over a socket. */
#pragma once

#include <glib.h>

typedef struct SmtpPeerKeys SmtpPeerKeys; /* key, certificate, and its PEM file */
typedef struct SmtpPeerTlsStream SmtpPeerTlsStream;

SmtpPeerKeys *smtp_peer_keys_new(void);
void smtp_peer_keys_free(SmtpPeerKeys *keys);
const char *smtp_peer_keys_file(const SmtpPeerKeys *keys);

/* NULL: the handshake failed. */
SmtpPeerTlsStream *smtp_peer_tls_accept(const SmtpPeerKeys *keys, int fd);
void smtp_peer_tls_free(SmtpPeerTlsStream *stream);
/* Like read and write; 0 or less: over. */
int smtp_peer_tls_read(SmtpPeerTlsStream *stream, void *buffer, int size);
int smtp_peer_tls_write(SmtpPeerTlsStream *stream, const void *bytes, int size);
gboolean smtp_peer_tls_has_pending(SmtpPeerTlsStream *stream);
