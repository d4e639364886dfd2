/* A library to be preloaded into lodge: it keeps beside the spool what a disk would still have after a power cut.
 *
 *   LODGE_FORGET_ROOT   the spool
 *   LODGE_FORGET_DISK   an empty directory on the same file system, not below the spool
 *
 * At each sync that succeeds, and never otherwise, it keeps there, under the number of the inode:
 *
 *   bytes-N   of a file: its bytes
 *   names-N   of a directory (the spool, whatever is below it, and its parent): "inode d name" a line, "f" for what is no directory
 *   hold-N    another link to a file that was synced or named, so that its number is given to no other
 *
 * Nothing that was not synced is ever there; support/power_cut.py makes a spool of it. The names of a directory are
 * read before its sync, and one sync at a time, so what is kept is never more than what was promised. A kill
 * in between loses what nobody was told yet.
 *
 * It makes its own calls in ways that the shim beside it does not number. Mapped writes are not seen, and need not
 * be: SQLite maps only its -shm, which it makes anew. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_SIZE 4096

static const char *root; /* NULL: nothing is kept */
static const char *disk;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static int is_lodge(void)
{
    char path[PATH_SIZE];
    ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
    if (size < 6)
        return 0;
    path[size] = '\0';
    return strcmp(path + size - 6, "/lodge") == 0;
}

__attribute__((constructor)) static void begin(void)
{
    disk = getenv("LODGE_FORGET_DISK");
    root = disk != NULL && is_lodge() ? getenv("LODGE_FORGET_ROOT") : NULL;
}

/* A power cut that is not kept true must not pass for one that was survived. */
static void give_up(const char *what)
{
    dprintf(STDERR_FILENO, "forget: cannot keep %s: %s\n", what, strerror(errno));
    abort();
}

/* TRUE for the spool, what is below it, and its parent. */
static int is_ours(int fd)
{
    char link[64], path[PATH_SIZE];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = '\0';
    size_t length = strlen(root);
    const char *slash = strrchr(root, '/');
    if (strncmp(path, root, length) == 0)
        return path[length] == '/' || path[length] == '\0';
    return (size_t)size == (size_t)(slash - root) && strncmp(path, root, (size_t)size) == 0;
}

static int create(char *path, const char *kind, ino_t inode)
{
    snprintf(path, PATH_SIZE, "%s/%s-%lu.new", disk, kind, (unsigned long)inode);
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int fd = (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
    if (fd < 0)
        give_up(path);
    return fd;
}

/* What was kept before is replaced at once, or not at all. */
static void settle(const char *path)
{
    char target[PATH_SIZE];
    snprintf(target, sizeof target, "%.*s", (int)(strlen(path) - strlen(".new")), path);
    if (syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, target, 0) != 0)
        give_up(target);
}

static void hold(int directory, const char *name, ino_t inode)
{
    char to[PATH_SIZE];
    snprintf(to, sizeof to, "%s/hold-%lu", disk, (unsigned long)inode);
    long done = syscall(SYS_linkat, directory, name, AT_FDCWD, to, AT_SYMLINK_FOLLOW);
    /* ENOENT: it has no name any more, and will have none after the cut. */
    if (done != 0 && errno != EEXIST && errno != ENOENT)
        give_up(to);
}

static void keep_bytes(int fd, const struct stat *found)
{
    char from[64], path[PATH_SIZE];
    snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
    hold(AT_FDCWD, from, found->st_ino);
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = create(path, "bytes", found->st_ino);
    ssize_t count = -1;
    while (in >= 0 && (count = sendfile(out, in, NULL, 1 << 20)) > 0)
        ;
    if (count < 0)
        give_up(path);
    close(in);
    close(out);
    settle(path);
}

static void write_name(int directory, const struct dirent *entry, FILE *names)
{
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
        return;
    int is_directory = entry->d_type == DT_DIR;
    fprintf(names, "%lu %c %s\n", (unsigned long)entry->d_ino, is_directory ? 'd' : 'f',
            entry->d_name);
    if (entry->d_type == DT_REG)
        hold(directory, entry->d_name, entry->d_ino);
}

static void write_names(int directory, FILE *names)
{
    DIR *dir = fdopendir(directory);
    if (dir == NULL)
        give_up("names");
    const struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        write_name(directory, entry, names);
    closedir(dir);
}

/* Left open for ever, when it is seen for the first time: so its number is given to no other. */
static void hold_directory(int fd, const char *path)
{
    char target[PATH_SIZE];
    snprintf(target, sizeof target, "%.*s", (int)(strlen(path) - strlen(".new")), path);
    if (access(target, F_OK) != 0 && fcntl(fd, F_DUPFD_CLOEXEC, 300) < 0)
        give_up(target);
}

/* Read before the sync, settled after it. */
static void read_names(int fd, const struct stat *found, char *path)
{
    int directory = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    FILE *names = fdopen(create(path, "names", found->st_ino), "w");
    if (directory < 0 || names == NULL)
        give_up(path);
    write_names(directory, names);
    if (fclose(names) != 0)
        give_up(path);
    hold_directory(fd, path);
}

typedef int (*Sync)(int fd);

static int sync_and_keep(Sync real, int fd)
{
    struct stat found;
    if (root == NULL || fstat(fd, &found) != 0 || !is_ours(fd))
        return real(fd);
    char path[PATH_SIZE];
    pthread_mutex_lock(&mutex);
    if (S_ISDIR(found.st_mode))
        read_names(fd, &found, path);
    int done = real(fd), failure = errno;
    if (done == 0 && S_ISDIR(found.st_mode))
        settle(path);
    else if (done == 0)
        keep_bytes(fd, &found);
    pthread_mutex_unlock(&mutex);
    errno = failure;
    return done;
}

int fsync(int fd)
{
    return sync_and_keep((Sync)dlsym(RTLD_NEXT, "fsync"), fd);
}

int fdatasync(int fd)
{
    return sync_and_keep((Sync)dlsym(RTLD_NEXT, "fdatasync"), fd);
}
