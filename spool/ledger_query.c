/* Questions about messages: one, or all of them in order. */
#include "spool/ledger_internal.h"
#include "spool/spool_error.h"

#include <string.h>

void lodge_ledger_receipt_free(LodgeLedgerReceipt *receipt)
{
    if (receipt == NULL)
        return;
    g_free(receipt->id);
    g_free(receipt->reference);
    g_free(receipt->kind);
    g_free(receipt->state);
    g_free(receipt->to);
    g_free(receipt->message_id);
    g_free(receipt->object);
    g_free(receipt->reply);
    g_free(receipt->returned_words);
    g_free(receipt);
}

static void location_clear(LodgeLocation *location)
{
    g_free(location->account);
    g_free(location->folder);
}

static void location_free(gpointer data)
{
    location_clear(data);
    g_free(data);
}

void lodge_ledger_message_free(LodgeLedgerMessage *message)
{
    if (message == NULL)
        return;
    char *texts[] = {
        message->reference,      message->state,          message->call,
        message->message_sha256, message->message_id,     message->from,
        message->subject,        message->content_key,    message->council,
        message->outcome,        message->timeliness,     message->received_source,
        message->duplicate_of,   message->reading,        message->evidence,
        message->history,        message->rules,          message->decision,
        message->deferred_code,  message->deferred_words, message->may_answer,
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    GPtrArray *lists[] = {message->locations, message->findings, message->documents,
                          message->receipts, message->notices};
    for (guint i = 0; i < G_N_ELEMENTS(lists); i++)
        g_clear_pointer(&lists[i], g_ptr_array_unref);
    location_clear(&message->location);
    g_free(message);
}

/* ---- the parts of a message ---- */

/* Steps through a statement; a list of what `read` makes of each row. */
typedef gpointer (*ReadRow)(sqlite3_stmt *statement);

static gboolean collect(LodgeLedger *ledger,
                        sqlite3_stmt *statement,
                        ReadRow read,
                        GPtrArray *into,
                        GError **error)
{
    if (statement == NULL)
        return FALSE;
    int more;
    while ((more = lodge_ledger_step(ledger, statement, error)) > 0)
        g_ptr_array_add(into, read(statement));
    return more == 0;
}

static gpointer read_finding(sqlite3_stmt *statement)
{
    LodgeEventFinding *finding = g_new0(LodgeEventFinding, 1);
    finding->code = lodge_ledger_column_text(statement, 0);
    finding->severity = lodge_ledger_column_text(statement, 1);
    finding->words = lodge_ledger_column_text(statement, 2);
    return finding;
}

static gpointer read_document(sqlite3_stmt *statement)
{
    LodgeEventDocument *document = lodge_event_document_new();
    document->name = lodge_ledger_column_text(statement, 0);
    document->role = lodge_ledger_column_text(statement, 1);
    document->media_type = lodge_ledger_column_text(statement, 2);
    document->size_bytes = sqlite3_column_int64(statement, 3);
    document->pages = sqlite3_column_int64(statement, 4);
    document->sha256 = lodge_ledger_column_text(statement, 5);
    document->text = lodge_ledger_column_text(statement, 6);
    return document;
}

static gpointer read_receipt(sqlite3_stmt *statement)
{
    LodgeLedgerReceipt *receipt = g_new0(LodgeLedgerReceipt, 1);
    receipt->id = lodge_ledger_column_text(statement, 0);
    receipt->reference = lodge_ledger_column_text(statement, 1);
    receipt->kind = lodge_ledger_column_text(statement, 2);
    receipt->state = lodge_ledger_column_text(statement, 3);
    receipt->to = lodge_ledger_column_text(statement, 4);
    receipt->message_id = lodge_ledger_column_text(statement, 5);
    receipt->object = lodge_ledger_column_text(statement, 6);
    receipt->attempts = (guint)sqlite3_column_int64(statement, 7);
    receipt->owed_us = lodge_ledger_column_instant(statement, 8);
    receipt->due_us = lodge_ledger_column_instant(statement, 9);
    receipt->answered_us = lodge_ledger_column_instant(statement, 10);
    receipt->smtp_code = sqlite3_column_int(statement, 11);
    receipt->reply = lodge_ledger_column_text(statement, 12);
    receipt->returned_us = lodge_ledger_column_instant(statement, 13);
    receipt->returned_words = lodge_ledger_column_text(statement, 14);
    return receipt;
}

#define RECEIPT_SQL                                                                        \
    "SELECT r.id, m.reference, r.kind, r.state, r.to_address, r.message_id, r.object,"     \
    " r.attempts, r.owed_us, r.due_us, r.answered_us, r.smtp_code, r.reply,"               \
    " r.returned_us, r.returned_words"                                                     \
    " FROM receipt r JOIN message m ON m.id = r.message "

static gboolean
read_locations(LodgeLedger *ledger, gint64 id, LodgeLedgerMessage *message, GError **error)
{
    static const char sql[] =
        "SELECT f.account, f.folder, f.uidvalidity, l.uid, l.internaldate_us, l.marked"
        " FROM location l JOIN folder f ON f.id = l.folder WHERE l.message = ?1"
        " ORDER BY l.seq, f.id, l.uid";
    sqlite3_stmt *statement = lodge_ledger_query(ledger, error, sql, LEDGER_INT(id));
    int more = -1;
    while (statement != NULL && (more = lodge_ledger_step(ledger, statement, error)) > 0) {
        LodgeLocation *location = g_new0(LodgeLocation, 1);
        location->account = lodge_ledger_column_text(statement, 0);
        location->folder = lodge_ledger_column_text(statement, 1);
        location->uidvalidity = (guint32)sqlite3_column_int64(statement, 2);
        location->uid = (guint32)sqlite3_column_int64(statement, 3);
        if (message->locations->len == 0) {
            message->location = *location;
            message->location.account = g_strdup(location->account);
            message->location.folder = g_strdup(location->folder);
            message->internaldate_us = lodge_ledger_column_instant(statement, 4);
            message->marked = sqlite3_column_int(statement, 5) != 0;
        }
        g_ptr_array_add(message->locations, location);
    }
    return more == 0;
}

static gboolean
read_parts(LodgeLedger *ledger, gint64 id, LodgeLedgerMessage *message, GError **error)
{
    static const char findings[] =
        "SELECT code, severity, words FROM finding WHERE message = ?1 ORDER BY ordinal";
    static const char documents[] =
        "SELECT name, role, media_type, size_bytes, pages, sha256, text"
        " FROM document WHERE message = ?1 ORDER BY ordinal";
    static const char receipts[] =
        RECEIPT_SQL "WHERE r.message = ?1 AND r.kind IS NOT 'notice' ORDER BY r.seq";
    static const char notices[] =
        RECEIPT_SQL "WHERE r.message = ?1 AND r.kind = 'notice' ORDER BY r.seq";
    return read_locations(ledger, id, message, error) &&
           collect(ledger, lodge_ledger_query(ledger, error, findings, LEDGER_INT(id)),
                   read_finding, message->findings, error) &&
           collect(ledger, lodge_ledger_query(ledger, error, documents, LEDGER_INT(id)),
                   read_document, message->documents, error) &&
           collect(ledger, lodge_ledger_query(ledger, error, receipts, LEDGER_INT(id)),
                   read_receipt, message->receipts, error) &&
           collect(ledger, lodge_ledger_query(ledger, error, notices, LEDGER_INT(id)),
                   read_receipt, message->notices, error);
}

/* ---- a message ---- */

#define MESSAGE_SQL                                                                           \
    "SELECT id, reference, state, call, message_sha256, size_bytes, kept_us, decided_us,"     \
    " message_id, from_address, subject, content_key, council, version, outcome, timeliness," \
    " received_us, received_source, duplicate_of, reading, evidence, history, rules,"         \
    " decision, attempts, deferred_code, deferred_words, retry_at_us, projected, may_answer"  \
    " FROM message "

static LodgeLedgerMessage *read_message(sqlite3_stmt *statement)
{
    LodgeLedgerMessage *message = g_new0(LodgeLedgerMessage, 1);
    char **texts[] = {
        /* in the order of MESSAGE_SQL; NULL: not a text */
        NULL,
        &message->reference,
        &message->state,
        &message->call,
        &message->message_sha256,
        NULL,
        NULL,
        NULL,
        &message->message_id,
        &message->from,
        &message->subject,
        &message->content_key,
        &message->council,
        NULL,
        &message->outcome,
        &message->timeliness,
        NULL,
        &message->received_source,
        &message->duplicate_of,
        &message->reading,
        &message->evidence,
        &message->history,
        &message->rules,
        &message->decision,
        NULL,
        &message->deferred_code,
        &message->deferred_words,
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i] != NULL)
            *texts[i] = lodge_ledger_column_text(statement, (int)i);
    message->size_bytes = sqlite3_column_int64(statement, 5);
    message->kept_us = lodge_ledger_column_instant(statement, 6);
    message->decided_us = lodge_ledger_column_instant(statement, 7);
    message->version = (guint)sqlite3_column_int64(statement, 13);
    message->received_us = lodge_ledger_column_instant(statement, 16);
    message->attempts = (guint)sqlite3_column_int64(statement, 24);
    message->retry_at_us = lodge_ledger_column_instant(statement, 27);
    message->projected = sqlite3_column_int(statement, 28) != 0;
    message->may_answer = lodge_ledger_column_text(statement, 29);
    message->internaldate_us = LODGE_INSTANT_UNKNOWN;
    message->locations = g_ptr_array_new_with_free_func(location_free);
    message->findings =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_finding_free);
    message->documents =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_document_free);
    message->notices =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_ledger_receipt_free);
    message->receipts =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_ledger_receipt_free);
    return message;
}

/* The outer statement stays open while the parts are read, so that all of it is one snapshot. */
static LodgeLedgerMessage *
read_whole(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error)
{
    g_autoptr(LodgeLedgerMessage) message = read_message(statement);
    gint64 id = sqlite3_column_int64(statement, 0);
    return read_parts(ledger, id, message, error) ? g_steal_pointer(&message) : NULL;
}

LodgeLedgerMessage *
lodge_ledger_get_message(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] = MESSAGE_SQL "WHERE reference = ?1";
    g_return_val_if_fail(ledger != NULL && reference != NULL, NULL);
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return NULL;
    LodgeLedgerMessage *message = read_whole(ledger, statement, error);
    sqlite3_reset(statement);
    return message;
}

LodgeLedgerMessage *
lodge_ledger_require_message(LodgeLedger *ledger, const char *reference, GError **error)
{
    g_autoptr(GError) failure = NULL;
    LodgeLedgerMessage *message = lodge_ledger_get_message(ledger, reference, &failure);
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    else if (message == NULL)
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
                    "the index has no message %s: run lodge verify", reference);
    return message;
}

char *
lodge_ledger_find_message(LodgeLedger *ledger, const char *message_sha256, GError **error)
{
    static const char sql[] = "SELECT reference FROM message WHERE message_sha256 = ?1";
    g_return_val_if_fail(ledger != NULL && message_sha256 != NULL, NULL);
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(message_sha256));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return NULL;
    char *reference = lodge_ledger_column_text(statement, 0);
    sqlite3_reset(statement);
    return reference;
}

char *
lodge_ledger_find_reading(LodgeLedger *ledger, const char *document_sha256, GError **error)
{
    static const char sql[] =
        "SELECT message.reading FROM document JOIN message ON message.id = document.message"
        " WHERE document.sha256 = ?1 AND message.reading IS NOT NULL"
        " ORDER BY message.id DESC LIMIT 1";
    g_return_val_if_fail(ledger != NULL && document_sha256 != NULL, NULL);
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(document_sha256));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return NULL;
    char *reading = lodge_ledger_column_text(statement, 0);
    sqlite3_reset(statement);
    return reading;
}

/* The statement is its own, so that a callback may ask anything of the same handle. */
static sqlite3_stmt *
prepare_visit(LodgeLedger *ledger, const LodgeLedgerFilter *filter, GError **error)
{
    static const char sql[] =
        MESSAGE_SQL "WHERE (?1 IS NULL OR call = ?1) AND (?2 IS NULL OR state = ?2)"
                    " AND (?3 IS NULL OR outcome = ?3) AND (?4 IS NULL OR council = ?4)"
                    " ORDER BY prefix, number";
    const LodgeLedgerFilter any = {NULL, NULL, NULL, NULL};
    const LodgeLedgerFilter *wanted = filter != NULL ? filter : &any;
    const char *texts[] = {wanted->call, wanted->state, wanted->outcome, wanted->council};
    sqlite3_stmt *statement = NULL;
    gboolean good = sqlite3_prepare_v2(ledger->db, sql, -1, &statement, NULL) == SQLITE_OK;
    for (int i = 0; good && i < (int)G_N_ELEMENTS(texts); i++)
        good = sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT) ==
               SQLITE_OK;
    if (good)
        return statement;
    lodge_ledger_fail(ledger, error);
    sqlite3_finalize(statement);
    return NULL;
}

gboolean lodge_ledger_visit_messages(LodgeLedger *ledger,
                                     const LodgeLedgerFilter *filter,
                                     LodgeLedgerVisit visit,
                                     gpointer data,
                                     GError **error)
{
    g_return_val_if_fail(ledger != NULL && visit != NULL, FALSE);
    sqlite3_stmt *statement = prepare_visit(ledger, filter, error);
    if (statement == NULL)
        return FALSE;
    g_autoptr(GError) reason = NULL;
    gboolean going = TRUE;
    while (going && lodge_ledger_step(ledger, statement, &reason) > 0) {
        g_autoptr(LodgeLedgerMessage) message = read_whole(ledger, statement, &reason);
        going = message != NULL && visit(message, data, &reason);
    }
    sqlite3_finalize(statement);
    if (reason == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&reason));
    return FALSE;
}

/* ---- receipts ---- */

GPtrArray *lodge_ledger_list_receipts_due(LodgeLedger *ledger,
                                          const LodgeLedgerDue *due,
                                          GError **error)
{
    static const char sql[] = RECEIPT_SQL
        "WHERE r.due_us IS NOT NULL AND (r.state IN ('owed', 'attempted')"
        " OR r.due_us <= ?1 OR r.due_us > ?2) ORDER BY r.priority, row_number() OVER"
        " (PARTITION BY r.priority, r.state <> 'owed' ORDER BY r.due_us, r.seq),"
        " r.state <> 'owed'";
    g_return_val_if_fail(ledger != NULL && due != NULL, NULL);
    g_autoptr(GPtrArray) list =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_ledger_receipt_free);
    sqlite3_stmt *statement = lodge_ledger_query(
        ledger, error, sql, LEDGER_INT(due->now_us), LEDGER_INT(due->latest_us));
    return collect(ledger, statement, read_receipt, list, error) ? g_steal_pointer(&list)
                                                                 : NULL;
}

guint lodge_ledger_count_receipts_open(LodgeLedger *ledger,
                                       gint64 *due_us_out,
                                       GError **error)
{
    static const char sql[] =
        "SELECT count(*), min(due_us) FROM receipt WHERE due_us IS NOT NULL";
    g_return_val_if_fail(ledger != NULL, 0);
    sqlite3_stmt *statement = lodge_ledger_query_values(ledger, sql, NULL, 0, error);
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return 0;
    guint count = (guint)sqlite3_column_int64(statement, 0);
    if (due_us_out != NULL)
        *due_us_out = lodge_ledger_column_instant(statement, 1);
    sqlite3_reset(statement);
    return count;
}
