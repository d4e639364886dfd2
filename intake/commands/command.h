/* command.h - one subcommand of lodge, and what all of them share.
 *
 * A command parses its own options, does its work, prints its result on standard output and returns an exit code; an error it
 * returns is printed by main as one line and turned into an exit code by intake/failure. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"
#include "spool/spool.h"
#include <glib.h>

#define LODGE_COMMAND_ERROR lodge_command_error_quark()
GQuark lodge_command_error_quark(void);
typedef enum {
    LODGE_COMMAND_ERROR_USAGE, /* words on the command line */
} LodgeCommandError;

typedef struct {
    const char *name;
    const char *arguments; /* "PATH..." for --help */
    const char *summary;   /* one line */
    const char *details;   /* paragraphs for --help, or NULL */
    /* argv[0] is the command's name. */
    LodgeExit (*run)(LodgeContext *context, int argc, char **argv, GError **error);
} LodgeCommand;

extern const LodgeCommand lodge_command_serve;
extern const LodgeCommand lodge_command_once;
extern const LodgeCommand lodge_command_file;
extern const LodgeCommand lodge_command_check_config;
extern const LodgeCommand lodge_command_status;
extern const LodgeCommand lodge_command_list;
extern const LodgeCommand lodge_command_show;
extern const LodgeCommand lodge_command_export;
extern const LodgeCommand lodge_command_read;
extern const LodgeCommand lodge_command_authenticate;
extern const LodgeCommand lodge_command_verify;
extern const LodgeCommand lodge_command_backup;
extern const LodgeCommand lodge_command_find;
extern const LodgeCommand lodge_command_purge;
extern const LodgeCommand lodge_command_replay;
extern const LodgeCommand lodge_command_register;
extern const LodgeCommand lodge_command_accept;
extern const LodgeCommand lodge_command_reject;
extern const LodgeCommand lodge_command_assign;
extern const LodgeCommand lodge_command_note;
extern const LodgeCommand lodge_command_resend;
extern const LodgeCommand lodge_command_extend;

/* Parses the common options (--config, --json, --verbose) into the context, and the command's own `entries`
 * (may be NULL; a "json" among them stands for the common one). What is left in argv after the name are arguments. --help prints and exits. */
gboolean lodge_command_parse(const LodgeCommand *command,
                             LodgeContext *context,
                             const GOptionEntry *entries,
                             int *argc,
                             char ***argv,
                             GError **error);
/* FALSE with a usage error unless the count of arguments lies in [least, most]; most < 0: no limit. */
gboolean lodge_command_expect(
    const LodgeCommand *command, int argc, int least, int most, GError **error);

/* lodge.conf, then its spool for reading. */
LodgeSpool *lodge_command_open_spool(const LodgeContext *context,
                                     LodgeSettings **settings_out,
                                     GError **error);

/* The call that was named, or the only one there is; borrowed. NULL: a usage error that names those there are. */
const LodgeCallSettings *lodge_command_choose_call(const LodgeSettings *settings,
                                                   const char *wanted,
                                                   GError **error);

/* A file in memory for what the airlock hands back: nothing is left behind. The caller's to close; -1 on error
 * (LODGE_AIRLOCK_ERROR_IO). */
int lodge_command_scratch(const char *name, GError **error);

/* A regular file that was named, for reading; the caller's to close. -1: a usage error that names it. */
int lodge_command_open_file(const char *path, GError **error);

/* lodge.conf, which must have a mailbox. */
LodgeSettings *lodge_command_load_mailboxes(const LodgeContext *context, GError **error);

/* Standard output, printf-like; strings of strangers must be display text already. */
void lodge_print(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Prints a finished JSON text and a line end; frees it. */
void lodge_print_json(char *json);
/* "1.2 MB"; g_free it. */
char *lodge_print_size(gint64 size_bytes);
/* A LodgeSearchProgress: how far a search through the whole spool is; `unused` may be NULL. */
void lodge_command_show_search(guint64 done, guint64 total, gpointer unused);
/* The word bold on a terminal. */
void lodge_print_heading(const LodgeContext *context, const char *words);
/* Pads to `columns` on the screen, cutting with "…" what is longer; g_free it. */
char *lodge_print_column(const char *text, guint columns);
