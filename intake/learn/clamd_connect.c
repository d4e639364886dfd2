#include "intake/learn/clamd_connect.h"

#include "intake/learn/host_lookup.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

gboolean lodge_clamd_patience_is_over(const LodgeClamdPatience *patience)
{
    return (patience->stopping != NULL && patience->stopping()) ||
           g_get_monotonic_time() >= patience->deadline_us;
}

/* The end of the slice that begins now. */
static gint64 slice_end_us(const LodgeClamdPatience *patience)
{
    gint64 end_us = g_get_monotonic_time() + LODGE_CLAMD_SLICE_MS * 1000;
    return MIN(end_us, patience->deadline_us);
}

static int refuse(int fd, int number, GError **error)
{
    g_set_error_literal(error, G_FILE_ERROR, (int)g_file_error_from_errno(number),
                        g_strerror(number));
    if (fd >= 0)
        close(fd);
    return -1;
}

static int give_up(int fd)
{
    close(fd);
    return -1;
}

/* The time for sending holds for connecting as well: a Unix socket whose queue is full makes us wait so long. */
static int open_socket(int family, GError **error)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval slice = {.tv_usec = LODGE_CLAMD_SLICE_MS * 1000};
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &slice, sizeof slice) != 0)
        return refuse(fd, errno, error);
    return fd;
}

/* What has begun goes on by itself. */
static int finish_connect(int fd, const LodgeClamdPatience *patience, GError **error)
{
    struct pollfd polled = {.fd = fd, .events = POLLOUT};
    while (poll(&polled, 1, LODGE_CLAMD_SLICE_MS) <= 0)
        if (lodge_clamd_patience_is_over(patience))
            return give_up(fd);
    int number = 0;
    socklen_t size = sizeof number;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size) != 0)
        number = errno;
    return number == 0 ? fd : refuse(fd, number, error);
}

static int connect_to(const struct sockaddr *address,
                      socklen_t size,
                      const LodgeClamdPatience *patience,
                      GError **error)
{
    int fd = open_socket(address->sa_family, error);
    gboolean is_local = address->sa_family == AF_UNIX;
    while (fd >= 0) {
        if (connect(fd, address, size) == 0)
            return fd;
        if (!is_local && (errno == EINPROGRESS || errno == EINTR))
            return finish_connect(fd, patience, error);
        if (!is_local || (errno != EAGAIN && errno != EINTR))
            return refuse(fd, errno, error);
        if (lodge_clamd_patience_is_over(patience))
            return give_up(fd);
    }
    return -1;
}

static int
connect_path(const char *path, const LodgeClamdPatience *patience, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path)
        return refuse(-1, ENAMETOOLONG, error);
    memcpy(address.sun_path, path, strlen(path));
    return connect_to((const struct sockaddr *)&address, sizeof address, patience, error);
}

static guint count_addresses(const struct addrinfo *at)
{
    guint count = 0;
    for (; at != NULL; at = at->ai_next)
        count++;
    return count;
}

/* One after the other, each with its share of what is left: one that swallows everything leaves time for the next. */
static int
connect_any(const struct addrinfo *at, const LodgeClamdPatience *patience, GError **error)
{
    g_autoptr(GError) failure = NULL;
    for (guint left = count_addresses(at); at != NULL; at = at->ai_next, left--) {
        gint64 now_us = g_get_monotonic_time();
        LodgeClamdPatience share = *patience;
        share.deadline_us = now_us + (patience->deadline_us - now_us) / left;
        g_clear_error(&failure);
        int fd = connect_to(at->ai_addr, at->ai_addrlen, &share, &failure);
        if (fd >= 0 || lodge_clamd_patience_is_over(patience))
            return fd;
    }
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    return -1;
}

static int connect_host(const char *host,
                        guint port,
                        const LodgeClamdPatience *patience,
                        GError **error)
{
    g_autoptr(LodgeHostLookup) lookup = lodge_host_lookup_start(host, port, error);
    if (lookup == NULL)
        return -1;
    while (!lodge_host_lookup_wait(lookup, slice_end_us(patience)))
        if (lodge_clamd_patience_is_over(patience))
            return -1;
    const struct addrinfo *found = lodge_host_lookup_get(lookup, error);
    return found != NULL ? connect_any(found, patience, error) : -1;
}

int lodge_clamd_connect(const LodgeScannerSettings *settings,
                        const LodgeClamdPatience *patience,
                        GError **error)
{
    return settings->socket != NULL
               ? connect_path(settings->socket, patience, error)
               : connect_host(settings->host, settings->port, patience, error);
}
