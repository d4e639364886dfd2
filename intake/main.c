/* main.c - the one place that reads clock, environment, terminal and signals, and hands them down. */

#include "intake/commands/command.h"
#include "intake/failure.h"
#include "intake/link/connection.h"
#include "intake/log.h"
#include "parsers/text/display.h"
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const LodgeCommand *const commands[] = {
    &lodge_command_serve,        &lodge_command_once,   &lodge_command_file,
    &lodge_command_check_config, &lodge_command_status, &lodge_command_list,
    &lodge_command_show,         &lodge_command_accept, &lodge_command_reject,
    &lodge_command_assign,       &lodge_command_note,   &lodge_command_resend,
    &lodge_command_extend,       &lodge_command_export, &lodge_command_read,
    &lodge_command_verify,       &lodge_command_replay, &lodge_command_register,
    &lodge_command_authenticate, &lodge_command_backup, &lodge_command_find,
    &lodge_command_purge,
};

/* A signal handler can reach nothing but a global. All threads ask these, so they are atomic; lock-free ones may be set by a
 * handler (C17 7.14.1.1). */
static atomic_int stop_requested;
static atomic_int reload_requested;
static atomic_int winding_down;
static int signal_fd = -1;

/* Wakes whoever waits at the descriptor. */
static void announce_signal(void)
{
    int saved = errno;
    guint64 one = 1;
    if (signal_fd >= 0 && write(signal_fd, &one, sizeof one) < 0)
        (void)errno; /* it is full: somebody has been called already */
    errno = saved;
}

static void request_stop(int number)
{
    (void)number;
    stop_requested = 1;
    announce_signal();
}

static void request_reload(int number)
{
    (void)number;
    reload_requested = 1;
    announce_signal();
}

static gboolean ended(void)
{
    return stop_requested != 0;
}

static gboolean stopping(void)
{
    return stop_requested != 0 || winding_down != 0;
}

static gboolean take_reload(void)
{
    return atomic_exchange(&reload_requested, 0) != 0;
}

static void wind_down(gboolean wind)
{
    winding_down = wind;
}

static gint64 now_us(void)
{
    return g_get_real_time();
}

/* A standard descriptor that came closed would be given to the next file that is opened, and a
 * message for a person would be written into the spool. These take its place, and refuse what
 * is asked of them, as a closed one does. */
static void hold_standard_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* A pass holds a descriptor per document that is on its way to the disk. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* The first signal asks a pass to end in order; a second one ends it: SA_RESETHAND. Commands that only look
 * end at the first. */
static void prepare_signals(const LodgeCommand *command)
{
    struct sigaction stop = {.sa_handler = request_stop, .sa_flags = (int)SA_RESETHAND};
    struct sigaction reload = {.sa_handler = request_reload, .sa_flags = SA_RESTART};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    gboolean serves = command == &lodge_command_serve;
    if (serves || command == &lodge_command_once || command == &lodge_command_file) {
        sigaction(SIGTERM, &stop, NULL);
        sigaction(SIGINT, &stop, NULL);
    }
    if (serves)
        sigaction(SIGHUP, &reload, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static void prepare_process(const LodgeCommand *command)
{
    struct rlimit no_core = {0, 0};
    prepare_signals(command);
    umask(077);
    /* No core file and no debugger of the same user sees a secret. */
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0);
    raise_descriptor_limit();
    lodge_connection_init(stopping);
}

static gboolean wants_colours(void)
{
    const char *term = g_getenv("TERM");
    return isatty(STDOUT_FILENO) && g_getenv("NO_COLOR") == NULL &&
           g_strcmp0(term, "dumb") != 0;
}

static void print_help(void)
{
    printf("Usage: lodge COMMAND [OPTION...] [ARGUMENT...]\n\n"
           "Takes in submissions from a mailbox, files them and answers them.\n\n"
           "Commands:\n");
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        printf("  %-14s %s\n", commands[i]->name, commands[i]->summary);
    printf(
        "\nOptions of every command:\n"
        "  -c, --config=FILE   Configuration (default /etc/lodge/lodge.conf)\n"
        "  --json              Print JSON for machines\n"
        "  -v, --verbose       Log every event on standard error\n"
        "  -h, --help          Show the options of a command\n"
        "  --version           Show the version\n\n"
        "Exit status: 0 done; 1 damage or differences were found; 2 usage or configuration,\n"
        "a person must change something; 3 temporary failure, try again later.\n"
        "Manual: lodge(1), lodge.conf(5)\n");
}

/* What a service manager tells its services: sd_notify(3), sd_watchdog_enabled(3). */
static gint64 read_watchdog(void)
{
    guint64 usec = 0;
    const char *text = g_getenv("WATCHDOG_USEC");
    if (text == NULL || !g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT64, &usec, NULL))
        return 0;
    return (gint64)usec;
}

static const LodgeCommand *find_command(const char *name)
{
    for (gsize i = 0; i < G_N_ELEMENTS(commands); i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

/* Where the command's name stands: common options may come before it. argc: nowhere. */
static int find_command_at(int argc, char **argv)
{
    int at = 1;
    while (at < argc && argv[at][0] == '-') {
        gboolean takes_value =
            strcmp(argv[at], "-c") == 0 || strcmp(argv[at], "--config") == 0;
        at += takes_value ? 2 : 1;
    }
    return MIN(at, argc);
}

/* Before the command's name: --version is nobody's else, and --help shows the commands. */
static gboolean
asks_for(int argc, char **argv, int command_at, const char *option, const char *letter)
{
    for (int i = 1; i < MIN(argc, command_at); i++)
        if (strcmp(argv[i], option) == 0 || strcmp(argv[i], letter) == 0)
            return TRUE;
    return FALSE;
}

/* Moves the name to the front: [name, options before it, the rest]; free the array only. */
static char **put_command_first(int argc, char **argv, int at)
{
    char **arguments = g_new0(char *, (gsize)argc + 1);
    arguments[0] = argv[at];
    for (int i = 1, to = 1; i < argc; i++)
        if (i != at)
            arguments[to++] = argv[i];
    return arguments;
}

/* "lodge list | head": they have seen enough, and that is no failure. */
static gboolean reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, 0) > 0 && (output.revents & POLLERR) != 0;
}

/* A result that did not reach whoever asked is no result. */
static LodgeExit flush_output(LodgeExit code)
{
    gboolean written = fflush(stdout) == 0 && !ferror(stdout);
    if (written || reader_is_gone())
        return code;
    fprintf(stderr, "lodge: standard output cannot be written: %s\n", g_strerror(errno));
    return lodge_failure_worse(code, LODGE_EXIT_TEMPORARY);
}

static LodgeExit
run_command(const LodgeCommand *command, LodgeContext *context, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    LodgeExit code = command->run(context, argc, argv, &error);
    lodge_log_progress_end();
    code = flush_output(code);
    if (error == NULL)
        return code;
    g_autofree char *shown = lodge_display_line(error->message, 0);
    fprintf(stderr, "lodge: %s\n", shown);
    return lodge_failure_exit(error);
}

int main(int argc, char **argv)
{
    hold_standard_descriptors();
    signal_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    LodgeContext context = {
        .now_us = now_us,
        .stopping = stopping,
        .ended = ended,
        .take_reload = take_reload,
        .wind_down = wind_down,
        .signal_fd = signal_fd,
        .notify_socket = g_getenv("NOTIFY_SOCKET"),
        .watchdog_us = read_watchdog(),
        .config_path = "/etc/lodge/lodge.conf",
        .credentials_directory = g_getenv("CREDENTIALS_DIRECTORY"),
        .watched = isatty(STDERR_FILENO),
        .colours = wants_colours(),
    };
    int at = find_command_at(argc, argv);
    if (asks_for(argc, argv, at, "--help", "-h") ||
        (at < argc && strcmp(argv[at], "help") == 0)) {
        print_help();
        return (int)flush_output(LODGE_EXIT_DONE);
    }
    if (asks_for(argc, argv, at, "--version", "--version")) {
        printf("lodge %s\n", LODGE_VERSION);
        return (int)flush_output(LODGE_EXIT_DONE);
    }
    if (at == argc) {
        fprintf(stderr, "lodge: a command is missing; see lodge --help\n");
        return LODGE_EXIT_USAGE;
    }
    const LodgeCommand *command = find_command(argv[at]);
    if (command == NULL) {
        g_autofree char *shown = lodge_display_line(argv[at], 100);
        fprintf(stderr, "lodge: there is no command \"%s\"; see lodge --help\n", shown);
        return LODGE_EXIT_USAGE;
    }
    prepare_process(command);
    lodge_log_open(&context);
    g_autofree char **arguments = put_command_first(argc, argv, at);
    return (int)run_command(command, &context, argc - 1, arguments);
}
