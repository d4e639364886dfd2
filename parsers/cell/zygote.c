#include "parsers/cell/zygote.h"

#include "parsers/cell/cell.h"
#include "parsers/cell/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pid_t pid;
    int pidfd;
    int job; /* -1 once lodge hung up */
    gint64 deadline_us;
    LodgeFateKind kind;
} Child;

typedef struct {
    int control_fd;
    pid_t self;
    const LodgeZygotePlan *plan;
    GArray *children; /* Child */
} Zygote;

/* How often the resident size is looked at where the address space cannot be limited. */
#define WATCH_MS 50

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* ---- the end of a child ---- */

static guint32 cpu_ms_of(const struct rusage *usage)
{
    gint64 us = ((gint64)usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000 +
                usage->ru_utime.tv_usec + usage->ru_stime.tv_usec;
    return (guint32)CLAMP((us + 999) / 1000, 0, G_MAXINT32);
}

static void tell_fate(int job, const LodgeFate *fate)
{
    /* lodge may have hung up in the meantime: then nobody wants to know */
    g_autoptr(GError) error = NULL;
    if (!lodge_protocol_send_fate(job, fate, &error))
        g_debug("no fate sent: %s", error->message);
}

/* TRUE when it had ended and is gone from the list's point of view. */
static gboolean reap(Child *child)
{
    struct rusage usage;
    LodgeFate fate = {.kind = child->kind};
    pid_t ended;
    do
        ended = wait4(child->pid, &fate.wait_status, WNOHANG, &usage);
    while (ended < 0 && errno == EINTR);
    if (ended != child->pid)
        return FALSE;
    fate.cpu_ms = cpu_ms_of(&usage);
    fate.max_rss_bytes = (guint64)usage.ru_maxrss * 1024;
    if (child->job >= 0)
        tell_fate(child->job, &fate);
    close_fd(&child->job);
    close_fd(&child->pidfd);
    return TRUE;
}

/* A child that has just ended by itself keeps its own fate: kill() then changes nothing. */
static void end_child(Child *child, LodgeFateKind kind)
{
    if (child->kind != LODGE_FATE_ENDED)
        return;
    siginfo_t info = {0};
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == child->pid)
        return;
    child->kind = kind;
    kill(child->pid, SIGKILL);
}

#ifdef LODGE_SANITIZED
static gint64 resident_bytes(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/statm", (int)pid);
    g_autofree char *content = NULL;
    if (!g_file_get_contents(path, &content, NULL, NULL))
        return 0; /* ended meanwhile */
    const char *second = strchr(content, ' ');
    return second ? g_ascii_strtoll(second, NULL, 10) * sysconf(_SC_PAGESIZE) : 0;
}

static void watch_memory(Zygote *zygote)
{
    for (guint i = 0; i < zygote->children->len; i++) {
        Child *child = &g_array_index(zygote->children, Child, i);
        if (resident_bytes(child->pid) > LODGE_LIMIT_READER_MEMORY_BYTES)
            end_child(child, LODGE_FATE_MEMORY);
    }
}
#endif

static void end_overdue(Zygote *zygote)
{
    gint64 now_us = g_get_monotonic_time();
    for (guint i = 0; i < zygote->children->len; i++) {
        Child *child = &g_array_index(zygote->children, Child, i);
        if (now_us >= child->deadline_us)
            end_child(child, LODGE_FATE_TIMED_OUT);
    }
}

/* ---- the start of a child ---- */

static void tell_not_started(int *job, int number)
{
    LodgeFate fate = {.kind = LODGE_FATE_NOT_STARTED, .error_number = number};
    tell_fate(*job, &fate);
    close_fd(job);
}

static void start_child(Zygote *zygote,
                        const LodgeRequest *request,
                        LodgeRequestDescriptors *descriptors)
{
    pid_t pid = fork();
    if (pid == 0)
        lodge_reader_run(zygote->self, zygote->plan, request, descriptors);
    if (pid < 0) {
        tell_not_started(&descriptors->job, errno);
        return;
    }
    Child child = {
        .pid = pid,
        .pidfd = pidfd_open(pid, 0),
        .job = descriptors->job,
        .deadline_us = g_get_monotonic_time() + (gint64)request->wall_ms * 1000,
        .kind = LODGE_FATE_ENDED,
    };
    if (child.pidfd < 0) {
        int number = errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        tell_not_started(&descriptors->job, number);
        return;
    }
    descriptors->job = -1; /* the child's now */
    g_array_append_val(zygote->children, child);
}

/* FALSE: the control socket is gone. */
static gboolean take_request(Zygote *zygote)
{
    LodgeRequest request;
    LodgeRequestDescriptors descriptors = {-1, -1, -1, -1};
    g_autoptr(GError) error = NULL;
    if (lodge_protocol_receive_request(zygote->control_fd, &request, &descriptors,
                                       &error)) {
        start_child(zygote, &request, &descriptors);
        lodge_protocol_close_descriptors(&descriptors);
        return TRUE;
    }
    /* a bad packet costs its job, whose socket is closed by now, and nobody else's */
    return g_error_matches(error, LODGE_PROTOCOL_ERROR, LODGE_PROTOCOL_ERROR_INVALID);
}

/* ---- the loop ---- */

static int next_timeout_ms(const Zygote *zygote)
{
    if (zygote->children->len == 0)
        return -1;
    gint64 next_us = G_MAXINT64;
    for (guint i = 0; i < zygote->children->len; i++) {
        const Child *child = &g_array_index(zygote->children, Child, i);
        if (child->kind ==
            LODGE_FATE_ENDED) /* one that was killed wakes us when it is gone */
            next_us = MIN(next_us, child->deadline_us);
    }
    gint64 left_ms = (next_us - g_get_monotonic_time()) / 1000 + 1;
    int timeout_ms = (int)CLAMP(left_ms, 0, 60 * 1000);
#ifdef LODGE_SANITIZED
    timeout_ms = MIN(timeout_ms, WATCH_MS);
#endif
    return timeout_ms;
}

/* Two entries a child after the control socket's: its process and, until it is told to end, its job. */
static GArray *gather_polled(const Zygote *zygote)
{
    GArray *polled = g_array_new(FALSE, FALSE, sizeof(struct pollfd));
    struct pollfd control = {.fd = zygote->control_fd, .events = POLLIN};
    g_array_append_val(polled, control);
    for (guint i = 0; i < zygote->children->len; i++) {
        const Child *child = &g_array_index(zygote->children, Child, i);
        struct pollfd entries[] = {
            {.fd = child->pidfd, .events = POLLIN},
            {.fd = child->kind == LODGE_FATE_ENDED ? child->job : -1, .events = POLLIN}};
        g_array_append_vals(polled, entries, G_N_ELEMENTS(entries));
    }
    return polled;
}

/* From the last to the first, so that removing one leaves the numbers of the others. */
static void look_after_children(Zygote *zygote, const GArray *polled)
{
    for (guint i = zygote->children->len; i-- > 0;) {
        Child *child = &g_array_index(zygote->children, Child, i);
        if (g_array_index(polled, struct pollfd, 2 + 2 * i).revents != 0) {
            /* lodge never writes there: it hung up, or waits for the end and nothing else */
            end_child(child, LODGE_FATE_TIMED_OUT);
        }
        if (g_array_index(polled, struct pollfd, 1 + 2 * i).revents != 0 && reap(child))
            g_array_remove_index_fast(zygote->children, i);
    }
}

static void serve(Zygote *zygote)
{
    for (;;) {
        g_autoptr(GArray) polled = gather_polled(zygote);
        int ready = poll((struct pollfd *)(void *)polled->data, polled->len,
                         next_timeout_ms(zygote));
        if (ready < 0 && errno != EINTR)
            return;
        end_overdue(zygote);
#ifdef LODGE_SANITIZED
        watch_memory(zygote);
#endif
        if (ready <= 0)
            continue;
        look_after_children(zygote, polled);
        if (g_array_index(polled, struct pollfd, 0).revents != 0 && !take_request(zygote))
            return;
    }
}

static void end_all(Zygote *zygote)
{
    for (guint i = 0; i < zygote->children->len; i++) {
        Child *child = &g_array_index(zygote->children, Child, i);
        kill(child->pid, SIGKILL);
        waitpid(child->pid, NULL, 0);
        close_fd(&child->job);
        close_fd(&child->pidfd);
    }
}

/* ---- the start ---- */

static gboolean is_control_socket(int fd)
{
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

/* NULL: lodge has handed in none. */
static GBytes *read_anchors(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return NULL;
    gsize size = (gsize)CLAMP(status.st_size, 0, LODGE_LIMIT_SMIME_ANCHORS_BYTES);
    g_autofree char *bytes = g_malloc(size + 1);
    gsize done = 0;
    while (done < size) {
        ssize_t got = pread(fd, bytes + done, size - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break; /* cut in the middle: not loadable, which is said */
        done += (gsize)got;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), done);
}

static gboolean
load(const LodgeZygotePlan *plan, GBytes *anchors, char **why_out, GError **error)
{
    return lodge_cell_harden(error) && lodge_reader_probe(why_out) &&
           plan->prepare(error) &&
           (anchors == NULL || plan->trust == NULL || plan->trust(anchors, error));
}

static gboolean say_hello(int control_fd, gboolean is_usable, const char *why)
{
    LodgeHello hello = {.is_usable = is_usable ? 1 : 0,
                        .landlock_abi = lodge_cell_find_landlock()};
#ifdef LODGE_SANITIZED
    hello.is_sanitized = TRUE;
#endif
    g_strlcpy(hello.version, LODGE_VERSION, sizeof hello.version);
    g_strlcpy(hello.why, why, sizeof hello.why);
    g_autoptr(GError) error = NULL;
    return lodge_protocol_send_hello(control_fd, &hello, &error);
}

int lodge_zygote_run(int control_fd, const LodgeZygotePlan *plan)
{
    g_return_val_if_fail(plan != NULL, 1);
    if (!is_control_socket(control_fd)) {
        fprintf(stderr, "lodge-reader: it is started by lodge, not by hand\n");
        return 1;
    }
    g_autoptr(GBytes) anchors = read_anchors(LODGE_PROTOCOL_ANCHORS_FD);
    if (close_range((unsigned)control_fd + 1, ~0U, 0) != 0)
        return 1;
    signal(SIGPIPE, SIG_IGN);
    g_autoptr(GError) error = NULL;
    g_autofree char *why = NULL;
    if (!load(plan, anchors, &why, &error)) {
        say_hello(control_fd, FALSE, error ? error->message : why);
        return 1;
    }
    Zygote zygote = {.control_fd = control_fd,
                     .self = getpid(),
                     .plan = plan,
                     .children = g_array_new(FALSE, FALSE, sizeof(Child))};
    if (say_hello(control_fd, TRUE, ""))
        serve(&zygote);
    end_all(&zygote);
    g_array_unref(zygote.children);
    return 0;
}
