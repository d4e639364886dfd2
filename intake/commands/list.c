#include "config/key_value.h"
#include "intake/commands/command.h"
#include "intake/operate/listing.h"
#include "parsers/text/display.h"
#include <string.h>

typedef struct {
    gboolean json;
    guint64 count;
} Printer;

static void print_object(const LodgeLedgerMessage *message)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_listing_write(writer, NULL, message);
    lodge_print_json(lodge_json_finish_text(writer));
}

static const char *outcome_words(const LodgeLedgerMessage *message)
{
    return message->outcome != NULL && strcmp(message->state, "purged") != 0
               ? message->outcome
               : message->state;
}

static void print_line(const LodgeLedgerMessage *message)
{
    g_autofree char *received = lodge_instant_format(
        message->outcome != NULL ? message->received_us : message->kept_us);
    g_autofree char *when =
        received != NULL ? g_strndup(received, 19) : g_strdup("not established");
    g_autofree char *from =
        lodge_display_line(message->from != NULL ? message->from : "-", 200);
    g_autofree char *version =
        message->version > 0 ? g_strdup_printf("v%u", message->version) : g_strdup("");
    lodge_print("%-15s  %-16s  %-12s  %-9s  %-3s  %s%s  %s\n", message->reference,
                outcome_words(message),
                message->timeliness != NULL ? message->timeliness : "",
                message->council != NULL ? message->council : "-", version, when,
                received != NULL ? "Z" : "", from);
}

static gboolean print(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)error;
    Printer *printer = data;
    (printer->json ? print_object : print_line)(message);
    printer->count++;
    return TRUE;
}

/* A misspelt filter finds nothing, and nothing found reads like good news. */
static gboolean
check_word(const char *option, const char *word, const char *const *known, GError **error)
{
    if (word == NULL || g_strv_contains(known, word))
        return TRUE;
    g_autofree char *words = g_strjoinv(", ", (char **)known);
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "--%s: there is no \"%s\"; it is one of: %s", option, word, words);
    return FALSE;
}

static gboolean check_filter(const LodgeLedgerFilter *filter, GError **error)
{
    static const char *const states[] = {"pending", "decided", "purged", NULL};
    static const char *const outcomes[] = {
        "accepted", "held", "rejected", "duplicate", "not-a-submission", NULL};
    if (!check_word("state", filter->state, states, error) ||
        !check_word("outcome", filter->outcome, outcomes, error))
        return FALSE;
    if (filter->council == NULL || lodge_key_value_is_gss(filter->council))
        return TRUE;
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "--council: \"%s\" is no GSS code; write it like E07000115",
                filter->council);
    return FALSE;
}

/* A call that is over may have left lodge.conf; its messages are still in the spool. */
static gboolean
check_call(const LodgeSettings *settings, const char *call, guint64 count, GError **error)
{
    if (call == NULL || count > 0 || lodge_settings_find_call(settings, call) != NULL)
        return TRUE;
    g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                "--call: neither %s nor the spool knows a call \"%s\"", settings->path,
                call);
    return FALSE;
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
    LodgeLedgerFilter filter = {call, state, outcome, council};
    if (!check_filter(&filter, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    Printer printer = {.json = context->json};
    if (!lodge_ledger_visit_messages(lodge_spool_ledger(spool), &filter, print, &printer,
                                     error))
        return LODGE_EXIT_DIFFERENT;
    return check_call(settings, call, printer.count, error) ? LODGE_EXIT_DONE
                                                            : LODGE_EXIT_USAGE;
}

const LodgeCommand lodge_command_list = {
    .name = "list",
    .summary = "Every message: reference, outcome, timeliness, council, when, from whom",
    .details = "With --json one object per line; the fields are documented in lodge(1).\n",
    .run = run,
};
