#include "intake/operate/replay.h"
#include "config/key_file.h"
#include "intake/commands/command.h"
#include "intake/log.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>

typedef struct {
    LodgeContext *context;
    LodgeReplay *replay;
    guint64 replayed, different, unreadable;
    char *call; /* only this call's messages, or NULL */
} Replaying;

static void print_words(const LodgeReplayResult *result, const LodgeLedgerMessage *message)
{
    lodge_print("%s %s\n", result->reference,
                message->council != NULL ? message->council : "-");
    for (guint i = 0; i < result->changes->len; i++) {
        const LodgeReplayChange *change = g_ptr_array_index(result->changes, i);
        lodge_print("  %s: %s -> %s\n", change->field, change->before, change->after);
    }
}

static void print_json(const LodgeReplayResult *result, const LodgeLedgerMessage *message)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "reference", result->reference);
    lodge_json_add_string(writer, "council", message->council);
    lodge_json_begin_array(writer, "changes");
    for (guint i = 0; i < result->changes->len; i++) {
        const LodgeReplayChange *change = g_ptr_array_index(result->changes, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "field", change->field);
        lodge_json_add_string(writer, "before", change->before);
        lodge_json_add_string(writer, "after", change->after);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

/* A message whose inputs cannot be read is a difference, and does not stop the others. */
static gboolean
replay_message(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)error;
    Replaying *replaying = data;
    g_autoptr(GError) failure = NULL;
    gboolean concerned =
        replaying->call == NULL || strcmp(message->call, replaying->call) == 0;
    if (strcmp(message->state, "decided") != 0 || !concerned)
        return TRUE;
    g_autoptr(LodgeReplayResult) result =
        lodge_replay_run(replaying->replay, message, &failure);
    replaying->replayed++;
    if (result == NULL) {
        replaying->unreadable++;
        lodge_log_warning("not-replayed", "reason", failure->message, NULL);
        return TRUE;
    }
    if (result->changes->len == 0)
        return TRUE;
    replaying->different++;
    (replaying->context->json ? print_json : print_words)(result, message);
    return TRUE;
}

static gboolean
replay_named(LodgeLedger *ledger, char **references, Replaying *replaying, GError **error)
{
    for (; *references != NULL; references++) {
        g_autoptr(GError) failure = NULL;
        g_autoptr(LodgeLedgerMessage) message =
            lodge_ledger_get_message(ledger, *references, &failure);
        if (failure != NULL) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        if (message == NULL) {
            g_autofree char *shown = lodge_display_line(*references, 60);
            g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                        "there is no message %s; see lodge list", shown);
            return FALSE;
        }
        if (strcmp(message->state, "purged") == 0) {
            g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                        "%s was purged, and cannot be decided again; see lodge show %s",
                        message->reference, message->reference);
            return FALSE;
        }
        if (!replay_message(message, replaying, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean load(const char *path, char **text_out, GError **error)
{
    gsize size_bytes = 0;
    return path == NULL ||
           (*text_out = lodge_key_file_read(path, &size_bytes, error)) != NULL;
}

/* The files are parsed once here, so that a mistake in them is told before anything is replayed. */
static gboolean check_swap(const LodgeReplaySwap *swap, char **call_out, GError **error)
{
    g_autoptr(LodgeCall) call = NULL;
    g_autoptr(LodgeRegister) reg = NULL;
    if (swap->call_text != NULL)
        call = lodge_call_parse(swap->call_text, swap->call_name, NULL, error);
    if (swap->call_text != NULL && call == NULL)
        return FALSE;
    *call_out = call != NULL ? g_strdup(call->id) : NULL;
    if (swap->register_text != NULL)
        reg = lodge_register_parse(swap->register_text, swap->register_name, error);
    return swap->register_text == NULL || reg != NULL;
}

static LodgeExit replay(Replaying *replaying,
                        LodgeSpool *spool,
                        gboolean all,
                        char **references,
                        GError **error)
{
    LodgeLedger *ledger = lodge_spool_ledger(spool);
    const LodgeLedgerFilter everything = {0};
    gboolean done = all ? lodge_ledger_visit_messages(ledger, &everything, replay_message,
                                                      replaying, error)
                        : replay_named(ledger, references, replaying, error);
    if (!done)
        return LODGE_EXIT_DIFFERENT;
    if (!replaying->context->json)
        lodge_print("%" G_GUINT64_FORMAT " decided again: %" G_GUINT64_FORMAT
                    " would differ%s\n",
                    replaying->replayed - replaying->unreadable, replaying->different,
                    replaying->unreadable > 0 ? ", some could not be read" : "");
    return replaying->different + replaying->unreadable > 0 ? LODGE_EXIT_DIFFERENT
                                                            : LODGE_EXIT_DONE;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean all = FALSE;
    g_autofree char *call = NULL;
    g_autofree char *reg = NULL;
    const GOptionEntry entries[] = {
        {"all", 0, 0, G_OPTION_ARG_NONE, &all, "Every decided message", NULL},
        {"call", 0, 0, G_OPTION_ARG_FILENAME, &call, "What if this were the call file",
         "FILE"},
        {"register", 0, 0, G_OPTION_ARG_FILENAME, &reg, "What if this were the register",
         "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_replay, context, entries, &argc, &argv,
                             error) ||
        !lodge_command_expect(&lodge_command_replay, argc, all ? 0 : 1, all ? 0 : -1,
                              error))
        return LODGE_EXIT_USAGE;
    g_autofree char *call_text = NULL;
    g_autofree char *register_text = NULL;
    if (!load(call, &call_text, error) || !load(reg, &register_text, error))
        return LODGE_EXIT_USAGE;
    LodgeReplaySwap swap = {call_text, call, register_text, reg};
    g_autofree char *only = NULL;
    if (!check_swap(&swap, &only, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    gboolean swapped = call_text != NULL || register_text != NULL;
    g_autoptr(LodgeReplay) engine = lodge_replay_new(spool, swapped ? &swap : NULL);
    Replaying replaying = {.context = context, .replay = engine, .call = only};
    return replay(&replaying, spool, all, argv + 1, error);
}

const LodgeCommand lodge_command_replay = {
    .name = "replay",
    .arguments = "REF...|--all",
    .summary = "Decide again from the stored inputs and show the differences",
    .details =
        "Nothing is changed. Without --call or --register the stored inputs must give the\n"
        "stored decision, byte for byte. With them it says exactly which submissions would\n"
        "be decided otherwise.\n"
        "\n"
        "Exit status: 0 no difference, 1 differences (each is printed).\n",
    .run = run,
};
