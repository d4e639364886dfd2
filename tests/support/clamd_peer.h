/* clamd_peer.h - a scripted clamd on a Unix socket or on loopback, in a thread of the test.
 *
 * Answers PING, VERSION and INSTREAM as clamd does, except where its script says otherwise. One connection at a
 * time; no clock and no sleeps: silence lasts until the client goes away or the peer is stopped. */
#pragma once

#include <glib.h>

typedef enum {
    CLAMD_PEER_ANSWER,      /* the reply with its NUL, when all of the command is there */
    CLAMD_PEER_WITHOUT_NUL, /* the same without, and the connection is closed */
    CLAMD_PEER_EARLY,  /* the reply after the first chunk, then closed: not all was read */
    CLAMD_PEER_SILENT, /* takes all, says nothing */
    CLAMD_PEER_DEAF,   /* reads the command and no byte more, says nothing */
    CLAMD_PEER_DROP,   /* closes instead of answering */
    CLAMD_PEER_DROP_MIDWAY, /* closes after the first chunk */
    CLAMD_PEER_FLOOD,       /* a line that does not end */
} ClamdPeerManner;

typedef struct {
    ClamdPeerManner manner;
    const char *reply; /* NULL: the usual one */
    gsize size_bytes;  /* of a reply with NULs in it; 0: up to its NUL */
} ClamdPeerTurn;

typedef struct {
    ClamdPeerTurn ping, version, stream;
} ClamdPeerScript;

typedef struct ClamdPeer ClamdPeer;

/* `socket` NULL: TCP, on any port. `script` must outlive the peer. */
ClamdPeer *clamd_peer_start(const char *socket, const ClamdPeerScript *script);
guint clamd_peer_port(const ClamdPeer *peer);
/* Ends the thread. */
void clamd_peer_stop(ClamdPeer *peer);
/* After stop: connections taken, and the bytes of the last stream, framing undone; NULL: none came to its end. */
guint clamd_peer_connections(const ClamdPeer *peer);
GBytes *clamd_peer_streamed(const ClamdPeer *peer);
guint clamd_peer_largest_chunk(const ClamdPeer *peer);
void clamd_peer_free(ClamdPeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(ClamdPeer, clamd_peer_free)
