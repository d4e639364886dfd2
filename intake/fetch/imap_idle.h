/* imap_idle.h - waiting for a server to say something of its own accord. Internal.
 *
 * With IDLE, begun and ended by us; without it, listening to a quiet line. Untagged data goes to
 * the session and its listener as always; after each chunk `enough` is asked. What a server
 * may say unasked during one wait is bounded by LODGE_IMAP_IDLE_BYTES: beyond, it floods us, and
 * that is a protocol error. A DONE that is not answered within the reply time-out, or an IDLE without
 * its "+", is a dead connection: LODGE_LINK_ERROR_TIMEOUT.
 *
 * Source: RFC 2177, RFC 9051 section 6.3.13. */
#pragma once

#include "intake/fetch/imap_session.h"
#include <glib.h>

#define LODGE_IMAP_IDLE_BYTES (1024 * 1024)

typedef enum {
    LODGE_IMAP_IDLE_ENOUGH, /* `enough` said so */
    LODGE_IMAP_IDLE_QUIET,  /* timeout_ms are over */
    LODGE_IMAP_IDLE_WOKEN,  /* wake_fd is readable */
    LODGE_IMAP_IDLE_ENDED,  /* the server refused it, or ended it by itself */
} LodgeImapIdleEnd;

typedef struct {
    const char *folder; /* shown */
    guint timeout_ms;
    int wake_fd; /* or -1 */
    gboolean (*enough)(gpointer data);
    gpointer data;
} LodgeImapIdle;

/* Is IDLE offered, and was it not refused in this session? */
gboolean lodge_imap_idle_is_offered(const LodgeImapSession *session);
/* IDLE to its acknowledged end. A call for patience is LODGE_FETCH_ERROR_BUSY. */
gboolean lodge_imap_idle_run(LodgeImapSession *session,
                             const LodgeImapIdle *idle,
                             LodgeImapIdleEnd *end_out,
                             GError **error);
/* Without a command: the server may speak or end the session at any time. */
gboolean lodge_imap_idle_listen(LodgeImapSession *session,
                                const LodgeImapIdle *idle,
                                LodgeImapIdleEnd *end_out,
                                GError **error);
