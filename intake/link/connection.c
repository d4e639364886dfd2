#include "intake/link/connection.h"
#include "intake/link/prepare.h"
#include "intake/link/transport.h"
#include "parsers/text/display.h"
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

#define STOP_SLICE_MS 500

struct LodgeConnection {
    CURL *curl;
    curl_socket_t socket;
    char *name;
    char errbuf[CURL_ERROR_SIZE];
    GString *last_reply; /* the server's last line while it logs us in */
};

void lodge_connection_init(gboolean (*stopping)(void))
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    lodge_link_heed(stopping);
}

/* ---- opening ---- */

/* libcurl keeps the server's reason for a refused login to itself ("Access denied. N"); its
 * trace has it. Only lines of the server are looked at, never ours. */
static int
note_reply(CURL *curl, curl_infotype type, char *bytes, size_t size_bytes, void *data)
{
    (void)curl;
    LodgeConnection *connection = data;
    if (type == CURLINFO_HEADER_IN && size_bytes > 0) {
        g_string_truncate(connection->last_reply, 0);
        g_string_append_len(connection->last_reply, bytes, (gssize)MIN(size_bytes, 400));
    }
    return 0;
}

/* A server that quotes our command back quotes credentials in base64: no word of it is shown
 * that could be such. The longest response code of RFC 5530 has 20 letters. */
static void mask_encoded_words(char *text)
{
    static const gsize longest_word = 24;
    for (char *at = text; *at != '\0';) {
        gsize run =
            strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");
        if (run > longest_word)
            memset(at, '*', run);
        at += MAX(run, 1);
    }
}

/* What the server said to our login, unless it repeats the secret. NULL: nothing of use. */
static char *find_reason(const LodgeConnection *connection, const char *secret)
{
    const char *reply = connection->last_reply->str;
    if (secret == NULL || *secret == '\0' || strstr(reply, secret) != NULL)
        return NULL;
    const char *words = strchr(reply, ' '); /* behind the tag */
    if (words == NULL || words[1] == '\0')
        return NULL;
    g_autofree char *trimmed = g_strstrip(g_strdup(words));
    mask_encoded_words(trimmed);
    return lodge_display_line(trimmed, 200);
}

/* libcurl goes on waiting for a greeting when the server has said something else. */
static gboolean is_foreign_speech(const LodgeConnection *connection)
{
    const char *reply = connection->last_reply->str;
    return *reply != '\0' && *reply != '*' && *reply != '+' && *reply != 'A';
}

static void set_open_error(LodgeConnection *connection,
                           CURLcode code,
                           const LodgeEndpoint *endpoint,
                           const char *secret,
                           GError **error)
{
    if (code == CURLE_OPERATION_TIMEDOUT && is_foreign_speech(connection))
        code = CURLE_WEIRD_SERVER_REPLY;
    g_autofree char *reason = code == CURLE_LOGIN_DENIED || code == CURLE_WEIRD_SERVER_REPLY
                                  ? find_reason(connection, secret)
                                  : NULL;
    const char *detail = reason != NULL ? reason : connection->errbuf;
    lodge_link_set_error(error, connection->curl, (int)code, detail, endpoint);
    /* RFC 5530: the password may be right; what checks it is out of order. */
    if (error != NULL && reason != NULL && strstr(reason, "[UNAVAILABLE]") != NULL)
        (*error)->code = LODGE_LINK_ERROR_CONNECT;
}

static void prepare_login(LodgeConnection *connection, const LodgeEndpoint *endpoint)
{
    CURL *curl = connection->curl;
    long whole_ms =
        (long)endpoint->connect_timeout_ms + 2 * (long)endpoint->reply_timeout_ms;
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, whole_ms);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, connection->errbuf);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, note_reply);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, connection);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
}

static gboolean log_in(LodgeConnection *connection,
                       const LodgeEndpoint *endpoint,
                       const char *secret,
                       GError **error)
{
    CURLcode code = curl_easy_perform(connection->curl);
    if (code == CURLE_OK)
        code =
            curl_easy_getinfo(connection->curl, CURLINFO_ACTIVESOCKET, &connection->socket);
    if (code == CURLE_OK && connection->socket == CURL_SOCKET_BAD)
        code = CURLE_RECV_ERROR;
    if (code != CURLE_OK) {
        set_open_error(connection, code, endpoint, secret, error);
        return FALSE;
    }
    curl_easy_setopt(connection->curl, CURLOPT_VERBOSE, 0L);
    lodge_link_forget_secret(connection->curl);
    return TRUE;
}

LodgeConnection *lodge_connection_open(const char *scheme,
                                       const LodgeEndpoint *endpoint,
                                       const char *secret,
                                       GError **error)
{
    g_autoptr(LodgeConnection) connection = g_new0(LodgeConnection, 1);
    connection->socket = CURL_SOCKET_BAD;
    connection->last_reply = g_string_new(NULL);
    connection->name = lodge_link_format_url(scheme, endpoint);
    connection->curl = curl_easy_init();
    if (connection->curl == NULL) {
        g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CONNECT,
                    "%s: libcurl cannot be started", connection->name);
        return NULL;
    }
    if (!lodge_link_prepare(connection->curl, scheme, endpoint, secret, error))
        return NULL;
    prepare_login(connection, endpoint);
    if (!log_in(connection, endpoint, secret, error))
        return NULL;
    return g_steal_pointer(&connection);
}

void lodge_connection_close(LodgeConnection *connection)
{
    if (connection == NULL)
        return;
    if (connection->curl != NULL)
        curl_easy_cleanup(connection->curl);
    g_string_free(connection->last_reply, TRUE);
    g_free(connection->name);
    g_free(connection);
}

const char *lodge_connection_name(const LodgeConnection *connection)
{
    return connection->name;
}

/* ---- the stream ---- */

static gboolean set_timeout(const LodgeConnection *connection,
                            const char *doing,
                            guint timeout_ms,
                            GError **error)
{
    g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT,
                "%s: nothing could be %s for %u ms", connection->name, doing, timeout_ms);
    return FALSE;
}

static gboolean set_closed(const LodgeConnection *connection, CURLcode code, GError **error)
{
    g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED,
                "%s: the connection was lost (%s)", connection->name,
                code == CURLE_OK ? "closed by the server" : curl_easy_strerror(code));
    return FALSE;
}

/* Waits until the socket is ready, wake_fd is readable, or the deadline has passed; where nobody can wake us, also
 * until we are asked to stop. A poll that fails otherwise counts as ready: the next transfer names the reason. */
static LodgeConnectionHeard
wait_ready(const LodgeConnection *connection, short events, int wake_fd, gint64 deadline_us)
{
    const gint64 longest_ms = wake_fd < 0 ? STOP_SLICE_MS : G_MAXINT / 2;
    for (;;) {
        gint64 left_us = MAX(deadline_us - g_get_monotonic_time(), 0);
        struct pollfd pollfds[] = {{.fd = connection->socket, .events = events},
                                   {.fd = wake_fd, .events = POLLIN}};
        int ready = poll(pollfds, G_N_ELEMENTS(pollfds),
                         (int)MIN((left_us + 999) / 1000, longest_ms));
        if (ready > 0 && pollfds[1].revents != 0)
            return LODGE_CONNECTION_WOKEN;
        if (ready <= 0 && wake_fd < 0 && lodge_link_is_stopping())
            return LODGE_CONNECTION_WOKEN;
        if (ready > 0 || (ready < 0 && errno != EINTR))
            return LODGE_CONNECTION_RECEIVED;
        if (ready == 0 && left_us == 0)
            return LODGE_CONNECTION_QUIET;
    }
}

static gboolean set_stopped(const LodgeConnection *connection, GError **error)
{
    g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_STOPPED,
                "%s: not waited for any longer, as lodge is asked to stop",
                connection->name);
    return FALSE;
}

static gboolean is_readable(int fd)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    return fd >= 0 && poll(&pollfd, 1, 0) > 0;
}

gboolean lodge_connection_send(LodgeConnection *connection,
                               const void *bytes,
                               gsize size_bytes,
                               guint timeout_ms,
                               GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    const char *at = bytes;
    while (size_bytes > 0) {
        size_t sent = 0;
        CURLcode code = curl_easy_send(connection->curl, at, size_bytes, &sent);
        if (code == CURLE_AGAIN) { /* TLS wants the same bytes again */
            LodgeConnectionHeard heard = wait_ready(connection, POLLOUT, -1, deadline_us);
            if (heard == LODGE_CONNECTION_QUIET)
                return set_timeout(connection, "sent", timeout_ms, error);
            if (heard == LODGE_CONNECTION_WOKEN)
                return set_stopped(connection, error);
            continue;
        }
        if (code != CURLE_OK)
            return set_closed(connection, code, error);
        at += sent;
        size_bytes -= sent;
    }
    return TRUE;
}

LodgeConnectionHeard lodge_connection_hear(LodgeConnection *connection,
                                           void *buffer,
                                           gsize size_bytes,
                                           const LodgeConnectionPatience *patience,
                                           gsize *received_out,
                                           GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)patience->timeout_ms * 1000;
    if (is_readable(patience->wake_fd))
        return LODGE_CONNECTION_WOKEN;
    for (;;) {
        /* Always asked before poll: bytes may lie decrypted in TLS's own buffer. */
        CURLcode code = curl_easy_recv(connection->curl, buffer, size_bytes, received_out);
        if (code == CURLE_OK && *received_out > 0)
            return LODGE_CONNECTION_RECEIVED;
        if (code != CURLE_AGAIN) {
            set_closed(connection, code, error);
            return LODGE_CONNECTION_LOST;
        }
        LodgeConnectionHeard heard =
            wait_ready(connection, POLLIN, patience->wake_fd, deadline_us);
        if (heard != LODGE_CONNECTION_RECEIVED)
            return heard;
    }
}

gsize lodge_connection_receive(LodgeConnection *connection,
                               void *buffer,
                               gsize size_bytes,
                               guint timeout_ms,
                               GError **error)
{
    const LodgeConnectionPatience patience = {.timeout_ms = timeout_ms, .wake_fd = -1};
    gsize received = 0;
    switch (lodge_connection_hear(connection, buffer, size_bytes, &patience, &received,
                                  error)) {
    case LODGE_CONNECTION_RECEIVED:
        return received;
    case LODGE_CONNECTION_QUIET:
        set_timeout(connection, "received", timeout_ms, error);
        break;
    case LODGE_CONNECTION_WOKEN:
        set_stopped(connection, error);
        break;
    case LODGE_CONNECTION_LOST:
        break;
    }
    return 0;
}
