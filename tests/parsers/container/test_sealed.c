/* The container reader's job in a closed cell, from inside: archives are opened there without opening anything else,
 * and after the last byte of one nothing can be opened, connected, forked or run. */
#include "parsers/container/container.h"

#include "parsers/cell/cell.h"
#include "parsers/mail/message.h"
#include "parsers/text/limits.h"
#include "tests/parsers/container/tnef_maker.h"
#include "tests/support/cmocka.h"
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REFUSED = 0, ALLOWED = 1, NOT_CLOSED = 2, NOT_READ = 3 };

static int leaves_fd;

/* ---- what is opened ---- */

static GBytes *make_zip(void)
{
    static char out[64 * 1024];
    static const char *const names[] = {"plan.txt", "../../etc/passwd", "Pl\x84n.txt"};
    size_t used = 0;
    struct archive *archive = archive_write_new();
    archive_write_set_format_zip(archive);
    archive_write_open_memory(archive, out, sizeof out, &used);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        struct archive_entry *entry = archive_entry_new();
        archive_entry_set_pathname(entry, names[i]);
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_size(entry, 5);
        archive_write_header(archive, entry);
        archive_write_data(archive, "bytes", 5);
        archive_entry_free(entry);
    }
    archive_write_free(archive);
    return g_bytes_new(out, used);
}

static GBytes *make_tnef(void)
{
    GByteArray *tnef = test_tnef_new();
    static const guint8 code_page[8] = {0xe4, 0x04};
    test_tnef_add(tnef, TEST_OF_MESSAGE, 0x00069007, code_page, sizeof code_page);
    test_tnef_begin(tnef);
    test_tnef_add(tnef, TEST_OF_ATTACHMENT, 0x00018010, "Pl\xe4n.pdf", 9);
    test_tnef_add_data(tnef, "%PDF-1.4\n");
    return g_byte_array_free_to_bytes(tnef);
}

static int make_fd(GBytes *bytes)
{
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    int fd = memfd_create("container", MFD_CLOEXEC);
    assert_true(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    return fd;
}

static gboolean open_container(int fd, LodgeContainerForm form)
{
    g_autoptr(LodgeContainerFacts) facts =
        lodge_container_open(fd, lseek(fd, 0, SEEK_END), leaves_fd, 1024 * 1024, NULL);
    return facts != NULL && facts->form == form && facts->members->len > 0 &&
           facts->trouble == NULL;
}

/* ---- attempts: TRUE if it worked ---- */

static gboolean open_a_file(void)
{
    return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0;
}

static gboolean create_where_a_name_says(void)
{
    return open("../../etc/passwd", O_CREAT | O_RDWR | O_CLOEXEC, 0600) >= 0;
}

static gboolean make_a_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0) >= 0;
}

static gboolean connect_somewhere(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
    return connect(leaves_fd, (struct sockaddr *)&address, sizeof address) == 0 ||
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
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) == 0;
}

static const struct {
    const char *name;
    gboolean (*attempt)(void);
    int signal; /* that ends it; 0: the call fails and the reader lives */
} forbidden[] = {
    {"opening a file", open_a_file, 0},
    {"creating a file where a member's name says", create_where_a_name_says, 0},
    {"making a socket", make_a_socket, SIGSYS},
    {"connecting", connect_somewhere, SIGSYS},
    {"forking", fork_a_process, SIGSYS},
    {"running a program", run_a_program, SIGSYS},
    {"tracing its parent", trace_the_parent, SIGSYS},
};

static int wait_for(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static int attempt_after_reading(int fd, LodgeContainerForm form, gboolean (*attempt)(void))
{
    const LodgeCellProfile profile = {.cpu_s = LODGE_LIMIT_READER_CPU_S,
                                      .memory_bytes = LODGE_LIMIT_READER_MEMORY_BYTES,
                                      .written_bytes = 1024 * 1024,
                                      .descriptors = 64};
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (!lodge_cell_close(&profile, NULL))
            _exit(NOT_CLOSED);
        if (!open_container(fd, form))
            _exit(NOT_READ);
        _exit(attempt() ? ALLOWED : REFUSED);
    }
    return wait_for(child);
}

static void nothing_is_to_be_had_from_inside(void **state)
{
    (void)state;
    g_autoptr(GBytes) zip = make_zip(), tnef = make_tnef();
    int fds[] = {make_fd(zip), make_fd(tnef)};
    static const LodgeContainerForm forms[] = {LODGE_CONTAINER_ZIP, LODGE_CONTAINER_TNEF};
    for (gsize i = 0; i < G_N_ELEMENTS(forbidden); i++)
        for (gsize j = 0; j < G_N_ELEMENTS(fds); j++) {
            int status = attempt_after_reading(fds[j], forms[j], forbidden[i].attempt);
            int ended_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            gboolean is_refused = WIFSIGNALED(status) || WEXITSTATUS(status) == REFUSED;
            if (!is_refused || ended_by != forbidden[i].signal)
                fail_msg("%s, form %zu: wait status %#x", forbidden[i].name, j,
                         (unsigned)status);
        }
    close(fds[0]);
    close(fds[1]);
}

/* ---- and nothing is asked for ---- */

static void forbid_open(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    static const int calls[] = {SCMP_SYS(open),   SCMP_SYS(openat), SCMP_SYS(openat2),
                                SCMP_SYS(socket), SCMP_SYS(clone),  SCMP_SYS(execve)};
    for (gsize i = 0; i < G_N_ELEMENTS(calls); i++)
        g_assert(seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, calls[i], 0) == 0);
    g_assert(seccomp_load(filter) == 0);
    seccomp_release(filter);
}

static int read_where_an_open_is_deadly(int fd, LodgeContainerForm form)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        forbid_open();
        if (fd < 0)
            _exit(open_a_file() ? ALLOWED : REFUSED);
        _exit(open_container(fd, form) ? 0 : NOT_READ);
    }
    return wait_for(child);
}

static void no_archive_makes_the_reader_open_a_file(void **state)
{
    (void)state;
    g_autoptr(GBytes) zip = make_zip(), tnef = make_tnef();
    int zip_fd = make_fd(zip), tnef_fd = make_fd(tnef);
    assert_true(WIFSIGNALED(read_where_an_open_is_deadly(-1, LODGE_CONTAINER_NONE)));
    assert_int_equal(read_where_an_open_is_deadly(zip_fd, LODGE_CONTAINER_ZIP), 0);
    assert_int_equal(read_where_an_open_is_deadly(tnef_fd, LODGE_CONTAINER_TNEF), 0);
    close(zip_fd);
    close(tnef_fd);
}

static int prepare(void **state)
{
    (void)state;
    leaves_fd = memfd_create("leaves", MFD_CLOEXEC);
    return leaves_fd >= 0 && lodge_message_prepare(NULL) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_to_be_had_from_inside),
        cmocka_unit_test(no_archive_makes_the_reader_open_a_file),
    };
    return cmocka_run_group_tests(tests, prepare, NULL);
}
