/* ledger_internal.h - the index inside the box: one SQLite handle, its statements, its position.
 *
 * Everything in the index comes from lodge_ledger_apply, live and when it is rebuilt. The row
 * `position` says up to which segment of the journal it is true; it changes in the
 * same SQLite transaction as what it speaks of. */
#pragma once

#include "spool/journal.h"
#include "spool/ledger.h"
#include "spool/spool.h"
#include <glib.h>
#include <sqlite3.h>

/* Changes whenever the tables or what is put into them change: another number is rebuilt. */
#define LODGE_LEDGER_SCHEMA 9
#define LODGE_LEDGER_APPLICATION 0x6c6f6467 /* "lodg" */
#define LODGE_LEDGER_FILE "ledger.db"

struct LodgeLedger {
    sqlite3 *db;
    char *path;             /* for messages */
    GHashTable *statements; /* SQL text (by address of the literal) -> sqlite3_stmt */
};

typedef enum {
    LODGE_LEDGER_WRITE, /* the live index */
    LODGE_LEDGER_READ,  /* beside a writer */
    LODGE_LEDGER_SNAPSHOT, /* a file that nobody changes, on a file system that cannot be written */
    LODGE_LEDGER_BUILD, /* a new file, not synced while it is filled */
} LodgeLedgerMode;

/* `path` "" with BUILD: a private index that vanishes when closed. */
LodgeLedger *lodge_ledger_open(const char *path, LodgeLedgerMode mode, GError **error);
/* Makes the tables of ledger_schema.c in an empty database. */
gboolean lodge_ledger_create_schema(LodgeLedger *ledger, GError **error);
/* Is it an index of this schema? DAMAGED when not. */
gboolean lodge_ledger_check_schema(LodgeLedger *ledger, GError **error);
/* The tables that hold what came from events, with the columns that order them; NULL ends it. */
typedef struct {
    const char *table;
    const char *order;
} LodgeLedgerTable;
extern const LodgeLedgerTable lodge_ledger_tables[];
extern const char *const lodge_ledger_schema_sql[]; /* NULL ends it */

gboolean lodge_ledger_get_position(LodgeLedger *ledger,
                                   LodgeJournalPosition *position_out,
                                   GError **error);
gboolean lodge_ledger_set_position(LodgeLedger *ledger,
                                   const LodgeJournalPosition *position,
                                   GError **error);
/* Brings an event into the index; inside a transaction. */
gboolean lodge_ledger_apply(LodgeLedger *ledger, const LodgeEvent *event, GError **error);
/* The parts of it that stand in ledger_ruling.c. `message`: the row's id. */
gboolean lodge_ledger_apply_ruled(LodgeLedger *ledger,
                                  const LodgeEvent *event,
                                  gint64 message,
                                  GError **error);
gboolean lodge_ledger_apply_extended(LodgeLedger *ledger,
                                     const LodgeEvent *event,
                                     gint64 message,
                                     GError **error);
gboolean lodge_ledger_apply_version(LodgeLedger *ledger,
                                    const LodgeEvent *event,
                                    gint64 message,
                                    GError **error);

/* Stands in ledger_purge.c. */
gboolean lodge_ledger_apply_purged(LodgeLedger *ledger,
                                   const LodgeEvent *event,
                                   gint64 message,
                                   GError **error);
/* The key that messages were purged under, or NULL with no error: none was; g_free it. */
char *lodge_ledger_find_purge_key(LodgeLedger *ledger, GError **error);
/* Nothing of what was taken out of the tables is in the database's files any more: not in a free page, nor in the
 * write-ahead log. Outside a transaction; LOCKED while somebody reads. */
gboolean lodge_ledger_forget(LodgeLedger *ledger, GError **error);

/* Stands in ledger_pass.c. */
gboolean lodge_ledger_apply_passed(LodgeLedger *ledger,
                                   const LodgeEvent *event,
                                   gint64 message,
                                   GError **error);
/* The folder's id, noting that it was seen now; -1: the error is set. */
gint64 lodge_ledger_see_folder(LodgeLedger *ledger,
                               const char *account,
                               const char *folder,
                               guint32 uidvalidity,
                               guint64 seq,
                               GError **error);

gboolean lodge_ledger_begin(LodgeLedger *ledger, GError **error);
gboolean lodge_ledger_commit(LodgeLedger *ledger, GError **error);
/* Also after SQLite has rolled back by itself; nothing open is fine. */
void lodge_ledger_rollback(LodgeLedger *ledger);

/* ---- statements ---- */
/* A value to bind; made by the macros only, so that its type is checked. */
typedef struct {
    int type; /* SQLITE_TEXT, SQLITE_INTEGER */
    const char *text;
    gint64 number;
} LodgeLedgerValue;
#define LEDGER_TEXT(value) ((LodgeLedgerValue){SQLITE_TEXT, (value), 0})
#define LEDGER_INT(value) ((LodgeLedgerValue){SQLITE_INTEGER, NULL, (gint64)(value)})
/* LODGE_INSTANT_UNKNOWN and zero (not set) are NULL. */
#define LEDGER_INSTANT(value) (lodge_ledger_instant_value(value))
LodgeLedgerValue lodge_ledger_instant_value(gint64 instant_us);

/* Prepared once per handle, reset, with these values bound; NULL on error. Borrowed.
 * `sql` must be a string literal or static: it is its own key. */
sqlite3_stmt *lodge_ledger_query_values(LodgeLedger *ledger,
                                        const char *sql,
                                        const LodgeLedgerValue *values,
                                        guint count,
                                        GError **error);
#define lodge_ledger_query(ledger, error, sql, ...)                                        \
    lodge_ledger_query_values(ledger, sql, (const LodgeLedgerValue[]){__VA_ARGS__},        \
                              G_N_ELEMENTS(((const LodgeLedgerValue[]){__VA_ARGS__})),     \
                              error)
/* The next row: 1, the end: 0 (reset then), an error: -1. */
int lodge_ledger_step(LodgeLedger *ledger, sqlite3_stmt *statement, GError **error);
/* Runs to the end. */
gboolean lodge_ledger_run_values(LodgeLedger *ledger,
                                 const char *sql,
                                 const LodgeLedgerValue *values,
                                 guint count,
                                 GError **error);
#define lodge_ledger_run(ledger, error, sql, ...)                                          \
    lodge_ledger_run_values(ledger, sql, (const LodgeLedgerValue[]){__VA_ARGS__},          \
                            G_N_ELEMENTS(((const LodgeLedgerValue[]){__VA_ARGS__})),       \
                            error)
/* Several statements without values. */
gboolean lodge_ledger_execute(LodgeLedger *ledger, const char *sql, GError **error);
/* SQLite's last failure as an error of the spool; always FALSE. */
gboolean lodge_ledger_fail(LodgeLedger *ledger, GError **error);

/* What `read` makes of each row, to the end; NULL on error. `statement` NULL: an error is set already. */
typedef gpointer (*LodgeLedgerReadRow)(sqlite3_stmt *statement);
GPtrArray *lodge_ledger_list_rows(LodgeLedger *ledger,
                                  sqlite3_stmt *statement,
                                  LodgeLedgerReadRow read,
                                  GDestroyNotify element_free,
                                  GError **error);

/* Columns of the current row. */
char *lodge_ledger_column_text(sqlite3_stmt *statement,
                               int column); /* g_free it; NULL: NULL */
gint64 lodge_ledger_column_instant(sqlite3_stmt *statement, int column);

/* ---- the index and the journal (ledger_follow.c) ---- */
typedef enum {
    LODGE_FOLLOW_STRICT,   /* a record that is missing or altered is an error */
    LODGE_FOLLOW_TOLERANT, /* what it held is left out */
} LodgeFollowRecords;

/* Applies the segments after the index's position, up to and with `last`, one transaction each. */
gboolean lodge_ledger_follow(LodgeLedger *ledger,
                             const LodgeDurableRoot *root,
                             guint64 last,
                             LodgeFollowRecords records,
                             GError **error);
/* Does its position lie on the chain? DAMAGED when not. */
gboolean lodge_ledger_check_chain(LodgeLedger *ledger,
                                  const LodgeDurableRoot *root,
                                  guint64 last,
                                  GError **error);
/* A private index of segments 1 to `last`. */
LodgeLedger *lodge_ledger_build_private(const LodgeDurableRoot *root,
                                        guint64 last,
                                        LodgeFollowRecords records,
                                        GError **error);
/* ledger.db anew: built beside it, synced, put in its place. Nobody may have it open for writing. */
gboolean lodge_ledger_rebuild(LodgeDurableRoot *root,
                              guint64 last,
                              LodgeFollowRecords records,
                              GError **error);
/* The writer's: opened, brought up to `last`; rebuilt if it is missing, of another schema,
 * corrupt, or not of this chain. */
LodgeLedger *
lodge_ledger_open_current(LodgeDurableRoot *root, guint64 last, GError **error);
/* The index as it stands, for reading: of our schema, and on the chain up to `last`. */
LodgeLedger *
lodge_ledger_open_readable(const LodgeDurableRoot *root, guint64 last, GError **error);
/* The reader's: never writes; a private copy is brought up where the file lags or is unusable. */
LodgeLedger *
lodge_ledger_open_view(const LodgeDurableRoot *root, guint64 last, GError **error);
/* Compares two indexes row by row; differences are added as lines, at most `max`. */
gboolean lodge_ledger_compare(LodgeLedger *found,
                              LodgeLedger *expected,
                              guint max,
                              GPtrArray *differences,
                              GError **error);
