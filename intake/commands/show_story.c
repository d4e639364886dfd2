#include "intake/commands/show.h"
#include "intake/commands/show_rulings.h"

#include "intake/decide/type_words.h"
#include "parsers/text/display.h"
#include <string.h>

#define WORDS_BYTES 2000

/* ---- what became of it ---- */

static const LodgeMeaning states[] = {
    {"pending", "pending, not decided yet"},
    {"accepted", "accepted, filed"},
    {"held", "held, waits for a person"},
    {"rejected", "rejected, not filed"},
    {"duplicate", "duplicate of a message that came before"},
    {"not-a-submission", "not a submission"},
};

static const LodgeMeaning times[] = {
    {"on-time", "on time"},
    {"late", "late"},
    {"not-open", "before the call opened"},
    {"undetermined", "whether in time cannot be told"},
};

static const LodgeMeaning sources[] = {
    {"border-hop", "by the stamp of our border"},
    {"internaldate", "by the clock of our mailbox"},
    {"none", "by no clock of ours"},
};

/* What holds or rejects it, in words: the first thing that a person asks. */
static void print_reasons(const LodgeShow *show)
{
    const GPtrArray *findings = show->message->findings;
    for (guint i = 0; i < findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(findings, i);
        if (strcmp(finding->severity, "hold") == 0 ||
            strcmp(finding->severity, "reject") == 0)
            lodge_show_field("Why", finding->words);
    }
}

static void print_deferral(const LodgeShow *show)
{
    const LodgeLedgerMessage *message = show->message;
    if (message->deferred_code == NULL || message->outcome != NULL)
        return;
    g_autofree char *retry = lodge_show_when(show, message->retry_at_us);
    g_autofree char *words = lodge_display_line(message->deferred_words, WORDS_BYTES);
    lodge_print("Waiting because of us: %s (%s), attempts so far: %u, again %s\n", words,
                message->deferred_code, message->attempts, retry);
}

static void print_council(const LodgeShow *show)
{
    const char *gss = show->message->council;
    const LodgeCallSettings *call =
        lodge_settings_find_call(show->settings, show->message->call);
    const LodgeBody *body =
        gss != NULL && call != NULL ? lodge_register_find(call->rules->reg, gss) : NULL;
    g_autofree char *words =
        body != NULL ? g_strdup_printf("%s (%s)", body->name, gss) : g_strdup(gss);
    lodge_show_field("Council", words);
    if (show->message->version > 0)
        lodge_print("Version: %u\n", show->message->version);
}

static void print_received(const LodgeShow *show)
{
    const LodgeLedgerMessage *message = show->message;
    if (message->outcome == NULL)
        return;
    g_autofree char *received = lodge_show_when(show, message->received_us);
    lodge_print("Received: %s, %s: %s\n", received,
                LODGE_EXPLAIN(sources, message->received_source),
                LODGE_EXPLAIN(times, message->timeliness));
    gint64 deadline_us =
        lodge_json_get_instant(show->decision, lodge_json_root(show->decision), "deadline");
    g_autofree char *deadline = lodge_show_when(show, deadline_us);
    if (deadline_us != LODGE_INSTANT_UNKNOWN)
        lodge_print("On time is: before %s\n", deadline);
}

/* Decisions made by older versions do not have these. */
static void print_kind(const LodgeShow *show)
{
    const LodgeJsonNode *root = lodge_json_root(show->decision);
    const LodgeJsonNode *mends =
        lodge_json_get_optional_object(show->decision, root, "mends");
    lodge_show_field("Kind", lodge_json_get_optional_string(show->decision, root, "kind"));
    if (mends == NULL)
        return;
    g_autofree char *received =
        lodge_show_when(show, lodge_json_get_instant(show->decision, mends, "received"));
    lodge_print("Mends: %s (%s), received %s; the %s time counts\n",
                lodge_json_get_string(show->decision, mends, "reference"),
                lodge_json_get_string(show->decision, mends, "by"), received,
                lodge_json_get_string(show->decision, mends, "counts"));
}

static void print_message(const LodgeShow *show)
{
    const LodgeLedgerMessage *message = show->message;
    lodge_print_heading(show->context, message->reference);
    lodge_show_field("State",
                     LODGE_EXPLAIN(states, message->outcome != NULL ? message->outcome
                                                                    : message->state));
    lodge_show_field("Duplicate of", message->duplicate_of);
    print_reasons(show);
    print_deferral(show);
    lodge_show_field("Call", message->call);
    print_council(show);
    lodge_show_field("From", message->from);
    lodge_show_field("Subject", message->subject);
    if (show->decision == NULL)
        return;
    print_received(show);
    print_kind(show);
}

/* ---- what it brought ---- */

static void print_document(const LodgeEventDocument *document)
{
    static const LodgeMeaning roles[] = {
        {"plan", "the plan"},
        {"attachment", "beside it"},
        {"decoration", "decoration, not filed"},
    };
    g_autofree char *name =
        lodge_display_line(document->name != NULL ? document->name : "without a name", 200);
    g_autofree char *size = lodge_print_size(document->size_bytes);
    const char *words =
        document->media_type != NULL ? lodge_type_words(document->media_type) : "unknown";
    g_autofree char *type = lodge_display_line(words, 80);
    lodge_print("- %s: %s, %s, %s", LODGE_EXPLAIN(roles, document->role), name, type, size);
    if (document->pages >= 0)
        lodge_print(", %" G_GINT64_FORMAT " %s", document->pages,
                    document->pages == 1 ? "page" : "pages");
    lodge_print("\n  sha256 %s\n", document->sha256);
}

static void print_documents(const LodgeShow *show)
{
    const GPtrArray *documents = show->message->documents;
    if (documents->len > 0)
        lodge_show_section(show, "Documents");
    for (guint i = 0; i < documents->len; i++)
        print_document(g_ptr_array_index(documents, i));
}

/* ---- the answer ---- */

static void print_receipt(const LodgeShow *show, const LodgeLedgerReceipt *receipt)
{
    static const LodgeMeaning meanings[] = {
        {"owed", "waits to be sent"},
        {"attempted", "is being sent"},
        {"sent", "sent"},
        {"refused", "refused by the mail server, and not tried again"},
        {"retry", "could not be sent yet, and is tried again"},
        {"unknown", "handed over, but the answer was lost; the same mail is sent again"},
    };
    g_autofree char *to = lodge_display_line(receipt->to, 200);
    g_autofree char *due = lodge_show_when(show, receipt->due_us);
    gboolean again =
        strcmp(receipt->state, "retry") == 0 || strcmp(receipt->state, "unknown") == 0;
    lodge_print("- %s (%s) to %s: %s", receipt->id, receipt->kind, to,
                LODGE_EXPLAIN(meanings, receipt->state));
    if (again && receipt->due_us != LODGE_INSTANT_UNKNOWN)
        lodge_print(", %s", due);
    lodge_print(receipt->attempts > 1 ? " (attempts: %u)\n" : "\n", receipt->attempts);
    lodge_show_field("  the mail server said", receipt->reply);
    if (receipt->returned_us == LODGE_INSTANT_UNKNOWN)
        return;
    g_autofree char *returned = lodge_show_when(show, receipt->returned_us);
    lodge_print("  came back as undeliverable %s\n", returned);
    lodge_show_field("  the report said", receipt->returned_words);
}

static void print_receipts(const LodgeShow *show)
{
    const GPtrArray *receipts = show->message->receipts;
    lodge_show_section(show, "Receipts");
    for (guint i = 0; i < receipts->len; i++)
        print_receipt(show, g_ptr_array_index(receipts, i));
    if (receipts->len > 0) {
        lodge_print("Its text: lodge show %s --receipt\n", show->message->reference);
    } else if (show->decision == NULL) {
        lodge_print("none yet\n");
    } else {
        g_autofree char *why = lodge_show_silence(lodge_json_get_string(
            show->decision, lodge_json_root(show->decision), "may_answer"));
        lodge_print("none: %s\n", why);
    }
    for (guint i = 0; i < show->message->notices->len; i++)
        print_receipt(show, g_ptr_array_index(show->message->notices, i));
}

/* ---- what happened, and where it lies ---- */

gboolean lodge_show_timeline(const LodgeShow *show, GError **error)
{
    static const LodgeMeaning types[] = {
        {"kept", "kept, for the call"},
        {"located", "found again"},
        {"deferred", "put off"},
        {"decided", "decided"},
        {"owed", "receipt owed"},
        {"attempted", "receipt being sent"},
        {"answered", "the mail server answered"},
        {"returned", "receipt came back as undeliverable"},
        {"marked", "marked in the mailbox"},
        {"projected", "copies written for people"},
        {"ruled", "a person ruled"},
        {"purged", "purged, under the rule"},
    };
    g_autoptr(GPtrArray) lines = lodge_ledger_list_timeline(
        lodge_spool_ledger(show->spool), show->message->reference, error);
    if (lines == NULL)
        return FALSE;
    lodge_show_section(show, "What happened");
    for (guint i = 0; i < lines->len; i++) {
        const LodgeLedgerLine *line = g_ptr_array_index(lines, i);
        g_autofree char *at = lodge_show_when(show, line->at_us);
        g_autofree char *words = lodge_display_line(line->words, 300);
        lodge_print("- %s: %s%s%s\n", at, LODGE_EXPLAIN(types, line->type),
                    words[0] != '\0' ? ": " : "", words);
    }
    return TRUE;
}

static void print_location(const LodgeLocation *at)
{
    g_autofree char *folder = lodge_display_line(at->folder, 200);
    if (strcmp(at->account, "file") == 0)
        lodge_print("Found: the file %s\n", folder);
    else
        lodge_print("Found: mailbox %s, folder %s, UID %u (epoch %u)\n", at->account,
                    folder, at->uid, at->uidvalidity);
}

void lodge_show_locations(const LodgeShow *show)
{
    for (guint i = 0; i < show->message->locations->len; i++)
        print_location(g_ptr_array_index(show->message->locations, i));
}

static void print_whereabouts(const LodgeShow *show)
{
    const LodgeLedgerMessage *message = show->message;
    g_autofree char *kept = lodge_show_when(show, message->kept_us);
    g_autofree char *size = lodge_print_size(message->size_bytes);
    g_autofree char *path = lodge_spool_object_path(show->spool, message->message_sha256);
    lodge_show_section(show, "The message itself");
    lodge_show_field("Message-ID", message->message_id);
    lodge_show_locations(show);
    lodge_print("Kept: %s, %s, sha256 %s\n", kept, size, message->message_sha256);
    lodge_print("As it came: %s\n", path);
}

gboolean lodge_show_story(const LodgeShow *show, GError **error)
{
    if (strcmp(show->message->state, "purged") == 0)
        return lodge_show_purged(show, error);
    print_message(show);
    if (!lodge_show_rulings(show->context, lodge_spool_ledger(show->spool),
                            show->message->reference, show->zone, error))
        return FALSE;
    if (show->decision != NULL)
        lodge_show_findings(show);
    print_documents(show);
    if (show->decision != NULL && !lodge_show_scans(show, error))
        return FALSE;
    if (show->decision != NULL)
        lodge_show_proof(show);
    print_receipts(show);
    if (!lodge_show_timeline(show, error))
        return FALSE;
    print_whereabouts(show);
    return show->decision == NULL || lodge_json_finish(show->decision, error);
}
