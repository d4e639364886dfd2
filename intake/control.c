#include "intake/control.h"

#include "intake/failure.h"
#include "intake/log.h"
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define CONTROL_WAIT_MS 5000  /* for a whole order, and for the peer to take the answer */
#define ANSWER_WAIT_MS 120000 /* for the service to carry it out */
#define REPLY_BYTES (LODGE_ORDER_RESULT_BYTES + 4096)
#define ACCEPT_PAUSE_MS 1000 /* no descriptor is free: whoever waits stays readable */
#define DEPTH 8

struct LodgeControl {
    char *path;
    int fd;
};

/* ---- lines over a socket ---- */

static gboolean set_failed(GError **error, const char *path, const char *doing, int code)
{
    g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_FAILED, "%s: cannot %s: %s",
                path, doing, g_strerror(code));
    return FALSE;
}

/* Ready within the time that is left; FALSE: it is over. */
static gboolean wait_for(int fd, short events, gint64 deadline_us)
{
    for (;;) {
        gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;
        if (left_ms <= 0)
            return FALSE;
        struct pollfd at = {.fd = fd, .events = events};
        int ready = poll(&at, 1, (int)left_ms);
        if (ready > 0)
            return TRUE;
        if (ready < 0 && errno != EINTR)
            return FALSE;
    }
}

/* Up to and without the line end; NULL: too slow, too long, or hung up before it. */
static char *read_line(int fd, gsize max_bytes, guint timeout_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    g_autoptr(GString) line = g_string_new(NULL);
    char buffer[16384];
    while (line->len <= max_bytes && wait_for(fd, POLLIN, deadline_us)) {
        ssize_t size = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (size <= 0)
            return NULL;
        const char *end = memchr(buffer, '\n', (size_t)size);
        g_string_append_len(line, buffer, end != NULL ? end - buffer : size);
        if (end != NULL)
            return line->len <= max_bytes ? g_strdup(line->str) : NULL;
    }
    return NULL;
}

static gboolean write_line(int fd, const char *text, guint timeout_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    const char *at = line;
    gsize left = strlen(line);
    while (left > 0) {
        if (!wait_for(fd, POLLOUT, deadline_us))
            return FALSE;
        ssize_t size = send(fd, at, left, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0 && (errno == EAGAIN || errno == EINTR))
            continue;
        if (size < 0)
            return FALSE;
        at += size;
        left -= (gsize)size;
    }
    return TRUE;
}

static gboolean make_address(const char *path, struct sockaddr_un *address, GError **error)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (g_strlcpy(address->sun_path, path, sizeof address->sun_path) <
        sizeof address->sun_path)
        return TRUE;
    return set_failed(error, path, "use so long a path", ENAMETOOLONG);
}

static int new_socket(const char *path, GError **error)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        set_failed(error, path, "make a socket", errno);
    return fd;
}

/* ---- the service's side ---- */

static gboolean refuse_path(GError **error, const char *path, const char *words)
{
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                "[service] control: %s %s", path, words);
    return FALSE;
}

static gboolean is_listened_to(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    gboolean heard =
        fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
                    errno == EAGAIN);
    if (fd >= 0)
        close(fd);
    return heard;
}

/* Nobody else can be listening for our spool, whose lock we hold; but another spool's service may. What is no socket
 * is left alone. */
static gboolean remove_stale(const struct sockaddr_un *address, GError **error)
{
    const char *path = address->sun_path;
    struct stat found;
    if (lstat(path, &found) != 0)
        return TRUE;
    if (!S_ISSOCK(found.st_mode))
        return refuse_path(error, path, "is no socket: move it away, or name another path");
    if (is_listened_to(address))
        return refuse_path(
            error, path,
            "is where another lodge serve takes its orders: name another path");
    unlink(path);
    return TRUE;
}

static gboolean admit_operators(const LodgeControlSettings *settings, GError **error)
{
    if (settings->operators == NULL)
        return chmod(settings->path, 0600) == 0 ||
               set_failed(error, settings->path, "set its mode", errno);
    struct group entry;
    struct group *group = NULL;
    char buffer[16384];
    if (getgrnam_r(settings->operators, &entry, buffer, sizeof buffer, &group) != 0 ||
        group == NULL) {
        g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                    "[service] operators: there is no group \"%s\" on this machine",
                    settings->operators);
        return FALSE;
    }
    if (chown(settings->path, (uid_t)-1, group->gr_gid) != 0 ||
        chmod(settings->path, 0660) != 0)
        return set_failed(error, settings->path, "hand it to the group of operators",
                          errno);
    return TRUE;
}

LodgeControl *lodge_control_open(const LodgeControlSettings *settings, GError **error)
{
    struct sockaddr_un address;
    if (!make_address(settings->path, &address, error))
        return NULL;
    g_autoptr(LodgeControl) control = g_new0(LodgeControl, 1);
    control->fd = new_socket(settings->path, error);
    if (control->fd < 0)
        return NULL;
    if (!remove_stale(&address, error))
        return NULL;
    if (bind(control->fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        set_failed(error, settings->path, "listen there", errno);
        return NULL;
    }
    control->path = g_strdup(settings->path);
    if (!admit_operators(settings, error))
        return NULL;
    if (listen(control->fd, 16) != 0) {
        set_failed(error, settings->path, "listen there", errno);
        return NULL;
    }
    return g_steal_pointer(&control);
}

void lodge_control_close(LodgeControl *control)
{
    if (control == NULL)
        return;
    if (control->path != NULL)
        unlink(control->path);
    if (control->fd >= 0)
        close(control->fd);
    g_free(control->path);
    g_free(control);
}

char *lodge_control_name_user(uid_t uid)
{
    struct passwd entry;
    struct passwd *user = NULL;
    char buffer[16384];
    if (getpwuid_r(uid, &entry, buffer, sizeof buffer, &user) == 0 && user != NULL)
        return g_strdup(user->pw_name);
    return g_strdup_printf("uid %u", (unsigned)uid);
}

static char *name_peer(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
        return NULL;
    return lodge_control_name_user(peer.uid);
}

static char *format_reply(const LodgeOrderResult *result, const GError *failure)
{
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    if (result != NULL) {
        g_autofree char *text = lodge_order_result_format(result);
        lodge_json_add_raw(json, "result", text);
    } else {
        lodge_json_add_bool(json, "refused",
                            lodge_failure_exit(failure) == LODGE_EXIT_USAGE);
        lodge_json_add_string(json, "error", failure->message);
    }
    lodge_json_end_object(json);
    return lodge_json_finish_text(json);
}

static void hear(int fd, LodgeControlHandler handler, gpointer data)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *actor = name_peer(fd);
    g_autofree char *line =
        actor != NULL ? read_line(fd, LODGE_ORDER_BYTES, CONTROL_WAIT_MS) : NULL;
    if (line == NULL) {
        lodge_log_warning("no-order", "actor", actor, "reason",
                          "the peer sent no whole order in time", NULL);
        return;
    }
    g_autoptr(LodgeOrder) order = lodge_order_parse(line, strlen(line), &failure);
    g_autoptr(LodgeOrderResult) result =
        order != NULL ? handler(order, actor, data, &failure) : NULL;
    if (result == NULL)
        lodge_log_warning("order-refused", "actor", actor, "reason", failure->message,
                          NULL);
    g_autofree char *reply = format_reply(result, failure);
    if (!write_line(fd, reply, CONTROL_WAIT_MS))
        lodge_log_warning(
            "order-unanswered", "actor", actor, "reason",
            result != NULL ? "the peer did not take the answer; the order was carried out"
                           : "the peer did not take the answer; nothing was done",
            NULL);
}

void lodge_control_serve(LodgeControl *control,
                         int wake_fd,
                         LodgeControlHandler handler,
                         gpointer data)
{
    for (;;) {
        struct pollfd fds[] = {{.fd = control->fd, .events = POLLIN},
                               {.fd = wake_fd, .events = POLLIN}};
        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR)
            return;
        if (fds[1].revents != 0)
            return;
        if (fds[0].revents == 0)
            continue;
        int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            poll(&fds[1], 1, ACCEPT_PAUSE_MS);
            continue;
        }
        hear(fd, handler, data);
        close(fd);
    }
}

/* ---- the command's side ---- */

static LodgeOrderResult *read_reply(const char *path, const char *line, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(line, strlen(line), REPLY_BYTES, DEPTH, &failure);
    if (json == NULL) {
        g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_FAILED,
                    "%s: the service's answer cannot be read: %s", path, failure->message);
        return NULL;
    }
    const LodgeJsonNode *root = lodge_json_root(json);
    const char *words = lodge_json_get_optional_string(json, root, "error");
    if (words != NULL) {
        gboolean refused = lodge_json_get_bool(json, root, "refused");
        g_set_error_literal(error, LODGE_ORDER_ERROR,
                            refused ? LODGE_ORDER_ERROR_REFUSED : LODGE_ORDER_ERROR_FAILED,
                            words);
        return NULL;
    }
    const LodgeJsonNode *result = lodge_json_get_object(json, root, "result");
    if (!lodge_json_finish(json, error))
        return NULL;
    g_autofree char *text = lodge_json_node_text(result);
    return lodge_order_result_parse(text, strlen(text), error);
}

static LodgeOrderResult *
talk(int fd, const char *path, const LodgeOrder *order, GError **error)
{
    g_autofree char *text = lodge_order_format(order);
    if (!write_line(fd, text, CONTROL_WAIT_MS)) {
        set_failed(error, path, "hand over the order", EPIPE);
        return NULL;
    }
    g_autofree char *line = read_line(fd, REPLY_BYTES, ANSWER_WAIT_MS);
    if (line != NULL)
        return read_reply(path, line, error);
    g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_FAILED,
                "%s: the service did not say what came of the order; look with lodge show "
                "before you give it again",
                path);
    return NULL;
}

LodgeOrderResult *lodge_control_ask(const char *path,
                                    const LodgeOrder *order,
                                    gboolean *absent_out,
                                    GError **error)
{
    struct sockaddr_un address;
    *absent_out = FALSE;
    if (!make_address(path, &address, error))
        return NULL;
    int fd = new_socket(path, error);
    if (fd < 0)
        return NULL;
    LodgeOrderResult *result = NULL;
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        result = talk(fd, path, order, error);
    else if (errno == ENOENT || errno == ECONNREFUSED)
        *absent_out = TRUE;
    else
        set_failed(error, path, "reach the service", errno);
    close(fd);
    return result;
}
