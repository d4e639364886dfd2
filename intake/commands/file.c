#include "intake/commands/command.h"
#include "intake/commands/print_pass.h"
#include "intake/failure.h"
#include "intake/pipeline.h"

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *wanted = NULL;
    const GOptionEntry entries[] = {
        {"call", 0, 0, G_OPTION_ARG_STRING, &wanted, "The call the messages are for", "ID"},
        {"wait", 0, 0, G_OPTION_ARG_NONE, &context->wait,
         "Wait until no other gateway is on the spool, instead of being refused", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_file, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_file, argc, 1, -1, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    const LodgeCallSettings *call = lodge_command_choose_call(settings, wanted, error);
    if (call == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgePassReport) report = lodge_pipeline_run(
        settings, context, (const char *const *)argv + 1, call->id, error);
    if (report == NULL)
        return LODGE_EXIT_TEMPORARY;
    lodge_print_pass_report(context, report);
    /* Somebody named these paths; trying again later would not find them either. */
    return lodge_failure_worse(lodge_pass_report_exit(report),
                               report->failed > 0 ? LODGE_EXIT_USAGE : LODGE_EXIT_DONE);
}

const LodgeCommand lodge_command_file = {
    .name = "file",
    .arguments = "PATH...",
    .summary = "Take messages from .eml files, mboxes, Maildirs or - (standard input)",
    .details =
        "The messages go through the same pipeline as those of a mailbox: kept, examined,\n"
        "decided, filed, answered. Nothing of the source is changed. A file that begins with\n"
        "a line \"From address date\" is an mbox: each of its messages is taken.\n",
    .run = run,
};
