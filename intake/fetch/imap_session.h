/* imap_session.h - our IMAP session on a connected, logged-in stream. Internal to this box.
 *
 * Commands are sent under tags of our own (libcurl used some before us) and may be pipelined; their
 * replies are waited for one by one. Untagged data goes first to the session, which keeps
 * what it must know of the selected folder, then to the listener of the moment. A deadline is on
 * every wait, on the monotonic clock: silence ends it after the reply time-out, and a trickle after
 * four of them plus what the expected bytes need at 16 kB/s.
 *
 * After an error of the stream or the protocol the session is broken and every call fails;
 * a refusal (NO, BAD) leaves it usable. One thread. Source: RFC 9051, RFC 3501, RFC 2683. */
#pragma once

#include "intake/fetch/selected.h"
#include "intake/fetch/server_fault.h"
#include "intake/link/connection.h"
#include "parsers/imap/parser.h"
#include <glib.h>

#define LODGE_IMAP_COMMAND_BYTES 1000 /* RFC 2683 3.2.1.5 */
#define LODGE_IMAP_SET_BYTES 800      /* of it, for a set of UIDs */

typedef struct LodgeImapSession LodgeImapSession;

/* Takes the connection. `reply_timeout_ms`: silence. */
LodgeImapSession *lodge_imap_session_new(LodgeConnection *connection,
                                         guint reply_timeout_ms);
/* Closes the connection; without a word, see lodge_imap_session_logout. */
void lodge_imap_session_free(LodgeImapSession *session);
const char *lodge_imap_session_name(const LodgeImapSession *session);
guint lodge_imap_session_backoff_ms(const LodgeImapSession *session);
const LodgeImapSelected *lodge_imap_session_selected(const LodgeImapSession *session);

/* CAPABILITY again, because it changes with login; then ID where it is offered. */
gboolean lodge_imap_session_greet(LodgeImapSession *session, GError **error);
gboolean lodge_imap_session_has(const LodgeImapSession *session, const char *capability);
const char *const *lodge_imap_session_capabilities(const LodgeImapSession *session);

/* Who hears untagged data and bodies from now on; NULL: nobody. Copied. */
void lodge_imap_session_listen(LodgeImapSession *session,
                               const LodgeImapHandler *listener,
                               gpointer data);

/* Sends one command, without tag and line end. `about` names it and its folder in messages. */
gboolean lodge_imap_session_send(LodgeImapSession *session,
                                 const char *about,
                                 const char *command,
                                 guint *ticket_out,
                                 GError **error);
/* Waits for its tagged reply, whatever it says; reply_out (may be NULL) is to be cleared. */
gboolean lodge_imap_session_wait(LodgeImapSession *session,
                                 guint ticket,
                                 guint64 expected_bytes,
                                 LodgeImapReply *reply_out,
                                 GError **error);
/* Sends, waits, and wants OK. */
gboolean lodge_imap_session_run(LodgeImapSession *session,
                                const char *about,
                                const char *command,
                                GError **error);
/* The error of a reply that is not OK. */
void lodge_imap_session_set_refusal(LodgeImapSession *session,
                                    const char *about,
                                    const LodgeImapReply *reply,
                                    GError **error);

/* EXAMINE, or SELECT when flags are to be set. `raw` is the name on the wire. */
gboolean lodge_imap_session_select(LodgeImapSession *session,
                                   const char *raw,
                                   const char *shown,
                                   gboolean read_write,
                                   GError **error);
/* Is it the selected folder, and still in the epoch of its selection? */
gboolean lodge_imap_session_has_selected(const LodgeImapSession *session, const char *raw);
/* LOGOUT, for at most a second or two; failures do not matter any more. */
void lodge_imap_session_logout(LodgeImapSession *session);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeImapSession, lodge_imap_session_free)
