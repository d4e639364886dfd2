#include "intake/fetch/imap_idle.h"
#include "intake/fetch/imap_session_internal.h"
#include "intake/fetch/mailbox.h"

gboolean lodge_imap_idle_is_offered(const LodgeImapSession *session)
{
    return lodge_imap_session_has(session, "IDLE") && !session->idle_refused;
}

/* ---- hearing ---- */

/* One chunk, if one comes: LODGE_IMAP_IDLE_ENOUGH only means that we may go on. */
static gboolean hear_chunk(LodgeImapSession *session,
                           const LodgeConnectionPatience *patience,
                           guint64 *heard_bytes,
                           LodgeImapIdleEnd *end_out,
                           GError **error)
{
    gsize size = 0;
    *end_out = LODGE_IMAP_IDLE_ENOUGH;
    switch (lodge_connection_hear(session->connection, session->buffer,
                                  sizeof session->buffer, patience, &size, error)) {
    case LODGE_CONNECTION_RECEIVED:
        *heard_bytes += size;
        if (*heard_bytes <= LODGE_IMAP_IDLE_BYTES)
            return lodge_imap_session_take(session, size, error);
        lodge_imap_session_refuse_protocol(session, "the server talks without end", error);
        break;
    case LODGE_CONNECTION_WOKEN:
        *end_out = LODGE_IMAP_IDLE_WOKEN;
        return TRUE;
    case LODGE_CONNECTION_QUIET:
        *end_out = LODGE_IMAP_IDLE_QUIET;
        return TRUE;
    case LODGE_CONNECTION_LOST:
        g_prefix_error(error, "while waiting for news in the mailbox: ");
        break;
    }
    session->broken = TRUE;
    return FALSE;
}

/* `command` NULL: there is none whose end would end this. */
static gboolean hear(LodgeImapSession *session,
                     const LodgeImapIdle *idle,
                     const LodgeImapCommand *command,
                     LodgeImapIdleEnd *end_out,
                     GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)idle->timeout_ms * 1000;
    guint64 heard_bytes = 0;
    LodgeImapIdleEnd end = LODGE_IMAP_IDLE_ENOUGH;
    while (end == LODGE_IMAP_IDLE_ENOUGH) {
        if (command != NULL && command->answered) {
            end = LODGE_IMAP_IDLE_ENDED;
            break;
        }
        if (idle->enough(idle->data))
            break;
        gint64 left_ms = (deadline_us - g_get_monotonic_time() + 999) / 1000;
        const LodgeConnectionPatience patience = {.timeout_ms = (guint)MAX(left_ms, 0),
                                                  .wake_fd = idle->wake_fd};
        if (!hear_chunk(session, &patience, &heard_bytes, &end, error))
            return FALSE;
    }
    *end_out = end;
    return TRUE;
}

gboolean lodge_imap_idle_listen(LodgeImapSession *session,
                                const LodgeImapIdle *idle,
                                LodgeImapIdleEnd *end_out,
                                GError **error)
{
    return hear(session, idle, NULL, end_out, error);
}

/* ---- IDLE ---- */

/* RFC 2177: continue-req, then untagged data until DONE. Both may be preceded by untagged data; a
 * refusal comes instead of the continuation. */
static gboolean await_continuation(LodgeImapSession *session,
                                   const LodgeImapCommand *command,
                                   GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)session->reply_timeout_ms * 1000;
    while (session->continuation_owed && !command->answered) {
        if (!lodge_imap_session_read(session, deadline_us, error))
            return FALSE;
    }
    session->continuation_owed = FALSE;
    return TRUE;
}

static gboolean say_done(LodgeImapSession *session, GError **error)
{
    static const char done[] = "DONE\r\n";
    if (lodge_connection_send(session->connection, done, sizeof done - 1,
                              session->reply_timeout_ms, error))
        return TRUE;
    session->broken = TRUE;
    g_prefix_error(error, "sending DONE: ");
    return FALSE;
}

/* An end that is not OK is no failure of ours: there are other ways to wait. */
static gboolean
judge_end(LodgeImapSession *session, const char *about, guint ticket, GError **error)
{
    LodgeImapReply reply = {0};
    if (!lodge_imap_session_wait(session, ticket, 0, &reply, error))
        return FALSE;
    guint ignored = 0;
    gboolean busy =
        reply.status != LODGE_IMAP_OK && lodge_server_fault_is_busy(&reply, &ignored);
    if (busy)
        lodge_imap_session_set_refusal(session, about, &reply, error);
    else if (reply.status != LODGE_IMAP_OK)
        session->idle_refused = TRUE;
    lodge_imap_reply_clear(&reply);
    return !busy;
}

gboolean lodge_imap_idle_run(LodgeImapSession *session,
                             const LodgeImapIdle *idle,
                             LodgeImapIdleEnd *end_out,
                             GError **error)
{
    g_autofree char *about = g_strdup_printf("IDLE in %s", idle->folder);
    guint ticket = 0;
    session->continuation_owed = TRUE;
    if (!lodge_imap_session_send(session, about, "IDLE", &ticket, error))
        return FALSE;
    const LodgeImapCommand *command = lodge_imap_session_find_command(session, ticket);
    LodgeImapIdleEnd end = LODGE_IMAP_IDLE_ENDED;
    if (!await_continuation(session, command, error) ||
        !hear(session, idle, command, &end, error))
        return FALSE;
    if (!command->answered && !say_done(session, error))
        return FALSE;
    *end_out = end;
    return judge_end(session, about, ticket, error);
}
