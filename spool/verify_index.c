/* The index: sound as a database, of this chain, and row by row what the journal gives. */
#include "spool/verify_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define DIFFERENCES_MAX 20
#define REPAIR "run lodge verify --repair, which rebuilds it from the journal"
#define RECORDS_FIRST                                                                      \
    "restore the missing records first: the index may hold what they held, so it is left alone"

static void note(LodgeVerification *verification, const char *problem)
{
    lodge_verify_add(verification, LODGE_LEDGER_FILE, problem,
                     verification->records_lost ? RECORDS_FIRST : REPAIR);
}

/* SQLite's own view: pages, trees, and that its indexes agree with its tables. */
static gboolean
check_database(LodgeVerification *verification, LodgeLedger *ledger, gboolean *wrong)
{
    g_autoptr(GError) reason = NULL;
    sqlite3_stmt *statement =
        lodge_ledger_query_values(ledger, "PRAGMA integrity_check(5)", NULL, 0, &reason);
    int more = -1;
    while (statement != NULL &&
           (more = lodge_ledger_step(ledger, statement, &reason)) > 0) {
        const char *words = (const char *)sqlite3_column_text(statement, 0);
        if (g_strcmp0(words, "ok") == 0)
            continue;
        g_autofree char *problem = g_strdup_printf("the database is corrupt: %s", words);
        note(verification, problem);
        *wrong = TRUE;
    }
    if (more == 0)
        return TRUE;
    note(verification, reason->message);
    *wrong = TRUE;
    return FALSE;
}

static gboolean compare(LodgeVerification *verification,
                        LodgeLedger *ledger,
                        gboolean *wrong,
                        GError **error)
{
    LodgeJournalPosition position;
    if (!lodge_ledger_get_position(ledger, &position, error))
        return FALSE;
    g_autoptr(LodgeLedger) rebuilt = lodge_ledger_build_private(
        verification->root, position.segment, LODGE_FOLLOW_TOLERANT, error);
    if (rebuilt == NULL)
        return FALSE;
    g_autoptr(GError) reason = NULL;
    g_autoptr(GPtrArray) differences = g_ptr_array_new_with_free_func(g_free);
    if (!lodge_ledger_compare(ledger, rebuilt, DIFFERENCES_MAX, differences, &reason)) {
        note(verification, reason->message);
        *wrong = TRUE;
    }
    for (guint i = 0; i < differences->len; i++)
        note(verification, g_ptr_array_index(differences, i));
    *wrong = *wrong || differences->len > 0;
    return TRUE;
}

/* A segment is durable before the index hears of it, so the file of the one it saw last is there
 * unless the end of the journal was taken away. */
static gboolean note_lost_end(LodgeVerification *verification)
{
    LodgeJournalPosition position;
    g_autofree char *path = lodge_durable_root_join(verification->root, LODGE_LEDGER_FILE);
    g_autoptr(LodgeLedger) ledger = lodge_ledger_open(path, LODGE_LEDGER_READ, NULL);
    if (!verification->journal_whole || ledger == NULL ||
        !lodge_ledger_check_schema(ledger, NULL) ||
        !lodge_ledger_get_position(ledger, &position, NULL) || position.segment == 0)
        return FALSE;
    g_autofree char *name = lodge_journal_name(position.segment);
    int root_fd = lodge_durable_root_fd(verification->root);
    if (faccessat(root_fd, name, F_OK, 0) == 0 || errno != ENOENT)
        return FALSE;
    g_autofree char *problem = g_strdup_printf(
        "ends with segment %" G_GUINT64_FORMAT
        ", but the index has seen segment %" G_GUINT64_FORMAT ": what they said is lost",
        verification->last, position.segment);
    lodge_verify_add(
        verification, "journal", problem,
        "put the missing segments back from a backup; only if there is none, "
        "move " LODGE_LEDGER_FILE " away and run lodge verify --repair: it goes "
        "on without them, and receipts that they say were sent may be sent again");
    verification->end_lost = TRUE;
    return TRUE;
}

/* All looks within one read transaction: a writer may be at work. NULL: unusable, and noted. */
static LodgeLedger *open_index(LodgeVerification *verification)
{
    if (faccessat(lodge_durable_root_fd(verification->root), LODGE_LEDGER_FILE, F_OK, 0) !=
        0) {
        note(verification, "is missing");
        return NULL;
    }
    if (note_lost_end(verification))
        return NULL;
    g_autoptr(GError) reason = NULL;
    g_autoptr(LodgeLedger) ledger =
        lodge_ledger_open_readable(verification->root, G_MAXUINT64, &reason);
    if (ledger != NULL && lodge_ledger_execute(ledger, "BEGIN", &reason))
        return g_steal_pointer(&ledger);
    note(verification, reason->message);
    return NULL;
}

gboolean lodge_verify_index(LodgeVerification *verification,
                            gboolean *wrong_out,
                            gboolean *unusable_out,
                            GError **error)
{
    g_autoptr(LodgeLedger) ledger = open_index(verification);
    *unusable_out = ledger == NULL;
    *wrong_out = ledger == NULL;
    if (ledger == NULL)
        return TRUE;
    if (!check_database(verification, ledger, wrong_out)) {
        *unusable_out = TRUE;
        return TRUE;
    }
    /* A damaged journal cannot say what the index should hold. */
    return !verification->journal_whole || compare(verification, ledger, wrong_out, error);
}
