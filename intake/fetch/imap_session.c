#include "intake/fetch/imap_session.h"
#include "intake/fetch/imap_session_internal.h"
#include "intake/fetch/mailbox.h"
#include "parsers/imap/mailbox_data.h"
#include "parsers/imap/mailbox_name.h"
#include <string.h>

#define TRICKLE_FACTOR 4        /* reply time-outs a whole exchange may take */
#define TRICKLE_BYTES_PER_MS 16 /* and this much for what it carries */
#define LOGOUT_TIMEOUT_MS 1000

static void free_command(gpointer data)
{
    LodgeImapCommand *command = data;
    g_free(command->about);
    lodge_imap_reply_clear(&command->reply);
    g_free(command);
}

/* ---- what the server says ---- */

static void note_capabilities(LodgeImapSession *session, const LodgeImapResponse *response)
{
    GStrv capabilities = lodge_imap_capability_read(response);
    if (capabilities == NULL)
        return;
    g_strfreev(session->capabilities);
    session->capabilities = capabilities;
}

LodgeImapCommand *lodge_imap_session_find_command(const LodgeImapSession *session,
                                                  guint ticket)
{
    for (guint i = 0; i < session->commands->len; i++) {
        LodgeImapCommand *command = g_ptr_array_index(session->commands, i);
        if (command->ticket == ticket)
            return command;
    }
    return NULL;
}

static const char *current_about(const LodgeImapSession *session)
{
    if (session->commands->len == 0)
        return "no command";
    const LodgeImapCommand *command = g_ptr_array_index(session->commands, 0);
    return command->about;
}

gboolean lodge_imap_session_refuse_protocol(const LodgeImapSession *session,
                                            const char *what,
                                            GError **error)
{
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL, "%s: during %s %s",
                lodge_connection_name(session->connection), current_about(session), what);
    return FALSE;
}

static gboolean
take_tagged(LodgeImapSession *session, const LodgeImapResponse *response, GError **error)
{
    guint64 ticket = 0;
    LodgeImapCommand *command = NULL;
    if (response->tag[0] == 'L' &&
        g_ascii_string_to_unsigned(response->tag + 1, 10, 1, G_MAXUINT, &ticket, NULL))
        command = lodge_imap_session_find_command(session, (guint)ticket);
    if (command == NULL || command->answered)
        return lodge_imap_session_refuse_protocol(
            session, "the server answered a command that was not sent", error);
    command->answered = TRUE;
    lodge_imap_reply_set(&command->reply, response);
    return TRUE;
}

static gboolean
take_bye(LodgeImapSession *session, const LodgeImapResponse *response, GError **error)
{
    if (session->leaving)
        return TRUE;
    LodgeImapReply reply = {0};
    lodge_imap_reply_set(&reply, response);
    lodge_imap_session_set_refusal(session, current_about(session), &reply, error);
    lodge_imap_reply_clear(&reply);
    return FALSE;
}

static gboolean take_continuation(LodgeImapSession *session, GError **error)
{
    if (!session->continuation_owed)
        return lodge_imap_session_refuse_protocol(
            session, "the server asked for more, though nothing is owed", error);
    session->continuation_owed = FALSE;
    return TRUE;
}

static gboolean
take_response(const LodgeImapResponse *response, gpointer data, GError **error)
{
    LodgeImapSession *session = data;
    note_capabilities(session, response);
    lodge_imap_selected_note(&session->selected, response);
    if (response->kind == LODGE_IMAP_TAGGED)
        return take_tagged(session, response, error);
    if (response->kind == LODGE_IMAP_CONTINUATION)
        return take_continuation(session, error);
    if (response->status == LODGE_IMAP_BYE)
        return take_bye(session, response, error);
    if (session->listener.response == NULL)
        return TRUE;
    return session->listener.response(response, session->listener_data, error);
}

static gboolean take_body_begin(
    guint32 number, const char *item, guint64 size_bytes, gpointer data, GError **error)
{
    LodgeImapSession *session = data;
    if (session->listener.body_begin == NULL)
        return TRUE;
    return session->listener.body_begin(number, item, size_bytes, session->listener_data,
                                        error);
}

static gboolean
take_body_bytes(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    LodgeImapSession *session = data;
    if (session->listener.body_bytes == NULL)
        return TRUE;
    return session->listener.body_bytes(bytes, size_bytes, session->listener_data, error);
}

static gboolean take_body_end(gpointer data, GError **error)
{
    LodgeImapSession *session = data;
    if (session->listener.body_end == NULL)
        return TRUE;
    return session->listener.body_end(session->listener_data, error);
}

/* ---- lifetime ---- */

LodgeImapSession *lodge_imap_session_new(LodgeConnection *connection,
                                         guint reply_timeout_ms)
{
    LodgeImapSession *session = g_new0(LodgeImapSession, 1);
    LodgeImapHandler handler = {
        .response = take_response,
        .body_begin = take_body_begin,
        .body_bytes = take_body_bytes,
        .body_end = take_body_end,
    };
    session->connection = connection;
    session->reply_timeout_ms = reply_timeout_ms;
    session->parser = lodge_imap_parser_new(&handler, FALSE, session);
    session->commands = g_ptr_array_new_with_free_func(free_command);
    return session;
}

void lodge_imap_session_free(LodgeImapSession *session)
{
    if (session == NULL)
        return;
    lodge_connection_close(session->connection);
    lodge_imap_parser_free(session->parser);
    g_ptr_array_unref(session->commands);
    g_strfreev(session->capabilities);
    g_free(session->selected_name);
    lodge_imap_selected_clear(&session->selected);
    g_free(session);
}

const char *lodge_imap_session_name(const LodgeImapSession *session)
{
    return lodge_connection_name(session->connection);
}

guint lodge_imap_session_backoff_ms(const LodgeImapSession *session)
{
    return session->backoff_ms;
}

const LodgeImapSelected *lodge_imap_session_selected(const LodgeImapSession *session)
{
    return &session->selected;
}

gboolean lodge_imap_session_has_selected(const LodgeImapSession *session, const char *raw)
{
    return g_strcmp0(session->selected_name, raw) == 0 && !session->selected.epoch_changed;
}

const char *const *lodge_imap_session_capabilities(const LodgeImapSession *session)
{
    return (const char *const *)session->capabilities;
}

gboolean lodge_imap_session_has(const LodgeImapSession *session, const char *capability)
{
    return session->capabilities != NULL &&
           g_strv_contains((const char *const *)session->capabilities, capability);
}

void lodge_imap_session_listen(LodgeImapSession *session,
                               const LodgeImapHandler *listener,
                               gpointer data)
{
    session->listener = listener != NULL ? *listener : (LodgeImapHandler){0};
    session->listener_data = data;
}

void lodge_imap_session_set_refusal(LodgeImapSession *session,
                                    const char *about,
                                    const LodgeImapReply *reply,
                                    GError **error)
{
    lodge_server_fault_set_error(reply, lodge_imap_session_name(session), about,
                                 &session->backoff_ms, error);
}

/* ---- commands and waits ---- */

/* The parser does not know whose words it reads, and which of them ask for patience. */
static void explain_parse_error(LodgeImapSession *session, GError *parse, GError **error)
{
    if (parse->domain != LODGE_IMAP_ERROR) {
        g_propagate_error(error, parse);
        return;
    }
    gboolean busy = parse->code == LODGE_IMAP_ERROR_STRAY &&
                    strstr(parse->message, "Unavailable") != NULL;
    g_set_error(error, LODGE_FETCH_ERROR,
                busy ? LODGE_FETCH_ERROR_BUSY : LODGE_FETCH_ERROR_PROTOCOL,
                "%s: during %s %s", lodge_imap_session_name(session),
                current_about(session), parse->message);
    g_error_free(parse);
}

/* A server that sends a byte now and then never falls silent. */
static gboolean set_too_slow(const LodgeImapSession *session, GError **error)
{
    g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT,
                "%s: the server is too slow: %s did not end in its time",
                lodge_imap_session_name(session), current_about(session));
    return FALSE;
}

static gboolean
explain_silence(const LodgeImapSession *session, guint timeout_ms, GError **error)
{
    gboolean cut_short = timeout_ms < session->reply_timeout_ms;
    if (cut_short && error != NULL &&
        g_error_matches(*error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT)) {
        g_clear_error(error);
        return set_too_slow(session, error);
    }
    const char *where =
        lodge_imap_parser_is_idle(session->parser) ? "" : ", in mid-response";
    g_prefix_error(error, "during %s%s: ", current_about(session), where);
    return FALSE;
}

gboolean
lodge_imap_session_take(LodgeImapSession *session, gsize size_bytes, GError **error)
{
    GError *parse = NULL;
    if (lodge_imap_parser_feed(session->parser, session->buffer, size_bytes, &parse))
        return TRUE;
    session->broken = TRUE;
    explain_parse_error(session, parse, error);
    return FALSE;
}

static gboolean read_more(LodgeImapSession *session, gint64 deadline_us, GError **error)
{
    gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;
    if (left_ms <= 0)
        return set_too_slow(session, error);
    guint timeout_ms = (guint)MIN(left_ms, (gint64)session->reply_timeout_ms);
    gsize size = lodge_connection_receive(session->connection, session->buffer,
                                          sizeof session->buffer, timeout_ms, error);
    if (size == 0)
        return explain_silence(session, timeout_ms, error);
    return lodge_imap_session_take(session, size, error);
}

gboolean
lodge_imap_session_read(LodgeImapSession *session, gint64 deadline_us, GError **error)
{
    if (read_more(session, deadline_us, error))
        return TRUE;
    session->broken = TRUE;
    return FALSE;
}

static gboolean check_usable(const LodgeImapSession *session, GError **error)
{
    if (!session->broken)
        return TRUE;
    g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED,
                "%s: the session has ended", lodge_imap_session_name(session));
    return FALSE;
}

gboolean lodge_imap_session_send(LodgeImapSession *session,
                                 const char *about,
                                 const char *command,
                                 guint *ticket_out,
                                 GError **error)
{
    if (!check_usable(session, error))
        return FALSE;
    guint ticket = ++session->last_ticket;
    g_autofree char *line = g_strdup_printf("L%u %s\r\n", ticket, command);
    if (!lodge_connection_send(session->connection, line, strlen(line),
                               session->reply_timeout_ms, error)) {
        session->broken = TRUE;
        g_prefix_error(error, "sending %s: ", about);
        return FALSE;
    }
    LodgeImapCommand *sent = g_new0(LodgeImapCommand, 1);
    sent->ticket = ticket;
    sent->about = g_strdup(about);
    g_ptr_array_add(session->commands, sent);
    *ticket_out = ticket;
    return TRUE;
}

gboolean lodge_imap_session_wait(LodgeImapSession *session,
                                 guint ticket,
                                 guint64 expected_bytes,
                                 LodgeImapReply *reply_out,
                                 GError **error)
{
    LodgeImapCommand *command = lodge_imap_session_find_command(session, ticket);
    g_return_val_if_fail(command != NULL, FALSE);
    if (!check_usable(session, error))
        return FALSE;
    guint64 budget_ms = (guint64)session->reply_timeout_ms * TRICKLE_FACTOR +
                        expected_bytes / TRICKLE_BYTES_PER_MS;
    gint64 deadline_us =
        g_get_monotonic_time() + (gint64)MIN(budget_ms, G_MAXINT64 / 4000) * 1000;
    while (!command->answered) {
        if (!lodge_imap_session_read(session, deadline_us, error))
            return FALSE;
    }
    if (reply_out != NULL) {
        *reply_out = command->reply;
        command->reply = (LodgeImapReply){0};
    }
    g_ptr_array_remove(session->commands, command);
    return TRUE;
}

gboolean lodge_imap_session_run(LodgeImapSession *session,
                                const char *about,
                                const char *command,
                                GError **error)
{
    guint ticket = 0;
    LodgeImapReply reply = {0};
    if (!lodge_imap_session_send(session, about, command, &ticket, error) ||
        !lodge_imap_session_wait(session, ticket, 0, &reply, error))
        return FALSE;
    gboolean ok = reply.status == LODGE_IMAP_OK;
    if (!ok)
        lodge_imap_session_set_refusal(session, about, &reply, error);
    lodge_imap_reply_clear(&reply);
    return ok;
}

/* ---- single commands ---- */

/* RFC 2971: some servers want to know who calls; a refusal changes nothing. */
static gboolean introduce(LodgeImapSession *session, GError **error)
{
    if (!lodge_imap_session_has(session, "ID"))
        return TRUE;
    guint ticket = 0;
    return lodge_imap_session_send(
               session, "ID", "ID (\"name\" \"lodge\" \"version\" \"" LODGE_VERSION "\")",
               &ticket, error) &&
           lodge_imap_session_wait(session, ticket, 0, NULL, error);
}

gboolean lodge_imap_session_greet(LodgeImapSession *session, GError **error)
{
    if (!lodge_imap_session_run(session, "CAPABILITY", "CAPABILITY", error))
        return FALSE;
    if (!lodge_imap_session_has(session, "IMAP4REV1") &&
        !lodge_imap_session_has(session, "IMAP4REV2"))
        return lodge_imap_session_refuse_protocol(
            session, "the server offers neither IMAP4rev1 nor IMAP4rev2", error);
    return introduce(session, error);
}

static gboolean
check_selected(const LodgeImapSession *session, const char *about, GError **error)
{
    const LodgeImapSelected *selected = &session->selected;
    if (selected->uidvalidity != 0 && !selected->uids_not_sticky)
        return TRUE;
    g_set_error(
        error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
        "%s: %s: the server keeps no lasting UIDs here, so no message could be told from "
        "another; leave this folder out",
        lodge_imap_session_name(session), about);
    return FALSE;
}

gboolean lodge_imap_session_select(LodgeImapSession *session,
                                   const char *raw,
                                   const char *shown,
                                   gboolean read_write,
                                   GError **error)
{
    g_autofree char *quoted = lodge_imap_mailbox_name_quote(raw);
    const char *verb = read_write ? "SELECT" : "EXAMINE";
    g_autofree char *about = g_strdup_printf("%s %s", verb, shown);
    if (quoted == NULL || strlen(quoted) > LODGE_IMAP_SET_BYTES) {
        g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
                    "%s: %s: this name cannot be sent", lodge_imap_session_name(session),
                    about);
        return FALSE;
    }
    g_autofree char *command = g_strdup_printf("%s %s", verb, quoted);
    lodge_imap_selected_clear(&session->selected);
    g_clear_pointer(&session->selected_name, g_free);
    if (!lodge_imap_session_run(session, about, command, error) ||
        !check_selected(session, about, error))
        return FALSE;
    session->selected_name = g_strdup(raw);
    return TRUE;
}

void lodge_imap_session_logout(LodgeImapSession *session)
{
    if (session->broken)
        return;
    session->leaving = TRUE;
    session->reply_timeout_ms = MIN(session->reply_timeout_ms, LOGOUT_TIMEOUT_MS);
    lodge_imap_session_listen(session, NULL, NULL);
    guint ticket = 0;
    if (lodge_imap_session_send(session, "LOGOUT", "LOGOUT", &ticket, NULL))
        (void)lodge_imap_session_wait(session, ticket, 0, NULL, NULL);
}
