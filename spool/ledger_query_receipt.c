/* Questions about receipts: which are due and in which order, how many have gone, whom we answered lately. */
#include "spool/ledger_internal.h"

/* One number, in the first column of the only row. */
static gboolean
read_count(LodgeLedger *ledger, sqlite3_stmt *statement, guint *count_out, GError **error)
{
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return FALSE;
    *count_out = (guint)sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return TRUE;
}

/* A council's first answer does not count against an address or a domain that sends for several. */
gboolean lodge_ledger_count_answers(LodgeLedger *ledger,
                                    LodgeLedgerAnswered whom,
                                    const char *name,
                                    gint64 since_us,
                                    guint *count_out,
                                    GError **error)
{
    static const char *const sql[] = {
        [LODGE_LEDGER_TO_ADDRESS] =
            "SELECT count(*) - count(DISTINCT council) FROM receipt WHERE priority = 0"
            " AND to_address = ?1 COLLATE NOCASE AND owed_us > ?2",
        [LODGE_LEDGER_TO_DOMAIN] =
            "SELECT count(*) - count(DISTINCT council) FROM receipt WHERE priority = 0"
            " AND to_domain = lower(?1) AND owed_us > ?2",
        [LODGE_LEDGER_FOR_COUNCIL] = "SELECT count(*) FROM receipt WHERE priority = 0"
                                     " AND council = ?1 AND owed_us > ?2",
    };
    g_return_val_if_fail(ledger != NULL && name != NULL, FALSE);
    g_return_val_if_fail((guint)whom < G_N_ELEMENTS(sql), FALSE);
    return read_count(ledger,
                      lodge_ledger_query(ledger, error, sql[whom], LEDGER_TEXT(name),
                                         LEDGER_INT(since_us)),
                      count_out, error);
}

gboolean lodge_ledger_count_notices(LodgeLedger *ledger,
                                    const char *call,
                                    const char *council,
                                    gint64 since_us,
                                    guint *count_out,
                                    GError **error)
{
    static const char sql[] =
        "SELECT count(*) FROM receipt r JOIN message m ON m.id = r.message"
        " WHERE r.kind = 'notice' AND r.council = ?2 AND m.call = ?1 AND r.owed_us > ?3";
    g_return_val_if_fail(ledger != NULL && call != NULL && council != NULL, FALSE);
    return read_count(ledger,
                      lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(call),
                                         LEDGER_TEXT(council), LEDGER_INT(since_us)),
                      count_out, error);
}

/* An attempt without an answer stands with the time at which it was made. */
gboolean lodge_ledger_count_receipts_gone(LodgeLedger *ledger,
                                          gint64 since_us,
                                          guint *count_out,
                                          GError **error)
{
    static const char sql[] =
        "SELECT (SELECT count(*) FROM receipt WHERE answered_us > ?1"
        " AND state IN ('sent', 'unknown')) +"
        " (SELECT count(*) FROM receipt WHERE due_us > ?1 AND state = 'attempted')";
    g_return_val_if_fail(ledger != NULL, FALSE);
    return read_count(ledger, lodge_ledger_query(ledger, error, sql, LEDGER_INT(since_us)),
                      count_out, error);
}
