#include "spool/lock.h"
#include "parsers/text/display.h"
#include "parsers/text/instant.h"
#include "spool/spool_error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define TEXT_MAX_BYTES 512

struct LodgeLock {
    int fd;
};

/* Four lines: who, host, pid, since. */
static void set_locked(int fd, const LodgeDurableRoot *root, GError **error)
{
    char text[TEXT_MAX_BYTES + 1] = "";
    ssize_t size = pread(fd, text, TEXT_MAX_BYTES, 0);
    g_autofree char *whole = g_strndup(text, size > 0 ? (gsize)size : 0);
    g_auto(GStrv) lines = g_strsplit(whole, "\n", 5);
    if (g_strv_length(lines) < 4) {
        g_set_error(
            error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_LOCKED,
            "the spool %s is in use by another writer that has just started: try again",
            lodge_durable_root_path(root));
        return;
    }
    g_autofree char *who = lodge_display_line(lines[0], 80);
    g_autofree char *host = lodge_display_line(lines[1], 80);
    g_autofree char *pid = lodge_display_line(lines[2], 20);
    g_autofree char *since = lodge_display_line(lines[3], 40);
    g_set_error(
        error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_LOCKED,
        "the spool %s is in use by \"%s\" on %s, pid %s, since %s: wait for it or stop it",
        lodge_durable_root_path(root), who, host, pid, since);
}

static gboolean write_text(int fd, const char *who, gint64 now_us)
{
    g_autofree char *since = lodge_instant_format(now_us);
    g_autofree char *text = g_strdup_printf("%s\n%s\n%d\n%s\n", who, g_get_host_name(),
                                            (int)getpid(), since != NULL ? since : "?");
    gsize size = MIN(strlen(text), (gsize)TEXT_MAX_BYTES);
    return ftruncate(fd, 0) == 0 && pwrite(fd, text, size, 0) == (ssize_t)size;
}

LodgeLock *lodge_lock_take(const LodgeDurableRoot *root,
                           const char *who,
                           gint64 now_us,
                           GError **error)
{
    g_autofree char *path = lodge_durable_root_join(root, "lock");
    int fd = openat(lodge_durable_root_fd(root), "lock",
                    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        lodge_spool_error_set(error, errno, "open", path);
        return NULL;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK)
            set_locked(fd, root, error);
        else
            lodge_spool_error_set(error, errno, "lock", path);
        close(fd);
        return NULL;
    }
    if (!write_text(fd, who, now_us)) {
        lodge_spool_error_set(error, errno, "write", path);
        close(fd);
        return NULL;
    }
    LodgeLock *lock = g_new0(LodgeLock, 1);
    lock->fd = fd;
    return lock;
}

void lodge_lock_release(LodgeLock *lock)
{
    if (lock == NULL)
        return;
    close(lock->fd);
    g_free(lock);
}
