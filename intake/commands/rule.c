/* What an operator orders of one message: accept, reject, assign, note, resend. */
#include "config/key_value.h"
#include "intake/commands/give_order.h"
#include <string.h>

typedef struct {
    char *reason, *tell, *council, *timeliness, *document;
    gboolean answer;
} Options;

static void options_clear(Options *options)
{
    g_free(options->reason);
    g_free(options->tell);
    g_free(options->council);
    g_free(options->timeliness);
    g_free(options->document);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static gboolean set_usage(GError **error, const char *words)
{
    g_set_error_literal(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE, words);
    return FALSE;
}

static gboolean is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

static gboolean check_options(const Options *options, GError **error)
{
    if (is_blank(options->reason))
        return set_usage(
            error, "say why with --reason \"…\": it is kept with the ruling, for whoever "
                   "asks later; the council does not see it");
    if (options->tell != NULL && is_blank(options->tell))
        return set_usage(error, "--tell is empty; leave it out, or say what the council is "
                                "to know");
    if (options->council != NULL && !lodge_key_value_is_gss(options->council))
        return set_usage(
            error, "--council wants a GSS code, like E07000115; see lodge status --json");
    if (options->timeliness != NULL && strcmp(options->timeliness, "on-time") != 0 &&
        strcmp(options->timeliness, "late") != 0)
        return set_usage(error, "--timeliness is on-time or late");
    return TRUE;
}

static LodgeOrder *make_order(LodgeOrderVerb verb, const char *reference, Options *options)
{
    LodgeOrder *order = lodge_order_new(verb);
    order->reference = g_strdup(reference);
    order->reason = g_steal_pointer(&options->reason);
    order->told = lodge_give_order_fold(options->tell);
    order->council = g_steal_pointer(&options->council);
    order->timeliness = g_steal_pointer(&options->timeliness);
    order->document = g_steal_pointer(&options->document);
    order->answer = options->answer;
    return order;
}

/* Which options a verb has: rulings those of all, the others only --reason. Words are taken as they were
 * typed: a conversion from the locale would refuse a pound sign wherever there is none. */
static LodgeExit run(const LodgeCommand *command,
                     LodgeOrderVerb verb,
                     LodgeContext *context,
                     int argc,
                     char **argv,
                     GError **error)
{
    g_auto(Options) options = {0};
    gboolean files = verb == LODGE_ORDER_ACCEPT || verb == LODGE_ORDER_ASSIGN;
    gboolean rules = files || verb == LODGE_ORDER_REJECT;
    const GOptionEntry all[] = {
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason,
         "Why; kept for whoever asks later, never told to the council", "TEXT"},
        {"tell", 0, rules ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &options.tell,
         "Words for the council, in the receipt", "TEXT"},
        {"answer", 0, rules ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &options.answer,
         "You know that the address is the council's: it gets a receipt", NULL},
        {"council", 0, files ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
         &options.council, "The council that it is from", "GSS"},
        {"timeliness", 0, files ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING,
         &options.timeliness, "By which time it counts: on-time or late", "WORD"},
        {"document", 0, files ? 0 : G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME,
         &options.document, "The document that is the plan, by number or name", "NAME"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(command, context, all, &argc, &argv, error) ||
        !lodge_command_expect(command, argc, 1, 1, error) ||
        !check_options(&options, error))
        return LODGE_EXIT_USAGE;
    if (verb == LODGE_ORDER_ASSIGN && options.council == NULL) {
        set_usage(error, "say with --council GSS which council it is from");
        return LODGE_EXIT_USAGE;
    }
    g_autoptr(LodgeOrder) order = make_order(verb, argv[1], &options);
    return lodge_give_order(context, order, error);
}

#define RUN(name, verb)                                                                    \
    static LodgeExit run_##name(LodgeContext *context, int argc, char **argv,              \
                                GError **error)                                            \
    {                                                                                      \
        return run(&lodge_command_##name, verb, context, argc, argv, error);               \
    }

RUN(accept, LODGE_ORDER_ACCEPT)
RUN(reject, LODGE_ORDER_REJECT)
RUN(assign, LODGE_ORDER_ASSIGN)
RUN(note, LODGE_ORDER_NOTE)
RUN(resend, LODGE_ORDER_RESEND)

#define HOW                                                                                   \
    "A running lodge serve carries it out; without one it is done here, and a receipt that\n" \
    "is owed goes out with the next pass. Who ordered it is recorded.\n"

const LodgeCommand lodge_command_accept = {
    .name = "accept",
    .arguments = "REF",
    .summary = "File a message that was held or rejected",
    .details =
        "The machine's decision stays on record; the ruling stands on top of it.\n" HOW,
    .run = run_accept,
};

const LodgeCommand lodge_command_reject = {
    .name = "reject",
    .arguments = "REF",
    .summary = "Do not file a message, or take it off file again",
    .details = "Nothing is deleted. What the council is to mend goes into --tell.\n" HOW,
    .run = run_reject,
};

const LodgeCommand lodge_command_assign = {
    .name = "assign",
    .arguments = "REF",
    .summary = "Say which council a message is from; the rest is decided by rule",
    .details = HOW,
    .run = run_assign,
};

const LodgeCommand lodge_command_note = {
    .name = "note",
    .arguments = "REF",
    .summary = "Write something down about a message; nothing else happens",
    .details = HOW,
    .run = run_note,
};

const LodgeCommand lodge_command_resend = {
    .name = "resend",
    .arguments = "REF",
    .summary = "Send the last receipt of a message once more",
    .details = "The same bytes with the same Message-ID, to the same address.\n" HOW,
    .run = run_resend,
};
