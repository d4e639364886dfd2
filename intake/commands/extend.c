#include "config/key_value.h"
#include "intake/commands/give_order.h"
#include <string.h>

static gboolean
check(const char *council, const char *until, const char *reason, GError **error)
{
    const char *wrong = NULL;
    if (strcmp(council, "all") != 0 && !lodge_key_value_is_gss(council))
        wrong = "name one council by its GSS code, like E07000115, or say all";
    else if (until == NULL)
        wrong =
            "say with --until YYYY-MM-DDTHH:MM when the deadline is, in the zone of the "
            "call";
    else if (reason == NULL || reason[strspn(reason, " \t\r\n")] == '\0')
        wrong = "say why with --reason \"…\"; councils are told, in the words \"A later "
                "deadline was set: …\"";
    if (wrong == NULL)
        return TRUE;
    g_set_error_literal(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE, wrong);
    return FALSE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *until = NULL;
    g_autofree char *reason = NULL;
    g_autofree char *call = NULL;
    const GOptionEntry entries[] = {
        {"until", 0, 0, G_OPTION_ARG_STRING, &until,
         "The new deadline, read as the call's own is", "YYYY-MM-DDTHH:MM"},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &reason, "Why; councils are told", "TEXT"},
        {"call", 0, 0, G_OPTION_ARG_STRING, &call, "The call, if there are several", "ID"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_extend, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_extend, argc, 1, 1, error) ||
        !check(argv[1], until, reason, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeOrder) order = lodge_order_new(LODGE_ORDER_EXTEND);
    order->council = g_strdup(argv[1]);
    order->until = g_steal_pointer(&until);
    order->reason = lodge_give_order_fold(reason);
    order->call = g_steal_pointer(&call);
    return lodge_give_order(context, order, error);
}

const LodgeCommand lodge_command_extend = {
    .name = "extend",
    .arguments = "COUNCIL",
    .summary = "Set a later deadline for one council (GSS code) or for all",
    .details =
        "What was decided as late before is decided again, and the councils whose plans are\n"
        "now on time are told. An extension is not taken back.\n",
    .run = run,
};
