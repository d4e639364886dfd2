#include "intake/commands/command.h"
#include "intake/commands/print_pass.h"
#include "intake/failure.h"
#include "intake/pipeline.h"

/* The call the messages are for: the one that was named, or the only one there is. */
static const char *
choose_call(const LodgeSettings *settings, const char *wanted, GError **error)
{
    if (wanted == NULL && settings->calls->len == 1) {
        const LodgeCallSettings *only = g_ptr_array_index(settings->calls, 0);
        return only->id;
    }
    if (wanted != NULL && lodge_settings_find_call(settings, wanted) != NULL)
        return wanted;
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < settings->calls->len; i++) {
        const LodgeCallSettings *call = g_ptr_array_index(settings->calls, i);
        g_string_append_printf(known, "%s%s", i > 0 ? ", " : "", call->id);
    }
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "say with --call for which call the messages are; %s has: %s",
                settings->path, known->len > 0 ? known->str : "none");
    return NULL;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *wanted = NULL;
    const GOptionEntry entries[] = {
        {"call", 0, 0, G_OPTION_ARG_STRING, &wanted, "The call the messages are for", "ID"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_file, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_file, argc, 1, -1, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    const char *call = choose_call(settings, wanted, error);
    if (call == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgePassReport) report =
        lodge_pipeline_run(settings, context, (const char *const *)argv + 1, call, error);
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
    .summary = "Take messages from .eml files, Maildirs or - (standard input)",
    .details =
        "The messages go through the same pipeline as those of a mailbox: kept, examined,\n"
        "decided, filed, answered. Nothing of the source is changed.\n",
    .run = run,
};
