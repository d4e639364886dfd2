/* connection.h - the one door to libcurl: a connected, secured, logged-in byte stream; and a sent mail.
 *
 * libcurl does DNS, TCP, TLS (verified always), STARTTLS, SASL PLAIN/LOGIN and XOAUTH2/OAUTHBEARER login;
 * afterwards the bytes are ours (CURLOPT_CONNECT_ONLY). Every wait has a deadline on the monotonic
 * clock. Secrets are handed in by the caller and wiped here. libcurl's global state is set
 * up by lodge_connection_init, called from main before any thread.
 *
 * Errors name host, port and the mend; the codes are those callers branch on. */
#pragma once

#include "config/settings.h"
#include <glib.h>

#define LODGE_LINK_ERROR lodge_link_error_quark()
GQuark lodge_link_error_quark(void);
typedef enum {
    LODGE_LINK_ERROR_CONNECT, /* cannot reach: try later */
    LODGE_LINK_ERROR_TLS, /* certificate or handshake: a person must look; says dates, names */
    LODGE_LINK_ERROR_LOGIN, /* the server refuses user or secret: long back-off */
    LODGE_LINK_ERROR_TIMEOUT,
    LODGE_LINK_ERROR_CLOSED,  /* the peer went away */
    LODGE_LINK_ERROR_STOPPED, /* given up, because lodge is asked to stop */
} LodgeLinkError;

/* `stopping`: asked every now and then in every wait, from any thread; once it says TRUE the wait ends within a second or
 * so, however long the peer is silent. NULL: nobody ever asks us to stop. */
void lodge_connection_init(gboolean (*stopping)(void));

typedef struct LodgeConnection LodgeConnection;

/* scheme "imap": connects and logs in. `secret` NULL only where auth is none. */
LodgeConnection *lodge_connection_open(const char *scheme,
                                       const LodgeEndpoint *endpoint,
                                       const char *secret,
                                       GError **error);
void lodge_connection_close(LodgeConnection *connection);
/* All of it, or an error. */
gboolean lodge_connection_send(LodgeConnection *connection,
                               const void *bytes,
                               gsize size_bytes,
                               guint timeout_ms,
                               GError **error);
/* At least one byte into the buffer within timeout_ms; returns the count, 0 on error. */
gsize lodge_connection_receive(LodgeConnection *connection,
                               void *buffer,
                               gsize size_bytes,
                               guint timeout_ms,
                               GError **error);

typedef enum {
    LODGE_CONNECTION_RECEIVED, /* at least one byte is in the buffer */
    LODGE_CONNECTION_WOKEN,    /* wake_fd is readable; it was not read */
    LODGE_CONNECTION_QUIET,    /* neither within timeout_ms */
    LODGE_CONNECTION_LOST,     /* the error is set */
} LodgeConnectionHeard;
typedef struct {
    guint timeout_ms;
    int wake_fd; /* an eventfd, or -1: nobody wakes us */
} LodgeConnectionPatience;
/* Listens to the peer and to wake_fd at once; wake_fd comes first, so no flood drowns it. */
LodgeConnectionHeard lodge_connection_hear(LodgeConnection *connection,
                                           void *buffer,
                                           gsize size_bytes,
                                           const LodgeConnectionPatience *patience,
                                           gsize *received_out,
                                           GError **error);
/* "imaps://mail.example:993" for messages. */
const char *lodge_connection_name(const LodgeConnection *connection);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeConnection, lodge_connection_close)
