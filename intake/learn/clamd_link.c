#include "intake/learn/clamd_link.h"

#include "intake/learn/clamd_connect.h"
#include "intake/learn/scanner.h"
#include "parsers/text/limits.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct LodgeClamdLink {
    int fd; /* asked before each transfer, so that none blocks; -1: none */
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

static gboolean
connect_to(LodgeClamdLink *link, const LodgeScannerSettings *settings, GError **error)
{
    LodgeClamdPatience patience = {.deadline_us = lodge_clamd_link_deadline(link),
                                   .stopping = link->stopping};
    g_autoptr(GError) failure = NULL;
    link->fd = lodge_clamd_connect(settings, &patience, &failure);
    if (link->fd >= 0)
        return TRUE;
    if (is_stopping(link))
        return set_stopped(link, error);
    return failure != NULL
               ? set_unavailable(link, error, "cannot be reached: %s", failure->message)
               : set_unavailable(link, error,
                                 "cannot be reached: no connection within %u ms",
                                 link->timeout_ms);
}

LodgeClamdLink *lodge_clamd_link_open(const LodgeScannerSettings *settings,
                                      gboolean (*stopping)(void),
                                      GError **error)
{
    g_autoptr(LodgeClamdLink) link = g_new0(LodgeClamdLink, 1);
    link->fd = -1;
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
    if (link->fd >= 0)
        close(link->fd);
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
        if (poll(&polled, 1, (int)MIN(left_ms, LODGE_CLAMD_SLICE_MS)) > 0)
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
