#include "intake/fetch/files.h"
#include "intake/fetch/file_intake.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gboolean take_file(LodgeFileIntake *intake, const char *path, GError **error)
{
    if (!lodge_file_intake_check_stopping(intake, error))
        return FALSE;
    /* Without O_NONBLOCK the open of a FIFO waits for its writer, and no signal ends that. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    if (fd < 0)
        return lodge_file_intake_leave_out(intake, path, g_strerror(errno));
    gboolean ok =
        fstat(fd, &status) == 0 && S_ISREG(status.st_mode)
            ? lodge_file_intake_take(intake, fd, path, error)
            : lodge_file_intake_leave_out(
                  intake, path, "it is no file; pipe it into \"lodge file -\" instead");
    close(fd); /* read only: nothing can be lost here */
    return ok;
}

/* ---- directories ---- */

static gint compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names with this ending, in order; a name that starts with a dot is no message. */
static GPtrArray *list_names(const char *dir, const char *ending, GError **error)
{
    g_autoptr(GDir) open_dir = g_dir_open(dir, 0, error);
    if (open_dir == NULL)
        return NULL;
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;
    while ((name = g_dir_read_name(open_dir)) != NULL) {
        if (name[0] != '.' && g_str_has_suffix(name, ending))
            g_ptr_array_add(names, g_strdup(name));
    }
    g_ptr_array_sort(names, compare_names);
    return names;
}

static gboolean
take_directory(LodgeFileIntake *intake, const char *dir, const char *ending, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(GPtrArray) names = list_names(dir, ending, &unreadable);
    if (names == NULL)
        return lodge_file_intake_leave_out(intake, dir, unreadable->message);
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(dir, g_ptr_array_index(names, i), NULL);
        gboolean is_file = g_file_test(path, G_FILE_TEST_IS_REGULAR);
        if (is_file && !take_file(intake, path, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean is_directory_in(const char *dir, const char *name)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    return g_file_test(path, G_FILE_TEST_IS_DIR);
}

/* maildir(5): new/ and cur/ hold messages; what is in tmp/ is not one yet. */
static gboolean take_maildir(LodgeFileIntake *intake, const char *dir, GError **error)
{
    g_autofree char *fresh = g_build_filename(dir, "new", NULL);
    g_autofree char *seen = g_build_filename(dir, "cur", NULL);
    return take_directory(intake, seen, "", error) &&
           take_directory(intake, fresh, "", error);
}

static gboolean take_path(LodgeFileIntake *intake, const char *path, GError **error)
{
    if (strcmp(path, "-") == 0)
        return lodge_file_intake_take(intake, STDIN_FILENO, "-", error);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    if (!g_file_test(absolute, G_FILE_TEST_IS_DIR))
        return take_file(intake, absolute, error);
    if (is_directory_in(absolute, "cur") && is_directory_in(absolute, "new"))
        return take_maildir(intake, absolute, error);
    guint64 before = intake->fetched + intake->failed;
    if (!take_directory(intake, absolute, ".eml", error))
        return FALSE;
    return intake->fetched + intake->failed > before ||
           lodge_file_intake_leave_out(intake, absolute,
                                       "it has no .eml files, and is no Maildir");
}

gboolean lodge_files_fetch(const char *const *paths,
                           LodgeSpool *spool,
                           gint64 max_message_bytes,
                           const LodgeFetchSink *sink,
                           guint64 *fetched_out,
                           guint64 *failed_out,
                           GError **error)
{
    g_return_val_if_fail(sink != NULL && sink->deliver != NULL, FALSE);
    LodgeFileIntake intake = {
        .spool = spool, .max_message_bytes = max_message_bytes, .sink = sink};
    gboolean ok = TRUE;
    for (; ok && *paths != NULL; paths++)
        ok = take_path(&intake, *paths, error);
    *fetched_out = intake.fetched;
    *failed_out = intake.failed;
    return ok;
}
