/* What a closed cell lets nobody do. Every attempt runs in a child of its own. */
#include "parsers/cell/cell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { REFUSED = 0, ALLOWED = 1, NOT_CLOSED = 2 };

static const LodgeCellProfile profile = {
    .cpu_s = 1,
    .memory_bytes = 1024LL * 1024 * 1024,
    .written_bytes = 64 * 1024,
    .descriptors = 16,
};

/* Kept from before the cell, as a reader keeps its descriptors. */
static int scratch_fd;
static pid_t parent;

/* ---- attempts: TRUE if it worked ---- */

static gboolean open_a_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static gboolean open_own_environment(void)
{
    return syscall(SYS_openat, AT_FDCWD, "/proc/self/environ", O_RDONLY) >= 0;
}

static gboolean open_by_number(void)
{
    return syscall(SYS_openat2, AT_FDCWD, "/etc/passwd", NULL, (gsize)0) >= 0;
}

static gboolean create_a_file(void)
{
    return open("/tmp/lodge-test-cell", O_CREAT | O_RDWR | O_CLOEXEC, 0600) >= 0;
}

static gboolean look_at_a_path(void)
{
    struct stat status;
    return stat("/etc/passwd", &status) == 0;
}

static gboolean remove_a_file(void)
{
    return unlink("/tmp/lodge-test-cell-nothing") == 0 || errno == ENOENT;
}

static gboolean make_an_internet_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static gboolean make_a_local_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}

static gboolean connect_a_socket(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    return connect(scratch_fd, (struct sockaddr *)&address, sizeof address) == 0 ||
           errno == ENOTSOCK;
}

static gboolean fork_a_process(void)
{
    return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL) >= 0;
}

static gboolean run_a_program(void)
{
    char *const nothing[] = {NULL};
    execve("/bin/true", nothing, nothing);
    return errno == ENOENT;
}

static gboolean trace_the_parent(void)
{
    return ptrace(PTRACE_ATTACH, parent, NULL, NULL) == 0;
}

static gboolean kill_the_parent(void)
{
    return kill(parent, 0) == 0;
}

static gboolean kill_oneself_as_if_from_outside(void)
{
    return syscall(SYS_tgkill, getpid(), gettid(), 0) == 0;
}

static gboolean make_memory_executable(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
           MAP_FAILED;
}

static gboolean turn_memory_executable(void)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0;
}

static gboolean make_a_memory_file(void)
{
    return memfd_create("x", 0) >= 0;
}

static gboolean widen_a_limit(void)
{
    const struct rlimit limit = {64, 64};
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static gboolean change_user(void)
{
    return setuid(65534) == 0;
}

static gboolean steal_a_descriptor(void)
{
    return syscall(SYS_pidfd_open, parent, 0) >= 0;
}

static gboolean start_a_ring(void)
{
    return syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno == EFAULT;
}

static gboolean write_more_than_the_profile_says(void)
{
    return pwrite(scratch_fd, "x", 1, profile.written_bytes) == 1;
}

#ifndef LODGE_SANITIZED
static gboolean take_more_memory_than_the_profile_says(void)
{
    return mmap(NULL, (gsize)profile.memory_bytes, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static gboolean become_dumpable_again(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}
#endif

static gboolean work_without_end(void)
{
    volatile guint rounds = 1;
    while (rounds != 0)
        rounds |= 1;
    return TRUE;
}

/* ---- what stays ---- */

static gboolean use_what_it_holds(void)
{
    char byte = 0;
    struct stat status;
    void *place = mmap(NULL, 1, PROT_READ, MAP_PRIVATE, scratch_fd, 0);
    return pread(scratch_fd, &byte, 1, 0) == 1 && byte == 'y' &&
           pwrite(scratch_fd, "z", 1, 1) == 1 && fstat(scratch_fd, &status) == 0 &&
           place != MAP_FAILED;
}

static gboolean use_memory(void)
{
    g_autofree char *memory = g_malloc0(64 * 1024 * 1024);
    return memory[4096] == 0;
}

static gboolean find_no_environment(void)
{
    return g_strcmp0(environ[0], "TZ=UTC0") == 0 && environ[1] == NULL;
}

static gboolean find_a_missing_file_refused_and_go_on(void)
{
    return open("/etc/optional.conf", O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES &&
           access("/etc/optional.conf", R_OK) < 0 && errno == EACCES;
}

/* ---- the tables ---- */

typedef struct {
    const char *name;
    gboolean (*attempt)(void);
    int signal; /* that ends it; 0: the call fails and the reader lives */
} Attempt;

static const Attempt forbidden[] = {
    {"opening a file", open_a_file, 0},
    {"opening its own environment", open_own_environment, 0},
    {"opening a file the newest way", open_by_number, SIGSYS},
    {"creating a file", create_a_file, 0},
    {"looking at a path", look_at_a_path, 0},
    {"removing a file", remove_a_file, SIGSYS},
    {"making an internet socket", make_an_internet_socket, SIGSYS},
    {"making a local socket", make_a_local_socket, SIGSYS},
    {"connecting a socket", connect_a_socket, SIGSYS},
    {"forking", fork_a_process, SIGSYS},
    {"running a program", run_a_program, SIGSYS},
    {"tracing its parent", trace_the_parent, SIGSYS},
    {"signalling its parent", kill_the_parent, SIGSYS},
    {"passing itself off as killed", kill_oneself_as_if_from_outside, SIGSYS},
    {"making executable memory", make_memory_executable, SIGSYS},
    {"turning memory executable", turn_memory_executable, SIGSYS},
    {"making a memory file", make_a_memory_file, SIGSYS},
    {"widening a limit", widen_a_limit, SIGSYS},
    {"changing its user", change_user, SIGSYS},
    {"getting at its parent's descriptors", steal_a_descriptor, SIGSYS},
    {"starting an I/O ring", start_a_ring, SIGSYS},
    {"writing more than allowed", write_more_than_the_profile_says, SIGXFSZ},
    {"working longer than allowed", work_without_end, SIGXCPU},
#ifndef LODGE_SANITIZED /* whose runtime needs both */
    {"taking more memory than allowed", take_more_memory_than_the_profile_says, 0},
    {"becoming dumpable again", become_dumpable_again, SIGSYS},
#endif
};

static const Attempt permitted[] = {
    {"using the descriptors it holds", use_what_it_holds, 0},
    {"using memory", use_memory, 0},
    {"finding no environment", find_no_environment, 0},
    {"going on without an optional file", find_a_missing_file_refused_and_go_on, 0},
};

static int run_in_cell(gboolean (*attempt)(void))
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!lodge_cell_close(&profile, NULL))
            _exit(NOT_CLOSED);
        _exit(attempt() ? ALLOWED : REFUSED);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void nobody_does_it_in_a_closed_cell(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(forbidden); i++) {
        int status = run_in_cell(forbidden[i].attempt);
        int ended_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        gboolean is_refused = WIFSIGNALED(status) || WEXITSTATUS(status) == REFUSED;
        if (!is_refused || ended_by != forbidden[i].signal)
            fail_msg("%s: wait status %#x, signal %d expected", forbidden[i].name,
                     (unsigned)status, forbidden[i].signal);
    }
}

static void everybody_does_it_outside(void **state)
{
    (void)state;
    /* the attempts are real ones: without a cell some of the refused ones work */
    assert_true(open_a_file());
    assert_true(open_own_environment());
    assert_true(look_at_a_path());
    assert_true(make_a_local_socket());
    assert_true(make_a_memory_file());
    assert_true(kill_the_parent());
}

static void reading_goes_on_in_a_closed_cell(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(permitted); i++) {
        int status = run_in_cell(permitted[i].attempt);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != ALLOWED)
            fail_msg("%s: wait status %#x", permitted[i].name, (unsigned)status);
    }
}

static gboolean fail_an_assertion(void)
{
    abort();
}

static void a_failed_assertion_is_told_from_a_forbidden_call(void **state)
{
    (void)state;
    int status = run_in_cell(fail_an_assertion);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
}

static int set_up(void **state)
{
    (void)state;
    parent = getpid();
    scratch_fd = memfd_create("scratch", MFD_CLOEXEC);
    return scratch_fd >= 0 && write(scratch_fd, "yy", 2) == 2 ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_does_it_outside),
        cmocka_unit_test(nobody_does_it_in_a_closed_cell),
        cmocka_unit_test(reading_goes_on_in_a_closed_cell),
        cmocka_unit_test(a_failed_assertion_is_told_from_a_forbidden_call),
    };
    printf("Landlock on this kernel: version %u\n", lodge_cell_find_landlock());
    return cmocka_run_group_tests_name("cell", tests, set_up, NULL);
}
