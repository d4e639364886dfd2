#include "intake/commands/command.h"
#include "intake/log.h"
#include "intake/operate/holdings.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include <string.h>

#define LEAST_BYTES 3 /* less would be found everywhere */

/* ---- JSON ---- */

static void write_places(LodgeJsonWriter *writer, const GPtrArray *places)
{
    lodge_json_begin_array(writer, "places");
    for (guint i = 0; i < places->len; i++) {
        const LodgeHoldingPlace *place = g_ptr_array_index(places, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "event", place->event);
        lodge_json_add_instant(writer, "at", place->at_us);
        lodge_json_add_string(writer, "what", place->what);
        lodge_json_add_string(writer, "object", place->object);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_receipts(LodgeJsonWriter *writer, const GPtrArray *receipts)
{
    lodge_json_begin_array(writer, "receipts");
    for (guint i = 0; i < receipts->len; i++) {
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(receipts, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "receipt", receipt->id);
        lodge_json_add_string(writer, "state", receipt->state);
        lodge_json_add_instant(writer, "owed_at", receipt->owed_us);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_holding(LodgeJsonWriter *writer, const LodgeHolding *holding)
{
    const LodgeLedgerMessage *message = holding->message;
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "reference", holding->reference);
    lodge_json_add_string(writer, "state", message != NULL ? message->state : NULL);
    lodge_json_add_instant(writer, "kept_at",
                           message != NULL ? message->kept_us : LODGE_INSTANT_UNKNOWN);
    lodge_json_add_bool(writer, "sender", holding->sender);
    lodge_json_add_bool(writer, "addressee", holding->addressee);
    write_receipts(writer, holding->receipts);
    write_places(writer, holding->places);
    lodge_json_end_object(writer);
}

static void print_json(const LodgeHoldings *holdings, const char *address)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_json_add_string(writer, "address", address);
    lodge_json_begin_array(writer, "holdings");
    for (guint i = 0; i < holdings->holdings->len; i++)
        write_holding(writer, g_ptr_array_index(holdings->holdings, i));
    lodge_json_end_array(writer);
    lodge_json_begin_array(writer, "register");
    for (guint i = 0; i < holdings->entries->len; i++) {
        const LodgeHoldingEntry *entry = g_ptr_array_index(holdings->entries, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "call", entry->call);
        lodge_json_add_string(writer, "council", entry->council);
        lodge_json_add_string(writer, "name", entry->name);
        lodge_json_add_string(writer, "as", entry->as);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
    lodge_json_begin_array(writer, "unreadable");
    for (guint i = 0; i < holdings->unreadable->len; i++)
        lodge_json_add_string(writer, NULL, g_ptr_array_index(holdings->unreadable, i));
    lodge_json_end_array(writer);
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

/* ---- words ---- */

static char *second(gint64 instant_us)
{
    g_autofree char *text = lodge_instant_format(instant_us);
    return text != NULL ? g_strdup_printf("%.19sZ", text) : g_strdup("-");
}

static const char *what_words(const char *what)
{
    static const struct {
        const char *what, *words;
    } meanings[] = {
        {"message_sha256", "the mail as it came"},
        {"document", "a document"},
        {"text", "the text of a document"},
        {"reading", "what was read in the mail"},
        {"evidence", "the evidence of the decision"},
        {"history", "the history that the decision saw"},
        {"decision", "the decision"},
        {"rules", "the rules with the register"},
        {"object", "a receipt"},
        {"record", "the record of the event"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(meanings); i++)
        if (strcmp(meanings[i].what, what) == 0)
            return meanings[i].words;
    return what;
}

static void print_holding(const LodgeHolding *holding)
{
    const LodgeLedgerMessage *message = holding->message;
    g_autofree char *kept =
        second(message != NULL ? message->kept_us : LODGE_INSTANT_UNKNOWN);
    if (holding->reference == NULL)
        lodge_print("of no message:\n");
    else
        lodge_print("%s, kept %s:%s%s\n", holding->reference, kept,
                    holding->sender ? " its sender;" : "",
                    holding->addressee ? " an addressee;" : "");
    for (guint i = 0; i < holding->receipts->len; i++) {
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(holding->receipts, i);
        g_autofree char *owed = second(receipt->owed_us);
        lodge_print("  %s  receipt %s to this address: %s\n", owed, receipt->id,
                    receipt->state);
    }
    for (guint i = 0; i < holding->places->len; i++) {
        const LodgeHoldingPlace *place = g_ptr_array_index(holding->places, i);
        g_autofree char *at = second(place->at_us);
        lodge_print("  %s  %s (%s): %s\n", at, what_words(place->what), place->event,
                    place->object);
    }
}

static void print_words(const LodgeHoldings *holdings, const char *address)
{
    g_autofree char *shown = lodge_display_line(address, 200);
    for (guint i = 0; i < holdings->holdings->len; i++)
        print_holding(g_ptr_array_index(holdings->holdings, i));
    for (guint i = 0; i < holdings->entries->len; i++) {
        const LodgeHoldingEntry *entry = g_ptr_array_index(holdings->entries, i);
        g_autofree char *name = lodge_display_line(entry->name, 100);
        lodge_print("register of %s: %s of %s (%s)\n", entry->call, entry->as, name,
                    entry->council);
    }
    for (guint i = 0; i < holdings->unreadable->len; i++)
        lodge_print("not searched, because it is missing or damaged: %s\n",
                    (const char *)g_ptr_array_index(holdings->unreadable, i));
    if (holdings->holdings->len + holdings->entries->len == 0)
        lodge_print("nothing is held about %s\n", shown);
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    g_autoptr(LodgeSettings) settings = NULL;
    if (!lodge_command_parse(&lodge_command_find, context, NULL, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_find, argc, 1, 1, error))
        return LODGE_EXIT_USAGE;
    const char *address = argv[1];
    if (strlen(address) < LEAST_BYTES || !g_utf8_validate(address, -1, NULL)) {
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    "name an address (or another text of %d characters or more)",
                    LEAST_BYTES);
        return LODGE_EXIT_USAGE;
    }
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeHoldings) holdings =
        lodge_holdings_find(settings, spool, address, lodge_command_show_search, error);
    lodge_log_progress_end();
    if (holdings == NULL)
        return LODGE_EXIT_DIFFERENT;
    (context->json ? print_json : print_words)(holdings, address);
    return holdings->unreadable->len > 0 ? LODGE_EXIT_DIFFERENT : LODGE_EXIT_DONE;
}

const LodgeCommand lodge_command_find = {
    .name = "find",
    .arguments = "ADDRESS",
    .summary = "Everything the spool holds about an e-mail address",
    .details =
        "Messages from it and to it, receipts sent to it, and every place where it is\n"
        "mentioned: mails as they came, what was read in them, texts of documents, decisions,\n"
        "words of orders, the register. Letters count whatever their case; another text than\n"
        "an address, such as a name, is found as well. What a mail or document has encoded or\n"
        "compressed is found where it was read.\n"
        "\n"
        "Exit status: 0 also when nothing is held; 1 an object could not be searched.\n",
    .run = run,
};
