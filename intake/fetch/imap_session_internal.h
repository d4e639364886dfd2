/* imap_session_internal.h - a session from the inside: for imap_session.c and imap_idle.c alone.
 *
 * A continuation is owed only between an IDLE and its "+"; at any other time it is an error. */
#pragma once

#include "intake/fetch/imap_session.h"

#define LODGE_IMAP_RECEIVE_BYTES (64 * 1024)

typedef struct {
    guint ticket;
    char *about;
    gboolean answered;
    LodgeImapReply reply;
} LodgeImapCommand;

struct LodgeImapSession {
    LodgeConnection *connection;
    LodgeImapParser *parser;
    guint reply_timeout_ms;
    guint last_ticket;
    GPtrArray *commands; /* LodgeImapCommand: sent, reply not yet fetched by its owner */
    GStrv capabilities;
    char *selected_name; /* on the wire; NULL: none */
    LodgeImapSelected selected;
    LodgeImapHandler listener;
    gpointer listener_data;
    guint backoff_ms;
    gboolean continuation_owed;
    gboolean idle_refused;
    gboolean broken;
    gboolean leaving;
    guint8 buffer[LODGE_IMAP_RECEIVE_BYTES];
};

/* NULL: its owner has fetched the reply. */
LodgeImapCommand *lodge_imap_session_find_command(const LodgeImapSession *session,
                                                  guint ticket);
/* Waits for more and takes it. Silence, slowness and nonsense break the session. */
gboolean
lodge_imap_session_read(LodgeImapSession *session, gint64 deadline_us, GError **error);
/* Takes what has come into the buffer. */
gboolean
lodge_imap_session_take(LodgeImapSession *session, gsize size_bytes, GError **error);
/* A broken protocol, named by the command of the moment; always FALSE. */
gboolean lodge_imap_session_refuse_protocol(const LodgeImapSession *session,
                                            const char *what,
                                            GError **error);
