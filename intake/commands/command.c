#include "intake/commands/command.h"

#include "intake/learn/airlock.h"
#include "intake/log.h"
#include "parsers/text/display.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

G_DEFINE_QUARK(lodge_command_error_quark, lodge_command_error)

/* GLib's own would print in the locale's character set, and take a full disk for success. */
static void G_GNUC_NORETURN print_help_and_exit(GOptionContext *options)
{
    char *help = g_option_context_get_help(options, TRUE, NULL);
    lodge_print("%s", help);
    g_free(help);
    exit(fflush(stdout) == 0 ? LODGE_EXIT_DONE : LODGE_EXIT_TEMPORARY);
}

static gboolean has_entry(const GOptionEntry *entries, const char *name)
{
    for (; entries != NULL && entries->long_name != NULL; entries++)
        if (strcmp(entries->long_name, name) == 0)
            return TRUE;
    return FALSE;
}

/* GLib leaves the "--" where a name with a "-" follows, so that a program could tell. */
static void drop_separator(int *argc, char **argv)
{
    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--") != 0)
            continue;
        memmove(&argv[i], &argv[i + 1], (gsize)(*argc - i) * sizeof *argv);
        (*argc)--;
        return;
    }
}

gboolean lodge_command_parse(const LodgeCommand *command,
                             LodgeContext *context,
                             const GOptionEntry *entries,
                             int *argc,
                             char ***argv,
                             GError **error)
{
    g_autofree char *config = NULL;
    gboolean help = FALSE;
    gboolean json = FALSE;
    gboolean verbose = FALSE;
    const GOptionEntry common[] = {
        {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config,
         "Configuration (default /etc/lodge/lodge.conf)", "FILE"},
        {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show these options", NULL},
        {"verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose,
         "Log every event on standard error", NULL},
        G_OPTION_ENTRY_NULL,
    };
    const GOptionEntry machine[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &json, "Print JSON for machines", NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_autoptr(GOptionContext) options = g_option_context_new(command->arguments);
    g_autofree char *program = g_strdup_printf("lodge %s", command->name);
    g_set_prgname(program);
    g_option_context_set_summary(options, command->summary);
    g_option_context_set_description(options, command->details);
    if (entries != NULL)
        g_option_context_add_main_entries(options, entries, NULL);
    g_option_context_add_main_entries(options, common, NULL);
    if (!has_entry(entries, "json"))
        g_option_context_add_main_entries(options, machine, NULL);
    g_option_context_set_help_enabled(options, FALSE);
    g_autoptr(GError) failure = NULL;
    if (!g_option_context_parse(options, argc, argv, &failure)) {
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "%s; see lodge %s --help", failure->message, command->name);
        return FALSE;
    }
    drop_separator(argc, *argv);
    if (help)
        print_help_and_exit(options);
    if (config != NULL)
        context->config_path = g_intern_string(config); /* for the rest of the program */
    context->json |= json;
    context->verbose |= verbose;
    return TRUE;
}

gboolean lodge_command_expect(
    const LodgeCommand *command, int argc, int least, int most, GError **error)
{
    int count = argc - 1;
    if (count >= least && (most < 0 || count <= most))
        return TRUE;
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "%s: lodge %s%s%s; see lodge %s --help",
                count < least ? "something is missing" : "too many arguments",
                command->name, command->arguments != NULL ? " " : "",
                command->arguments != NULL ? command->arguments : "", command->name);
    return FALSE;
}

LodgeSpool *lodge_command_open_spool(const LodgeContext *context,
                                     LodgeSettings **settings_out,
                                     GError **error)
{
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return NULL;
    LodgeSpool *spool = lodge_spool_open_readonly(settings->spool_dir, error);
    if (spool != NULL)
        *settings_out = g_steal_pointer(&settings);
    return spool;
}

const LodgeCallSettings *
lodge_command_choose_call(const LodgeSettings *settings, const char *wanted, GError **error)
{
    if (wanted == NULL && settings->calls->len == 1)
        return g_ptr_array_index(settings->calls, 0);
    const LodgeCallSettings *named =
        wanted != NULL ? lodge_settings_find_call(settings, wanted) : NULL;
    if (named != NULL)
        return named;
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < settings->calls->len; i++) {
        const LodgeCallSettings *call = g_ptr_array_index(settings->calls, i);
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", call->id);
    }
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "say with --call which call is meant; %s has: %s", settings->path,
                known->len > 0 ? known->str : "none");
    return NULL;
}

int lodge_command_open_file(const char *path, GError **error)
{
    struct stat status;
    /* A pipe that nobody writes to must not keep us waiting; of a regular file O_NONBLOCK says nothing. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return fd;
    g_autofree char *shown = lodge_display_line(path, 200);
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE, "%s: %s", shown,
                fd < 0 ? g_strerror(errno) : "not a regular file");
    if (fd >= 0)
        close(fd);
    return -1;
}

int lodge_command_scratch(const char *name, GError **error)
{
    int fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0)
        g_set_error(error, LODGE_AIRLOCK_ERROR, LODGE_AIRLOCK_ERROR_IO,
                    "no memory file: %s", g_strerror(errno));
    return fd;
}

LodgeSettings *lodge_command_load_mailboxes(const LodgeContext *context, GError **error)
{
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL || settings->mailboxes->len > 0)
        return g_steal_pointer(&settings);
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                "%s has no [mailbox NAME] group: add one, or use lodge file",
                settings->path);
    return NULL;
}

/* Not g_print: it would change the bytes to the locale's character set. */
void lodge_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

void lodge_print_json(char *json)
{
    lodge_print("%s\n", json);
    g_free(json);
}

char *lodge_print_size(gint64 size_bytes)
{
    if (size_bytes < 1000)
        return g_strdup_printf("%" G_GINT64_FORMAT " bytes", size_bytes);
    if (size_bytes < 1000 * 1000)
        return g_strdup_printf("%" G_GINT64_FORMAT " kB", (size_bytes + 500) / 1000);
    gint64 tenths = (size_bytes + 50000) / 100000;
    return g_strdup_printf("%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT " MB", tenths / 10,
                           tenths % 10);
}

void lodge_print_heading(const LodgeContext *context, const char *words)
{
    lodge_print(context->colours ? "\033[1m%s\033[0m\n" : "%s\n", words);
}

char *lodge_print_column(const char *text, guint columns)
{
    g_autofree char *shown = lodge_display_line(text, 0);
    g_autoptr(GString) column = g_string_new(NULL);
    glong length = g_utf8_strlen(shown, -1);
    if (length > (glong)columns) {
        const char *cut = g_utf8_offset_to_pointer(shown, (glong)columns - 1);
        g_string_append_len(column, shown, cut - shown);
        g_string_append(column, "\xe2\x80\xa6");
        length = (glong)columns;
    } else {
        g_string_append(column, shown);
    }
    for (; length < (glong)columns; length++)
        g_string_append_c(column, ' ');
    return g_strdup(column->str);
}

void lodge_command_show_search(guint64 done, guint64 total, gpointer unused)
{
    (void)unused;
    lodge_log_progress("searching segments", done, total);
}
