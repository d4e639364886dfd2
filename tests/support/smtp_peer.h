/* smtp_peer.h - a scripted SMTP server on loopback, in a thread of the test.
 *
 * Says what a well-behaved server says, except where a turn of the script tells it otherwise: another reply,
 * a closed connection, or silence. With a certificate it offers STARTTLS or speaks TLS from
 * the start. One connection at a time; no clock and no sleeps: silence lasts until the
 * client goes away or the peer is freed. */
#pragma once

#include <glib.h>

typedef enum {
    SMTP_PEER_GREETING,
    SMTP_PEER_EHLO,
    SMTP_PEER_STARTTLS,
    SMTP_PEER_AUTH,
    SMTP_PEER_MAIL,
    SMTP_PEER_RCPT,
    SMTP_PEER_DATA,
    SMTP_PEER_FINAL,
    SMTP_PEER_NOOP,
    SMTP_PEER_QUIT,
} SmtpPeerStep;

typedef enum {
    SMTP_PEER_SAY,    /* `reply` instead of the usual one */
    SMTP_PEER_DROP,   /* close instead of replying */
    SMTP_PEER_SILENT, /* no reply */
    SMTP_PEER_SAY_AND_DROP,
    SMTP_PEER_DROP_IN_BODY, /* with DATA: 354, then close after the first bytes of the body */
    SMTP_PEER_TRICKLE, /* `reply` again and again, one every few milliseconds, until the client goes away */
    SMTP_PEER_FLOOD,  /* the same, as fast as it can */
    SMTP_PEER_INJECT, /* `reply` behind the usual one, in one packet; and on as usual */
} SmtpPeerAction;

typedef struct {
    SmtpPeerStep step;
    SmtpPeerAction action;
    const char *reply;  /* "550 5.1.1 no such user\r\n", all its lines */
    guint from_message; /* holds from this MAIL on (1-based); 0: always */
    guint times;        /* 0: for ever */
} SmtpPeerTurn;

typedef enum {
    SMTP_PEER_PLAIN,
    SMTP_PEER_OFFERS_STARTTLS,
    SMTP_PEER_TLS_FROM_THE_START,
} SmtpPeerTls;

typedef struct {
    SmtpPeerTls tls;
    const char *offers;        /* EHLO keywords, each with "250-" and CRLF; NULL: none */
    const SmtpPeerTurn *turns; /* the first that fits counts */
    gsize turn_count;
} SmtpPeerScript;

/* One message that was taken. */
typedef struct {
    char *from, *to;  /* between the brackets */
    GBytes *bytes;    /* dot-stuffing undone */
    guint connection; /* 1-based */
} SmtpPeerMessage;

typedef struct SmtpPeer SmtpPeer;

SmtpPeer *smtp_peer_new(const SmtpPeerScript *script);
/* Ends the thread; nothing may be asked before it. */
void smtp_peer_stop(SmtpPeer *peer);
void smtp_peer_free(SmtpPeer *peer);

guint smtp_peer_port(const SmtpPeer *peer);
/* PEM file of its certificate, for "localhost"; NULL without TLS. */
const char *smtp_peer_ca_file(const SmtpPeer *peer);

/* The script's silence has begun; may be asked at any time. */
gboolean smtp_peer_is_silent(SmtpPeer *peer);

/* After smtp_peer_stop. */
guint smtp_peer_connections(const SmtpPeer *peer);
const GPtrArray *smtp_peer_messages(const SmtpPeer *peer);
/* Every line it was sent outside of message bodies, joined by "\n". */
const char *smtp_peer_heard(const SmtpPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(SmtpPeer, smtp_peer_free)
