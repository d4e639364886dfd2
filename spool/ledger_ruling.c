/* What persons ruled: into the index, and out of it. Versions are here too, because a ruling is what can
 * take a plan off file again, and its number must not be given to another. */
#include "spool/ledger_internal.h"

/* ---- events ---- */

/* `resend` makes the receipt due again, with all its attempts: the same bytes, the same Message-ID. */
static gboolean make_due(LodgeLedger *ledger, const LodgeEvent *event, GError **error)
{
    static const char sql[] =
        "UPDATE receipt SET state = 'owed', attempts = 0, due_us = ?2 WHERE id = ?1";
    return event->receipt == NULL ||
           lodge_ledger_run(ledger, error, sql, LEDGER_TEXT(event->receipt),
                            LEDGER_INT(event->at_us));
}

gboolean lodge_ledger_apply_ruled(LodgeLedger *ledger,
                                  const LodgeEvent *event,
                                  gint64 message,
                                  GError **error)
{
    static const char sql[] =
        "INSERT INTO ruling(seq, message, at_us, action, council, timeliness, receipt, actor,"
        " reason, told) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    return lodge_ledger_run(ledger, error, sql, LEDGER_INT(event->seq), LEDGER_INT(message),
                            LEDGER_INT(event->at_us), LEDGER_TEXT(event->code),
                            LEDGER_TEXT(event->council), LEDGER_TEXT(event->timeliness),
                            LEDGER_TEXT(event->receipt), LEDGER_TEXT(event->actor),
                            LEDGER_TEXT(event->words), LEDGER_TEXT(event->told)) &&
           make_due(ledger, event, error);
}

gboolean lodge_ledger_apply_extended(LodgeLedger *ledger,
                                     const LodgeEvent *event,
                                     gint64 message,
                                     GError **error)
{
    (void)message;
    static const char sql[] =
        "INSERT INTO extension(seq, call, council, at_us, until_us, until_text, actor, reason)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    return lodge_ledger_run(ledger, error, sql, LEDGER_INT(event->seq),
                            LEDGER_TEXT(event->call), LEDGER_TEXT(event->council),
                            LEDGER_INT(event->at_us), LEDGER_INT(event->until_us),
                            LEDGER_TEXT(event->until_text), LEDGER_TEXT(event->actor),
                            LEDGER_TEXT(event->words));
}

/* A message that is decided again keeps its number. */
gboolean lodge_ledger_apply_version(LodgeLedger *ledger,
                                    const LodgeEvent *event,
                                    gint64 message,
                                    GError **error)
{
    static const char sql[] =
        "INSERT OR IGNORE INTO version(call, council, version, message)"
        " SELECT coalesce(call, ''), ?2, ?3, id FROM message WHERE id = ?1";
    return event->version == 0 || event->council == NULL ||
           lodge_ledger_run(ledger, error, sql, LEDGER_INT(message),
                            LEDGER_TEXT(event->council), LEDGER_INT(event->version));
}

/* ---- questions ---- */

void lodge_ledger_version_free(LodgeLedgerVersion *version)
{
    if (version == NULL)
        return;
    g_free(version->council);
    g_free(version->reference);
    g_free(version);
}

static gpointer read_version(sqlite3_stmt *statement)
{
    LodgeLedgerVersion *version = g_new0(LodgeLedgerVersion, 1);
    version->council = lodge_ledger_column_text(statement, 0);
    version->version = (guint)sqlite3_column_int64(statement, 1);
    version->reference = lodge_ledger_column_text(statement, 2);
    return version;
}

#define VERSION_SQL                                                                        \
    "SELECT v.council, v.version, m.reference FROM version v"                              \
    " JOIN message m ON m.id = v.message "

GPtrArray *lodge_ledger_list_versions(LodgeLedger *ledger,
                                      const char *call,
                                      const char *council,
                                      GError **error)
{
    static const char sql[] =
        VERSION_SQL "WHERE v.call = ?1 AND v.council = ?2 ORDER BY v.version";
    g_return_val_if_fail(ledger != NULL && call != NULL && council != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger,
        lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(call), LEDGER_TEXT(council)),
        read_version, (GDestroyNotify)lodge_ledger_version_free, error);
}

GPtrArray *
lodge_ledger_list_versions_of(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] =
        VERSION_SQL "WHERE m.reference = ?1 ORDER BY v.council, v.version";
    g_return_val_if_fail(ledger != NULL && reference != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference)),
        read_version, (GDestroyNotify)lodge_ledger_version_free, error);
}

void lodge_ledger_ruling_free(LodgeLedgerRuling *ruling)
{
    if (ruling == NULL)
        return;
    char *texts[] = {ruling->action, ruling->council, ruling->timeliness, ruling->receipt,
                     ruling->actor,  ruling->reason,  ruling->told};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(ruling);
}

static gpointer read_ruling(sqlite3_stmt *statement)
{
    LodgeLedgerRuling *ruling = g_new0(LodgeLedgerRuling, 1);
    ruling->at_us = lodge_ledger_column_instant(statement, 0);
    ruling->action = lodge_ledger_column_text(statement, 1);
    ruling->council = lodge_ledger_column_text(statement, 2);
    ruling->timeliness = lodge_ledger_column_text(statement, 3);
    ruling->receipt = lodge_ledger_column_text(statement, 4);
    ruling->actor = lodge_ledger_column_text(statement, 5);
    ruling->reason = lodge_ledger_column_text(statement, 6);
    ruling->told = lodge_ledger_column_text(statement, 7);
    return ruling;
}

GPtrArray *
lodge_ledger_list_rulings(LodgeLedger *ledger, const char *reference, GError **error)
{
    static const char sql[] =
        "SELECT at_us, action, council, timeliness, receipt, actor, reason, told FROM ruling"
        " WHERE message = (SELECT id FROM message WHERE reference = ?1) ORDER BY seq";
    g_return_val_if_fail(ledger != NULL && reference != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(reference)), read_ruling,
        (GDestroyNotify)lodge_ledger_ruling_free, error);
}

void lodge_ledger_extension_free(LodgeLedgerExtension *extension)
{
    if (extension == NULL)
        return;
    g_free(extension->council);
    g_free(extension->until_text);
    g_free(extension->actor);
    g_free(extension->reason);
    g_free(extension);
}

static gpointer read_extension(sqlite3_stmt *statement)
{
    LodgeLedgerExtension *extension = g_new0(LodgeLedgerExtension, 1);
    extension->at_us = lodge_ledger_column_instant(statement, 0);
    extension->council = lodge_ledger_column_text(statement, 1);
    extension->until_us = lodge_ledger_column_instant(statement, 2);
    extension->until_text = lodge_ledger_column_text(statement, 3);
    extension->actor = lodge_ledger_column_text(statement, 4);
    extension->reason = lodge_ledger_column_text(statement, 5);
    return extension;
}

GPtrArray *
lodge_ledger_list_extensions(LodgeLedger *ledger, const char *call, GError **error)
{
    static const char sql[] =
        "SELECT at_us, council, until_us, until_text, actor, reason FROM extension"
        " WHERE call = ?1 ORDER BY seq";
    g_return_val_if_fail(ledger != NULL && call != NULL, NULL);
    return lodge_ledger_list_rows(
        ledger, lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(call)), read_extension,
        (GDestroyNotify)lodge_ledger_extension_free, error);
}
