#include "intake/fetch/files.h"
#include "parsers/text/display.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_BYTES (64 * 1024)

typedef struct {
    LodgeSpool *spool;
    gint64 max_message_bytes;
    const LodgeFetchSink *sink;
    guint64 fetched, failed;
} Intake;

static void warn(const Intake *intake, const char *path, const char *words)
{
    g_autofree char *shown = lodge_display_line(path, 500);
    if (intake->sink->warn != NULL)
        intake->sink->warn(shown, words, intake->sink->data);
}

/* Says why this file is left out, and goes on. */
static gboolean leave_out(Intake *intake, const char *path, const char *words)
{
    warn(intake, path, words);
    intake->failed++;
    return TRUE;
}

static gboolean check_stopping(const Intake *intake, GError **error)
{
    const LodgeFetchSink *sink = intake->sink;
    if (sink->stopping == NULL || !sink->stopping(sink->data))
        return TRUE;
    g_set_error_literal(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                        "the files were left before their end, as asked");
    return FALSE;
}

typedef enum { COPIED, UNREADABLE, TOO_LARGE, NOT_STAGED } Copied;

/* NOT_STAGED sets the error; UNREADABLE leaves errno. A pipe may be silent for ever, so a signal
 * that asks us to stop is heeded in the middle of one message, too. */
static Copied copy(const Intake *intake, int fd, LodgeStage *stage, GError **error)
{
    g_autofree guint8 *buffer = g_malloc(READ_BYTES);
    gint64 total = 0;
    for (;;) {
        ssize_t count = read(fd, buffer, READ_BYTES);
        if (count < 0 && errno == EINTR) {
            if (!check_stopping(intake, error))
                return NOT_STAGED;
            continue;
        }
        if (count < 0)
            return UNREADABLE;
        if (count == 0)
            break;
        total += count;
        if (total > intake->max_message_bytes)
            return TOO_LARGE;
        if (!lodge_stage_write(stage, buffer, (gsize)count, error))
            return NOT_STAGED;
    }
    return lodge_stage_finish(stage, error) ? COPIED : NOT_STAGED;
}

static gboolean deliver(Intake *intake, LodgeStage *stage, const char *path, GError **error)
{
    LodgeLocation location = {.account = (char *)"file", .folder = (char *)path};
    if (!intake->sink->deliver(stage, &location, LODGE_INSTANT_UNKNOWN, intake->sink->data,
                               error))
        return FALSE;
    intake->fetched++;
    if (intake->sink->progress != NULL)
        intake->sink->progress("file", intake->fetched, 0, intake->sink->data);
    return TRUE;
}

static gboolean take_descriptor(Intake *intake, int fd, const char *path, GError **error)
{
    g_autoptr(LodgeStage) stage = lodge_stage_new(intake->spool, error);
    if (stage == NULL)
        return FALSE;
    switch (copy(intake, fd, stage, error)) {
    case COPIED:
        return deliver(intake, g_steal_pointer(&stage), path, error);
    case UNREADABLE:
        return leave_out(intake, path, g_strerror(errno));
    case TOO_LARGE: {
        g_autofree char *limit = g_format_size((guint64)intake->max_message_bytes);
        g_autofree char *words = g_strdup_printf("it is over the limit of %s", limit);
        return leave_out(intake, path, words);
    }
    case NOT_STAGED:
        break;
    }
    return FALSE;
}

static gboolean take_file(Intake *intake, const char *path, GError **error)
{
    if (!check_stopping(intake, error))
        return FALSE;
    /* Without O_NONBLOCK the open of a FIFO waits for its writer, and no signal ends that. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    if (fd < 0)
        return leave_out(intake, path, g_strerror(errno));
    gboolean ok = fstat(fd, &status) == 0 && S_ISREG(status.st_mode)
                      ? take_descriptor(intake, fd, path, error)
                      : leave_out(intake, path,
                                  "it is no file; pipe it into \"lodge file -\" instead");
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
take_directory(Intake *intake, const char *dir, const char *ending, GError **error)
{
    g_autoptr(GError) unreadable = NULL;
    g_autoptr(GPtrArray) names = list_names(dir, ending, &unreadable);
    if (names == NULL)
        return leave_out(intake, dir, unreadable->message);
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
static gboolean take_maildir(Intake *intake, const char *dir, GError **error)
{
    g_autofree char *fresh = g_build_filename(dir, "new", NULL);
    g_autofree char *seen = g_build_filename(dir, "cur", NULL);
    return take_directory(intake, seen, "", error) &&
           take_directory(intake, fresh, "", error);
}

static gboolean take_path(Intake *intake, const char *path, GError **error)
{
    if (strcmp(path, "-") == 0)
        return take_descriptor(intake, STDIN_FILENO, "-", error);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    if (!g_file_test(absolute, G_FILE_TEST_IS_DIR))
        return take_file(intake, absolute, error);
    if (is_directory_in(absolute, "cur") && is_directory_in(absolute, "new"))
        return take_maildir(intake, absolute, error);
    guint64 before = intake->fetched + intake->failed;
    if (!take_directory(intake, absolute, ".eml", error))
        return FALSE;
    return intake->fetched + intake->failed > before ||
           leave_out(intake, absolute, "it has no .eml files, and is no Maildir");
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
    Intake intake = {.spool = spool, .max_message_bytes = max_message_bytes, .sink = sink};
    gboolean ok = TRUE;
    for (; ok && *paths != NULL; paths++)
        ok = take_path(&intake, *paths, error);
    *fetched_out = intake.fetched;
    *failed_out = intake.failed;
    return ok;
}
