#include "parsers/cell/reader.h"

#include "parsers/cell/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where a reader finds its descriptors, whatever they were in the zygote. */
enum { INPUT_FD = 3, REPORT_FD = 4, LEAVES_FD = 5, FIRST_UNUSED_FD = 6, SPARE_FD = 32 };

/* Beyond what base64 and its kin can give from the bytes read. */
#define WRITTEN_SLACK_BYTES (16 * 1024 * 1024)

static LodgeCellProfile profile_for(gint64 size_bytes, gint64 leaves_max_bytes)
{
    return (LodgeCellProfile){
        .cpu_s = LODGE_LIMIT_READER_CPU_S,
        .memory_bytes = LODGE_LIMIT_READER_MEMORY_BYTES,
        .written_bytes =
            2 * MAX(size_bytes, 0) + MAX(leaves_max_bytes, 0) + WRITTEN_SLACK_BYTES,
        .descriptors = LODGE_LIMIT_READER_DESCRIPTORS,
    };
}

static gboolean write_all(int fd, const char *bytes, gsize size_bytes)
{
    while (size_bytes > 0) {
        ssize_t written = write(fd, bytes, size_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return FALSE;
        bytes += written;
        size_bytes -= (gsize)written;
    }
    return TRUE;
}

G_NORETURN static void end_with_reason(int fd, LodgeReaderExit status, const char *reason)
{
    gboolean is_told = write_all(fd, reason, strlen(reason));
    (void)is_told; /* the exit status tells enough */
    _exit((int)status);
}

/* GLib ends the process when memory runs out; its last word tells that from a fault. Nothing is
 * printed: a stranger's document has a part in these texts, and nobody may read them unescaped. */
static GLogWriterOutput take_last_word(GLogLevelFlags level,
                                       const GLogField *fields,
                                       gsize n_fields,
                                       gpointer unused)
{
    (void)unused;
    for (gsize i = 0; i < n_fields && (level & G_LOG_LEVEL_ERROR); i++) {
        if (strcmp(fields[i].key, "MESSAGE") == 0 &&
            strstr(fields[i].value, "failed to allocate") != NULL)
            _exit(LODGE_READER_MEMORY);
    }
    return G_LOG_WRITER_HANDLED;
}

static gboolean silence(int fd)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    return nothing >= 0 && dup2(nothing, fd) == fd && close(nothing) == 0;
}

static gboolean keep_descriptors(const LodgeRequestDescriptors *descriptors)
{
    /* out of the way first: a received number may be one of the places */
    int spare[3] = {descriptors->input, descriptors->report, descriptors->leaves};
    for (gsize i = 0; i < G_N_ELEMENTS(spare); i++) {
        if (spare[i] >= 0 && (spare[i] = fcntl(spare[i], F_DUPFD, SPARE_FD)) < 0)
            return FALSE;
    }
    if (dup2(spare[0], INPUT_FD) < 0 || dup2(spare[1], REPORT_FD) < 0)
        return FALSE;
    if (spare[2] >= 0 && dup2(spare[2], LEAVES_FD) < 0)
        return FALSE;
    unsigned first = spare[2] >= 0 ? FIRST_UNUSED_FD : LEAVES_FD;
    if (close_range(first, ~0U, 0) != 0)
        return FALSE;
#ifndef LODGE_SANITIZED /* whose reports a developer wants to see */
    if (!silence(STDERR_FILENO))
        return FALSE;
#endif
    return silence(STDIN_FILENO) && silence(STDOUT_FILENO);
}

static gboolean die_with(pid_t parent)
{
    /* the second half closes the gap: the parent may have died before the first */
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() == parent;
}

static LodgeReaderWork find_work(const LodgeZygotePlan *plan, guint32 kind)
{
    if (kind == LODGE_READ_MESSAGE)
        return plan->read_message;
    return kind == LODGE_READ_CONTAINER ? plan->read_container : plan->read_document;
}

void lodge_reader_run(pid_t zygote,
                      const LodgeZygotePlan *plan,
                      const LodgeRequest *request,
                      const LodgeRequestDescriptors *descriptors)
{
    if (!die_with(zygote) || !keep_descriptors(descriptors))
        end_with_reason(descriptors->report, LODGE_READER_FAILED,
                        "cannot set a reader up; is the limit of open files below 64?");
    g_log_set_writer_func(take_last_word, NULL, NULL);
    signal(SIGPIPE, SIG_IGN);

    LodgeReaderJob job = {
        .name = request->name,
        .declared_type = request->declared_type,
        .input_fd = INPUT_FD,
        .size_bytes = request->size_bytes,
        .leaves_fd = descriptors->leaves >= 0 ? LEAVES_FD : -1,
        .leaves_max_bytes = request->leaves_max_bytes,
    };
    LodgeCellProfile profile = profile_for(request->size_bytes, request->leaves_max_bytes);
    g_autoptr(GError) error = NULL;
    if (!lodge_cell_close(&profile, &error))
        end_with_reason(REPORT_FD, LODGE_READER_REFUSED, error->message);

    g_autoptr(GBytes) report = find_work(plan, request->kind)(&job, &error);
    if (!report)
        end_with_reason(REPORT_FD, LODGE_READER_FAILED, error->message);
    gsize size_bytes = 0;
    const char *bytes = g_bytes_get_data(report, &size_bytes);
    _exit(write_all(REPORT_FD, bytes, size_bytes) ? LODGE_READER_DONE
                                                  : LODGE_READER_FAILED);
}

G_NORETURN static void close_and_tell(int fd)
{
    LodgeCellProfile profile = profile_for(0, 0);
    g_autoptr(GError) error = NULL;
    if (!lodge_cell_close(&profile, &error))
        end_with_reason(fd, LODGE_READER_REFUSED, error->message);
    _exit(LODGE_READER_DONE);
}

static char *read_reason(int fd)
{
    char reason[240] = "";
    ssize_t length;
    do
        length = read(fd, reason, sizeof reason - 1);
    while (length < 0 && errno == EINTR);
    return length > 0 ? g_strndup(reason, (gsize)length)
                      : g_strdup("a reader that closed its cell did not come to its end");
}

gboolean lodge_reader_probe(char **why_out)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *why_out = g_strdup_printf("cannot try a cell: %s", g_strerror(errno));
        return FALSE;
    }
    pid_t child = fork();
    if (child == 0)
        close_and_tell(ends[1]);
    close(ends[1]);
    int status = 0;
    gboolean is_done = child > 0 && waitpid(child, &status, 0) == child &&
                       WIFEXITED(status) && WEXITSTATUS(status) == LODGE_READER_DONE;
    if (!is_done)
        *why_out = read_reason(ends[0]);
    close(ends[0]);
    return is_done;
}
