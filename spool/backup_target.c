#include "spool/backup_internal.h"

#include "spool/backup.h"
#include "spool/marker.h"
#include "spool/spool_error.h"
#include "spool/spool_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 1000

static const char marker_words[] =
    "This backup is not finished. Run lodge backup into this directory again.\n";

/* ---- where it lies ---- */

static gboolean is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Climbs from the directory to the root of the file system; takes the descriptor. -1: it
 * cannot be climbed. Names would not do: links and mounts have several. */
static int lies_within(int fd, const struct stat *spool)
{
    for (guint depth = 0; fd >= 0 && depth < DEPTH_MAX; depth++) {
        struct stat here, above;
        gboolean known = fstat(fd, &here) == 0;
        int parent = known ? openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
        close(fd);
        fd = parent;
        if (known && is_same(&here, spool)) {
            if (fd >= 0)
                close(fd);
            return 1;
        }
        if (fd >= 0 && fstat(fd, &above) == 0 && is_same(&here, &above)) {
            close(fd);
            return 0;
        }
    }
    if (fd >= 0)
        close(fd);
    return -1;
}

/* Before anything is made: the directory itself, or the one that it is to be made in. */
static gboolean check_place(const LodgeDurableRoot *spool, const char *dir, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(dir);
    const char *existing = g_file_test(dir, G_FILE_TEST_EXISTS) ? dir : parent;
    int fd = open(existing, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat status;
    int within = -1;
    if (fd >= 0 && fstat(lodge_durable_root_fd(spool), &status) == 0)
        within = lies_within(fd, &status);
    if (fd >= 0 && within == 0)
        return TRUE;
    if (fd >= 0 && within > 0)
        g_set_error(
            error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
            "%s lies in the spool %s: name a directory outside, best on another disk", dir,
            lodge_durable_root_path(spool));
    else
        lodge_spool_error_set(error, errno, "open", existing);
    return FALSE;
}

gboolean lodge_backup_target_check_directory(const LodgeBackupTarget *target,
                                             const char *name,
                                             GError **error)
{
    struct stat status;
    if (fstatat(lodge_durable_root_fd(target->root), name, &status, AT_SYMLINK_NOFOLLOW) !=
            0 ||
        S_ISDIR(status.st_mode))
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
                "%s/%s is no directory: move it away, or name another directory",
                lodge_durable_root_path(target->root), name);
    return FALSE;
}

/* ---- the marker ---- */

/* What a killed run left visible may not be durable yet. */
static gboolean sync_directories(LodgeBackupTarget *target, GError **error)
{
    static const char *const names[] = {".", "objects", "journal"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (!lodge_durable_directory_sync(target->root, names[i], error))
            return FALSE;
    return TRUE;
}

/* ---- opening ---- */

static gboolean check_directories(const LodgeBackupTarget *target, GError **error)
{
    static const char *const names[] = {"journal", "objects", "incoming"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        if (!lodge_backup_target_check_directory(target, names[i], error))
            return FALSE;
    return TRUE;
}

gboolean lodge_backup_target_open(LodgeBackupTarget *target,
                                  const LodgeDurableRoot *spool,
                                  const char *dir,
                                  gint64 now_us,
                                  GError **error)
{
    if (!check_place(spool, dir, error) ||
        !lodge_spool_make_layout(dir, &target->root, error) ||
        !check_directories(target, error))
        return FALSE;
    target->lock = lodge_lock_take(target->root, "lodge backup", now_us, error);
    if (target->lock == NULL || !lodge_durable_sweep(target->root, "incoming", NULL, error))
        return FALSE;
    target->continued = lodge_marker_is_laid(target->root, LODGE_BACKUP_MARKER);
    return TRUE;
}

gboolean lodge_backup_target_begin(LodgeBackupTarget *target, GError **error)
{
    return target->continued
               ? sync_directories(target, error)
               : lodge_marker_lay(target->root, LODGE_BACKUP_MARKER, marker_words, error);
}

gboolean lodge_backup_target_finish(LodgeBackupTarget *target, GError **error)
{
    return lodge_marker_lift(target->root, LODGE_BACKUP_MARKER, error);
}

void lodge_backup_target_clear(LodgeBackupTarget *target)
{
    lodge_lock_release(target->lock);
    lodge_durable_root_close(target->root);
}
