#include "config/key_value.h"
#include "intake/commands/command.h"
#include "intake/operate/export_table.h"
#include "intake/operate/export_tree.h"
#include "parsers/text/display.h"
#include <stdio.h>
#include <string.h>

#define FILE_MODE 0600

typedef struct {
    char *csv, *json;  /* files, or "-"; NULL: not wanted */
    const char *dir;   /* NULL: not wanted */
    char *call;        /* NULL: the only one */
    char *council;     /* NULL: all */
    gboolean versions; /* all */
    gboolean withheld; /* with what is withheld because of malware */
} Wishes;

static void wishes_clear(Wishes *wishes)
{
    g_free(wishes->csv);
    g_free(wishes->json);
    g_free(wishes->call);
    g_free(wishes->council);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Wishes, wishes_clear)

static gboolean usage(const char *words, GError **error)
{
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "%s; see lodge export --help", words);
    return FALSE;
}

/* Before the spool is opened: what can be said at once is not said after minutes. */
static gboolean check_wishes(const Wishes *wishes, GError **error)
{
    if (wishes->dir == NULL && wishes->csv == NULL && wishes->json == NULL)
        return usage("something is missing: a directory, --csv or --json", error);
    if (g_strcmp0(wishes->csv, "-") == 0 && g_strcmp0(wishes->json, "-") == 0)
        return usage("only one of --csv and --json can go to standard output", error);
    if (g_strcmp0(wishes->dir, "-") == 0)
        return usage("a directory cannot go to standard output", error);
    if (wishes->council != NULL && !lodge_key_value_is_gss(wishes->council)) {
        g_autofree char *shown = lodge_display_line(wishes->council, 60);
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "--council: \"%s\" is no GSS code; write it like E07000115", shown);
        return FALSE;
    }
    return wishes->dir == NULL || lodge_export_check_target(wishes->dir, error);
}

/* Takes the text. A file is replaced as a whole. */
static gboolean hand_out(const char *target, char *text, GError **error)
{
    g_autofree char *owned = text;
    if (target == NULL)
        return TRUE;
    if (strcmp(target, "-") == 0) {
        lodge_print("%s", owned);
        return TRUE;
    }
    return g_file_set_contents_full(
        target, owned, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
        FILE_MODE, error);
}

static gboolean write_all(const LodgeExport *export,
                          LodgeSpool *spool,
                          const Wishes *wishes,
                          GError **error)
{
    if (wishes->dir != NULL && !lodge_export_save(export, spool, wishes->dir, error))
        return FALSE;
    return hand_out(wishes->csv, lodge_export_format_csv(export), error) &&
           hand_out(wishes->json, lodge_export_format_json(export), error);
}

/* On standard error, where it is in no table's way. */
static void summarise(const LodgeExport *export, const Wishes *wishes)
{
    guint without = 0;
    for (guint i = 0; i < export->councils->len; i++) {
        const LodgeExportCouncil *council = g_ptr_array_index(export->councils, i);
        without += council->plans->len == 0;
    }
    fprintf(stderr, "%s: plans: %u, councils: %u, of these without a plan: %u",
            export->call->id, export->plans, export->councils->len, without);
    if (wishes->dir != NULL)
        fprintf(stderr, "; files of submissions: %u", export->files);
    if (export->withheld > 0)
        fprintf(stderr, "; documents withheld because of malware, and %s: %u",
                wishes->withheld ? "in here all the same" : "left out", export->withheld);
    if (export->overview->pending > 0)
        fprintf(stderr, "; messages not decided yet: %u", export->overview->pending);
    fprintf(stderr, "\n");
}

static LodgeExit
run_wishes(const LodgeContext *context, const Wishes *wishes, GError **error)
{
    g_autoptr(LodgeSettings) settings = NULL;
    if (!check_wishes(wishes, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    const LodgeCallSettings *call =
        lodge_command_choose_call(settings, wishes->call, error);
    if (call == NULL)
        return LODGE_EXIT_USAGE;
    const LodgeExportOptions options = {wishes->versions, wishes->council,
                                        wishes->withheld};
    g_autoptr(LodgeExport) export =
        lodge_export_new(call, spool, &options, context->now_us(), error);
    if (export == NULL || !write_all(export, spool, wishes, error))
        return LODGE_EXIT_DIFFERENT;
    summarise(export, wishes);
    return LODGE_EXIT_DONE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_auto(Wishes) wishes = {0};
    const GOptionEntry entries[] = {
        {"csv", 0, 0, G_OPTION_ARG_FILENAME, &wishes.csv,
         "A table of all councils; - is standard output", "FILE"},
        {"json", 0, 0, G_OPTION_ARG_FILENAME, &wishes.json,
         "The same for programs; - is standard output", "FILE"},
        {"call", 0, 0, G_OPTION_ARG_STRING, &wishes.call, "The call, if there are several",
         "ID"},
        {"council", 0, 0, G_OPTION_ARG_STRING, &wishes.council, "Only this council", "GSS"},
        {"all-versions", 0, 0, G_OPTION_ARG_NONE, &wishes.versions,
         "Every filed version, not only the current one", NULL},
        {"include-infected", 0, 0, G_OPTION_ARG_NONE, &wishes.withheld,
         "Also documents that are withheld because of malware", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_export, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_export, argc, 0, 1, error))
        return LODGE_EXIT_USAGE;
    wishes.dir = argc > 1 ? argv[1] : NULL;
    return run_wishes(context, &wishes, error);
}

const LodgeCommand lodge_command_export = {
    .name = "export",
    .arguments = "[DIR]",
    .summary = "Hand on the filed plans: a directory, a table (CSV), JSON",
    .details =
        "DIR must be empty or not exist; it is there whole or not at all. It holds a folder\n"
        "for each council, plans.csv, plans.json, SHA256SUMS and README.txt. DIR, --csv and\n"
        "--json may be given together and are of the same instant.\n"
        "\n"
        "The table has a row for each council, those without a plan as well. A cell that a\n"
        "spreadsheet could take for a formula begins with an apostrophe; see lodge(1).\n"
        "\n"
        "Exit status 1: a document is damaged or missing, and nothing was exported.\n",
    .run = run,
};
