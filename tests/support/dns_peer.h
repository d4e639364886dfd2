/* dns_peer.h - a scripted DNS server on loopback, UDP and TCP on one port, in a thread of the test.
 *
 * It knows the names of its script and how each is to be answered; every other name does not exist. What is larger than
 * 1232 bytes is truncated over UDP and whole over TCP, as servers do. Only TXT is answered. No clock. */
#pragma once

#include <glib.h>

typedef enum {
    DNS_PEER_ANSWER,
    DNS_PEER_SERVFAIL,
    DNS_PEER_REFUSE,
    DNS_PEER_TRUNCATE,       /* over UDP, however small it is */
    DNS_PEER_SILENT,         /* no reply, ever */
    DNS_PEER_HOLD,           /* no reply before dns_peer_release() */
    DNS_PEER_WRONG_ID,       /* a reply to somebody else's question, and no other */
    DNS_PEER_WRONG_ID_FIRST, /* that, then the right one */
    DNS_PEER_OTHER_NAME,     /* the records of the answer belong to another name */
    DNS_PEER_OTHER_QUESTION, /* the question that comes back is another one */
} DnsPeerManner;

typedef struct {
    const char *name; /* without a final dot */
    DnsPeerManner manner;
    const char *text;  /* its TXT record, or NULL */
    const char *cname; /* or where it leads */
    gsize fill;        /* so many bytes more in the record, one string after the other */
} DnsPeerName;

typedef struct DnsPeer DnsPeer;

/* `names` ends with a NULL name and must outlive the peer. `port` 0: any. */
DnsPeer *dns_peer_start(const DnsPeerName *names, guint port);
guint dns_peer_port(const DnsPeer *peer);
/* "127.0.0.1@PORT"; the peer's own. */
const char *dns_peer_address(const DnsPeer *peer);
/* How often a name was asked so far, over UDP and over TCP. */
guint dns_peer_count(DnsPeer *peer, const char *name);
/* Held replies go out. */
void dns_peer_release(DnsPeer *peer);
void dns_peer_stop(DnsPeer *peer);
/* A port of loopback where nobody listens, neither UDP nor TCP. */
guint dns_peer_free_port(void);
