#include "spool/spool.h"
#include "spool/backup.h"
#include "spool/marker.h"
#include "spool/purge.h"
#include "spool/spool_internal.h"

#include <sys/statvfs.h>

static LodgeSpool *spool_new(LodgeDurableRoot *root)
{
    LodgeSpool *spool = g_new0(LodgeSpool, 1);
    spool->root = root;
    lodge_journal_position_clear(&spool->last);
    return spool;
}

/* The last segment as it stands, checked; what came before it is verify's. */
static gboolean load_position(LodgeSpool *spool, guint64 count, GError **error)
{
    g_autoptr(LodgeJournalSegment) last = NULL;
    if (count > 0 && (last = lodge_journal_load(spool->root, count, error)) == NULL)
        return FALSE;
    /* The index was brought up to it, and its digest compared, a moment ago. */
    return lodge_ledger_get_position(spool->ledger, &spool->last, error);
}

/* What was meant as a copy and is none yet must not be worked on as if it were the whole. */
static gboolean refuse_unfinished(const LodgeDurableRoot *root, GError **error)
{
    g_autofree char *path = lodge_durable_root_join(root, LODGE_BACKUP_MARKER);
    if (!lodge_marker_is_laid(root, LODGE_BACKUP_MARKER))
        return TRUE;
    g_set_error(
        error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
        "%s is a backup that was broken off: finish it with lodge backup, or remove "
        "%s to go on from the earlier state that it holds",
        lodge_durable_root_path(root), path);
    return FALSE;
}

/* A writer that was killed after its last rename or mkdir left a name that may not be durable yet: a segment, a
 * directory of objects, journal/ itself. All are synced before anything is built on what they show. */
static gboolean open_journal(LodgeSpool *spool, GError **error)
{
    guint64 count = 0;
    if (!lodge_spool_sync_layout(spool->root, error) ||
        !lodge_journal_count(spool->root, &count, error))
        return FALSE;
    spool->ledger = lodge_ledger_open_current(spool->root, count, error);
    return spool->ledger != NULL && load_position(spool, count, error);
}

LodgeSpool *
lodge_spool_open(const char *dir, const char *who, gint64 now_us, GError **error)
{
    g_return_val_if_fail(dir != NULL && who != NULL, NULL);
    LodgeDurableRoot *root = NULL;
    if (!lodge_spool_make_layout(dir, &root, error))
        return NULL;
    g_autoptr(LodgeSpool) spool = spool_new(root);
    if (!refuse_unfinished(root, error))
        return NULL;
    spool->lock = lodge_lock_take(root, who, now_us, error);
    if (spool->lock == NULL || !lodge_durable_sweep(root, "incoming", NULL, error) ||
        !open_journal(spool, error) || !lodge_purge_resume(spool, error))
        return NULL;
    return g_steal_pointer(&spool);
}

LodgeSpool *lodge_spool_open_readonly(const char *dir, GError **error)
{
    g_return_val_if_fail(dir != NULL, NULL);
    LodgeDurableRoot *root = lodge_spool_find_layout(dir, error);
    if (root == NULL)
        return NULL;
    g_autoptr(LodgeSpool) spool = spool_new(root);
    guint64 count = 0;
    if (!lodge_journal_count(root, &count, error))
        return NULL;
    spool->ledger = lodge_ledger_open_view(root, count, error);
    return spool->ledger != NULL ? g_steal_pointer(&spool) : NULL;
}

void lodge_spool_close(LodgeSpool *spool)
{
    if (spool == NULL)
        return;
    lodge_transaction_rollback(spool->open);
    lodge_ledger_close(spool->ledger);
    lodge_lock_release(spool->lock);
    lodge_durable_root_close(spool->root);
    g_free(spool);
}

const char *lodge_spool_dir(const LodgeSpool *spool)
{
    return lodge_durable_root_path(spool->root);
}

LodgeLedger *lodge_spool_ledger(LodgeSpool *spool)
{
    return spool->ledger;
}

LodgeLedger *lodge_spool_open_ledger(LodgeSpool *spool, GError **error)
{
    guint64 count = 0;
    if (!lodge_journal_count(spool->root, &count, error))
        return NULL;
    return lodge_ledger_open_view(spool->root, count, error);
}

gint64 lodge_spool_free_bytes(LodgeSpool *spool)
{
    struct statvfs status;
    if (fstatvfs(lodge_durable_root_fd(spool->root), &status) != 0)
        return -1;
    return (gint64)status.f_bavail * (gint64)status.f_frsize;
}

gboolean lodge_spool_require_writer(const LodgeSpool *spool, GError **error)
{
    if (spool->lock != NULL)
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_READONLY,
                "the spool %s was opened for reading only", lodge_spool_dir(spool));
    return FALSE;
}

gboolean lodge_spool_catch_up(LodgeSpool *spool, GError **error)
{
    if (!spool->stale)
        return TRUE;
    if (!lodge_ledger_follow(spool->ledger, spool->root, spool->last.segment,
                             LODGE_FOLLOW_STRICT, error)) {
        g_prefix_error(error, "the index lags behind the journal: ");
        return FALSE;
    }
    spool->stale = FALSE;
    return TRUE;
}

/* ---- objects ---- */

int lodge_spool_open_object(LodgeSpool *spool, const char *sha256, GError **error)
{
    return lodge_object_store_open(spool->root, sha256, error);
}

GBytes *lodge_spool_read_object(LodgeSpool *spool,
                                const char *sha256,
                                gsize max_bytes,
                                GError **error)
{
    return lodge_object_store_read(spool->root, sha256, max_bytes, error);
}

gboolean lodge_spool_has_object(LodgeSpool *spool, const char *sha256)
{
    return lodge_object_store_find(spool->root, sha256, NULL);
}

char *lodge_spool_object_path(LodgeSpool *spool, const char *sha256)
{
    g_return_val_if_fail(lodge_digest_is_valid(sha256), NULL);
    g_autofree char *name = lodge_object_store_name(sha256);
    return lodge_durable_root_join(spool->root, name);
}
