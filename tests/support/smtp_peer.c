#include "tests/support/smtp_peer.h"

#include "tests/support/smtp_peer_tls.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRICKLE_MS 10

struct SmtpPeer {
    SmtpPeerScript script;
    guint *times_left; /* of each turn */
    SmtpPeerKeys *keys;
    int listener, stop; /* stop: readable when the test has had enough */
    guint port;
    GThread *thread;
    guint connections, mails;
    gint silent; /* atomic */
    GPtrArray *messages;
    GString *heard;
};

/* One conversation. */
typedef struct {
    SmtpPeer *peer;
    int fd;
    SmtpPeerTlsStream *tls;
    GString *input; /* received, not yet consumed */
    char *from, *to;
} Talk;

/* ---- bytes ---- */

/* FALSE: the client went away or the test is over. */
static gboolean wait_readable(Talk *talk)
{
    if (talk->tls != NULL && smtp_peer_tls_has_pending(talk->tls))
        return TRUE;
    struct pollfd waits[] = {{.fd = talk->peer->stop, .events = POLLIN},
                             {.fd = talk->fd, .events = POLLIN}};
    while (poll(waits, G_N_ELEMENTS(waits), -1) < 0)
        g_assert(errno == EINTR);
    return (waits[0].revents & POLLIN) == 0;
}

static gboolean fill(Talk *talk)
{
    char buffer[16384];
    if (!wait_readable(talk))
        return FALSE;
    ssize_t size = talk->tls != NULL ? smtp_peer_tls_read(talk->tls, buffer, sizeof buffer)
                                     : recv(talk->fd, buffer, sizeof buffer, 0);
    if (size <= 0)
        return FALSE;
    g_string_append_len(talk->input, buffer, size);
    return TRUE;
}

static gboolean say(Talk *talk, const char *text)
{
    gsize size = strlen(text);
    ssize_t sent = talk->tls != NULL ? smtp_peer_tls_write(talk->tls, text, (int)size)
                                     : send(talk->fd, text, size, MSG_NOSIGNAL);
    return sent == (ssize_t)size;
}

/* A line without its CRLF; NULL: over. */
static char *hear_line(Talk *talk)
{
    char *end;
    while ((end = strstr(talk->input->str, "\r\n")) == NULL)
        if (!fill(talk))
            return NULL;
    char *line = g_strndup(talk->input->str, (gsize)(end - talk->input->str));
    g_string_erase(talk->input, 0, end + 2 - talk->input->str);
    g_string_append_printf(talk->peer->heard, "%s\n", line);
    return line;
}

/* Up to the line with the single dot, dot-stuffing undone; NULL: over. */
static GBytes *hear_body(Talk *talk)
{
    GString *body = g_string_new(NULL);
    for (;;) {
        char *end;
        while ((end = strstr(talk->input->str, "\r\n")) == NULL)
            if (!fill(talk)) {
                g_string_free(body, TRUE);
                return NULL;
            }
        const char *line = talk->input->str;
        gboolean over = g_str_has_prefix(line, ".\r\n");
        if (!over)
            g_string_append_len(body, line + (*line == '.'),
                                end + 2 - line - (*line == '.'));
        g_string_erase(talk->input, 0, end + 2 - line);
        if (over)
            return g_string_free_to_bytes(body);
    }
}

/* ---- the script ---- */

static const SmtpPeerTurn *find_turn(SmtpPeer *peer, SmtpPeerStep step)
{
    for (gsize i = 0; i < peer->script.turn_count; i++) {
        const SmtpPeerTurn *turn = &peer->script.turns[i];
        if (turn->step != step || peer->mails < turn->from_message)
            continue;
        if (turn->times == 0)
            return turn;
        if (peer->times_left[i] > 0) {
            peer->times_left[i]--;
            return turn;
        }
    }
    return NULL;
}

static void stay_silent(Talk *talk)
{
    g_atomic_int_set(&talk->peer->silent, TRUE);
    while (fill(talk))
        g_string_truncate(talk->input, 0);
}

/* Until the client closes; what it still says is not heard. */
static void babble(Talk *talk, const char *text, int pause_ms)
{
    struct pollfd polled = {.fd = talk->fd, .events = POLLIN | POLLHUP};
    while (poll(&polled, 1, pause_ms) <= 0 && say(talk, text))
        continue;
}

static gboolean say_both(Talk *talk, const char *first, const char *second)
{
    g_autofree char *both = g_strconcat(first, second, NULL);
    return say(talk, both);
}

/* Replies as the script has it, or as usual. FALSE: the conversation is over. `usual_out`
 * (may be NULL): it was the usual reply. */
static gboolean
answer(Talk *talk, SmtpPeerStep step, const char *usual, gboolean *usual_out)
{
    const SmtpPeerTurn *turn = find_turn(talk->peer, step);
    if (usual_out != NULL)
        *usual_out = turn == NULL;
    if (turn == NULL)
        return say(talk, usual);
    switch (turn->action) {
    case SMTP_PEER_SAY:
        return say(talk, turn->reply);
    case SMTP_PEER_SAY_AND_DROP:
        say(talk, turn->reply);
        return FALSE;
    case SMTP_PEER_SILENT:
        stay_silent(talk);
        return FALSE;
    case SMTP_PEER_DROP_IN_BODY:
        if (say(talk, usual))
            fill(talk);
        return FALSE;
    case SMTP_PEER_DROP:
        return FALSE;
    case SMTP_PEER_TRICKLE:
        babble(talk, turn->reply, TRICKLE_MS);
        return FALSE;
    case SMTP_PEER_FLOOD:
        babble(talk, turn->reply, 0);
        return FALSE;
    case SMTP_PEER_INJECT:
        if (usual_out != NULL)
            *usual_out = TRUE;
        return say_both(talk, usual, turn->reply);
    }
    g_assert_not_reached();
}

/* ---- the commands ---- */

static gboolean answer_ehlo(Talk *talk)
{
    const SmtpPeerScript *script = &talk->peer->script;
    gboolean offers_tls = script->tls == SMTP_PEER_OFFERS_STARTTLS && talk->tls == NULL;
    g_autofree char *usual = g_strdup_printf("250-peer\r\n%s%s250 HELP\r\n",
                                             offers_tls ? "250-STARTTLS\r\n" : "",
                                             script->offers != NULL ? script->offers : "");
    return answer(talk, SMTP_PEER_EHLO, usual, NULL);
}

static gboolean answer_starttls(Talk *talk)
{
    gboolean usual = FALSE;
    if (!answer(talk, SMTP_PEER_STARTTLS, "220 go ahead\r\n", &usual))
        return FALSE;
    if (usual)
        talk->tls = smtp_peer_tls_accept(talk->peer->keys, talk->fd);
    return !usual || talk->tls != NULL;
}

/* "AUTH PLAIN xxx" at once; without initial response one round more. */
static gboolean answer_auth(Talk *talk, const char *line)
{
    if (strchr(line + strlen("AUTH "), ' ') == NULL) {
        if (!say(talk, "334 \r\n"))
            return FALSE;
        g_autofree char *response = hear_line(talk);
        if (response == NULL)
            return FALSE;
    }
    return answer(talk, SMTP_PEER_AUTH, "235 welcome\r\n", NULL);
}

static char *between_brackets(const char *line)
{
    const char *open = strchr(line, '<');
    const char *close = strrchr(line, '>');
    return open != NULL && close != NULL ? g_strndup(open + 1, (gsize)(close - open - 1))
                                         : g_strdup(line);
}

static gboolean answer_data(Talk *talk)
{
    gboolean usual = FALSE;
    if (!answer(talk, SMTP_PEER_DATA, "354 go ahead\r\n", &usual))
        return FALSE;
    if (!usual)
        return TRUE;
    GBytes *body = hear_body(talk);
    if (body == NULL)
        return FALSE;
    gboolean taken = FALSE;
    gboolean goes_on = answer(talk, SMTP_PEER_FINAL, "250 2.0.0 queued as 7F\r\n", &taken);
    if (!taken) {
        g_bytes_unref(body);
        return goes_on;
    }
    SmtpPeerMessage *message = g_new0(SmtpPeerMessage, 1);
    message->from = g_strdup(talk->from);
    message->to = g_strdup(talk->to);
    message->bytes = body;
    message->connection = talk->peer->connections;
    g_ptr_array_add(talk->peer->messages, message);
    return goes_on;
}

static gboolean answer_line(Talk *talk, const char *line)
{
    if (g_str_has_prefix(line, "EHLO ") || g_str_has_prefix(line, "HELO "))
        return answer_ehlo(talk);
    if (g_str_equal(line, "STARTTLS"))
        return answer_starttls(talk);
    if (g_str_has_prefix(line, "AUTH "))
        return answer_auth(talk, line);
    if (g_str_has_prefix(line, "MAIL FROM:")) {
        talk->peer->mails++;
        g_free(talk->from);
        talk->from = between_brackets(line);
        return answer(talk, SMTP_PEER_MAIL, "250 2.1.0 ok\r\n", NULL);
    }
    if (g_str_has_prefix(line, "RCPT TO:")) {
        g_free(talk->to);
        talk->to = between_brackets(line);
        return answer(talk, SMTP_PEER_RCPT, "250 2.1.5 ok\r\n", NULL);
    }
    if (g_str_equal(line, "DATA"))
        return answer_data(talk);
    if (g_str_equal(line, "NOOP"))
        return answer(talk, SMTP_PEER_NOOP, "250 2.0.0 ok\r\n", NULL);
    if (g_str_equal(line, "QUIT")) {
        answer(talk, SMTP_PEER_QUIT, "221 bye\r\n", NULL);
        return FALSE;
    }
    return say(talk, "500 what\r\n");
}

static void converse(Talk *talk)
{
    if (talk->peer->script.tls == SMTP_PEER_TLS_FROM_THE_START) {
        talk->tls = smtp_peer_tls_accept(talk->peer->keys, talk->fd);
        if (talk->tls == NULL)
            return;
    }
    if (!answer(talk, SMTP_PEER_GREETING, "220 peer ESMTP\r\n", NULL))
        return;
    for (;;) {
        g_autofree char *line = hear_line(talk);
        if (line == NULL || !answer_line(talk, line))
            return;
    }
}

static void serve(SmtpPeer *peer, int fd)
{
    Talk talk = {.peer = peer, .fd = fd, .input = g_string_new(NULL)};
    peer->connections++;
    converse(&talk);
    if (talk.tls != NULL)
        smtp_peer_tls_free(talk.tls);
    close(fd);
    g_string_free(talk.input, TRUE);
    g_free(talk.from);
    g_free(talk.to);
}

/* ---- the thread ---- */

static gpointer run(gpointer user)
{
    SmtpPeer *peer = user;
    for (;;) {
        struct pollfd waits[] = {{.fd = peer->stop, .events = POLLIN},
                                 {.fd = peer->listener, .events = POLLIN}};
        while (poll(waits, G_N_ELEMENTS(waits), -1) < 0)
            g_assert(errno == EINTR);
        if ((waits[0].revents & POLLIN) != 0)
            return NULL;
        int fd = accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve(peer, fd);
    }
}

static void listen_on_loopback(SmtpPeer *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert(peer->listener >= 0);
    g_assert(bind(peer->listener, (struct sockaddr *)&address, size) == 0);
    g_assert(listen(peer->listener, 8) == 0);
    g_assert(getsockname(peer->listener, (struct sockaddr *)&address, &size) == 0);
    peer->port = ntohs(address.sin_port);
}

static void free_message(gpointer data)
{
    SmtpPeerMessage *message = data;
    g_free(message->from);
    g_free(message->to);
    g_bytes_unref(message->bytes);
    g_free(message);
}

SmtpPeer *smtp_peer_new(const SmtpPeerScript *script)
{
    SmtpPeer *peer = g_new0(SmtpPeer, 1);
    peer->script = *script;
    peer->times_left = g_new0(guint, script->turn_count);
    for (gsize i = 0; i < script->turn_count; i++)
        peer->times_left[i] = script->turns[i].times;
    if (script->tls != SMTP_PEER_PLAIN)
        peer->keys = smtp_peer_keys_new();
    peer->messages = g_ptr_array_new_with_free_func(free_message);
    peer->heard = g_string_new(NULL);
    peer->stop = eventfd(0, EFD_CLOEXEC);
    g_assert(peer->stop >= 0);
    listen_on_loopback(peer);
    peer->thread = g_thread_new("smtp-peer", run, peer);
    return peer;
}

void smtp_peer_stop(SmtpPeer *peer)
{
    if (peer->thread == NULL)
        return;
    g_assert(eventfd_write(peer->stop, 1) == 0);
    g_thread_join(g_steal_pointer(&peer->thread));
}

void smtp_peer_free(SmtpPeer *peer)
{
    if (peer == NULL)
        return;
    smtp_peer_stop(peer);
    close(peer->listener);
    close(peer->stop);
    smtp_peer_keys_free(peer->keys);
    g_ptr_array_unref(peer->messages);
    g_string_free(peer->heard, TRUE);
    g_free(peer->times_left);
    g_free(peer);
}

guint smtp_peer_port(const SmtpPeer *peer)
{
    return peer->port;
}

const char *smtp_peer_ca_file(const SmtpPeer *peer)
{
    return peer->keys != NULL ? smtp_peer_keys_file(peer->keys) : NULL;
}

guint smtp_peer_connections(const SmtpPeer *peer)
{
    return peer->connections;
}

const GPtrArray *smtp_peer_messages(const SmtpPeer *peer)
{
    return peer->messages;
}

gboolean smtp_peer_is_silent(SmtpPeer *peer)
{
    return g_atomic_int_get(&peer->silent);
}

const char *smtp_peer_heard(const SmtpPeer *peer)
{
    return peer->heard->str;
}
