#include "config/secret_command.h"

#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAP_POLL_US 5000

extern char **environ;

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_FILE, words);
    return FALSE;
}

/* Only the program's name is shown: its arguments may be the secret's neighbours. */
static gboolean spawn(char **argv, int output_fd, pid_t *pid_out, GError **error)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output_fd, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes,
                              0); /* so that its children can be ended with it */
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int fault = posix_spawnp(pid_out, argv[0], &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (fault != 0)
        return refuse(error, "secret command '%s' cannot be started: %s", argv[0],
                      g_strerror(fault));
    return TRUE;
}

static int remaining_ms(gint64 deadline_us)
{
    gint64 left_us = deadline_us - g_get_monotonic_time();
    return left_us <= 0 ? 0 : (int)(left_us / 1000 + 1);
}

/* Until end of file, the deadline (FALSE), or more than fits (FALSE). */
static gboolean read_output(int fd,
                            char *buffer,
                            gsize *length_out,
                            gint64 deadline_us,
                            const char *name,
                            GError **error)
{
    gsize length = 0;
    for (;;) {
        struct pollfd waiting = {.fd = fd, .events = POLLIN};
        int ready = poll(&waiting, 1, remaining_ms(deadline_us));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            return refuse(error, "secret command '%s' took too long and was stopped", name);
        gssize got =
            ready < 0 ? -1 : read(fd, buffer + length, LODGE_SECRET_BYTES - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse(error, "secret command '%s' cannot be read: %s", name,
                          g_strerror(errno));
        if (got == 0)
            break;
        length += (gsize)got;
        if (length == LODGE_SECRET_BYTES)
            return refuse(error, "secret command '%s' printed more than a secret", name);
    }
    *length_out = length;
    return TRUE;
}

static gboolean reap(pid_t pid, gint64 deadline_us, const char *name, GError **error)
{
    int status = 0;
    for (;;) {
        pid_t ended = waitpid(pid, &status, WNOHANG);
        if (ended == pid)
            break;
        if (ended < 0 && errno != EINTR)
            return refuse(error, "secret command '%s' cannot be waited for: %s", name,
                          g_strerror(errno));
        if (remaining_ms(deadline_us) == 0) {
            kill(-pid, SIGKILL);
            while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
                continue;
            return refuse(error, "secret command '%s' took too long and was stopped", name);
        }
        g_usleep(REAP_POLL_US);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return TRUE;
    if (WIFEXITED(status))
        return refuse(error, "secret command '%s' ended with status %d", name,
                      WEXITSTATUS(status));
    return refuse(error, "secret command '%s' was ended by signal %d", name,
                  WTERMSIG(status));
}

static char *
take_first_line(const char *buffer, gsize length, const char *name, GError **error)
{
    const char *end = memchr(buffer, '\n', length);
    gsize line = end == NULL ? length : (gsize)(end - buffer);
    if (line > 0 && buffer[line - 1] == '\r')
        line--;
    if (line == 0 || memchr(buffer, '\0', line) != NULL) {
        refuse(error, "secret command '%s' printed no secret in its first line", name);
        return NULL;
    }
    return g_strndup(buffer, line);
}

/* The whole life of the started program; it is ended and reaped on every way out. */
static char *attend(pid_t pid, int fd, guint timeout_ms, const char *name, GError **error)
{
    gint64 deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    g_autofree char *buffer = g_malloc(LODGE_SECRET_BYTES);
    gsize length = 0;
    char *secret = NULL;
    if (!read_output(fd, buffer, &length, deadline_us, name, error)) {
        kill(-pid, SIGKILL);
        reap(pid, G_MAXINT64, name, NULL);
    } else if (reap(pid, deadline_us, name, error)) {
        secret = take_first_line(buffer, length, name, error);
    }
    explicit_bzero(buffer, LODGE_SECRET_BYTES);
    return secret;
}

char *lodge_secret_command_run(const char *command_line, guint timeout_ms, GError **error)
{
    g_auto(GStrv) argv = NULL;
    int ends[2];
    pid_t pid;
    if (!g_shell_parse_argv(command_line, NULL, &argv, NULL)) {
        /* GLib's words would show the whole line. */
        refuse(error, "secret command cannot be read as words: it has an open quote");
        return NULL;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        g_set_error(error, LODGE_CONFIG_ERROR, (int)lodge_config_error_code(errno),
                    "no pipe for the secret command: %s", g_strerror(errno));
        return NULL;
    }
    gboolean started = spawn(argv, ends[1], &pid, error);
    close(ends[1]);
    char *secret = started ? attend(pid, ends[0], timeout_ms, argv[0], error) : NULL;
    close(ends[0]);
    return secret;
}
