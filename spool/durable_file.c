/* What survives a power cut, transition by transition. "Survives" means: is so after the
 * machine comes up again with everything lost that was not synced, on a file system that
 * keeps metadata in order or not.
 *
 *  1. open(incoming/x, O_CREAT|O_EXCL, 0600). Nothing survives, or an empty or partial file
 *     in incoming/. Nobody reads incoming/; the next writer sweeps it. So nothing here needs
 *     a sync of incoming/ itself. O_EXCL: a name is never used for two contents.
 *  2. write. Short writes go on, EINTR goes on, anything else ends the file. Nothing is
 *     promised yet. sync_file_range starts write-back early; it waits for nothing and
 *     promises nothing, it only makes step 3 short.
 *  3. fchmod, then fsync. Now the bytes and the inode survive, though perhaps under no name.
 *     A failed fsync is final: Linux marks the pages clean after reporting the error once,
 *     so a second fsync would lie. The file is removed; the caller has the bytes elsewhere
 *     (the mailbox was not touched).
 *  4. close, whose result counts: NFS and quota file systems report a failed write here.
 *  5. rename to the place, never onto an existing name (RENAME_NOREPLACE; where the file
 *     system knows no such flag: link, then unlink). rename is atomic: the new name is not
 *     there, or is there with bytes that step 3 has made durable. Whether it
 *     survives is open until step 6, so nothing that depends on it may be done before.
 *     After link-then-unlink a cut may leave both names; the one in incoming/ is swept.
 *  6. fsync of the directory that holds the new name. From here on the file survives.
 *     If this fails, the name is visible but may be gone after a cut: the caller
 *     must not build on it (the transaction fails; for a segment the spool must be reopened).
 *
 * A process that is killed between 5 and 6 leaves a name that is visible but perhaps not
 * durable. Whoever finds a name and wants to rely on it must therefore do step 6 himself:
 * the object store does so for objects that exist already, the spool does so for journal/ when it opens.
 *
 * Many at once (the batch): 1 to 2 for each file, then 3 and 4 for all, then 5 for all, then
 * 6 once for each directory. The order between files does not matter, since none of them means
 * anything before the segment that names them, which comes after the last directory.
 *
 * Directories: mkdir, then fsync of the parent; a cut leaves it or leaves it not, and it is
 * made again. Removal is never needed for correctness: a name that comes back is swept
 * (incoming/), is an object nobody names (objects/), or is replaced again (trees). */
#include "spool/durable_file.h"
#include "spool/spool_error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A long file's write-back is started every so often while it is being written. */
#define START_EVERY_BYTES (8 * 1024 * 1024)
#define TREE_DEPTH_MAX 16

struct LodgeDurableRoot {
    int fd;
    char *path;
    guint counter; /* atomic: stages are made by any thread */
};

struct LodgeDurableFile {
    LodgeDurableRoot *root;
    char *name;
    int fd; /* -1 once closed */
    gint64 written_bytes, started_bytes;
    gboolean failed, synced, settled; /* settled: no longer ours to remove */
};

static void set_error(GError **error,
                      int errnum,
                      const char *verb,
                      const LodgeDurableRoot *root,
                      const char *name)
{
    g_autofree char *path = lodge_durable_root_join(root, name);
    lodge_spool_error_set(error, errnum, verb, path);
}

/* ---- the root ---- */

LodgeDurableRoot *lodge_durable_root_open(const char *dir, GError **error)
{
    g_return_val_if_fail(dir != NULL, NULL);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        lodge_spool_error_set(error, errno, "open", dir);
        return NULL;
    }
    LodgeDurableRoot *root = g_new0(LodgeDurableRoot, 1);
    root->fd = fd;
    root->path = g_strdup(dir);
    return root;
}

void lodge_durable_root_close(LodgeDurableRoot *root)
{
    if (root == NULL)
        return;
    close(root->fd);
    g_free(root->path);
    g_free(root);
}

int lodge_durable_root_fd(const LodgeDurableRoot *root)
{
    return root->fd;
}

const char *lodge_durable_root_path(const LodgeDurableRoot *root)
{
    return root->path;
}

char *lodge_durable_root_join(const LodgeDurableRoot *root, const char *name)
{
    return g_strcmp0(name, ".") == 0 ? g_strdup(root->path)
                                     : g_build_filename(root->path, name, NULL);
}

char *lodge_durable_root_name_incoming(LodgeDurableRoot *root, const char *label)
{
    guint number = (guint)g_atomic_int_add(&root->counter, 1) + 1;
    return g_strdup_printf("incoming/%s-%d-%u", label, (int)getpid(), number);
}

/* ---- directories ---- */

static gboolean sync_directory_at(int at_fd, const char *name)
{
    int fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return FALSE;
    int failure = fsync(fd) == 0 ? 0 : errno;
    if (close(fd) != 0 && failure == 0)
        failure = errno;
    errno = failure;
    return failure == 0;
}

gboolean lodge_durable_directory_create(const char *dir, GError **error)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        lodge_spool_error_set(error, errno, "make directory", dir);
        return FALSE;
    }
    g_autofree char *parent = g_path_get_dirname(dir);
    if (sync_directory_at(AT_FDCWD, parent))
        return TRUE;
    lodge_spool_error_set(error, errno, "sync directory", parent);
    return FALSE;
}

gboolean lodge_durable_directory_make_unsynced(LodgeDurableRoot *root,
                                               const char *name,
                                               gboolean *made_out,
                                               GError **error)
{
    gboolean made = mkdirat(root->fd, name, 0700) == 0;
    if (!made && errno != EEXIST) {
        set_error(error, errno, "make directory", root, name);
        return FALSE;
    }
    *made_out = made;
    return TRUE;
}

gboolean
lodge_durable_directory_make(LodgeDurableRoot *root, const char *name, GError **error)
{
    gboolean made = FALSE;
    if (!lodge_durable_directory_make_unsynced(root, name, &made, error))
        return FALSE;
    g_autofree char *parent = g_path_get_dirname(name);
    return lodge_durable_directory_sync(root, parent, error);
}

gboolean
lodge_durable_directory_sync(LodgeDurableRoot *root, const char *name, GError **error)
{
    if (sync_directory_at(root->fd, name))
        return TRUE;
    set_error(error, errno, "sync directory", root, name);
    return FALSE;
}

/* ---- one file on its way ---- */

LodgeDurableFile *
lodge_durable_file_new_named(LodgeDurableRoot *root, const char *name, GError **error)
{
    int fd =
        openat(root->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        set_error(error, errno, "create", root, name);
        return NULL;
    }
    LodgeDurableFile *file = g_new0(LodgeDurableFile, 1);
    file->root = root;
    file->name = g_strdup(name);
    file->fd = fd;
    return file;
}

LodgeDurableFile *
lodge_durable_file_new(LodgeDurableRoot *root, const char *label, GError **error)
{
    g_autofree char *name = lodge_durable_root_name_incoming(root, label);
    return lodge_durable_file_new_named(root, name, error);
}

static gboolean fail(LodgeDurableFile *file, int errnum, const char *verb, GError **error)
{
    file->failed = TRUE;
    set_error(error, errnum, verb, file->root, file->name);
    return FALSE;
}

gboolean lodge_durable_file_start(LodgeDurableFile *file, GError **error)
{
    g_return_val_if_fail(file->fd >= 0, FALSE);
    off_t from = (off_t)file->started_bytes;
    off_t size = (off_t)(file->written_bytes - file->started_bytes);
    if (size == 0)
        return TRUE;
    file->started_bytes = file->written_bytes;
    if (sync_file_range(file->fd, from, size, SYNC_FILE_RANGE_WRITE) == 0)
        return TRUE;
    /* Some file systems cannot; the sync that comes does the whole work then. */
    if (errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP || errno == ESPIPE)
        return TRUE;
    return fail(file, errno, "write", error);
}

gboolean lodge_durable_file_write(LodgeDurableFile *file,
                                  const void *bytes,
                                  gsize size_bytes,
                                  GError **error)
{
    g_return_val_if_fail(file->fd >= 0 && !file->failed, FALSE);
    const char *at = bytes;
    while (size_bytes > 0) {
        ssize_t count = write(file->fd, at, size_bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return fail(file, count < 0 ? errno : EIO, "write", error);
        at += count;
        size_bytes -= (gsize)count;
        file->written_bytes += count;
    }
    if (file->written_bytes - file->started_bytes >= START_EVERY_BYTES)
        return lodge_durable_file_start(file, error);
    return TRUE;
}

gboolean lodge_durable_file_sync(LodgeDurableFile *file, mode_t mode, GError **error)
{
    g_return_val_if_fail(file->fd >= 0 && !file->failed && !file->synced, FALSE);
    if (fchmod(file->fd, mode) != 0)
        return fail(file, errno, "set the mode of", error);
    if (fsync(file->fd) != 0)
        return fail(file, errno, "sync", error);
    int closed = close(file->fd);
    file->fd = -1;
    if (closed != 0)
        return fail(file, errno, "close", error);
    file->synced = TRUE;
    return TRUE;
}

gboolean
lodge_durable_file_place(LodgeDurableFile *file, const char *target, GError **error)
{
    g_return_val_if_fail(file->synced && !file->settled, FALSE);
    if (!lodge_durable_rename(file->root, file->name, target, error))
        return FALSE;
    g_free(file->name);
    file->name = g_strdup(target);
    file->settled = TRUE;
    return TRUE;
}

const char *lodge_durable_file_name(const LodgeDurableFile *file)
{
    return file->name;
}

void lodge_durable_file_leave(LodgeDurableFile *file)
{
    g_return_if_fail(file->synced);
    file->settled = TRUE;
}

void lodge_durable_file_free(LodgeDurableFile *file)
{
    if (file == NULL)
        return;
    if (file->fd >= 0)
        close(file->fd);
    /* What cannot be removed now is swept when the spool is opened. */
    if (!file->settled)
        unlinkat(file->root->fd, file->name, 0);
    g_free(file->name);
    g_free(file);
}

int lodge_durable_scratch_open(LodgeDurableRoot *root, GError **error)
{
    g_autofree char *name = lodge_durable_root_name_incoming(root, "scratch");
    int fd =
        openat(root->fd, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        set_error(error, errno, "create", root, name);
        return -1;
    }
    if (unlinkat(root->fd, name, 0) == 0)
        return fd;
    set_error(error, errno, "remove", root, name);
    close(fd);
    return -1;
}

/* ---- placing and removing what is already synced ---- */

/* Once linked it is in place, whatever becomes of the other name. */
static gboolean
link_then_unlink(LodgeDurableRoot *root, const char *name, const char *target)
{
    if (linkat(root->fd, name, root->fd, target, 0) != 0)
        return FALSE;
    unlinkat(root->fd, name, 0);
    return TRUE;
}

gboolean lodge_durable_rename(LodgeDurableRoot *root,
                              const char *name,
                              const char *target,
                              GError **error)
{
    if (renameat2(root->fd, name, root->fd, target, RENAME_NOREPLACE) == 0)
        return TRUE;
    /* EINVAL, ENOSYS: this file system does not know the flag. A directory cannot be linked
     * (EPERM), and an empty or absent one is all that rename would replace. */
    if ((errno == EINVAL || errno == ENOSYS) &&
        (link_then_unlink(root, name, target) ||
         (errno == EPERM && renameat(root->fd, name, root->fd, target) == 0)))
        return TRUE;
    set_error(error, errno, "rename into place", root, target);
    return FALSE;
}

gboolean lodge_durable_exchange(LodgeDurableRoot *root,
                                const char *name,
                                const char *target,
                                GError **error)
{
    if (renameat2(root->fd, name, root->fd, target, RENAME_EXCHANGE) == 0)
        return TRUE;
    if (errno != EINVAL && errno != ENOSYS) {
        set_error(error, errno, "exchange", root, target);
        return FALSE;
    }
    /* In two steps: for a moment nothing is there, and a cut in between leaves the tree to
     * be written again. */
    g_autofree char *aside = lodge_durable_root_name_incoming(root, "old");
    return lodge_durable_rename(root, target, aside, error) &&
           lodge_durable_rename(root, name, target, error) &&
           lodge_durable_rename(root, aside, name, error);
}

gboolean
lodge_durable_sync_foreign(LodgeDurableRoot *root, const char *name, GError **error)
{
    int fd = openat(root->fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        set_error(error, errno, "open", root, name);
        return FALSE;
    }
    int failure = fsync(fd) == 0 ? 0 : errno;
    if (close(fd) != 0 && failure == 0)
        failure = errno;
    if (failure != 0)
        set_error(error, failure, "sync", root, name);
    return failure == 0;
}

gboolean lodge_durable_remove(LodgeDurableRoot *root, const char *name, GError **error)
{
    if (unlinkat(root->fd, name, 0) == 0 || errno == ENOENT)
        return TRUE;
    set_error(error, errno, "remove", root, name);
    return FALSE;
}

gboolean lodge_durable_remove_empty(LodgeDurableRoot *root, const char *name)
{
    return unlinkat(root->fd, name, AT_REMOVEDIR) == 0;
}

static gboolean remove_at(int at_fd, const char *name, guint depth);

/* Takes the descriptor. */
static gboolean empty_directory(int fd, guint depth, guint64 *removed_out)
{
    DIR *dir = fdopendir(fd);
    if (dir == NULL) {
        int failure = errno;
        close(fd);
        errno = failure;
        return FALSE;
    }
    int failure = 0;
    const struct dirent *entry;
    while (failure == 0 && (errno = 0, entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!remove_at(dirfd(dir), entry->d_name, depth))
            failure = errno;
        else if (removed_out != NULL)
            (*removed_out)++;
    }
    if (failure == 0)
        failure = errno;
    closedir(dir);
    errno = failure;
    return failure == 0;
}

/* A symbolic link is removed, never followed (O_NOFOLLOW; unlink takes the link). */
static gboolean remove_at(int at_fd, const char *name, guint depth)
{
    if (unlinkat(at_fd, name, 0) == 0 || errno == ENOENT)
        return TRUE;
    if (errno != EISDIR && errno != EPERM)
        return FALSE;
    if (depth == 0) {
        errno = ELOOP;
        return FALSE;
    }
    int fd = openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && empty_directory(fd, depth - 1, NULL) &&
           unlinkat(at_fd, name, AT_REMOVEDIR) == 0;
}

gboolean lodge_durable_remove_tree(LodgeDurableRoot *root, const char *name, GError **error)
{
    if (remove_at(root->fd, name, TREE_DEPTH_MAX))
        return TRUE;
    set_error(error, errno, "remove", root, name);
    return FALSE;
}

gboolean lodge_durable_sweep(LodgeDurableRoot *root,
                             const char *name,
                             guint64 *removed_out,
                             GError **error)
{
    int fd = openat(root->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && empty_directory(fd, TREE_DEPTH_MAX, removed_out))
        return TRUE;
    set_error(error, errno, "sweep", root, name);
    return FALSE;
}
