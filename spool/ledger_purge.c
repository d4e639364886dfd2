/* What is purged: out of the index, and what the index goes on knowing of it.
 *
 * A purge takes out of the tables exactly what came from the records that it erases, so that the index is what a
 * rebuilt one will be, which never sees them. What came from rows stays: that the message was there, when, what became
 * of it, under which version. */
#include "spool/ledger_internal.h"
#include "spool/purged.h"

#include <string.h>

/* ---- events ---- */

/* One statement each; ?1 is the message. Receipts that were still owed are owed no more. */
static const char *const erasing[] = {
    ("UPDATE message SET state = 'purged', message_sha256 = NULL, size_bytes = 0,"
     " message_id = NULL, from_address = NULL, subject = NULL, content_key = NULL,"
     " reading = NULL, evidence = NULL, history = NULL, rules = NULL, decision = NULL,"
     " deferred_words = NULL WHERE id = ?1"),
    "UPDATE finding SET words = NULL WHERE message = ?1",
    "DELETE FROM document WHERE message = ?1",
    "UPDATE ruling SET actor = NULL, reason = NULL, told = NULL WHERE message = ?1",
    ("UPDATE receipt SET to_address = NULL, to_domain = NULL, message_id = NULL,"
     " object = NULL, reply = NULL, returned_words = NULL, due_us = NULL WHERE message = ?1"),
    "UPDATE location SET internaldate_us = NULL, marked = 1 WHERE message = ?1",
};

/* A path of the file system may name a person: then the purge keeps another name for it. */
static gboolean
rename_folder(LodgeLedger *ledger, const LodgeEvent *event, gint64 message, GError **error)
{
    static const char sql[] =
        "UPDATE folder SET folder = ?3 WHERE folder <> ?3 AND id ="
        " (SELECT folder FROM location WHERE message = ?1 AND seq = ?2)";
    return event->location.folder == NULL ||
           lodge_ledger_run(ledger, error, sql, LEDGER_INT(message),
                            LEDGER_INT(event->keeps_seq),
                            LEDGER_TEXT(event->location.folder));
}

gboolean lodge_ledger_apply_purged(LodgeLedger *ledger,
                                   const LodgeEvent *event,
                                   gint64 message,
                                   GError **error)
{
    static const char sql[] =
        "INSERT OR IGNORE INTO purge(message, seq, at_us, rule, actor, reason, key, digest)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for (guint i = 0; i < G_N_ELEMENTS(erasing); i++)
        if (!lodge_ledger_run(ledger, error, erasing[i], LEDGER_INT(message)))
            return FALSE;
    return rename_folder(ledger, event, message, error) &&
           lodge_ledger_run(ledger, error, sql, LEDGER_INT(message), LEDGER_INT(event->seq),
                            LEDGER_INT(event->at_us), LEDGER_TEXT(event->code),
                            LEDGER_TEXT(event->actor), LEDGER_TEXT(event->words),
                            LEDGER_TEXT(event->purge_key),
                            LEDGER_TEXT(event->purge_digest));
}

/* VACUUM writes every page anew into the log; the checkpoint brings them into the file, cuts it to its new length, and
 * cuts the log to nothing. Somebody who reads an older state keeps both from happening. */
gboolean lodge_ledger_forget(LodgeLedger *ledger, GError **error)
{
    static const char checkpoint[] = "PRAGMA wal_checkpoint(TRUNCATE)";
    if (!lodge_ledger_execute(ledger, "VACUUM", error))
        return FALSE;
    sqlite3_stmt *statement = lodge_ledger_query_values(ledger, checkpoint, NULL, 0, error);
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return FALSE;
    gboolean busy = sqlite3_column_int(statement, 0) != 0;
    sqlite3_reset(statement);
    if (busy)
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_LOCKED,
                    "the index %s is being read by another program, which keeps what was "
                    "erased in its log: end it, then try again",
                    ledger->path);
    return !busy;
}

/* ---- questions ---- */

void lodge_ledger_purge_free(LodgeLedgerPurge *purge)
{
    if (purge == NULL)
        return;
    char *texts[] = {purge->reference, purge->rule, purge->actor,
                     purge->reason,    purge->key,  purge->digest};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(purge);
}

static gpointer read_purge(sqlite3_stmt *statement)
{
    LodgeLedgerPurge *purge = g_new0(LodgeLedgerPurge, 1);
    purge->reference = lodge_ledger_column_text(statement, 0);
    purge->at_us = lodge_ledger_column_instant(statement, 1);
    purge->rule = lodge_ledger_column_text(statement, 2);
    purge->actor = lodge_ledger_column_text(statement, 3);
    purge->reason = lodge_ledger_column_text(statement, 4);
    purge->key = lodge_ledger_column_text(statement, 5);
    purge->digest = lodge_ledger_column_text(statement, 6);
    return purge;
}

#define PURGE_SQL                                                                          \
    "SELECT m.reference, p.at_us, p.rule, p.actor, p.reason, p.key, p.digest"              \
    " FROM purge p JOIN message m ON m.id = p.message "

LodgeLedgerPurge *
lodge_ledger_get_purge(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] = PURGE_SQL "WHERE m.reference = ?1";
    g_return_val_if_fail(ledger != NULL && reference != NULL, NULL);
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return NULL;
    LodgeLedgerPurge *purge = read_purge(statement);
    sqlite3_reset(statement);
    return purge;
}

GPtrArray *lodge_ledger_list_purges(LodgeLedger *ledger, GError **error)
{
    static const char sql[] = PURGE_SQL "ORDER BY p.seq";
    g_return_val_if_fail(ledger != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query_values(ledger, sql, NULL, 0, error), read_purge,
        (GDestroyNotify)lodge_ledger_purge_free, error);
}

gboolean lodge_ledger_get_newest(LodgeLedger *ledger, gint64 *at_us_out, GError **error)
{
    static const char sql[] = "SELECT max(at_us) FROM event";
    g_return_val_if_fail(ledger != NULL && at_us_out != NULL, FALSE);
    sqlite3_stmt *statement = lodge_ledger_query_values(ledger, sql, NULL, 0, error);
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return FALSE;
    *at_us_out = lodge_ledger_column_instant(statement, 0);
    sqlite3_reset(statement);
    return TRUE;
}

static gpointer read_reference(sqlite3_stmt *statement)
{
    return lodge_ledger_column_text(statement, 0);
}

GPtrArray *
lodge_ledger_list_copies(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] = "SELECT reference FROM message WHERE duplicate_of = ?1"
                              " AND state = 'decided' ORDER BY id";
    g_return_val_if_fail(ledger != NULL && reference != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference)),
        read_reference, g_free, error);
}

/* The text in the first column of the first row, or NULL; g_free it. */
static char *pick_text(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error)
{
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return NULL;
    char *text = lodge_ledger_column_text(statement, 0);
    sqlite3_reset(statement);
    return text;
}

/* The next key after this one: there are few, however many messages were purged under them. */
static char *next_key(LodgeLedger *ledger, const char *key, GError **error)
{
    static const char sql[] =
        "SELECT min(key) FROM purge WHERE key > ?1 AND digest IS NOT NULL";
    return pick_text(ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(key)),
                     error);
}

char *lodge_ledger_find_purge_key(LodgeLedger *ledger, GError **error)
{
    return next_key(ledger, "", error);
}

char *
lodge_ledger_find_purged(LodgeLedger *ledger, const char *message_sha256, GError **error)
{
    static const char sql[] =
        "SELECT m.reference FROM purge p JOIN message m ON m.id = p.message"
        " WHERE p.key = ?1 AND p.digest = ?2";
    g_return_val_if_fail(ledger != NULL && message_sha256 != NULL, NULL);
    g_autoptr(GError) failure = NULL;
    g_autofree char *key = next_key(ledger, "", &failure);
    char *reference = NULL;
    while (key != NULL && reference == NULL && failure == NULL) {
        char digest[LODGE_DIGEST_SIZE];
        lodge_purged_digest(key, message_sha256, digest);
        reference = pick_text(ledger,
                              lodge_ledger_query(ledger, &failure, sql, LEDGER_TEXT(key),
                                                 LEDGER_TEXT(digest)),
                              &failure);
        char *next = failure == NULL ? next_key(ledger, key, &failure) : NULL;
        g_free(key);
        key = next;
    }
    if (failure != NULL)
        g_propagate_error(error, g_steal_pointer(&failure));
    return reference;
}
