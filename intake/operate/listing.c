#include "intake/operate/listing.h"

static void
write_location(LodgeJsonWriter *writer, const char *name, const LodgeLocation *location)
{
    lodge_json_begin_object(writer, name);
    lodge_json_add_string(writer, "account", location->account);
    lodge_json_add_string(writer, "folder", location->folder);
    lodge_json_add_int(writer, "uidvalidity", location->uidvalidity);
    lodge_json_add_int(writer, "uid", location->uid);
    lodge_json_end_object(writer);
}

static void write_findings(LodgeJsonWriter *writer, GPtrArray *findings)
{
    lodge_json_begin_array(writer, "findings");
    for (guint i = 0; i < findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(findings, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "code", finding->code);
        lodge_json_add_string(writer, "severity", finding->severity);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_documents(LodgeJsonWriter *writer,
                            const GPtrArray *documents,
                            const GPtrArray *withheld)
{
    lodge_json_begin_array(writer, "documents");
    for (guint i = 0; i < documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(documents, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "name", document->name);
        lodge_json_add_string(writer, "role", document->role);
        lodge_json_add_string(writer, "media_type", document->media_type);
        lodge_json_add_int(writer, "size_bytes", document->size_bytes);
        lodge_json_add_count(writer, "pages", document->pages);
        lodge_json_add_string(writer, "sha256", document->sha256);
        if (document->text != NULL)
            lodge_json_add_string(writer, "text", document->text);
        const char *why = lodge_withheld_find(withheld, document->sha256);
        if (why != NULL)
            lodge_json_add_string(writer, "withheld", why);
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void
write_receipts(LodgeJsonWriter *writer, const char *name, const GPtrArray *receipts)
{
    lodge_json_begin_array(writer, name);
    for (guint i = 0; i < receipts->len; i++) {
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(receipts, i);
        lodge_json_begin_object(writer, NULL);
        lodge_json_add_string(writer, "kind", receipt->kind);
        lodge_json_add_string(writer, "state", receipt->state);
        lodge_json_add_string(writer, "to", receipt->to);
        if (receipt->returned_us != LODGE_INSTANT_UNKNOWN) {
            lodge_json_add_instant(writer, "returned", receipt->returned_us);
            lodge_json_add_string(writer, "returned_words", receipt->returned_words);
        }
        lodge_json_end_object(writer);
    }
    lodge_json_end_array(writer);
}

static void write_message(LodgeJsonWriter *writer,
                          const char *name,
                          const LodgeLedgerMessage *message,
                          const GPtrArray *withheld,
                          gboolean receipts)
{
    lodge_json_begin_object(writer, name);
    lodge_json_add_string(writer, "reference", message->reference);
    lodge_json_add_string(writer, "state", message->state);
    lodge_json_add_string(writer, "call", message->call);
    lodge_json_add_string(writer, "message_sha256", message->message_sha256);
    lodge_json_add_string(writer, "message_id", message->message_id);
    write_location(writer, "location", &message->location);
    lodge_json_add_string(writer, "from", message->from);
    lodge_json_add_string(writer, "council", message->council);
    lodge_json_add_count(writer, "version",
                         message->version > 0 ? (gint64)message->version : -1);
    lodge_json_add_string(writer, "outcome", message->outcome);
    lodge_json_add_string(writer, "timeliness", message->timeliness);
    lodge_json_add_instant(writer, "received_at", message->received_us);
    lodge_json_add_string(writer, "received_source", message->received_source);
    write_findings(writer, message->findings);
    write_documents(writer, message->documents, withheld);
    if (receipts) {
        write_receipts(writer, "receipts", message->receipts);
        if (message->notices->len > 0)
            write_receipts(writer, "notices", message->notices);
        lodge_json_begin_array(writer, "locations");
        for (guint i = 0; i < message->locations->len; i++)
            write_location(writer, NULL, g_ptr_array_index(message->locations, i));
        lodge_json_end_array(writer);
    }
    lodge_json_add_string(writer, "subject", message->subject);
    lodge_json_add_string(writer, "duplicate_of", message->duplicate_of);
    if (receipts)
        lodge_json_add_string(writer, "may_answer", message->may_answer);
    lodge_json_end_object(writer);
}

void lodge_listing_write(LodgeJsonWriter *writer,
                         const char *name,
                         const LodgeLedgerMessage *message)
{
    write_message(writer, name, message, NULL, TRUE);
}

void lodge_listing_write_submission(LodgeJsonWriter *writer,
                                    const char *name,
                                    const LodgeLedgerMessage *message,
                                    const GPtrArray *withheld)
{
    write_message(writer, name, message, withheld, FALSE);
}
