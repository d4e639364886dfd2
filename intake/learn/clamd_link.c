#include "intake/learn/clamd_link.h"

#include "intake/learn/scanner.h"
#include "parsers/text/limits.h"
#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* How soon a wait notices that it is to end. */
#define SLICE_MS 100

struct LodgeClamdLink {
    GSocketConnection *connection;
    int fd; /* of the connection; never blocks */
    char *name;
    guint timeout_ms;
    gboolean (*stopping)(void);
};

static gboolean is_stopping(const LodgeClamdLink *link)
{
    return link->stopping != NULL && link->stopping();
}

static gboolean set_stopped(const LodgeClamdLink *link, GError **error)
{
    g_set_error(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_STOPPED,
                "the malware scanner at %s was not waited for: lodge is to end",
                link->name);
    return FALSE;
}

G_GNUC_PRINTF(3, 4)
static gboolean
set_unavailable(const LodgeClamdLink *link, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, LODGE_SCANNER_ERROR, LODGE_SCANNER_ERROR_UNAVAILABLE,
                "the malware scanner at %s %s", link->name, words);
    return FALSE;
}

gint64 lodge_clamd_link_deadline(const LodgeClamdLink *link)
{
    return g_get_monotonic_time() + (gint64)link->timeout_ms * 1000;
}

/* ---- connecting ---- */

/* GIO looks names up in a thread of its own and tries all addresses; it is let go of at the deadline. */
typedef struct {
    GCancellable *cancellable;
    GSocketConnection *connection;
    GError *error;
    gboolean done;
} Connecting;

static void on_connected(GObject *client, GAsyncResult *result, gpointer data)
{
    Connecting *at = data;
    at->connection =
        g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, &at->error);
    at->done = TRUE;
}

static gboolean on_slice(gpointer data)
{
    (void)data;
    return G_SOURCE_CONTINUE; /* the loop looks around */
}

static GSocketConnectable *make_address(const LodgeScannerSettings *settings)
{
    return settings->socket != NULL
               ? G_SOCKET_CONNECTABLE(g_unix_socket_address_new(settings->socket))
               : g_network_address_new(settings->host, (guint16)settings->port);
}

/* All that was started has ended when this returns. */
static void
run_loop(LodgeClamdLink *link, Connecting *at, GMainContext *context, gint64 deadline_us)
{
    g_autoptr(GSource) slices = g_timeout_source_new(SLICE_MS);
    g_source_set_callback(slices, on_slice, NULL, NULL);
    g_source_attach(slices, context);
    while (!at->done) {
        if (is_stopping(link) || g_get_monotonic_time() >= deadline_us)
            g_cancellable_cancel(at->cancellable);
        g_main_context_iteration(context, TRUE);
    }
    g_source_destroy(slices);
}

static gboolean set_unconnected(LodgeClamdLink *link, const Connecting *at, GError **error)
{
    if (!g_error_matches(at->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return set_unavailable(link, error, "cannot be reached: %s", at->error->message);
    return is_stopping(link)
               ? set_stopped(link, error)
               : set_unavailable(link, error,
                                 "cannot be reached: no connection within %u ms",
                                 link->timeout_ms);
}

static gboolean
connect_to(LodgeClamdLink *link, const LodgeScannerSettings *settings, GError **error)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    g_autoptr(GSocketConnectable) address = make_address(settings);
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    Connecting at = {.cancellable = cancellable};
    g_main_context_push_thread_default(context);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_connect_async(client, address, cancellable, on_connected, &at);
    run_loop(link, &at, context, lodge_clamd_link_deadline(link));
    g_main_context_pop_thread_default(context);
    link->connection = at.connection;
    if (at.connection != NULL) {
        link->fd = g_socket_get_fd(g_socket_connection_get_socket(at.connection));
        return TRUE;
    }
    set_unconnected(link, &at, error);
    g_error_free(at.error);
    return FALSE;
}

LodgeClamdLink *lodge_clamd_link_open(const LodgeScannerSettings *settings,
                                      gboolean (*stopping)(void),
                                      GError **error)
{
    g_autoptr(LodgeClamdLink) link = g_new0(LodgeClamdLink, 1);
    link->name = settings->socket != NULL
                     ? g_strdup(settings->socket)
                     : g_strdup_printf("%s:%u", settings->host, settings->port);
    link->timeout_ms = settings->timeout_ms;
    link->stopping = stopping;
    return connect_to(link, settings, error) ? g_steal_pointer(&link) : NULL;
}

void lodge_clamd_link_close(LodgeClamdLink *link)
{
    if (link == NULL)
        return;
    g_clear_object(&link->connection); /* closes it */
    g_free(link->name);
    g_free(link);
}

const char *lodge_clamd_link_name(const LodgeClamdLink *link)
{
    return link->name;
}

/* ---- the stream ---- */

/* Which of `events` (or POLLHUP, POLLERR) there are; 0: none in time, and the error is set. Asked before every
 * transfer, so that nobody who trickles or floods holds us beyond the deadline. */
static short wait_for(const LodgeClamdLink *link,
                      short events,
                      gint64 deadline_us,
                      const char *step,
                      GError **error)
{
    for (;;) {
        struct pollfd polled = {.fd = link->fd, .events = events};
        gint64 left_ms = (deadline_us - g_get_monotonic_time() + 999) / 1000;
        if (is_stopping(link)) {
            set_stopped(link, error);
            return 0;
        }
        if (left_ms <= 0) {
            set_unavailable(link, error, "did not %s within %u ms", step, link->timeout_ms);
            return 0;
        }
        /* A poll that fails is tried again until then: nothing but a signal makes it. */
        if (poll(&polled, 1, (int)MIN(left_ms, SLICE_MS)) > 0)
            return polled.revents;
    }
}

static gboolean is_passing(int code)
{
    return code == EAGAIN || code == EWOULDBLOCK || code == EINTR;
}

gboolean lodge_clamd_link_send(LodgeClamdLink *link,
                               const void *bytes,
                               gsize size_bytes,
                               gint64 deadline_us,
                               gboolean *spoke_out,
                               GError **error)
{
    const char *at = bytes;
    *spoke_out = FALSE;
    while (size_bytes > 0 && !*spoke_out) {
        short ready = wait_for(link, POLLIN | POLLOUT, deadline_us, "take it", error);
        if (ready == 0)
            return FALSE;
        *spoke_out = (ready & (POLLIN | POLLHUP | POLLERR)) != 0;
        ssize_t sent =
            *spoke_out ? 0 : send(link->fd, at, size_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && !is_passing(errno))
            *spoke_out = TRUE;
        if (sent > 0) {
            at += sent;
            size_bytes -= (gsize)sent;
        }
    }
    return TRUE;
}

/* A reply is one: nothing follows the NUL that ends it. */
static GBytes *finish_reply(const LodgeClamdLink *link,
                            const char *buffer,
                            gsize size_bytes,
                            GError **error)
{
    const char *end = memchr(buffer, '\0', size_bytes);
    if (end == buffer + size_bytes - 1)
        return g_bytes_new(buffer, size_bytes - 1);
    set_unavailable(link, error, "said more than one reply to one command");
    return NULL;
}

GBytes *lodge_clamd_link_receive(LodgeClamdLink *link, gint64 deadline_us, GError **error)
{
    char buffer[LODGE_LIMIT_SCANNER_REPLY_BYTES];
    gsize size_bytes = 0;
    while (size_bytes < sizeof buffer) {
        if (wait_for(link, POLLIN, deadline_us, "answer", error) == 0)
            return NULL;
        ssize_t got =
            recv(link->fd, buffer + size_bytes, sizeof buffer - size_bytes, MSG_DONTWAIT);
        if (got < 0 && is_passing(errno))
            continue;
        if (got <= 0) {
            set_unavailable(link, error, "broke the connection off: %s",
                            got == 0 ? "no answer" : g_strerror(errno));
            return NULL;
        }
        size_bytes += (gsize)got;
        if (memchr(buffer, '\0', size_bytes) != NULL)
            return finish_reply(link, buffer, size_bytes, error);
    }
    set_unavailable(link, error, "answered with more than %d bytes",
                    LODGE_LIMIT_SCANNER_REPLY_BYTES);
    return NULL;
}
