/* Short lists for the walk: what is pending, known, unmarked; history; timelines. */
#include "spool/ledger_internal.h"

GPtrArray *lodge_ledger_list_rows(LodgeLedger *ledger,
                                  sqlite3_stmt *statement,
                                  LodgeLedgerReadRow read,
                                  GDestroyNotify element_free,
                                  GError **error)
{
    if (statement == NULL)
        return NULL;
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(element_free);
    int more;
    while ((more = lodge_ledger_step(ledger, statement, error)) > 0)
        g_ptr_array_add(list, read(statement));
    return more == 0 ? g_steal_pointer(&list) : NULL;
}

static gpointer read_text(sqlite3_stmt *statement)
{
    return lodge_ledger_column_text(statement, 0);
}

GPtrArray *
lodge_ledger_list_pending(LodgeLedger *ledger, const LodgeLedgerDue *due, GError **error)
{
    static const char sql[] = "SELECT reference FROM message WHERE state = 'pending'"
                              " AND (retry_at_us IS NULL OR retry_at_us <= ?1"
                              " OR retry_at_us > ?2) ORDER BY id";
    g_return_val_if_fail(ledger != NULL && due != NULL, NULL);
    return lodge_ledger_list_rows(ledger,
                                  lodge_ledger_query(ledger, error, sql,
                                                     LEDGER_INT(due->now_us),
                                                     LEDGER_INT(due->latest_us)),
                                  read_text, g_free, error);
}

gboolean lodge_ledger_find_pending_due(LodgeLedger *ledger,
                                       gint64 now_us,
                                       gint64 *due_us_out,
                                       GError **error)
{
    static const char sql[] = "SELECT min(retry_at_us) FROM message"
                              " WHERE state = 'pending' AND retry_at_us > ?1";
    g_return_val_if_fail(ledger != NULL && due_us_out != NULL, FALSE);
    sqlite3_stmt *statement = lodge_ledger_query(ledger, error, sql, LEDGER_INT(now_us));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return FALSE;
    *due_us_out = lodge_ledger_column_instant(statement, 0);
    sqlite3_reset(statement);
    return TRUE;
}

GPtrArray *lodge_ledger_list_unprojected(LodgeLedger *ledger, GError **error)
{
    static const char sql[] = "SELECT reference FROM message"
                              " WHERE state = 'decided' AND projected = 0 ORDER BY id";
    g_return_val_if_fail(ledger != NULL, NULL);
    return lodge_ledger_list_rows(ledger,
                                  lodge_ledger_query_values(ledger, sql, NULL, 0, error),
                                  read_text, g_free, error);
}

static GArray *list_uint32(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error)
{
    if (statement == NULL)
        return NULL;
    g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(guint32));
    int more;
    while ((more = lodge_ledger_step(ledger, statement, error)) > 0) {
        guint32 value = (guint32)sqlite3_column_int64(statement, 0);
        g_array_append_val(list, value);
    }
    return more == 0 ? g_steal_pointer(&list) : NULL;
}

/* One scan of the primary key; a UID with two messages is listed once. */
GArray *lodge_ledger_list_uids(LodgeLedger *ledger,
                               const char *account,
                               const char *folder,
                               guint32 uidvalidity,
                               GError **error)
{
    static const char sql[] =
        "SELECT DISTINCT uid FROM location WHERE folder = (SELECT id FROM folder"
        " WHERE account = ?1 AND folder = ?2 AND uidvalidity = ?3) ORDER BY uid";
    g_return_val_if_fail(ledger != NULL && account != NULL && folder != NULL, NULL);
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account), LEDGER_TEXT(folder),
                           LEDGER_INT(uidvalidity));
    return list_uint32(ledger, statement, error);
}

GArray *lodge_ledger_list_epochs(LodgeLedger *ledger,
                                 const char *account,
                                 const char *folder,
                                 GError **error)
{
    static const char sql[] = "SELECT uidvalidity FROM folder WHERE account = ?1"
                              " AND folder = ?2 ORDER BY last_seq, id";
    g_return_val_if_fail(ledger != NULL && account != NULL && folder != NULL, NULL);
    return list_uint32(
        ledger,
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account), LEDGER_TEXT(folder)),
        error);
}

void lodge_ledger_mark_free(LodgeLedgerMark *mark)
{
    if (mark == NULL)
        return;
    g_free(mark->reference);
    g_free(mark->location.account);
    g_free(mark->location.folder);
    g_free(mark->outcome);
    g_free(mark);
}

static gpointer read_mark(sqlite3_stmt *statement)
{
    LodgeLedgerMark *mark = g_new0(LodgeLedgerMark, 1);
    mark->reference = lodge_ledger_column_text(statement, 0);
    mark->outcome = lodge_ledger_column_text(statement, 1);
    mark->location.account = lodge_ledger_column_text(statement, 2);
    mark->location.folder = lodge_ledger_column_text(statement, 3);
    mark->location.uidvalidity = (guint32)sqlite3_column_int64(statement, 4);
    mark->location.uid = (guint32)sqlite3_column_int64(statement, 5);
    return mark;
}

GPtrArray *lodge_ledger_list_unmarked(LodgeLedger *ledger,
                                      const char *account,
                                      const char *folder,
                                      guint32 uidvalidity,
                                      GError **error)
{
    static const char sql[] =
        "SELECT m.reference, m.outcome, f.account, f.folder, f.uidvalidity, l.uid"
        " FROM location l JOIN folder f ON f.id = l.folder JOIN message m ON m.id = l.message"
        " WHERE l.folder = (SELECT id FROM folder"
        " WHERE account = ?1 AND folder = ?2 AND uidvalidity = ?3)"
        " AND l.marked = 0 AND m.state = 'decided' ORDER BY l.uid, l.message";
    g_return_val_if_fail(ledger != NULL && account != NULL && folder != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger,
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account), LEDGER_TEXT(folder),
                           LEDGER_INT(uidvalidity)),
        read_mark, (GDestroyNotify)lodge_ledger_mark_free, error);
}

/* ---- history ---- */

void lodge_ledger_past_free(LodgeLedgerPast *past)
{
    if (past == NULL)
        return;
    g_free(past->reference);
    g_free(past->council);
    g_free(past->outcome);
    g_free(past->timeliness);
    g_free(past->content_key);
    g_free(past->message_id);
    g_strfreev(past->document_sha256s);
    g_free(past);
}

/* The digests come as one text (none of them holds a comma). */
static gpointer read_past(sqlite3_stmt *statement)
{
    LodgeLedgerPast *past = g_new0(LodgeLedgerPast, 1);
    past->reference = lodge_ledger_column_text(statement, 0);
    past->council = lodge_ledger_column_text(statement, 1);
    past->version = (guint)sqlite3_column_int64(statement, 2);
    past->outcome = lodge_ledger_column_text(statement, 3);
    past->timeliness = lodge_ledger_column_text(statement, 4);
    past->received_us = lodge_ledger_column_instant(statement, 5);
    past->content_key = lodge_ledger_column_text(statement, 6);
    past->message_id = lodge_ledger_column_text(statement, 7);
    const char *digests = (const char *)sqlite3_column_text(statement, 8);
    past->document_sha256s = g_strsplit(digests != NULL ? digests : "", ",", -1);
    past->receipts = (guint)sqlite3_column_int64(statement, 9);
    past->ruled = sqlite3_column_int(statement, 10) != 0;
    return past;
}

#define PAST_SQL                                                                           \
    "SELECT m.reference, m.council, m.version, m.outcome, m.timeliness, m.received_us,"    \
    " m.content_key, m.message_id, (SELECT group_concat(sha256, ',') FROM"                 \
    " (SELECT sha256 FROM document WHERE message = m.id AND sha256 IS NOT NULL"            \
    " AND role IS NOT 'decoration' ORDER BY ordinal)),"                                    \
    " (SELECT count(*) FROM receipt WHERE message = m.id AND kind IS NOT 'notice') +"      \
    " (SELECT count(*) FROM receipt WHERE kind IS NOT 'notice' AND message IN"             \
    " (SELECT id FROM message WHERE duplicate_of = m.reference)),"                         \
    " EXISTS(SELECT 1 FROM ruling WHERE message = m.id AND action IN"                      \
    " ('accept', 'reject', 'assign'))"                                                     \
    " FROM message m WHERE m.state = 'decided' AND m.call = ?1"                            \
    " AND m.reference <> ?3 "

static GPtrArray *list_past(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error)
{
    return lodge_ledger_list_rows(ledger, statement, read_past,
                                  (GDestroyNotify)lodge_ledger_past_free, error);
}

GPtrArray *lodge_ledger_list_same_content(LodgeLedger *ledger,
                                          const char *call,
                                          const char *content_key,
                                          const char *reference,
                                          GError **error)
{
    static const char sql[] =
        PAST_SQL "AND m.content_key = ?2 AND m.outcome <> 'duplicate' ORDER BY m.id";
    g_return_val_if_fail(ledger != NULL && call != NULL && content_key != NULL, NULL);
    return list_past(ledger,
                     lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(call),
                                        LEDGER_TEXT(content_key),
                                        LEDGER_TEXT(reference != NULL ? reference : "")),
                     error);
}

/* No index: only what waits for its other half asks, and that is rare. */
GPtrArray *lodge_ledger_list_same_id(LodgeLedger *ledger,
                                     const char *call,
                                     const char *message_id,
                                     const char *reference,
                                     GError **error)
{
    static const char sql[] =
        PAST_SQL "AND m.message_id = ?2 AND m.outcome <> 'duplicate' ORDER BY m.id";
    g_return_val_if_fail(ledger != NULL && call != NULL && message_id != NULL, NULL);
    return list_past(ledger,
                     lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(call),
                                        LEDGER_TEXT(message_id),
                                        LEDGER_TEXT(reference != NULL ? reference : "")),
                     error);
}

GPtrArray *lodge_ledger_list_council(LodgeLedger *ledger,
                                     const char *call,
                                     const char *council,
                                     const char *reference,
                                     GError **error)
{
    static const char sql[] =
        PAST_SQL "AND m.council = ?2"
                 " AND (m.version > 0 OR m.outcome IN ('held', 'rejected')) ORDER BY m.id";
    g_return_val_if_fail(ledger != NULL && call != NULL && council != NULL, NULL);
    return list_past(ledger,
                     lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(call),
                                        LEDGER_TEXT(council),
                                        LEDGER_TEXT(reference != NULL ? reference : "")),
                     error);
}

/* ---- timelines ---- */

void lodge_ledger_line_free(LodgeLedgerLine *line)
{
    if (line == NULL)
        return;
    g_free(line->type);
    g_free(line->words);
    g_free(line);
}

static gpointer read_line(sqlite3_stmt *statement)
{
    LodgeLedgerLine *line = g_new0(LodgeLedgerLine, 1);
    line->at_us = lodge_ledger_column_instant(statement, 0);
    line->type = lodge_ledger_column_text(statement, 1);
    line->words = lodge_ledger_column_text(statement, 2);
    return line;
}

GPtrArray *
lodge_ledger_list_timeline(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] =
        "SELECT at_us, type, words FROM event"
        " WHERE message = (SELECT id FROM message WHERE reference = ?1) ORDER BY seq";
    g_return_val_if_fail(ledger != NULL && reference != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference)), read_line,
        (GDestroyNotify)lodge_ledger_line_free, error);
}
