#include "intake/commands/command.h"
#include "intake/commands/print_pass.h"
#include "intake/pipeline.h"

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    const GOptionEntry entries[] = {
        {"wait", 0, 0, G_OPTION_ARG_NONE, &context->wait,
         "Wait until no other gateway is on the spool, instead of being refused", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_once, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_once, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_command_load_mailboxes(context, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgePassReport) report =
        lodge_pipeline_run(settings, context, NULL, NULL, error);
    if (report == NULL)
        return LODGE_EXIT_TEMPORARY;
    lodge_print_pass_report(context, report);
    return lodge_pass_report_exit(report);
}

const LodgeCommand lodge_command_once = {
    .name = "once",
    .summary = "Take in, decide, file and answer everything new, then end",
    .details =
        "One complete pass over every configured mailbox. Safe to run from cron: a second\n"
        "gateway on the same spool is refused by name, or waits with --wait.\n"
        "\n"
        "Exit status: 0 done (held mail does not change it), 2 a person must change\n"
        "something, 3 temporary failure: nothing is lost, the next pass goes on.\n",
    .run = run,
};
