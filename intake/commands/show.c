#include "intake/commands/show_rulings.h"
#include "intake/operate/listing.h"
#include "parsers/text/display.h"
#include "parsers/text/json.h"
#include "parsers/text/limits.h"
#include "parsers/text/reference.h"
#include <string.h>

#define MAX_DECISION_BYTES (4 * 1024 * 1024)

typedef struct {
    const LodgeContext *context;
    LodgeSpool *spool;
    const LodgeLedgerMessage *message;
    const LodgeZone *zone;       /* NULL: show UTC */
    LodgeJsonDocument *decision; /* NULL while pending */
} Story;

/* A time as people of the call say it, and as machines sort it. */
static char *when(const Story *story, gint64 instant_us)
{
    if (instant_us == LODGE_INSTANT_UNKNOWN)
        return g_strdup("not established");
    return story->zone != NULL ? lodge_zone_format_words(story->zone, instant_us, TRUE)
                               : lodge_instant_format(instant_us);
}

static void print_field(const char *label, const char *value)
{
    if (value == NULL)
        return;
    g_autofree char *shown = lodge_display_line(value, 1000);
    lodge_print("%s: %s\n", label, shown);
}

static void print_message(const Story *story)
{
    const LodgeLedgerMessage *message = story->message;
    g_autofree char *received = when(story, message->received_us);
    g_autofree char *kept = when(story, message->kept_us);
    g_autofree char *size = lodge_print_size(message->size_bytes);
    lodge_print_heading(story->context, message->reference);
    print_field("State", message->outcome != NULL ? message->outcome : message->state);
    print_field("Call", message->call);
    print_field("From", message->from);
    print_field("Subject", message->subject);
    print_field("Message-ID", message->message_id);
    print_field("Council", message->council);
    if (message->version > 0)
        lodge_print("Version: %u\n", message->version);
    print_field("Duplicate of", message->duplicate_of);
    if (message->outcome != NULL)
        lodge_print("Received: %s, by %s: %s\n", received, message->received_source,
                    message->timeliness);
    lodge_print("Kept: %s, %s, sha256 %s\n", kept, size, message->message_sha256);
    for (guint i = 0; i < message->locations->len; i++) {
        const LodgeLocation *at = g_ptr_array_index(message->locations, i);
        g_autofree char *folder = lodge_display_line(at->folder, 200);
        lodge_print("Found: %s, %s, UID %u (epoch %u)\n", at->account, folder, at->uid,
                    at->uidvalidity);
    }
    if (message->deferred_code != NULL && message->outcome == NULL) {
        g_autofree char *retry = when(story, message->retry_at_us);
        g_autofree char *words = lodge_display_line(message->deferred_words, 500);
        lodge_print("Waiting because of us: %s (%s), %u attempts, again %s\n",
                    message->deferred_code, words, message->attempts, retry);
    }
}

/* Decisions made by older versions do not have these. */
static void print_kind(const Story *story)
{
    const LodgeJsonNode *root = lodge_json_root(story->decision);
    const LodgeJsonNode *mends =
        lodge_json_get_optional_object(story->decision, root, "mends");
    print_field("Kind", lodge_json_get_optional_string(story->decision, root, "kind"));
    if (mends == NULL)
        return;
    g_autofree char *received =
        when(story, lodge_json_get_instant(story->decision, mends, "received"));
    lodge_print("Mends: %s (%s), received %s; the %s time counts\n",
                lodge_json_get_string(story->decision, mends, "reference"),
                lodge_json_get_string(story->decision, mends, "by"), received,
                lodge_json_get_string(story->decision, mends, "counts"));
}

/* An array of objects of the decision, each as "- a: b". */
static void
print_rungs(const Story *story, const char *heading, const char *member, const char *array)
{
    const LodgeJsonNode *parent =
        lodge_json_get_object(story->decision, lodge_json_root(story->decision), member);
    const LodgeJsonNode *rungs = lodge_json_get_array(story->decision, parent, array);
    lodge_print("\n");
    lodge_print_heading(story->context, heading);
    for (guint i = 0; i < lodge_json_array_length(rungs); i++) {
        const LodgeJsonNode *rung = lodge_json_array_object(story->decision, rungs, i);
        g_autofree char *words =
            lodge_display_line(lodge_json_get_string(story->decision, rung, "words"), 1000);
        lodge_print("- %s: %s. %s\n", lodge_json_get_string(story->decision, rung, "check"),
                    lodge_json_get_string(story->decision, rung, "result"), words);
    }
}

static void print_findings(const Story *story)
{
    const LodgeJsonNode *findings =
        lodge_json_get_array(story->decision, lodge_json_root(story->decision), "findings");
    lodge_print("\n");
    lodge_print_heading(story->context, "Findings");
    if (lodge_json_array_length(findings) == 0)
        lodge_print("none\n");
    for (guint i = 0; i < lodge_json_array_length(findings); i++) {
        const LodgeJsonNode *finding =
            lodge_json_array_object(story->decision, findings, i);
        const char *mend = lodge_json_get_optional_string(story->decision, finding, "mend");
        const char *rests =
            lodge_json_get_optional_string(story->decision, finding, "evidence");
        g_autofree char *words = lodge_display_line(
            lodge_json_get_string(story->decision, finding, "words"), 2000);
        lodge_print("- %s (%s): %s\n",
                    lodge_json_get_string(story->decision, finding, "code"),
                    lodge_json_get_string(story->decision, finding, "severity"), words);
        if (mend != NULL)
            print_field("  what to do", mend);
        if (rests != NULL)
            print_field("  rests on", rests);
    }
}

static void print_documents(const Story *story)
{
    const GPtrArray *documents = story->message->documents;
    if (documents->len == 0)
        return;
    lodge_print("\n");
    lodge_print_heading(story->context, "Documents");
    for (guint i = 0; i < documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(documents, i);
        g_autofree char *name = lodge_display_line(
            document->name != NULL ? document->name : "without a name", 200);
        g_autofree char *size = lodge_print_size(document->size_bytes);
        g_autofree char *type = lodge_display_line(document->media_type, 80);
        lodge_print("- %s: %s, %s, %s", document->role, name, type, size);
        if (document->pages >= 0)
            lodge_print(", %" G_GINT64_FORMAT " pages", document->pages);
        lodge_print("\n  sha256 %s\n", document->sha256);
    }
}

static void print_receipts(const Story *story)
{
    const GPtrArray *receipts = story->message->receipts;
    lodge_print("\n");
    lodge_print_heading(story->context, "Receipts");
    if (receipts->len == 0 && story->decision != NULL)
        lodge_print("none; may we answer: %s\n",
                    lodge_json_get_string(story->decision, lodge_json_root(story->decision),
                                          "may_answer"));
    for (guint i = 0; i < receipts->len; i++) {
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(receipts, i);
        g_autofree char *to = lodge_display_line(receipt->to, 200);
        g_autofree char *reply = lodge_display_line(receipt->reply, 500);
        lodge_print("- %s %s to %s: %s", receipt->id, receipt->kind, to, receipt->state);
        if (receipt->attempts > 0)
            lodge_print(", %u attempts", receipt->attempts);
        lodge_print(reply[0] != '\0' ? ", %s\n" : "%s\n", reply);
    }
}

static gboolean print_timeline(const Story *story, GError **error)
{
    g_autoptr(GPtrArray) lines = lodge_ledger_list_timeline(
        lodge_spool_ledger(story->spool), story->message->reference, error);
    if (lines == NULL)
        return FALSE;
    lodge_print("\n");
    lodge_print_heading(story->context, "Timeline");
    for (guint i = 0; i < lines->len; i++) {
        const LodgeLedgerLine *line = g_ptr_array_index(lines, i);
        g_autofree char *at = when(story, line->at_us);
        g_autofree char *words = lodge_display_line(line->words, 300);
        lodge_print("- %s: %s%s%s\n", at, line->type, words[0] != '\0' ? ", " : "", words);
    }
    return TRUE;
}

static gboolean print_story(const Story *story, GError **error)
{
    print_message(story);
    if (story->decision != NULL) {
        print_kind(story);
        print_rungs(story, "Who it is from", "authority", "ladder");
        print_rungs(story, "Clocks", "received", "clocks");
        print_findings(story);
    }
    print_documents(story);
    print_receipts(story);
    if (!lodge_show_rulings(story->context, lodge_spool_ledger(story->spool),
                            story->message->reference, story->zone, error))
        return FALSE;
    if (!print_timeline(story, error))
        return FALSE;
    g_autofree char *path =
        lodge_spool_object_path(story->spool, story->message->message_sha256);
    lodge_print("\nThe message as it came: %s\n", path);
    return story->decision == NULL || lodge_json_finish(story->decision, error);
}

/* The listing's object with the decision inside. */
static void print_json(const Story *story)
{
    LodgeJsonWriter *writer = lodge_json_writer_new();
    lodge_json_begin_object(writer, NULL);
    lodge_listing_write(writer, "message", story->message, TRUE);
    if (story->decision != NULL) {
        g_autofree char *decision = lodge_json_node_text(lodge_json_root(story->decision));
        lodge_json_add_raw(writer, "decision", decision);
    } else {
        lodge_json_add_null(writer, "decision");
    }
    lodge_json_end_object(writer);
    lodge_print_json(lodge_json_finish_text(writer));
}

static gboolean load_decision(Story *story, GError **error)
{
    if (story->message->decision == NULL)
        return TRUE;
    g_autoptr(GBytes) bytes = lodge_spool_read_object(
        story->spool, story->message->decision, MAX_DECISION_BYTES, error);
    if (bytes == NULL)
        return FALSE;
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    story->decision =
        lodge_json_parse(text, size, MAX_DECISION_BYTES, LODGE_LIMIT_REPORT_DEPTH, error);
    return story->decision != NULL;
}

/* References are read as people write them: any case, spaces around. */
static LodgeLedgerMessage *
find_message(LodgeSpool *spool, const char *words, GError **error)
{
    g_autofree char *reference = lodge_reference_find(words);
    g_autofree char *shown = lodge_display_line(words, 60);
    g_autoptr(GError) failure = NULL;
    LodgeLedgerMessage *message =
        reference != NULL
            ? lodge_ledger_get_message(lodge_spool_ledger(spool), reference, &failure)
            : NULL;
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    else if (message == NULL)
        g_set_error(error, LODGE_COMMAND_ERROR, LODGE_COMMAND_ERROR_USAGE,
                    reference != NULL ? "there is no message %s; see lodge list"
                                      : "%s is not a reference, or was misread: its check "
                                        "character is wrong; see lodge list",
                    shown);
    return message;
}

static LodgeExit run(LodgeContext *context, int argc, char **argv, GError **error)
{
    if (!lodge_command_parse(&lodge_command_show, context, NULL, &argc, &argv, error) ||
        !lodge_command_expect(&lodge_command_show, argc, 1, 1, error))
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeSettings) settings = NULL;
    g_autoptr(LodgeSpool) spool = lodge_command_open_spool(context, &settings, error);
    if (spool == NULL)
        return LODGE_EXIT_USAGE;
    g_autoptr(LodgeLedgerMessage) message = find_message(spool, argv[1], error);
    if (message == NULL)
        return LODGE_EXIT_USAGE;
    const LodgeCallSettings *call = lodge_settings_find_call(settings, message->call);
    Story story = {.context = context, .spool = spool, .message = message};
    story.zone = call != NULL ? call->rules->call->zone : NULL;
    gboolean done = load_decision(&story, error);
    if (done && context->json)
        print_json(&story);
    else if (done)
        done = print_story(&story, error);
    lodge_json_document_free(story.decision);
    return done ? LODGE_EXIT_DONE : LODGE_EXIT_DIFFERENT;
}

const LodgeCommand lodge_command_show = {
    .name = "show",
    .arguments = "REF",
    .summary = "The whole story of one message: who, proof, clocks, documents, receipts",
    .run = run,
};
