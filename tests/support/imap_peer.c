#include "tests/support/imap_peer.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRICKLE_MS 10

struct ImapPeer {
    const ImapPeerScript *script;
    const ImapPeerStep *instead; /* the script's */
    GThread *thread;
    int listener, client;
    guint port;
    gsize next;
    GString *input;
    GString *commands;
    char *last_tag;
    char *failure;
    guint64 flooded;
    gboolean ended;
};

static gboolean say(ImapPeer *peer, const char *text, const char *tag)
{
    g_auto(GStrv) pieces = g_strsplit(text, "$", -1);
    g_autofree char *reply = g_strjoinv(tag, pieces);
    gsize left = strlen(reply);
    const char *at = reply;
    while (left > 0) {
        ssize_t sent = send(peer->client, at, left, MSG_NOSIGNAL);
        if (sent <= 0)
            return FALSE;
        at += sent;
        left -= (gsize)sent;
    }
    return TRUE;
}

/* One line without its end, or NULL when the client has gone. */
static char *hear(ImapPeer *peer)
{
    for (;;) {
        char *end = strstr(peer->input->str, "\r\n");
        if (end != NULL) {
            char *line = g_strndup(peer->input->str, (gsize)(end - peer->input->str));
            g_string_erase(peer->input, 0, end + 2 - peer->input->str);
            return line;
        }
        char buffer[4096];
        ssize_t size = recv(peer->client, buffer, sizeof buffer, 0);
        if (size <= 0)
            return NULL;
        g_string_append_len(peer->input, buffer, size);
    }
}

/* Until the client closes; with a space now and then, or without. */
static void hang(ImapPeer *peer, gboolean trickle)
{
    for (;;) {
        struct pollfd pollfd = {.fd = peer->client, .events = POLLIN};
        int ready = poll(&pollfd, 1, trickle ? TRICKLE_MS : -1);
        char buffer[4096];
        if (ready > 0 && recv(peer->client, buffer, sizeof buffer, 0) <= 0)
            return;
        if (ready == 0 && send(peer->client, " ", 1, MSG_NOSIGNAL) != 1)
            return;
    }
}

static void flood(ImapPeer *peer, const char *text)
{
    while (say(peer, text, ""))
        peer->flooded += strlen(text);
}

/* TRUE: the conversation goes on. */
static gboolean go_on(ImapPeer *peer, const char *reply, ImapPeerThen then)
{
    if (then == IMAP_PEER_WAKE)
        g_assert_cmpint(eventfd_write(peer->script->wake_fd, 1), ==, 0);
    if (then == IMAP_PEER_SILENT || then == IMAP_PEER_TRICKLE)
        hang(peer, then == IMAP_PEER_TRICKLE);
    if (then == IMAP_PEER_FLOOD)
        flood(peer, reply);
    return then == IMAP_PEER_GO_ON || then == IMAP_PEER_WAKE;
}

static const char *or_else(const char *text, const char *fallback)
{
    return text != NULL ? text : fallback;
}

/* Commands that every conversation has; NULL: one for the script. g_free it. */
static char *answer_head(const ImapPeer *peer, const char *command)
{
    const ImapPeerScript *script = peer->script;
    gboolean logged_in = strstr(peer->commands->str, "\nL1 ") != NULL;
    if (g_str_has_prefix(command, "CAPABILITY"))
        return g_strdup_printf(
            "* CAPABILITY %s\r\n$ OK done\r\n",
            logged_in ? or_else(script->capabilities, "IMAP4rev1 UIDPLUS")
                      : or_else(script->offers, "IMAP4rev1 SASL-IR AUTH=PLAIN"));
    if (g_str_has_prefix(command, "AUTHENTICATE") || g_str_has_prefix(command, "LOGIN"))
        return g_strdup_printf("$ %s\r\n", or_else(script->login_reply, "OK in"));
    if (g_str_has_prefix(command, "LIST"))
        return g_strdup_printf("%s$ OK done\r\n",
                               or_else(script->list, "* LIST () \"/\" INBOX\r\n"));
    if (g_str_has_prefix(command, "NAMESPACE"))
        return g_strdup_printf("%s$ OK done\r\n", or_else(script->namespaces, ""));
    if (g_str_has_prefix(command, "ID "))
        return g_strdup("* ID NIL\r\n$ OK done\r\n");
    if (g_str_has_prefix(command, "LOGOUT"))
        return g_strdup("* BYE bye\r\n$ OK done\r\n");
    return NULL;
}

/* FALSE: the conversation is over. */
static gboolean take_step(ImapPeer *peer, const char *tag, const char *command)
{
    if (peer->next == peer->script->step_count) {
        peer->failure = g_strdup_printf("behind the script came: %s", command);
        return FALSE;
    }
    const ImapPeerStep *step = &peer->script->steps[peer->next];
    if (!g_str_has_prefix(command, step->expect)) {
        peer->failure = g_strdup_printf("step %zu wants \"%s\", got \"%s\"", peer->next,
                                        step->expect, command);
        return FALSE;
    }
    peer->next++;
    return say(peer, step->reply, tag) && go_on(peer, step->reply, step->then);
}

static gboolean take_command(ImapPeer *peer, const char *line)
{
    g_string_append_printf(peer->commands, "\n%s", line);
    if (strcmp(line, "DONE") == 0) /* RFC 2177: a continuation of the IDLE before it */
        return take_step(peer, peer->last_tag, line);
    gsize tag_size = strcspn(line, " ");
    g_autofree char *tag = g_strndup(line, tag_size);
    const char *command = line[tag_size] == ' ' ? line + tag_size + 1 : line + tag_size;
    g_free(peer->last_tag);
    peer->last_tag = g_strdup(tag);
    const ImapPeerStep *instead = peer->instead;
    if (instead != NULL && g_str_has_prefix(command, instead->expect))
        return say(peer, instead->reply, tag) && go_on(peer, instead->reply, instead->then);
    g_autofree char *head = answer_head(peer, command);
    return head != NULL ? say(peer, head, tag) : take_step(peer, tag, command);
}

static void converse(ImapPeer *peer)
{
    const char *greeting = or_else(peer->script->greeting, "* OK ready\r\n");
    if (!say(peer, greeting, "") || !go_on(peer, greeting, peer->script->greeting_then))
        return;
    for (;;) {
        g_autofree char *line = hear(peer);
        if (line == NULL || !take_command(peer, line))
            return;
    }
}

static gpointer run(gpointer data)
{
    ImapPeer *peer = data;
    peer->client = accept(peer->listener, NULL, NULL);
    if (peer->client < 0)
        return NULL;
    converse(peer);
    shutdown(peer->client, SHUT_RDWR);
    return NULL;
}

ImapPeer *imap_peer_start(const ImapPeerScript *script)
{
    ImapPeer *peer = g_new0(ImapPeer, 1);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    peer->script = script;
    peer->instead = script->instead;
    peer->client = -1;
    peer->input = g_string_new(NULL);
    peer->commands = g_string_new(NULL);
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(peer->listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(peer->listener, 1), ==, 0);
    g_assert_cmpint(getsockname(peer->listener, (struct sockaddr *)&address, &size), ==, 0);
    peer->port = ntohs(address.sin_port);
    peer->thread = g_thread_new("imap-peer", run, peer);
    return peer;
}

guint imap_peer_port(const ImapPeer *peer)
{
    return peer->port;
}

char *imap_peer_finish(ImapPeer *peer)
{
    if (!peer->ended) {
        shutdown(peer->listener, SHUT_RDWR);
        g_thread_join(peer->thread);
        peer->ended = TRUE;
    }
    if (peer->failure == NULL && peer->next < peer->script->step_count)
        return g_strdup_printf("step %zu was never reached", peer->next);
    return g_strdup(peer->failure);
}

const char *imap_peer_commands(const ImapPeer *peer)
{
    return peer->commands->str;
}

guint64 imap_peer_flooded(const ImapPeer *peer)
{
    return peer->flooded;
}

void imap_peer_free(ImapPeer *peer)
{
    if (peer == NULL)
        return;
    g_free(imap_peer_finish(peer));
    if (peer->client >= 0)
        close(peer->client);
    close(peer->listener);
    g_string_free(peer->input, TRUE);
    g_string_free(peer->commands, TRUE);
    g_free(peer->last_tag);
    g_free(peer->failure);
    g_free(peer);
}
