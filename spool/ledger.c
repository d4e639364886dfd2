/* The SQLite handle: opening, statements, errors, position.
 *
 * journal_mode=WAL: readers never block the writer. synchronous=NORMAL: SQLite then does not
 * sync at each commit, so a power cut may take back the last commits of the index, but never
 * mixes them (WAL frames are checksummed, and synced before they are checkpointed). That is
 * enough, because each commit carries its position in the journal, whose segment was synced before:
 * an index that went back is simply behind, and the segments it lacks are applied again when
 * the spool is opened. FULL would buy a second truth that nobody needs, for one more sync per
 * commit. */
#include "spool/ledger_internal.h"
#include "spool/spool_error.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define BUSY_TIMEOUT_MS 10000

LodgeLedgerValue lodge_ledger_instant_value(gint64 instant_us)
{
    if (instant_us == LODGE_INSTANT_UNKNOWN || instant_us == 0)
        return LEDGER_TEXT(NULL);
    return LEDGER_INT(instant_us);
}

/* ---- errors ---- */

static int code_of(int sqlite_code, int errnum)
{
    switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
        return LODGE_SPOOL_ERROR_SPACE;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return LODGE_SPOOL_ERROR_READONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CONSTRAINT:
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
        return LODGE_SPOOL_ERROR_DAMAGED;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return LODGE_SPOOL_ERROR_LOCKED;
    default:
        return errnum != 0 ? (int)lodge_spool_error_code(errnum) : LODGE_SPOOL_ERROR_IO;
    }
}

static const char *mend_of(int code)
{
    switch (code) {
    case LODGE_SPOOL_ERROR_SPACE:
        return "make room on this file system; nothing kept is lost";
    case LODGE_SPOOL_ERROR_READONLY:
        return "make the spool writable for the user lodge runs as";
    case LODGE_SPOOL_ERROR_DAMAGED:
        return "run lodge verify --repair, which rebuilds the index from the journal";
    case LODGE_SPOOL_ERROR_LOCKED:
        return "another program holds the index; try again";
    default:
        return "look at the disk and the system log";
    }
}

static gboolean is_refusal(int errnum)
{
    return errnum == ENOSPC || errnum == EDQUOT || errnum == EROFS || errnum == EACCES ||
           errnum == EPERM || errnum == EMFILE || errnum == ENFILE || errnum == EIO;
}

/* What the operating system refused SQLite; 0: nothing that is known. SQLite 3.40 keeps it for what it opens and
 * reads, not for what a COMMIT writes: there `last`, the errno that it came back with, says it. A file that it could
 * open for reading only is asked here. */
static int system_errno_of(sqlite3 *db, int sqlite_code, int last, const char *path)
{
    int kept = db != NULL ? sqlite3_system_errno(db) : 0;
    switch (sqlite_code & 0xff) {
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return is_refusal(last) ? last : kept;
    case SQLITE_READONLY:
        return *path != '\0' && access(path, W_OK) != 0 ? errno : 0;
    default:
        return 0;
    }
}

/* Called at once after SQLite has failed. */
static gboolean fail_with(sqlite3 *db, int sqlite_code, const char *path, GError **error)
{
    int last = errno;
    const char *sqlite_says = db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(sqlite_code);
    int errnum = system_errno_of(db, sqlite_code, last, path);
    int code = code_of(sqlite_code, errnum);
    if (errnum == 0)
        g_set_error(error, LODGE_SPOOL_ERROR, code, "the index %s: %s: %s", path,
                    sqlite_says, mend_of(code));
    else
        g_set_error(error, LODGE_SPOOL_ERROR, code, "the index %s: %s (SQLite: %s): %s",
                    path, g_strerror(errnum), sqlite_says, lodge_spool_error_mend(errnum));
    return FALSE;
}

gboolean lodge_ledger_fail(LodgeLedger *ledger, GError **error)
{
    return fail_with(ledger->db, sqlite3_extended_errcode(ledger->db), ledger->path, error);
}

/* ---- opening ---- */

static const char *pragmas_for(LodgeLedgerMode mode)
{
    switch (mode) {
    case LODGE_LEDGER_WRITE:
        return "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192;"
               "PRAGMA journal_size_limit=16777216;";
    case LODGE_LEDGER_BUILD:
        return "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384;"
               "PRAGMA locking_mode=EXCLUSIVE;";
    case LODGE_LEDGER_READ:
    case LODGE_LEDGER_SNAPSHOT:
        break;
    }
    return "PRAGMA query_only=ON; PRAGMA cache_size=-4096;";
}

/* A file URI, for `immutable`; the path is escaped. */
static char *uri_for(const char *path, LodgeLedgerMode mode)
{
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *escaped = g_uri_escape_string(absolute, "/", FALSE);
    return g_strdup_printf("file:%s%s", escaped,
                           mode == LODGE_LEDGER_SNAPSHOT ? "?immutable=1" : "");
}

LodgeLedger *lodge_ledger_open(const char *path, LodgeLedgerMode mode, GError **error)
{
    gboolean writes = mode == LODGE_LEDGER_WRITE || mode == LODGE_LEDGER_BUILD;
    int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI |
        (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
    g_autofree char *uri = *path != '\0' ? uri_for(path, mode) : g_strdup("");
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(uri, &db, flags, NULL);
    if (code != SQLITE_OK) {
        fail_with(db, code, path, error);
        sqlite3_close(db);
        return NULL;
    }
    LodgeLedger *ledger = g_new0(LodgeLedger, 1);
    ledger->db = db;
    ledger->path = g_strdup(path);
    ledger->statements = g_hash_table_new(g_direct_hash, g_direct_equal);
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, BUSY_TIMEOUT_MS);
    if (!lodge_ledger_execute(ledger, pragmas_for(mode), error)) {
        lodge_ledger_close(ledger);
        return NULL;
    }
    return ledger;
}

void lodge_ledger_close(LodgeLedger *ledger)
{
    if (ledger == NULL)
        return;
    GHashTableIter iter;
    gpointer statement;
    g_hash_table_iter_init(&iter, ledger->statements);
    while (g_hash_table_iter_next(&iter, NULL, &statement))
        sqlite3_finalize(statement);
    g_hash_table_unref(ledger->statements);
    sqlite3_close(ledger->db);
    g_free(ledger->path);
    g_free(ledger);
}

gboolean lodge_ledger_execute(LodgeLedger *ledger, const char *sql, GError **error)
{
    return sqlite3_exec(ledger->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
           lodge_ledger_fail(ledger, error);
}

/* ---- statements ---- */

static gboolean bind_values(LodgeLedger *ledger,
                            sqlite3_stmt *statement,
                            const LodgeLedgerValue *values,
                            guint count,
                            GError **error)
{
    for (guint i = 0; i < count; i++) {
        int index = (int)i + 1;
        int code =
            values[i].type == SQLITE_INTEGER
                ? sqlite3_bind_int64(statement, index, values[i].number)
                : sqlite3_bind_text(statement, index, values[i].text, -1, SQLITE_TRANSIENT);
        if (code != SQLITE_OK)
            return lodge_ledger_fail(ledger, error);
    }
    return TRUE;
}

sqlite3_stmt *lodge_ledger_query_values(LodgeLedger *ledger,
                                        const char *sql,
                                        const LodgeLedgerValue *values,
                                        guint count,
                                        GError **error)
{
    sqlite3_stmt *statement = g_hash_table_lookup(ledger->statements, sql);
    if (statement == NULL) {
        if (sqlite3_prepare_v3(ledger->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                               NULL) != SQLITE_OK) {
            lodge_ledger_fail(ledger, error);
            return NULL;
        }
        g_hash_table_insert(ledger->statements, (gpointer)sql, statement);
    }
    sqlite3_reset(statement);
    return bind_values(ledger, statement, values, count, error) ? statement : NULL;
}

int lodge_ledger_step(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return 1;
    if (code != SQLITE_DONE)
        lodge_ledger_fail(ledger, error);
    sqlite3_reset(statement);
    return code == SQLITE_DONE ? 0 : -1;
}

gboolean lodge_ledger_run_values(LodgeLedger *ledger,
                                 const char *sql,
                                 const LodgeLedgerValue *values,
                                 guint count,
                                 GError **error)
{
    sqlite3_stmt *statement = lodge_ledger_query_values(ledger, sql, values, count, error);
    if (statement == NULL)
        return FALSE;
    int more;
    do {
        more = lodge_ledger_step(ledger, statement, error);
    } while (more > 0);
    return more == 0;
}

char *lodge_ledger_column_text(sqlite3_stmt *statement, int column)
{
    return g_strdup((const char *)sqlite3_column_text(statement, column));
}

gint64 lodge_ledger_column_instant(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_type(statement, column) == SQLITE_NULL
               ? LODGE_INSTANT_UNKNOWN
               : sqlite3_column_int64(statement, column);
}

/* ---- transactions ---- */

gboolean lodge_ledger_begin(LodgeLedger *ledger, GError **error)
{
    return lodge_ledger_execute(ledger, "BEGIN IMMEDIATE", error);
}

gboolean lodge_ledger_commit(LodgeLedger *ledger, GError **error)
{
    return lodge_ledger_execute(ledger, "COMMIT", error);
}

void lodge_ledger_rollback(LodgeLedger *ledger)
{
    /* A statement that is still being read would make the rollback fail it later. */
    if (sqlite3_get_autocommit(ledger->db) == 0)
        sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- schema and position ---- */

gboolean lodge_ledger_create_schema(LodgeLedger *ledger, GError **error)
{
    g_autofree char *numbers =
        g_strdup_printf("PRAGMA application_id=%d; PRAGMA user_version=%d;",
                        LODGE_LEDGER_APPLICATION, LODGE_LEDGER_SCHEMA);
    LodgeJournalPosition start;
    lodge_journal_position_clear(&start);
    gboolean good = lodge_ledger_execute(ledger, numbers, error);
    for (guint i = 0; good && lodge_ledger_schema_sql[i] != NULL; i++)
        good = lodge_ledger_execute(ledger, lodge_ledger_schema_sql[i], error);
    return good && lodge_ledger_set_position(ledger, &start, error);
}

static gboolean
get_number(LodgeLedger *ledger, const char *sql, gint64 *number_out, GError **error)
{
    sqlite3_stmt *statement = lodge_ledger_query_values(ledger, sql, NULL, 0, error);
    int found = statement != NULL ? lodge_ledger_step(ledger, statement, error) : -1;
    *number_out = found > 0 ? sqlite3_column_int64(statement, 0) : 0;
    if (found > 0)
        sqlite3_reset(statement);
    return found >= 0;
}

gboolean lodge_ledger_check_schema(LodgeLedger *ledger, GError **error)
{
    gint64 application = 0, schema = 0;
    if (!get_number(ledger, "PRAGMA application_id", &application, error) ||
        !get_number(ledger, "PRAGMA user_version", &schema, error))
        return FALSE;
    if (application == LODGE_LEDGER_APPLICATION && schema == LODGE_LEDGER_SCHEMA)
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                "the index %s is not of this version of lodge: run lodge verify --repair",
                ledger->path);
    return FALSE;
}

gboolean lodge_ledger_get_position(LodgeLedger *ledger,
                                   LodgeJournalPosition *position_out,
                                   GError **error)
{
    static const char sql[] = "SELECT segment, sha256, seq FROM position";
    sqlite3_stmt *statement = lodge_ledger_query_values(ledger, sql, NULL, 0, error);
    int found = statement != NULL ? lodge_ledger_step(ledger, statement, error) : -1;
    if (found < 0)
        return FALSE;
    if (found == 0) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "the index %s has lost its position: run lodge verify --repair",
                    ledger->path);
        return FALSE;
    }
    position_out->segment = (guint64)sqlite3_column_int64(statement, 0);
    g_strlcpy(position_out->sha256, (const char *)sqlite3_column_text(statement, 1),
              LODGE_DIGEST_SIZE);
    position_out->seq = (guint64)sqlite3_column_int64(statement, 2);
    sqlite3_reset(statement);
    return TRUE;
}

gboolean lodge_ledger_set_position(LodgeLedger *ledger,
                                   const LodgeJournalPosition *position,
                                   GError **error)
{
    static const char sql[] =
        "INSERT OR REPLACE INTO position(one, segment, sha256, seq) VALUES(1, ?1, ?2, ?3)";
    return lodge_ledger_run(ledger, error, sql, LEDGER_INT(position->segment),
                            LEDGER_TEXT(position->sha256), LEDGER_INT(position->seq));
}
