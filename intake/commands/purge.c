#include "intake/operate/purging.h"

#include "intake/commands/command.h"
#include "intake/control.h"
#include "intake/log.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>
#include <unistd.h>

#define LEAST_ADDRESS_BYTES 3

typedef struct {
    char *address, *reason;
    gboolean due, list, again, yes;
} Options;

static void options_clear(Options *options)
{
    g_free(options->address);
    g_free(options->reason);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

/* ---- what would be purged, or was ---- */

static const char *state_words(const LodgeLedgerMessage *message)
{
    return message->outcome != NULL ? message->outcome : message->state;
}

static void print_place(const LodgeLocation *at)
{
    g_autofree char *folder = lodge_display_line(at->folder, 200);
    if (strcmp(at->account, "file") == 0)
        lodge_print("  lay in the file %s\n", folder);
    else
        lodge_print("  lies in mailbox %s, folder %s, UID %u\n", at->account, folder,
                    at->uid);
}

static void print_choice(const LodgePurgeChoice *choice)
{
    const LodgeLedgerMessage *message = choice->message;
    g_autofree char *kept = lodge_instant_format(message->kept_us);
    g_autofree char *from =
        lodge_display_line(message->from != NULL ? message->from : "nobody", 200);
    lodge_print("%s  %s  %s  kept %.10s  from %s  (%s%s%s)\n", message->reference,
                state_words(message), message->council != NULL ? message->council : "-",
                kept, from, choice->rule, choice->copy_of != NULL ? ", a copy of " : "",
                choice->copy_of != NULL ? choice->copy_of : "");
    for (guint i = 0; i < message->locations->len; i++)
        print_place(g_ptr_array_index(message->locations, i));
}

static void print_list(const char *label, const GPtrArray *lines)
{
    for (guint i = 0; i < lines->len; i++)
        lodge_print("%s%s\n", label, (const char *)g_ptr_array_index(lines, i));
}

static void
print_words(const LodgePurging *purging, const LodgeErased *erased, gboolean done)
{
    for (guint i = 0; i < purging->choices->len; i++)
        print_choice(g_ptr_array_index(purging->choices, i));
    print_list("it only stands in, and so stays: ", purging->mentions);
    print_list("not searched, because it is missing or damaged: ", purging->unreadable);
    if (purging->choices->len == 0)
        lodge_print("nothing is to be purged\n");
    else if (!done)
        lodge_print(
            "Nothing was changed. With --yes these %u messages are purged for good.\n",
            purging->choices->len);
    if (!done)
        return;
    g_autofree char *size = lodge_print_size((gint64)erased->bytes);
    lodge_print("%u messages are purged: %" G_GUINT64_FORMAT
                " objects and %" G_GUINT64_FORMAT " records erased (%s).\n"
                "What still lies in a mailbox, in a file, or in a backup is yours to "
                "delete; see lodge(1).\n",
                purging->choices->len, erased->objects, erased->records, size);
}

/* ---- for machines ---- */

static void write_choice(LodgeJsonWriter *writer, const LodgePurgeChoice *choice)
{
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "reference", choice->message->reference);
    lodge_json_add_string(writer, "outcome", choice->message->outcome);
    lodge_json_add_string(writer, "council", choice->message->council);
    lodge_json_add_instant(writer, "kept_at", choice->message->kept_us);
    lodge_json_add_string(writer, "rule", choice->rule);
    lodge_json_add_string(writer, "copy_of", choice->copy_of);
    lodge_json_end_object(writer);
}

static void write_list(LodgeJsonWriter *writer, const char *name, const GPtrArray *lines)
{
    lodge_json_begin_array(writer, name);
    for (guint i = 0; i < lines->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(lines, i));
    lodge_json_end_array(writer);
}

static void
print_json(const LodgePurging *purging, const LodgeErased *erased, gboolean done)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_bool(writer, "purged", done);
    lodge_json_begin_array(writer, "messages");
    for (guint i = 0; i < purging->choices->len; i++)
        write_choice(writer, g_ptr_array_index(purging->choices, i));
    lodge_json_end_array(writer);
    write_list(writer, "mentions", purging->mentions);
    write_list(writer, "unreadable", purging->unreadable);
    lodge_json_add_int(writer, "objects_erased", (gint64)erased->objects);
    lodge_json_add_int(writer, "records_erased", (gint64)erased->records);
    lodge_json_add_int(writer, "bytes_erased", (gint64)erased->bytes);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

/* ---- what was purged before ---- */

static void write_purge(const LodgeLedgerPurge *purge)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "reference", purge->reference);
    lodge_json_add_instant(writer, "purged_at", purge->at_us);
    lodge_json_add_string(writer, "rule", purge->rule);
    lodge_json_add_string(writer, "actor", purge->actor);
    lodge_json_add_string(writer, "reason", purge->reason);
    lodge_json_add_string(writer, "key", purge->key);
    lodge_json_add_string(writer, "digest", purge->digest);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

static LodgeExit list(const LodgeContext *context, GError **error)
{
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    g_autoptr(GPtrArray) purges =
        spool != NULL ? lodge_ledger_list_purges(lodge_spool_ledger(spool), error) : NULL;
    if (purges == NULL)
        return LODGE_EXIT_USAGE;
    for (guint i = 0; i < purges->len; i++) {
        const LodgeLedgerPurge *purge = g_ptr_array_index(purges, i);
        g_autofree char *words = lodge_purging_describe(purge);
        g_autofree char *shown = lodge_display_line(words, 0);
        if (context->json)
            write_purge(purge);
        else
            lodge_print("%s  %s\n", purge->reference, shown);
    }
    return LODGE_EXIT_DONE;
}

/* ---- the command ---- */

static gboolean choose(LodgePurging *purging,
                       const Options *options,
                       const LodgeSettings *settings,
                       LodgeSpool *spool,
                       char **references,
                       gint64 now_us,
                       GError **error)
{
    if (options->address != NULL)
        return lodge_purging_choose_address(purging, settings, spool, options->address,
                                            lodge_command_show_search, error);
    if (options->due)
        return lodge_purging_choose_due(purging, &settings->retention,
                                        lodge_spool_ledger(spool), now_us, error);
    for (; *references != NULL; references++)
        if (!lodge_purging_choose(purging, lodge_spool_ledger(spool), *references, error))
            return FALSE;
    return TRUE;
}

static LodgeSpool *open_spool(const LodgeContext *context,
                              const LodgeSettings *settings,
                              gboolean writes,
                              GError **error)
{
    g_autoptr(LodgeSpool) there = lodge_spool_open_readonly(settings->spool_dir, error);
    if (there == NULL || !writes)
        return g_steal_pointer(&there);
    return lodge_spool_open(settings->spool_dir, "lodge purge", context->now_us(), error);
}

static LodgeExit purge(const LodgeContext *context,
                       const Options *options,
                       char **references,
                       GError **error)
{
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    g_autoptr(LodgeSpool) spool =
        settings != NULL ? open_spool(context, settings, options->yes, error) : NULL;
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgePurging) purging = lodge_purging_new();
    gboolean chosen =
        choose(purging, options, settings, spool, references, context->now_us(), error);
    lodge_log_progress_end();
    if (!chosen)
        return LODGE_EXIT_USAGE;
    gboolean does = options->yes && purging->choices->len > 0;
    g_autofree char *actor = lodge_control_name_user(getuid());
    LodgeErased erased = {0};
    if (does && !lodge_purging_run(purging, spool, actor, options->reason,
                                   context->now_us(), &erased, error))
        return LODGE_EXIT_TEMPORARY;
    (context->json ? print_json : print_words)(purging, &erased, does);
    return purging->unreadable->len > 0 ? LODGE_EXIT_DIFFERENT : LODGE_EXIT_DONE;
}

static LodgeExit erase_again(const LodgeContext *context, GError **error)
{
    g_autoptr(LodgeSettings) settings = lodge_settings_load(context->config_path, error);
    g_autoptr(LodgeSpool) spool =
        settings != NULL ? open_spool(context, settings, TRUE, error) : NULL;
    LodgeErased erased = {0};
    if (spool == NULL || !lodge_purge_again(spool, &erased, error))
        return LODGE_EXIT_USAGE;
    lodge_print("%" G_GUINT64_FORMAT " objects and %" G_GUINT64_FORMAT
                " records of purged messages were there again, and are erased\n",
                erased.objects, erased.records);
    return LODGE_EXIT_DONE;
}

static gboolean refuse(GError **error, const char *words)
{
    g_set_error_literal(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE, words);
    return FALSE;
}

static gboolean check_reason(const Options *options, GError **error)
{
    const char *reason = options->reason;
    gboolean blank = reason == NULL || reason[strspn(reason, " \t\r\n")] == '\0';
    if (reason != NULL && (blank || !g_utf8_validate(reason, -1, NULL)))
        return refuse(error, "--reason is empty, or is not UTF-8 text");
    if (options->yes && !options->due && blank)
        return refuse(error, "say why with --reason \"…\": it is kept for ever, so name "
                             "the request and not the person");
    return TRUE;
}

static gboolean check(const Options *options, int references, GError **error)
{
    gboolean by_reference = references > 0;
    gboolean by_address = options->address != NULL;
    if (by_reference + by_address + options->due + options->list + options->again != 1)
        return refuse(error, "say what is to be purged: references, or --address ADDRESS, "
                             "or --due; or --list, or --again");
    if (by_address && (strlen(options->address) < LEAST_ADDRESS_BYTES ||
                       strchr(options->address, '@') == NULL))
        return refuse(error, "--address wants a whole e-mail address");
    return options->list || options->again || check_reason(options, error);
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_auto(Options) options = {0};
    const GOptionEntry entries[] = {
        {"address", 0, 0, G_OPTION_ARG_STRING, &options.address,
         "All that this address has sent, or was answered", "ADDRESS"},
        {"due", 0, 0, G_OPTION_ARG_NONE, &options.due,
         "All that has been kept as long as [retention] of lodge.conf says", NULL},
        {"reason", 0, 0, G_OPTION_ARG_FILENAME, &options.reason,
         "Why; kept for ever, so name the request and not the person", "TEXT"},
        {"yes", 0, 0, G_OPTION_ARG_NONE, &options.yes,
         "Do it; without, it is only shown what would be done", NULL},
        {"list", 0, 0, G_OPTION_ARG_NONE, &options.list,
         "What was purged: when, by whom, under which rule, why", NULL},
        {"again", 0, 0, G_OPTION_ARG_NONE, &options.again,
         "Erase what is there of purged messages after files were put back", NULL},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_purge, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_purge, argc, 0, -1, error) ||
        !check(&options, argc - 1, error))
        return LODGE_EXIT_USAGE;
    if (options.list)
        return list(context, error);
    if (options.again)
        return erase_again(context, error);
    return purge(context, &options, argv + 1, error);
}

const LodgeCommand lodge_command_purge = {
    .name = "purge",
    .arguments = "[REF...]",
    .summary = "Erase messages for good; the journal keeps that, when, by whom and why",
    .details =
        "Without --yes it only shows what would go. What goes: the mail, its documents and\n"
        "their texts, readings, decisions, receipts, words of orders, trees, and what the index\n"
        "held; copies of a message go with it. What stays: that a message with this reference\n"
        "came, when, for which council, and what became of it.\n"
        "\n"
        "It needs the spool for itself: stop a running service first. A purge that is broken off\n"
        "is carried on by the next lodge that opens the spool for writing.\n",
    .run = run,
};
