#include "tests/support/clamd_peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST_CHUNK (16 * 1024 * 1024)

struct ClamdPeer {
    ClamdPeerScript script;
    char *path;
    int listener, stop; /* stop: readable when the test has had enough */
    guint port;
    GThread *thread;
    guint connections, largest;
    GBytes *streamed;
};

typedef struct {
    ClamdPeer *peer;
    int fd;
} Talk;

/* ---- bytes ---- */

/* FALSE: the test is over. */
static gboolean wait_for(ClamdPeer *peer, int fd, short events)
{
    struct pollfd waits[] = {{.fd = peer->stop, .events = POLLIN},
                             {.fd = fd, .events = events}};
    while (poll(waits, G_N_ELEMENTS(waits), -1) < 0)
        g_assert(errno == EINTR);
    return (waits[0].revents & POLLIN) == 0;
}

static gboolean hear(Talk *talk, void *bytes, gsize size)
{
    char *at = bytes;
    while (size > 0) {
        if (!wait_for(talk->peer, talk->fd, POLLIN))
            return FALSE;
        ssize_t got = recv(talk->fd, at, size, 0);
        if (got <= 0)
            return FALSE;
        at += got;
        size -= (gsize)got;
    }
    return TRUE;
}

static gboolean say(Talk *talk, const char *bytes, gsize size)
{
    while (size > 0) {
        if (!wait_for(talk->peer, talk->fd, POLLOUT))
            return FALSE;
        ssize_t sent = send(talk->fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN)
            continue;
        if (sent < 0)
            return FALSE;
        bytes += sent;
        size -= (gsize)sent;
    }
    return TRUE;
}

/* Until the client goes away or the test is over; nothing is read meanwhile. */
static void stay(Talk *talk)
{
    wait_for(talk->peer, talk->fd, POLLRDHUP);
}

static void flood(Talk *talk)
{
    static const char line[] = "stream: and so on and so on and so on and so on and so on";
    while (say(talk, line, sizeof line - 1))
        ;
}

/* ---- the commands ---- */

static void speak(Talk *talk, const ClamdPeerTurn *turn, const char *usual)
{
    const char *reply = turn->reply != NULL ? turn->reply : usual;
    gsize size = turn->size_bytes > 0 ? turn->size_bytes : strlen(reply);
    switch (turn->manner) {
    case CLAMD_PEER_ANSWER:
    case CLAMD_PEER_EARLY:
        if (say(talk, reply, size))
            say(talk, "", 1);
        break;
    case CLAMD_PEER_WITHOUT_NUL:
        say(talk, reply, size);
        break;
    case CLAMD_PEER_SILENT:
    case CLAMD_PEER_DEAF:
        stay(talk);
        break;
    case CLAMD_PEER_FLOOD:
        flood(talk);
        break;
    case CLAMD_PEER_DROP:
    case CLAMD_PEER_DROP_MIDWAY:
        break;
    }
}

static gboolean is_over_midway(const ClamdPeerTurn *turn)
{
    return turn->manner == CLAMD_PEER_EARLY || turn->manner == CLAMD_PEER_DROP_MIDWAY;
}

/* FALSE: there is nobody to answer. */
static gboolean hear_stream(Talk *talk, const ClamdPeerTurn *turn)
{
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    for (;;) {
        guint32 length;
        if (!hear(talk, &length, sizeof length))
            return FALSE;
        length = GUINT32_FROM_BE(length);
        if (length == 0)
            break;
        g_assert(length <= MOST_CHUNK);
        talk->peer->largest = MAX(talk->peer->largest, length);
        g_byte_array_set_size(bytes, bytes->len + length);
        if (!hear(talk, bytes->data + bytes->len - length, length))
            return FALSE;
        if (is_over_midway(turn))
            return TRUE;
    }
    g_clear_pointer(&talk->peer->streamed, g_bytes_unref);
    talk->peer->streamed = g_bytes_new(bytes->data, bytes->len);
    return TRUE;
}

static void answer(Talk *talk, const char *command)
{
    const ClamdPeerScript *script = &talk->peer->script;
    if (strcmp(command, "zPING") == 0)
        speak(talk, &script->ping, "PONG");
    else if (strcmp(command, "zVERSION") == 0)
        speak(talk, &script->version, "ClamAV 1.4.6/27400/Tue Sep 17 08:38:30 2024");
    else if (strcmp(command, "zINSTREAM") != 0)
        say(talk, "UNKNOWN COMMAND", sizeof "UNKNOWN COMMAND");
    else if (script->stream.manner == CLAMD_PEER_DEAF ||
             script->stream.manner == CLAMD_PEER_DROP || hear_stream(talk, &script->stream))
        speak(talk, &script->stream, "stream: OK");
}

static void converse(Talk *talk)
{
    char command[64];
    for (gsize size = 0; size < sizeof command; size++) {
        if (!hear(talk, &command[size], 1))
            return;
        if (command[size] == '\0') {
            answer(talk, command);
            return;
        }
    }
}

static gpointer run(gpointer data)
{
    ClamdPeer *peer = data;
    while (wait_for(peer, peer->listener, POLLIN)) {
        Talk talk = {peer, accept4(peer->listener, NULL, NULL, SOCK_CLOEXEC)};
        if (talk.fd < 0)
            continue;
        peer->connections++;
        converse(&talk);
        close(talk.fd);
    }
    return NULL;
}

/* ---- its life ---- */

static void listen_on_path(ClamdPeer *peer, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_assert(strlen(path) < sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path));
    peer->path = g_strdup(path);
    peer->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert(bind(peer->listener, (struct sockaddr *)&address, sizeof address) == 0);
}

static void listen_on_loopback(ClamdPeer *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert(bind(peer->listener, (struct sockaddr *)&address, size) == 0);
    g_assert(getsockname(peer->listener, (struct sockaddr *)&address, &size) == 0);
    peer->port = ntohs(address.sin_port);
}

ClamdPeer *clamd_peer_start(const char *path, const ClamdPeerScript *script)
{
    ClamdPeer *peer = g_new0(ClamdPeer, 1);
    peer->script = *script;
    if (path != NULL)
        listen_on_path(peer, path);
    else
        listen_on_loopback(peer);
    g_assert(listen(peer->listener, 16) == 0);
    peer->stop = eventfd(0, EFD_CLOEXEC);
    peer->thread = g_thread_new("clamd-peer", run, peer);
    return peer;
}

guint clamd_peer_port(const ClamdPeer *peer)
{
    return peer->port;
}

void clamd_peer_stop(ClamdPeer *peer)
{
    if (peer->thread == NULL)
        return;
    guint64 one = 1;
    g_assert(write(peer->stop, &one, sizeof one) == sizeof one);
    g_thread_join(peer->thread);
    peer->thread = NULL;
}

guint clamd_peer_connections(const ClamdPeer *peer)
{
    return peer->connections;
}

GBytes *clamd_peer_streamed(const ClamdPeer *peer)
{
    return peer->streamed;
}

guint clamd_peer_largest_chunk(const ClamdPeer *peer)
{
    return peer->largest;
}

void clamd_peer_free(ClamdPeer *peer)
{
    if (peer == NULL)
        return;
    clamd_peer_stop(peer);
    close(peer->listener);
    close(peer->stop);
    if (peer->path != NULL)
        unlink(peer->path);
    g_free(peer->path);
    g_clear_pointer(&peer->streamed, g_bytes_unref);
    g_free(peer);
}
