/* Passes: into the index, and out of it. What a pass saw of each folder is replaced by the next pass; the last
 * look at each epoch of a folder, and what came and went unseen, stay however many passes follow. */
#include "spool/ledger_internal.h"

/* ---- events ---- */

static gboolean insert_pass_folder(LodgeLedger *ledger,
                                   const LodgeEvent *event,
                                   guint ordinal,
                                   GError **error)
{
    static const char sql[] =
        "INSERT INTO pass_folder(account, ordinal, folder, uidvalidity, uidnext, present,"
        " known, fetched, failed, vanished) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    const LodgeEventFolder *folder = g_ptr_array_index(event->folders, ordinal);
    return lodge_ledger_run(ledger, error, sql, LEDGER_TEXT(event->account),
                            LEDGER_INT(ordinal), LEDGER_TEXT(folder->folder),
                            LEDGER_INT(folder->uidvalidity), LEDGER_INT(folder->uidnext),
                            LEDGER_INT(folder->present), LEDGER_INT(folder->known),
                            LEDGER_INT(folder->fetched), LEDGER_INT(folder->failed),
                            LEDGER_INT(folder->vanished));
}

static gboolean is_look(const LodgeEventFolder *folder)
{
    return folder->looked_us != 0 && folder->looked_us != LODGE_INSTANT_UNKNOWN;
}

static gboolean replace_look(LodgeLedger *ledger,
                             gint64 id,
                             guint64 seq,
                             const LodgeEventFolder *folder,
                             GError **error)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO look(folder, seq, at_us, uidnext, vanished)"
        " VALUES(?1, ?2, ?3, ?4, ?5)";
    return !is_look(folder) ||
           lodge_ledger_run(ledger, error, sql, LEDGER_INT(id), LEDGER_INT(seq),
                            LEDGER_INT(folder->looked_us), LEDGER_INT(folder->uidnext),
                            LEDGER_INT(folder->vanished));
}

static gboolean
insert_unseen(LodgeLedger *ledger, const LodgeEvent *event, guint ordinal, GError **error)
{
    static const char sql[] =
        "INSERT INTO unseen(seq, ordinal, account, folder, uidvalidity, count, uids, since_us,"
        " until_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    const LodgeEventFolder *folder = g_ptr_array_index(event->folders, ordinal);
    gint64 until_us = is_look(folder) ? folder->looked_us : event->at_us;
    return folder->unseen == 0 ||
           lodge_ledger_run(ledger, error, sql, LEDGER_INT(event->seq), LEDGER_INT(ordinal),
                            LEDGER_TEXT(event->account), LEDGER_TEXT(folder->folder),
                            LEDGER_INT(folder->uidvalidity), LEDGER_INT(folder->unseen),
                            LEDGER_TEXT(folder->unseen_uids),
                            LEDGER_INSTANT(folder->unseen_since_us), LEDGER_INT(until_us));
}

static gboolean
apply_folder(LodgeLedger *ledger, const LodgeEvent *event, guint ordinal, GError **error)
{
    const LodgeEventFolder *folder = g_ptr_array_index(event->folders, ordinal);
    gint64 id = lodge_ledger_see_folder(ledger, event->account, folder->folder,
                                        folder->uidvalidity, event->seq, error);
    return id > 0 && insert_pass_folder(ledger, event, ordinal, error) &&
           replace_look(ledger, id, event->seq, folder, error) &&
           insert_unseen(ledger, event, ordinal, error);
}

gboolean lodge_ledger_apply_passed(LodgeLedger *ledger,
                                   const LodgeEvent *event,
                                   gint64 message,
                                   GError **error)
{
    (void)message;
    static const char clear[] = "DELETE FROM pass_folder WHERE account = ?1";
    static const char sql[] = "INSERT OR REPLACE INTO pass(account, at_us, call, complete)"
                              " VALUES(?1, ?2, ?3, ?4)";
    if (event->account == NULL)
        return TRUE;
    gboolean good = lodge_ledger_run(ledger, error, clear, LEDGER_TEXT(event->account)) &&
                    lodge_ledger_run(ledger, error, sql, LEDGER_TEXT(event->account),
                                     LEDGER_INT(event->at_us), LEDGER_TEXT(event->call),
                                     LEDGER_INT(event->complete));
    for (guint i = 0; good && event->folders != NULL && i < event->folders->len; i++)
        good = apply_folder(ledger, event, i, error);
    return good;
}

/* ---- the last pass ---- */

void lodge_ledger_pass_free(LodgeLedgerPass *pass)
{
    if (pass == NULL)
        return;
    g_free(pass->account);
    g_clear_pointer(&pass->folders, g_ptr_array_unref);
    g_free(pass);
}

static gpointer read_folder(sqlite3_stmt *statement)
{
    LodgeEventFolder *folder = lodge_event_folder_new(NULL);
    folder->folder = lodge_ledger_column_text(statement, 0);
    folder->uidvalidity = (guint32)sqlite3_column_int64(statement, 1);
    folder->uidnext = (guint32)sqlite3_column_int64(statement, 2);
    folder->present = (guint64)sqlite3_column_int64(statement, 3);
    folder->known = (guint64)sqlite3_column_int64(statement, 4);
    folder->fetched = (guint64)sqlite3_column_int64(statement, 5);
    folder->failed = (guint64)sqlite3_column_int64(statement, 6);
    folder->vanished = (guint64)sqlite3_column_int64(statement, 7);
    return folder;
}

static gpointer read_pass(sqlite3_stmt *statement)
{
    LodgeLedgerPass *pass = g_new0(LodgeLedgerPass, 1);
    pass->account = lodge_ledger_column_text(statement, 0);
    pass->at_us = lodge_ledger_column_instant(statement, 1);
    pass->complete = sqlite3_column_int(statement, 2) != 0;
    return pass;
}

GPtrArray *lodge_ledger_list_passes(LodgeLedger *ledger, GError **error)
{
    static const char sql[] = "SELECT account, at_us, complete FROM pass ORDER BY account";
    static const char folders[] =
        "SELECT folder, uidvalidity, uidnext, present, known, fetched, failed, vanished"
        " FROM pass_folder WHERE account = ?1 ORDER BY ordinal";
    g_return_val_if_fail(ledger != NULL, NULL);
    g_autoptr(GPtrArray) passes = lodge_ledger_list_rows(
        ledger, lodge_ledger_query_values(ledger, sql, NULL, 0, error), read_pass,
        (GDestroyNotify)lodge_ledger_pass_free, error);
    for (guint i = 0; passes != NULL && i < passes->len; i++) {
        LodgeLedgerPass *pass = g_ptr_array_index(passes, i);
        pass->folders = lodge_ledger_list_rows(
            ledger, lodge_ledger_query(ledger, error, folders, LEDGER_TEXT(pass->account)),
            read_folder, (GDestroyNotify)lodge_event_folder_free, error);
        if (pass->folders == NULL)
            return NULL;
    }
    return g_steal_pointer(&passes);
}

/* ---- looks ---- */

gboolean lodge_ledger_get_look(LodgeLedger *ledger,
                               const char *account,
                               const char *folder,
                               guint32 uidvalidity,
                               LodgeLedgerLook *look_out,
                               GError **error)
{
    static const char sql[] =
        "SELECT l.at_us, l.uidnext, l.vanished, l.seq FROM look l JOIN folder f ON f.id = l.folder"
        " WHERE f.account = ?1 AND f.folder = ?2 AND f.uidvalidity = ?3";
    g_return_val_if_fail(ledger != NULL && account != NULL && folder != NULL, FALSE);
    LodgeLedgerLook look = {.at_us = LODGE_INSTANT_UNKNOWN};
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account), LEDGER_TEXT(folder),
                           LEDGER_INT(uidvalidity));
    int found = statement != NULL ? lodge_ledger_step(ledger, statement, error) : -1;
    if (found < 0)
        return FALSE;
    if (found > 0) {
        look.at_us = lodge_ledger_column_instant(statement, 0);
        look.uidnext = (guint32)sqlite3_column_int64(statement, 1);
        look.vanished = (guint64)sqlite3_column_int64(statement, 2);
        look.seq = (guint64)sqlite3_column_int64(statement, 3);
        sqlite3_reset(statement);
    }
    *look_out = look;
    return TRUE;
}

gboolean lodge_ledger_get_earliest_look(LodgeLedger *ledger,
                                        const char *account,
                                        gint64 *at_us_out,
                                        GError **error)
{
    static const char sql[] = "SELECT min(l.at_us) FROM look l"
                              " JOIN folder f ON f.id = l.folder WHERE f.account = ?1";
    g_return_val_if_fail(ledger != NULL && account != NULL, FALSE);
    sqlite3_stmt *statement = lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return FALSE;
    *at_us_out = lodge_ledger_column_instant(statement, 0);
    sqlite3_reset(statement);
    return TRUE;
}

void lodge_ledger_arrival_free(LodgeLedgerArrival *arrival)
{
    if (arrival == NULL)
        return;
    g_free(arrival->message_sha256);
    g_free(arrival->folder);
    g_free(arrival);
}

static gpointer read_arrival(sqlite3_stmt *statement)
{
    LodgeLedgerArrival *arrival = g_new0(LodgeLedgerArrival, 1);
    arrival->message_sha256 = lodge_ledger_column_text(statement, 0);
    arrival->folder = lodge_ledger_column_text(statement, 1);
    arrival->internaldate_us = lodge_ledger_column_instant(statement, 2);
    arrival->seq = (guint64)sqlite3_column_int64(statement, 3);
    return arrival;
}

GPtrArray *lodge_ledger_list_arrivals(LodgeLedger *ledger,
                                      const char *account,
                                      guint64 after_seq,
                                      GError **error)
{
    static const char sql[] =
        "SELECT m.message_sha256, f.folder, l.internaldate_us, l.seq FROM location l"
        " JOIN folder f ON f.id = l.folder JOIN message m ON m.id = l.message"
        " WHERE l.seq > ?2 AND f.account = ?1 AND m.message_sha256 IS NOT NULL"
        " AND l.seq = (SELECT min(seq) FROM location WHERE message = l.message)"
        " ORDER BY l.seq";
    g_return_val_if_fail(ledger != NULL && account != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger,
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account), LEDGER_INT(after_seq)),
        read_arrival, (GDestroyNotify)lodge_ledger_arrival_free, error);
}

/* ---- what came and went ---- */

void lodge_ledger_unseen_free(LodgeLedgerUnseen *unseen)
{
    if (unseen == NULL)
        return;
    g_free(unseen->account);
    g_free(unseen->folder);
    g_free(unseen->uids);
    g_free(unseen);
}

static gpointer read_unseen(sqlite3_stmt *statement)
{
    LodgeLedgerUnseen *unseen = g_new0(LodgeLedgerUnseen, 1);
    unseen->account = lodge_ledger_column_text(statement, 0);
    unseen->folder = lodge_ledger_column_text(statement, 1);
    unseen->uidvalidity = (guint32)sqlite3_column_int64(statement, 2);
    unseen->count = (guint64)sqlite3_column_int64(statement, 3);
    unseen->uids = lodge_ledger_column_text(statement, 4);
    unseen->since_us = lodge_ledger_column_instant(statement, 5);
    unseen->until_us = lodge_ledger_column_instant(statement, 6);
    return unseen;
}

GPtrArray *lodge_ledger_list_unseen(LodgeLedger *ledger, gint64 after_us, GError **error)
{
    static const char sql[] = "SELECT account, folder, uidvalidity, count, uids, since_us,"
                              " until_us FROM unseen WHERE until_us >= ?1"
                              " ORDER BY seq DESC, ordinal";
    g_return_val_if_fail(ledger != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query(ledger, error, sql, LEDGER_INT(after_us)), read_unseen,
        (GDestroyNotify)lodge_ledger_unseen_free, error);
}

gboolean lodge_ledger_find_clock_gap(LodgeLedger *ledger,
                                     const char *account,
                                     gint64 since_us,
                                     gint64 *gap_us_out,
                                     GError **error)
{
    static const char sql[] =
        "SELECT COALESCE(max(l.internaldate_us - m.kept_us), 0) FROM message m"
        " JOIN location l ON l.message = m.id JOIN folder f ON f.id = l.folder"
        " WHERE m.kept_us > ?2 AND f.account = ?1";
    g_return_val_if_fail(ledger != NULL && account != NULL && gap_us_out != NULL, FALSE);
    sqlite3_stmt *statement =
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(account), LEDGER_INT(since_us));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return FALSE;
    *gap_us_out = MAX(sqlite3_column_int64(statement, 0), 0);
    sqlite3_reset(statement);
    return TRUE;
}
