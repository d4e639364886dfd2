#include "intake/commands/command.h"
#include "intake/operate/listing.h"

static gboolean
print_object(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)data, (void)error;
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_listing_write(writer, NULL, message, TRUE);
    lodge_print_json(lodge_json_finish_text(writer));
    return TRUE;
}

static const char *outcome_words(const LodgeLedgerMessage *message)
{
    return message->outcome != NULL ? message->outcome : message->state;
}

static gboolean print_line(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)data, (void)error;
    g_autofree char *received = lodge_instant_format(
        message->outcome != NULL ? message->received_us : message->kept_us);
    g_autofree char *when =
        received != NULL ? g_strndup(received, 19) : g_strdup("not established");
    g_autofree char *from =
        lodge_print_column(message->from != NULL ? message->from : "-", 34);
    g_autofree char *version =
        message->version > 0 ? g_strdup_printf("v%u", message->version) : g_strdup("");
    lodge_print("%-15s  %-16s  %-12s  %-9s  %-3s  %s%s  %s\n", message->reference,
                outcome_words(message),
                message->timeliness != NULL ? message->timeliness : "",
                message->council != NULL ? message->council : "-", version, when,
                received != NULL ? "Z" : "", from);
    return TRUE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autofree char *call = NULL;
    g_autofree char *state = NULL;
    g_autofree char *outcome = NULL;
    g_autofree char *council = NULL;
    const GOptionEntry entries[] = {
        {"call", 0, 0, G_OPTION_ARG_STRING, &call, "Only this call", "ID"},
        {"state", 0, 0, G_OPTION_ARG_STRING, &state, "Only pending, decided or purged",
         "STATE"},
        {"outcome", 0, 0, G_OPTION_ARG_STRING, &outcome,
         "Only accepted, held, rejected, duplicate or not-a-submission", "OUTCOME"},
        {"council", 0, 0, G_OPTION_ARG_STRING, &council, "Only this council", "GSS"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_list, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_list, argc, 0, 0, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    LodgeLedgerFilter filter = {call, state, outcome, council};
    if (!lodge_ledger_visit_messages(lodge_spool_ledger(spool), &filter,
                                     context->json ? print_object : print_line, NULL,
                                     error))
        return LODGE_EXIT_DIFFERENT;
    return LODGE_EXIT_DONE;
}

const LodgeCommand lodge_command_list = {
    .name = "list",
    .summary = "Every message: reference, outcome, timeliness, council, when, from whom",
    .details = "With --json one object per line; the fields are documented in lodge(1).\n",
    .run = run,
};
