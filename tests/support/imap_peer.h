/* imap_peer.h - a scripted IMAP server on loopback, in a thread of the test.
 *
 * Greeting, login, CAPABILITY, ID, NAMESPACE, LIST and LOGOUT are answered from the script's head; every
 * other command must be the next step of the script, in order, and gets exactly its reply. "$" in a
 * reply is the command's tag; that of DONE is the one of its IDLE. One connection; no clock but where a reply is to trickle.
 * A script may also say what comes instead of an answer of the head. */
#pragma once

#include <glib.h>

typedef enum {
    IMAP_PEER_GO_ON,
    IMAP_PEER_DROP,    /* close behind the reply */
    IMAP_PEER_SILENT,  /* say nothing more, until the client goes away */
    IMAP_PEER_TRICKLE, /* the same, but a space every few milliseconds */
    IMAP_PEER_FLOOD,   /* say the reply again and again, until the client goes away */
    IMAP_PEER_WAKE,    /* write the script's wake_fd, and go on */
} ImapPeerThen;

typedef struct {
    const char
        *expect; /* the command without its tag begins like this; "" fits every command */
    const char *reply;
    ImapPeerThen then;
} ImapPeerStep;

typedef struct {
    const char *greeting; /* NULL: "* OK ready\r\n" */
    ImapPeerThen greeting_then;
    const char *login_reply;     /* behind the tag; NULL: "OK in" */
    const char *offers;          /* before login; NULL: "IMAP4rev1 SASL-IR AUTH=PLAIN" */
    const char *capabilities;    /* after login; NULL: "IMAP4rev1 UIDPLUS" */
    const char *list;            /* replies to LIST; NULL: INBOX alone */
    const char *namespaces;      /* replies to NAMESPACE */
    const ImapPeerStep *instead; /* of the head's answer to the command that it expects */
    const ImapPeerStep *steps;
    gsize step_count;
    int wake_fd; /* an eventfd, for IMAP_PEER_WAKE */
} ImapPeerScript;

typedef struct ImapPeer ImapPeer;

/* The script must outlive the peer. */
ImapPeer *imap_peer_start(const ImapPeerScript *script);
guint imap_peer_port(const ImapPeer *peer);
/* Ends the thread. NULL when the client kept to the script and came to its end, else what it did instead. g_free. */
char *imap_peer_finish(ImapPeer *peer);
/* After finish: all commands with their tags, one a line. Freed by imap_peer_free. */
const char *imap_peer_commands(const ImapPeer *peer);
/* After finish: how many bytes a flood took to make the client go. */
guint64 imap_peer_flooded(const ImapPeer *peer);
void imap_peer_free(ImapPeer *peer);
