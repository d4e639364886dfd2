#include "config/secret.h"

#include "config/config_error.h"
#include "config/secret_command.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMAND_TIMEOUT_MS (10 * 1000)

void lodge_secret_wipe(char *value)
{
    if (value == NULL)
        return;
    explicit_bzero(value, strlen(value));
    g_free(value);
}

static gboolean G_GNUC_PRINTF(2, 3) refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_FILE, words);
    return FALSE;
}

static gboolean check_file(int fd, const char *path, mode_t forbidden, GError **error)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return refuse(error, "secret file '%s' cannot be examined: %s", path,
                      g_strerror(errno));
    if (!S_ISREG(facts.st_mode))
        return refuse(error, "secret file '%s' is no regular file", path);
    if ((facts.st_mode & forbidden) != 0)
        return refuse(
            error, "secret file '%s' has mode %04o: others may read it; run chmod 600 '%s'",
            path, (unsigned)(facts.st_mode & 07777), path);
    if (facts.st_size >= LODGE_SECRET_BYTES)
        return refuse(error, "secret file '%s' is too long for a secret", path);
    return TRUE;
}

static gboolean
read_all(int fd, const char *path, char *buffer, gsize *length_out, GError **error)
{
    gsize length = 0;
    for (;;) {
        gssize got = read(fd, buffer + length, LODGE_SECRET_BYTES - length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return refuse(error, "secret file '%s' cannot be read: %s", path,
                          g_strerror(errno));
        if (got == 0)
            break;
        length += (gsize)got;
        if (length == LODGE_SECRET_BYTES)
            return refuse(error, "secret file '%s' is too long for a secret", path);
    }
    *length_out = length;
    return TRUE;
}

/* One trailing line end goes; another one inside would end a command to the server. */
static char *take_secret(const char *buffer, gsize length, const char *path, GError **error)
{
    if (length > 0 && buffer[length - 1] == '\n')
        length--;
    if (length > 0 && buffer[length - 1] == '\r')
        length--;
    if (length == 0) {
        refuse(error, "secret file '%s' is empty", path);
        return NULL;
    }
    if (memchr(buffer, '\0', length) || memchr(buffer, '\n', length) ||
        memchr(buffer, '\r', length)) {
        refuse(error, "secret file '%s' holds more than one line; a secret is one line",
               path);
        return NULL;
    }
    return g_strndup(buffer, length);
}

static char *load_file(const char *path, mode_t forbidden, GError **error)
{
    char *secret = NULL;
    gsize length = 0;
    /* O_NONBLOCK: a FIFO put in its place must not stop the service; it is then refused as no file. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        g_set_error(error, LODGE_CONFIG_ERROR, (int)lodge_config_error_code(errno),
                    "secret file '%s' cannot be opened: %s", path, g_strerror(errno));
        return NULL;
    }
    g_autofree char *buffer = g_malloc(LODGE_SECRET_BYTES);
    if (check_file(fd, path, forbidden, error) &&
        read_all(fd, path, buffer, &length, error))
        secret = take_secret(buffer, length, path, error);
    explicit_bzero(buffer, LODGE_SECRET_BYTES);
    close(fd);
    return secret;
}

static char *load_credential(const char *name, const char *directory, GError **error)
{
    if (directory == NULL || *directory == '\0') {
        refuse(error,
               "credential '%s' needs a credentials directory; run under systemd with "
               "LoadCredential=%s:/path, or use secret_file",
               name, name);
        return NULL;
    }
    if (strchr(name, '/') != NULL || name[0] == '.') {
        refuse(error, "credential '%s' is no plain name", name);
        return NULL;
    }
    g_autofree char *path = g_build_filename(directory, name, NULL);
    /* systemd gives the service its access by an ACL, which shows as group bits; the directory is closed to others. */
    return load_file(path, S_IRWXO, error);
}

char *lodge_secret_load(const LodgeSecret *secret,
                        const char *credentials_directory,
                        GError **error)
{
    g_return_val_if_fail(secret != NULL && secret->kind != LODGE_SECRET_NONE, NULL);
    switch (secret->kind) {
    case LODGE_SECRET_FILE:
        return load_file(secret->value, S_IRWXG | S_IRWXO, error);
    case LODGE_SECRET_CREDENTIAL:
        return load_credential(secret->value, credentials_directory, error);
    case LODGE_SECRET_COMMAND:
        return lodge_secret_command_run(secret->value, COMMAND_TIMEOUT_MS, error);
    case LODGE_SECRET_NONE:
        break;
    }
    g_return_val_if_reached(NULL);
}
