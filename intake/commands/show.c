#include "intake/commands/show.h"

#include "config/key_file.h"
#include "intake/commands/show_rulings.h"
#include "intake/decide/answerable.h"
#include "intake/operate/listing.h"
#include "intake/operate/lookup.h"
#include "intake/operate/stored.h"
#include "parsers/text/display.h"
#include "parsers/text/limits.h"
#include <string.h>

#define MAX_DECISION_BYTES (4 * 1024 * 1024)
#define VALUE_BYTES 2000

/* ---- for both ways to tell of it ---- */

const char *lodge_show_explain(const LodgeMeaning *meanings, gsize count, const char *code)
{
    for (gsize i = 0; i < count; i++)
        if (g_strcmp0(meanings[i].code, code) == 0)
            return meanings[i].words;
    return code;
}

void lodge_show_section(const LodgeShow *show, const char *heading)
{
    lodge_print("\n");
    lodge_print_heading(show->context, heading);
}

char *lodge_show_when(const LodgeShow *show, gint64 instant_us)
{
    if (instant_us == LODGE_INSTANT_UNKNOWN)
        return g_strdup("not established");
    return show->zone != NULL ? lodge_zone_format_words(show->zone, instant_us, TRUE)
                              : lodge_instant_format(instant_us);
}

void lodge_show_field(const char *label, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *shown = lodge_display_line(value, VALUE_BYTES);
    lodge_print("%s: %s\n", label, shown);
}

char *lodge_show_silence(const char *may_answer)
{
    if (strcmp(may_answer, "yes") == 0)
        return g_strdup("lodge.conf had no [smtp] when it was decided");
    const char *words = lodge_answerable_words(may_answer);
    return words != NULL ? g_strdup_printf("%s (%s)", words, may_answer)
                         : g_strdup(may_answer);
}

LodgeJsonDocument *lodge_show_parse_decision(GBytes *bytes, GError **error)
{
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    return lodge_json_parse(text, size, MAX_DECISION_BYTES, LODGE_LIMIT_REPORT_DEPTH,
                            error);
}

/* ---- the command ---- */

/* The listing's object, the decision, what persons ruled, what the malware scanner said, and who purged it. */
static gboolean print_json(const LodgeShow *show, GError **error)
{
    g_autoptr(LodgeJsonWriter) writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_listing_write(writer, "message", show->message);
    if (show->decision != NULL) {
        g_autofree char *decision = lodge_json_node_text(lodge_json_root(show->decision));
        lodge_json_add_raw(writer, "decision", decision);
    } else {
        lodge_json_add_null(writer, "decision");
    }
    if (!lodge_show_write_rulings(writer, lodge_spool_ledger(show->spool),
                                  show->message->reference, error) ||
        !lodge_show_write_scans(show, writer, error) ||
        !lodge_show_write_purge(show, writer, error))
        return FALSE;
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(g_steal_pointer(&writer)));
    return TRUE;
}

static gboolean load_decision(LodgeShow *show, GError **error)
{
    if (show->message->decision == NULL)
        return TRUE;
    g_autoptr(GBytes) bytes =
        lodge_stored_read(show->spool, show->message->decision, MAX_DECISION_BYTES, error);
    if (bytes == NULL)
        return FALSE;
    show->decision = lodge_show_parse_decision(bytes, error);
    return show->decision != NULL;
}

static gboolean tell(LodgeShow *show, gboolean receipt, const char *wording, GError **error)
{
    if (!load_decision(show, error))
        return FALSE;
    if (receipt)
        return lodge_show_receipt(show, wording, error);
    if (!show->context->json)
        return lodge_show_story(show, error);
    return print_json(show, error);
}

/* Before the spool is opened: a mistake in the file is told whatever the message is. */
static gboolean check_wording(const char *path, gboolean receipt, GError **error)
{
    if (path == NULL)
        return TRUE;
    if (!receipt) {
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "--wording shows a receipt in other words: add --receipt");
        return FALSE;
    }
    gsize size_bytes = 0;
    g_autofree char *text = lodge_key_file_read(path, &size_bytes, error);
    g_autoptr(LodgeWording) wording =
        text != NULL ? lodge_wording_parse(text, path, error) : NULL;
    return wording != NULL;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    gboolean receipt = FALSE;
    g_autofree char *wording = NULL;
    const GOptionEntry entries[] = {
        {"receipt", 0, 0, G_OPTION_ARG_NONE, &receipt,
         "Only the last receipt, as its reader sees it, or why there is none", NULL},
        {"wording", 0, 0, G_OPTION_ARG_FILENAME, &wording,
         "With --receipt: what it would say in the words of this file", "FILE"},
        G_OPTION_ENTRY_NULL,
    };
    if (!lodge_command_parse(&lodge_command_show, context, entries, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_show, argc, 1, 1, error) ||
        !check_wording(wording, receipt, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeLedgerMessage) message =
        lodge_lookup_message(lodge_spool_ledger(spool), argv[1], error);
    if (message == NULL)
        return LODGE_EXIT_USAGE;
    const LodgeCallSettings *call = lodge_settings_find_call(settings, message->call);
    LodgeShow show = {
        .context = context, .settings = settings, .spool = spool, .message = message};
    show.zone = call != NULL ? call->rules->call->zone : NULL;
    gboolean done = tell(&show, receipt, wording, error);
    lodge_json_document_free(show.decision);
    return done ? LODGE_EXIT_DONE : LODGE_EXIT_DIFFERENT;
}

const LodgeCommand lodge_command_show = {
    .name = "show",
    .arguments = "REF",
    .summary = "The whole story of one message: who, proof, clocks, documents, receipts",
    .details = "Nothing is changed, stored or sent, with --wording neither.\n",
    .run = run,
};
