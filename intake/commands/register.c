#include "intake/commands/command.h"

#include "config/register_import.h"
#include <stdio.h>
#include <string.h>

static gboolean parse_date(const char *text, gint64 *at_us_out, GError **error)
{
    *at_us_out = LODGE_INSTANT_UNKNOWN;
    if (text == NULL)
        return TRUE;
    g_autofree char *instant = g_strdup_printf("%sT00:00:00Z", text);
    if (strlen(text) == 10 && lodge_instant_parse(instant, at_us_out))
        return TRUE;
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "--date %s is not a day; write YYYY-MM-DD", text);
    return FALSE;
}

static LodgeExit import(const char *path,
                        const LodgeRegisterImport *options,
                        const char *output,
                        GError **error)
{
    g_autofree char *csv = NULL;
    g_autofree char *summary = NULL;
    if (!g_file_get_contents(path, &csv, NULL, error))
        return LODGE_EXIT_USAGE;
    g_autofree char *text = lodge_register_import(csv, path, options, &summary, error);
    if (text == NULL)
        return LODGE_EXIT_USAGE;
    if (output == NULL)
        lodge_print("%s", text);
    else if (!g_file_set_contents_full(output, text, -1, G_FILE_SET_CONTENTS_CONSISTENT,
                                       0644, error))
        return LODGE_EXIT_TEMPORARY;
    fprintf(stderr, "%s\n", summary);
    return LODGE_EXIT_DONE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *nation = NULL;
    g_autofree char *date = NULL;
    g_autofree char *output = NULL;
    LodgeRegisterImport options = {0};
    const GOptionEntry entries[] = {
        {"nation", 0, 0, G_OPTION_ARG_STRING, &nation, "Only this nation, such as England",
         "NAME"},
        {"date", 0, 0, G_OPTION_ARG_STRING, &date, "Only bodies that exist on this day",
         "YYYY-MM-DD"},
        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &output,
         "Write here instead of standard output", "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_register, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_register, argc, 2, 2, error) ||
        !parse_date(date, &options.at_us, error))
        return LODGE_EXIT_USAGE;
    if (strcmp(argv[1], "import") != 0) {
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "lodge register knows one verb: lodge register import CSV");
        return LODGE_EXIT_USAGE;
    }
    options.nation = nation;
    return import(argv[2], &options, output, error);
}

const LodgeCommand lodge_command_register = {
    .name = "register",
    .arguments = "import CSV",
    .summary = "Make a register out of GOV.UK's list of local authorities",
    .details =
        "The website's domain is proposed as \"unconfirmed\": it gives nobody authority until\n"
        "you have asked the council for its mail domain and moved it to \"domains\".\n",
    .run = run,
};
