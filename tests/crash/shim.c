/* A library to be preloaded into lodge: it numbers every call that leaves something behind, over all threads, and at
 * one of them kills the whole process group, or makes the call fail.
 *
 *   LODGE_SHIM_PAGE   a file of 4096 bytes: the counter, shared by whoever runs with it
 *   LODGE_SHIM_KILL   at this number everything is killed, before the call is made
 *   LODGE_SHIM_FAIL   from this number on calls on files fail …
 *   LODGE_SHIM_ERRNO  … with this errno, …
 *   LODGE_SHIM_TIMES  … so many of them (0: for ever), …
 *   LODGE_SHIM_ONLY   … and of them only "sync" or "create" (all numbered calls when unset)
 *
 * What is numbered: creation, writes to files and to sockets, sync, rename, link, unlink, truncate, mkdir. Only the
 * program lodge itself counts; its readers leave nothing behind. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static _Atomic unsigned long *counter; /* NULL: not in lodge */
static unsigned long kill_at, fail_at, fail_times;
static _Atomic unsigned long failed;
static int fail_errno;
static const char *fail_only; /* NULL: any */

static unsigned long number_from(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtoul(text, NULL, 10) : 0;
}

static int is_lodge(void)
{
    char path[4096];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (size < 6)
        return 0;
    path[size] = '\0';
    return strcmp(path + size - 6, "/lodge") == 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *page = getenv("LODGE_SHIM_PAGE");
    int fd = page != NULL && is_lodge() ? open(page, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    void *map = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    kill_at = number_from("LODGE_SHIM_KILL");
    fail_at = number_from("LODGE_SHIM_FAIL");
    fail_times = number_from("LODGE_SHIM_TIMES");
    fail_only = getenv("LODGE_SHIM_ONLY");
    fail_errno = (int)number_from("LODGE_SHIM_ERRNO");
    counter = map != MAP_FAILED ? map : NULL;
}

/* TRUE: this call is to fail. kind: NULL for what never fails. */
static int arrive(const char *kind)
{
    if (counter == NULL)
        return 0;
    unsigned long number = atomic_fetch_add(counter, 1) + 1;
    if (number == kill_at)
        kill(0, SIGKILL);
    if (kind == NULL || fail_at == 0 || number < fail_at ||
        (fail_only != NULL && strcmp(fail_only, kind) != 0) ||
        (atomic_fetch_add(&failed, 1) >= fail_times && fail_times > 0))
        return 0;
    errno = fail_errno;
    return 1;
}

enum { FILE_KIND, SOCKET_KIND, OTHER_KIND };

/* Terminals, pipes and eventfds keep nothing. */
static int kind_of(int fd)
{
    struct stat found;
    if (counter == NULL || fstat(fd, &found) != 0)
        return OTHER_KIND;
    return S_ISREG(found.st_mode)    ? FILE_KIND
           : S_ISSOCK(found.st_mode) ? SOCKET_KIND
                                     : OTHER_KIND;
}

static int refuses(int fd)
{
    int kind = kind_of(fd);
    return kind != OTHER_KIND && arrive(kind == FILE_KIND ? "write" : NULL);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
/* The real function, looked up once; two threads that look at once find the same. */
#define PASS(name, ...)                                                                    \
    static __typeof__(&name) real;                                                         \
    if (real == NULL)                                                                      \
        real = REAL(name);                                                                 \
    return real(__VA_ARGS__)

/* The mode stands there only where something may be made. */
#define MAKE(name, ...)                                                                    \
    mode_t mode = 0;                                                                       \
    if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE) {                      \
        va_list rest;                                                                      \
        va_start(rest, flags);                                                             \
        mode = va_arg(rest, mode_t);                                                       \
        va_end(rest);                                                                      \
        if (arrive("create"))                                                              \
            return -1;                                                                     \
    }                                                                                      \
    PASS(name, __VA_ARGS__, flags, mode)

int open(const char *path, int flags, ...)
{
    MAKE(open, path);
}

int open64(const char *path, int flags, ...)
{
    MAKE(open64, path);
}

int openat(int fd, const char *path, int flags, ...)
{
    MAKE(openat, fd, path);
}

int openat64(int fd, const char *path, int flags, ...)
{
    MAKE(openat64, fd, path);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (refuses(fd))
        return -1;
    PASS(write, fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    if (refuses(fd))
        return -1;
    PASS(pwrite, fd, bytes, size, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    if (refuses(fd))
        return -1;
    PASS(pwrite64, fd, bytes, size, at);
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    if (refuses(fd))
        return -1;
    PASS(send, fd, bytes, size, flags);
}

int fsync(int fd)
{
    if (arrive("sync"))
        return -1;
    PASS(fsync, fd);
}

int fdatasync(int fd)
{
    if (arrive("sync"))
        return -1;
    PASS(fdatasync, fd);
}

int syncfs(int fd)
{
    if (arrive("sync"))
        return -1;
    PASS(syncfs, fd);
}

int ftruncate(int fd, off_t size)
{
    if (arrive("write"))
        return -1;
    PASS(ftruncate, fd, size);
}

int ftruncate64(int fd, off64_t size)
{
    if (arrive("write"))
        return -1;
    PASS(ftruncate64, fd, size);
}

int rename(const char *from, const char *to)
{
    if (arrive("name"))
        return -1;
    PASS(rename, from, to);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    if (arrive("name"))
        return -1;
    PASS(renameat, from_fd, from, to_fd, to);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    if (arrive("name"))
        return -1;
    PASS(renameat2, from_fd, from, to_fd, to, flags);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
    if (arrive("name"))
        return -1;
    PASS(linkat, from_fd, from, to_fd, to, flags);
}

int unlink(const char *path)
{
    if (arrive("name"))
        return -1;
    PASS(unlink, path);
}

int unlinkat(int fd, const char *path, int flags)
{
    if (arrive("name"))
        return -1;
    PASS(unlinkat, fd, path, flags);
}

int mkdirat(int fd, const char *path, mode_t mode)
{
    if (arrive("name"))
        return -1;
    PASS(mkdirat, fd, path, mode);
}
