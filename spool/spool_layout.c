/* Is this directory a spool, may it become one, and the making of it.
 *
 * journal/ is made last: a directory with journal/ is a spool, whole; one with nothing but
 * other names of ours and without content was cut off while it was made, and is finished. */
#include "spool/spool_error.h"
#include "spool/spool_internal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* In the order of making. */
static const char *const directories[] = {"incoming", "objects",  "filed",
                                          "held",     "rejected", "journal"};

static gboolean is_directory_at(const LodgeDurableRoot *root, const char *name)
{
    struct stat status;
    return fstatat(lodge_durable_root_fd(root), name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

/* Names that a spool in the making may show; lost+found belongs to the file system. */
static gboolean is_known_name(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(directories); i++)
        if (strcmp(name, directories[i]) == 0)
            return TRUE;
    return strcmp(name, "lock") == 0 || strcmp(name, "lost+found") == 0;
}

/* Entries other than . and .., or of these only those of no known name; -1 on error. */
static int
count_entries(const LodgeDurableRoot *root, const char *name, gboolean strangers_only)
{
    int fd = openat(lodge_durable_root_fd(root), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    int count = 0;
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (!strangers_only || !is_known_name(entry->d_name))
            count++;
    }
    closedir(dir);
    return count;
}

static gboolean refuse(GError **error, const char *dir, const char *words)
{
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING, "%s %s", dir, words);
    return FALSE;
}

/* Without journal/: may a spool be made here? */
static gboolean may_become_spool(const LodgeDurableRoot *root, GError **error)
{
    const char *dir = lodge_durable_root_path(root);
    int strangers = count_entries(root, ".", TRUE);
    if (strangers < 0) {
        lodge_spool_error_set(error, errno, "read", dir);
        return FALSE;
    }
    if (is_directory_at(root, "objects") && count_entries(root, "objects", FALSE) > 0)
        return refuse(error, dir,
                      "holds objects but no journal: restore journal/ from a backup");
    if (strangers > 0)
        return refuse(error, dir,
                      "is neither empty nor a spool: name an empty or new directory");
    return TRUE;
}

static gboolean make_all(LodgeDurableRoot *root, GError **error)
{
    if (fchmod(lodge_durable_root_fd(root), 0700) != 0) {
        lodge_spool_error_set(error, errno, "set the mode of",
                              lodge_durable_root_path(root));
        return FALSE;
    }
    for (guint i = 0; i < G_N_ELEMENTS(directories); i++)
        if (!lodge_durable_directory_make(root, directories[i], error))
            return FALSE;
    return TRUE;
}

/* Trees and incoming/ may have been removed by hand; nothing in them is the truth. */
static gboolean mend_all(LodgeDurableRoot *root, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(directories); i++)
        if (!is_directory_at(root, directories[i]) &&
            !lodge_durable_directory_make(root, directories[i], error))
            return FALSE;
    return TRUE;
}

/* A directory that is there already may be that of a lodge that was killed before it had synced the one above. Where
 * we may not write, none of ours can have made it. */
static gboolean make_top(const char *dir, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(dir);
    return (g_file_test(dir, G_FILE_TEST_EXISTS) && access(parent, R_OK | W_OK) != 0) ||
           lodge_durable_directory_create(dir, error);
}

gboolean lodge_spool_sync_layout(LodgeDurableRoot *root, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(directories); i++)
        if (!lodge_durable_directory_sync(root, directories[i], error))
            return FALSE;
    return lodge_durable_directory_sync(root, ".", error);
}

gboolean
lodge_spool_make_layout(const char *dir, LodgeDurableRoot **root_out, GError **error)
{
    g_autofree char *journal = g_build_filename(dir, "journal", NULL);
    if (!g_file_test(journal, G_FILE_TEST_IS_DIR) && !make_top(dir, error))
        return FALSE;
    g_autoptr(LodgeDurableRoot) root = lodge_durable_root_open(dir, error);
    if (root == NULL)
        return FALSE;
    gboolean is_spool = is_directory_at(root, "journal");
    if (!is_spool && !may_become_spool(root, error))
        return FALSE;
    if (!(is_spool ? mend_all(root, error) : make_all(root, error)))
        return FALSE;
    *root_out = g_steal_pointer(&root);
    return TRUE;
}

LodgeDurableRoot *lodge_spool_find_layout(const char *dir, GError **error)
{
    if (!g_file_test(dir, G_FILE_TEST_EXISTS)) {
        refuse(error, dir,
               "is not there: check the path; lodge once or lodge file makes the spool");
        return NULL;
    }
    g_autoptr(LodgeDurableRoot) root = lodge_durable_root_open(dir, error);
    if (root == NULL)
        return NULL;
    if (!is_directory_at(root, "journal") || !is_directory_at(root, "objects")) {
        refuse(error, dir,
               "is not a spool: check the path; lodge once or lodge file makes one");
        return NULL;
    }
    return g_steal_pointer(&root);
}
