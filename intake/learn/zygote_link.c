#include "intake/learn/zygote_link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Until a zygote has loaded its tables, and until one that was told to kill has done it. */
#define HELLO_MS (20 * 1000)
#define SILENCE_MS (10 * 1000)
#define CHUNK_BYTES (64 * 1024)

struct LodgeZygoteLink {
    char *path;
    GBytes *anchors;  /* or NULL */
    GMutex mutex;     /* guards what follows */
    guint generation; /* of the zygote; 0 before the first */
    pid_t pid;        /* -1 when there is none */
    int control_fd;   /* likewise */
    LodgeHello hello;
};

/* The descriptors of one job: ours, and those that are sent. */
typedef struct {
    int report, job;
    int report_write, job_peer;
} JobEnds;

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static gboolean
set_system_error(GError **error, LodgeAirlockError code, const char *what, int number)
{
    g_set_error(error, LODGE_AIRLOCK_ERROR, (int)code, "%s: %s", what, g_strerror(number));
    return FALSE;
}

/* ---- the zygote's life; all with the mutex held ---- */

static int prepare_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int failure = posix_spawnattr_setsigmask(attributes, &none);
    if (failure == 0)
        failure = posix_spawnattr_setsigdefault(attributes, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID;
    return failure != 0 ? failure : posix_spawnattr_setflags(attributes, flags);
}

/* Above the places that a zygote's descriptors are put in, so that none is put over another. */
#define SPARE_FD (LODGE_PROTOCOL_ANCHORS_FD + 1)

/* -1 and errno on failure. */
static int make_anchors_fd(GBytes *anchors)
{
    gsize size = 0;
    const char *bytes = g_bytes_get_data(anchors, &size);
    int fd = memfd_create("anchors", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    for (gsize done = 0; done < size;) {
        ssize_t put = write(fd, bytes + done, size - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            close_fd(&fd);
            return -1;
        }
        done += (gsize)put;
    }
    int spare = fcntl(fd, F_DUPFD_CLOEXEC, SPARE_FD);
    close(fd);
    return spare;
}

/* `anchors_fd` -1: none. The control socket takes its place first: it may stand where the anchors go. */
static int
prepare_actions(posix_spawn_file_actions_t *actions, int control_fd, int anchors_fd)
{
    int failure =
        posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failure == 0)
        failure = posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, "/dev/null",
                                                   O_WRONLY, 0);
    if (failure == 0)
        failure = posix_spawn_file_actions_adddup2(actions, control_fd,
                                                   LODGE_PROTOCOL_CONTROL_FD);
    int first_unused = LODGE_PROTOCOL_CONTROL_FD + 1;
    if (failure == 0 && anchors_fd >= 0) {
        failure = posix_spawn_file_actions_adddup2(actions, anchors_fd,
                                                   LODGE_PROTOCOL_ANCHORS_FD);
        first_unused = LODGE_PROTOCOL_ANCHORS_FD + 1;
    }
    if (failure == 0)
        failure = posix_spawn_file_actions_addclosefrom_np(actions, first_unused);
    return failure;
}

static int spawn_with(const char *path, int control_fd, int anchors_fd, pid_t *pid_out)
{
    char *const arguments[] = {(char *)"lodge-reader", (char *)"--zygote", NULL};
    char *const environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int failure = prepare_attributes(&attributes);
    if (failure == 0)
        failure = prepare_actions(&actions, control_fd, anchors_fd);
    if (failure == 0)
        failure = posix_spawn(pid_out, path, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

static int spawn_reader(const LodgeZygoteLink *link, int control_fd, pid_t *pid_out)
{
    int anchors_fd = link->anchors != NULL ? make_anchors_fd(link->anchors) : -1;
    if (link->anchors != NULL && anchors_fd < 0)
        return errno;
    int failure = spawn_with(link->path, control_fd, anchors_fd, pid_out);
    close_fd(&anchors_fd);
    return failure;
}

static void stop_zygote(LodgeZygoteLink *link)
{
    close_fd(&link->control_fd);
    if (link->pid > 0) {
        kill(link->pid, SIGKILL); /* its children die with it */
        while (waitpid(link->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    link->pid = -1;
}

static gboolean receive_hello(LodgeZygoteLink *link, GError **error)
{
    struct pollfd polled = {.fd = link->control_fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&polled, 1, HELLO_MS);
    while (ready < 0 && errno == EINTR);
    if (ready == 0)
        return set_system_error(error, LODGE_AIRLOCK_ERROR_UNAVAILABLE,
                                "it does not say hello", ETIMEDOUT);
    return lodge_protocol_receive_hello(link->control_fd, &link->hello, error);
}

static gboolean check_hello(const LodgeHello *hello, GError **error)
{
    if (!hello->is_usable) {
        g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE, "%s",
                    hello->why);
        return FALSE;
    }
    if (strcmp(hello->version, LODGE_VERSION) != 0) {
        g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE,
                    "it is version %s and lodge is %s: install both from one build",
                    hello->version, LODGE_VERSION);
        return FALSE;
    }
    return TRUE;
}

static gboolean spawn_zygote(LodgeZygoteLink *link, GError **error)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return set_system_error(error, LODGE_AIRLOCK_ERROR_UNAVAILABLE, "no socket", errno);
    /* a zygote that does not listen must not stop every worker for ever */
    struct timeval patience = {.tv_sec = SILENCE_MS / 1000};
    setsockopt(pair[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    int failure = spawn_reader(link, pair[1], &link->pid);
    close(pair[1]);
    link->control_fd = pair[0];
    if (failure == 0)
        return TRUE;
    link->pid = -1;
    return set_system_error(error, LODGE_AIRLOCK_ERROR_UNAVAILABLE, "cannot be executed",
                            failure);
}

static gboolean ensure_zygote(LodgeZygoteLink *link, GError **error)
{
    if (link->pid > 0)
        return TRUE;
    g_autoptr(GError) failure = NULL;
    if (spawn_zygote(link, &failure) && receive_hello(link, &failure) &&
        check_hello(&link->hello, &failure)) {
        link->generation++;
        return TRUE;
    }
    stop_zygote(link);
    g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_UNAVAILABLE,
                "the reader %s cannot be used: %s", link->path, failure->message);
    return FALSE;
}

/* Whoever finds a zygote dead says so; the second to find out finds a new one. */
static void drop_zygote(LodgeZygoteLink *link, guint generation)
{
    g_mutex_lock(&link->mutex);
    if (link->generation == generation)
        stop_zygote(link);
    g_mutex_unlock(&link->mutex);
}

LodgeZygoteLink *
lodge_zygote_link_new(const char *reader_path, GBytes *anchors_pem, GError **error)
{
    g_return_val_if_fail(reader_path != NULL, NULL);
    g_autoptr(LodgeZygoteLink) link = g_new0(LodgeZygoteLink, 1);
    g_mutex_init(&link->mutex);
    link->path = g_strdup(reader_path);
    link->anchors = anchors_pem != NULL ? g_bytes_ref(anchors_pem) : NULL;
    link->pid = -1;
    link->control_fd = -1;
    return ensure_zygote(link, error) ? g_steal_pointer(&link) : NULL;
}

void lodge_zygote_link_free(LodgeZygoteLink *link)
{
    if (!link)
        return;
    stop_zygote(link);
    g_mutex_clear(&link->mutex);
    g_clear_pointer(&link->anchors, g_bytes_unref);
    g_free(link->path);
    g_free(link);
}

LodgeHello lodge_zygote_link_get_hello(LodgeZygoteLink *link)
{
    g_mutex_lock(&link->mutex);
    LodgeHello hello = link->hello;
    g_mutex_unlock(&link->mutex);
    return hello;
}

/* ---- one job ---- */

static void close_ends(JobEnds *ends)
{
    close_fd(&ends->report);
    close_fd(&ends->job);
    close_fd(&ends->report_write);
    close_fd(&ends->job_peer);
}

static gboolean open_ends(JobEnds *ends_out, GError **error)
{
    int pipe_ends[2], pair[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0)
        return set_system_error(error, LODGE_AIRLOCK_ERROR_IO, "no pipe for a report",
                                errno);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0) {
        int number = errno;
        close(pipe_ends[0]);
        close(pipe_ends[1]);
        return set_system_error(error, LODGE_AIRLOCK_ERROR_IO, "no socket for a job",
                                number);
    }
    *ends_out = (JobEnds){.report = pipe_ends[0],
                          .report_write = pipe_ends[1],
                          .job = pair[0],
                          .job_peer = pair[1]};
    return TRUE;
}

/* FALSE with the error unset: this zygote is dead, ask the next. */
static gboolean send_job(LodgeZygoteLink *link,
                         const LodgeRequest *request,
                         const LodgeRequestDescriptors *descriptors,
                         guint *generation_out,
                         GError **error)
{
    g_mutex_lock(&link->mutex);
    gboolean is_sent = FALSE;
    if (ensure_zygote(link, error)) {
        g_autoptr(GError) unsent = NULL;
        is_sent =
            lodge_protocol_send_request(link->control_fd, request, descriptors, &unsent);
        if (!is_sent)
            stop_zygote(link);
    }
    *generation_out = link->generation;
    g_mutex_unlock(&link->mutex);
    return is_sent;
}

typedef struct {
    GByteArray *report;
    LodgeFate fate;
    gboolean has_fate;
    gboolean has_report; /* to its end */
    gboolean is_flooded;
    gboolean is_lost;
} Collected;

/* The reader is told to end, and is waited for: until it is gone it can write into the file for leaves. */
static void give_up_report(Collected *collected, int job)
{
    collected->is_flooded = collected->has_report = TRUE;
    if (shutdown(job, SHUT_WR) != 0)
        collected->is_lost = TRUE;
}

static void collect_report(Collected *collected, const JobEnds *ends)
{
    guint8 chunk[CHUNK_BYTES];
    ssize_t got = read(ends->report, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
        return;
    if (got <= 0) {
        collected->has_report = TRUE; /* an error leaves a report that does not parse */
        return;
    }
    g_byte_array_append(collected->report, chunk, (guint)got);
    if (collected->report->len > LODGE_LIMIT_REPORT_BYTES)
        give_up_report(collected, ends->job);
}

static void collect_fate(Collected *collected, int fd)
{
    g_autoptr(GError) error = NULL;
    if (lodge_protocol_receive_fate(fd, &collected->fate, &error))
        collected->has_fate = TRUE;
    else
        collected->is_lost =
            TRUE; /* a zygote that ended, or one that lies: both are replaced */
}

/* The zygote keeps the wall limit; this deadline is for a zygote that does not. */
static void collect(Collected *collected, const JobEnds *ends, guint32 wall_ms)
{
    gint64 deadline_us = g_get_monotonic_time() + ((gint64)wall_ms + SILENCE_MS) * 1000;
    while (!(collected->has_fate && collected->has_report) && !collected->is_lost) {
        struct pollfd polled[] = {
            {.fd = collected->has_report ? -1 : ends->report, .events = POLLIN},
            {.fd = collected->has_fate ? -1 : ends->job, .events = POLLIN},
        };
        gint64 left_ms = (deadline_us - g_get_monotonic_time()) / 1000;
        if (left_ms <= 0) {
            collected->is_lost = TRUE;
            return;
        }
        if (poll(polled, G_N_ELEMENTS(polled), (int)MIN(left_ms, G_MAXINT)) <= 0)
            continue;
        if (polled[0].revents != 0)
            collect_report(collected, ends);
        else if (polled[1].revents != 0)
            collect_fate(collected, ends->job);
    }
}

static void finish_result(Collected *collected, LodgeJobResult *result_out)
{
    *result_out = (LodgeJobResult){.fate = collected->fate,
                                   .end = collected->is_flooded ? LODGE_JOB_FLOODED
                                          : collected->is_lost  ? LODGE_JOB_LOST
                                                                : LODGE_JOB_ENDED};
    if (result_out->end == LODGE_JOB_ENDED)
        result_out->report = g_byte_array_free_to_bytes(collected->report);
    else
        g_byte_array_unref(collected->report);
}

gboolean lodge_zygote_link_run(LodgeZygoteLink *link,
                               const LodgeRequest *request,
                               int input_fd,
                               int leaves_fd,
                               LodgeJobResult *result_out,
                               GError **error)
{
    JobEnds ends;
    if (!open_ends(&ends, error))
        return FALSE;
    LodgeRequestDescriptors sent = {.input = input_fd,
                                    .report = ends.report_write,
                                    .job = ends.job_peer,
                                    .leaves = leaves_fd};
    guint generation = 0;
    g_autoptr(GError) failure = NULL;
    gboolean is_sent = send_job(link, request, &sent, &generation, &failure);
    if (failure) {
        close_ends(&ends);
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    close_fd(&ends.report_write);
    close_fd(&ends.job_peer);
    Collected collected = {.report = g_byte_array_new(), .is_lost = !is_sent};
    collect(&collected, &ends, request->wall_ms);
    close_ends(&ends); /* hanging up kills a reader that still runs */
    if (collected.is_lost)
        drop_zygote(link, generation);
    finish_result(&collected, result_out);
    return TRUE;
}

void lodge_job_result_clear(LodgeJobResult *result)
{
    g_clear_pointer(&result->report, g_bytes_unref);
}
