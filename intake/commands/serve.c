#include "intake/serve.h"

#include "intake/commands/command.h"

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean quiet = FALSE;
    const GOptionEntry entries[] = {
        {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Log warnings only", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_serve, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_serve, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    LodgeSettings *settings = lodge_command_load_mailboxes(context, error);
    if (settings == NULL)
        return LODGE_EXIT_USAGE;
    /* Its log is what a service has instead of a screen. */
    context->verbose = !quiet;
    context->watched = FALSE;
    return lodge_serve_run(settings, context, error) ? LODGE_EXIT_DONE
                                                     : LODGE_EXIT_TEMPORARY;
}

const LodgeCommand lodge_command_serve = {
    .name = "serve",
    .summary = "Stay, and take in what arrives as it arrives",
    .details =
        "Watches every configured mailbox (IDLE, and a look now and then beside it), sends\n"
        "receipts as they fall due, and takes orders from the other commands. SIGTERM ends it\n"
        "in order, SIGHUP loads the configuration anew; one that is refused changes nothing.\n",
    .run = run,
};
