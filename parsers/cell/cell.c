#include "parsers/cell/cell.h"

#include "parsers/cell/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

G_DEFINE_QUARK(lodge_cell_error_quark, lodge_cell_error)

/* ---- the list: what a closed cell may still ask of the kernel ---- */

/* Allowed whatever the arguments. */
static const int allowed[] = {
    /* the descriptors already held */
    SCMP_SYS(read),
    SCMP_SYS(readv),
    SCMP_SYS(pread64),
    SCMP_SYS(write),
    SCMP_SYS(writev),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fstat),
    SCMP_SYS(dup),
    SCMP_SYS(close),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    /* memory; protection is below */
    SCMP_SYS(brk),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    /* time and chance */
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(getrandom),
    /* locks inside one thread, signals to oneself, the end */
    SCMP_SYS(futex),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    /* who am I, how much is there */
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
    SCMP_SYS(getrlimit),
    SCMP_SYS(getrusage),
    SCMP_SYS(sysinfo),
    SCMP_SYS(sched_getaffinity),
};

/* Fail with EACCES and nothing worse: libraries look for optional files and carry on without. */
static const int refused[] = {
    SCMP_SYS(open),     SCMP_SYS(openat),     SCMP_SYS(stat),      SCMP_SYS(lstat),
    SCMP_SYS(statx),    SCMP_SYS(access),     SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(readlink), SCMP_SYS(readlinkat), SCMP_SYS(getcwd),
};

#ifdef LODGE_SANITIZED
/* The sanitizers' runtime: its allocator's hints and its own report of a fault. */
static const int sanitizer[] = {
    SCMP_SYS(prctl),
    SCMP_SYS(mincore),
    SCMP_SYS(pipe),
    SCMP_SYS(pipe2),
};
#endif

static int
add_listed(scmp_filter_ctx filter, uint32_t action, const int *calls, gsize n_calls)
{
    for (gsize i = 0; i < n_calls; i++) {
        int failure = seccomp_rule_add(filter, action, calls[i], 0);
        if (failure != 0)
            return failure;
    }
    return 0;
}

static struct scmp_arg_cmp
compare(guint argument, enum scmp_compare how, gulong value, gulong masked_value)
{
    return (struct scmp_arg_cmp){
        .arg = argument, .op = how, .datum_a = value, .datum_b = masked_value};
}

/* Calls that are allowed with some arguments only. */
static int add_conditional(scmp_filter_ctx filter)
{
    const uint32_t allow = SCMP_ACT_ALLOW;
    const uint32_t refuse = SCMP_ACT_ERRNO(EACCES);
    const struct {
        uint32_t action;
        int call;
        struct scmp_arg_cmp condition;
    } rules[] = {
        /* no executable memory */
        {allow, SCMP_SYS(mmap), compare(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        {allow, SCMP_SYS(mprotect), compare(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)},
        /* how glibc spells fstat; by path it is refused */
        {allow, SCMP_SYS(newfstatat), compare(3, SCMP_CMP_EQ, AT_EMPTY_PATH, 0)},
        {refuse, SCMP_SYS(newfstatat), compare(3, SCMP_CMP_NE, AT_EMPTY_PATH, 0)},
        {allow, SCMP_SYS(fcntl), compare(1, SCMP_CMP_EQ, F_GETFL, 0)},
        {allow, SCMP_SYS(fcntl), compare(1, SCMP_CMP_EQ, F_GETFD, 0)},
        {allow, SCMP_SYS(fcntl), compare(1, SCMP_CMP_EQ, F_SETFD, 0)},
        {allow, SCMP_SYS(fcntl), compare(1, SCMP_CMP_EQ, F_DUPFD_CLOEXEC, 0)},
        /* limits may be asked for, never set */
        {allow, SCMP_SYS(prlimit64), compare(2, SCMP_CMP_EQ, 0, 0)},
        /* "is it a terminal?" */
        {SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), compare(1, SCMP_CMP_EQ, TCGETS, 0)},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++) {
        int failure = seccomp_rule_add_array(filter, rules[i].action, rules[i].call, 1,
                                             &rules[i].condition);
        if (failure != 0)
            return failure;
    }
    /* abort(), so that a failed assertion is told from a forbidden call; no other signal, lest a
     * reader pass itself off as killed from outside */
    const struct scmp_arg_cmp abort_oneself[] = {
        compare(0, SCMP_CMP_EQ, (gulong)getpid(), 0), compare(2, SCMP_CMP_EQ, SIGABRT, 0)};
    return seccomp_rule_add_array(filter, allow, SCMP_SYS(tgkill),
                                  G_N_ELEMENTS(abort_oneself), abort_oneself);
}

static int add_rules(scmp_filter_ctx filter)
{
    int failure = add_listed(filter, SCMP_ACT_ALLOW, allowed, G_N_ELEMENTS(allowed));
    if (failure == 0)
        failure =
            add_listed(filter, SCMP_ACT_ERRNO(EACCES), refused, G_N_ELEMENTS(refused));
#ifdef LODGE_SANITIZED
    if (failure == 0)
        failure = add_listed(filter, SCMP_ACT_ALLOW, sanitizer, G_N_ELEMENTS(sanitizer));
#endif
    return failure != 0 ? failure : add_conditional(filter);
}

/* ---- closing ---- */

static gboolean set_refused(GError **error, const char *what, int number)
{
    g_set_error(error, LODGE_CELL_ERROR, LODGE_CELL_ERROR_REFUSED,
                "%s is refused on this machine: %s (readers do not run without it)", what,
                g_strerror(number));
    return FALSE;
}

static gboolean close_with_seccomp(GError **error)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (!filter)
        return set_refused(error, "seccomp", ENOMEM);
    int failure = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (failure == 0)
        failure = add_rules(filter);
    if (failure == 0)
        failure = seccomp_load(filter);
    seccomp_release(filter);
    return failure == 0 || set_refused(error, "seccomp", -failure);
}

static gboolean
limit_resource(__rlimit_resource_t resource, rlim_t soft, rlim_t hard, GError **error)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    /* never wider than what we were given */
    struct rlimit given;
    if (getrlimit(resource, &given) == 0 && given.rlim_max != RLIM_INFINITY &&
        given.rlim_max < hard) {
        limit.rlim_max = given.rlim_max;
        limit.rlim_cur = MIN(soft, given.rlim_max);
    }
    return setrlimit(resource, &limit) == 0 ||
           set_refused(error, "a resource limit", errno);
}

static gboolean limit_resources(const LodgeCellProfile *profile, GError **error)
{
    const rlim_t cpu = profile->cpu_s;
    const rlim_t written = (rlim_t)profile->written_bytes;
    const rlim_t descriptors = profile->descriptors;
#ifndef LODGE_SANITIZED
    const rlim_t memory = (rlim_t)profile->memory_bytes;
    if (!limit_resource(RLIMIT_AS, memory, memory, error))
        return FALSE;
#endif
    /* SIGXCPU at the soft limit tells "too long" from a kill by somebody else */
    return limit_resource(RLIMIT_CPU, cpu, cpu + 1, error) &&
           limit_resource(RLIMIT_FSIZE, written, written, error) &&
           limit_resource(RLIMIT_NOFILE, descriptors, descriptors, error) &&
           limit_resource(RLIMIT_CORE, 0, 0, error) &&
           limit_resource(RLIMIT_NPROC, 0, 0, error);
}

gboolean lodge_cell_harden(GError **error)
{
    /* a zone that needs no file: else libc looks for /etc/localtime at every date */
    if (clearenv() != 0 || setenv("TZ", "UTC0", 1) != 0)
        return set_refused(error, "an empty environment", ENOMEM);
    tzset();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return set_refused(error, "no_new_privs", errno);
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return set_refused(error, "PR_SET_DUMPABLE", errno);
    return TRUE;
}

gboolean lodge_cell_close(const LodgeCellProfile *profile, GError **error)
{
    g_return_val_if_fail(profile != NULL, FALSE);
    if (!lodge_cell_harden(error) || !limit_resources(profile, error))
        return FALSE;
    if (lodge_cell_find_landlock() > 0 && !lodge_landlock_close())
        return set_refused(error, "Landlock", errno);
    return close_with_seccomp(error);
}

guint lodge_cell_find_landlock(void)
{
    return lodge_landlock_find_version();
}
