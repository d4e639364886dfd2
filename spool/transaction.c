/* One commit: objects, then the segment that names them, then the index.
 *
 *   state of the disk when cut                    what the next open finds
 *   before any object is renamed                  files in incoming/: swept
 *   objects renamed, segment not                  objects that nobody names: harmless; the same
 *                                                 bytes, kept again, find them there
 *   segment renamed, its directory not synced     either of: the line above, or the line below
 *   segment durable, index not committed          a segment the index lacks: applied
 *   all done                                      all done
 *
 * So an event is there once or not at all, and never without its objects. The mailbox is
 * marked and the receipt sent by the caller after commit has returned TRUE.
 *
 * An event is applied to the index as it will be read back from its row and its record, not
 * as it was handed in: what the live index holds is by construction what a rebuilt one will. */
#include "parsers/text/reference.h"
#include "spool/event_member.h"
#include "spool/salt.h"
#include "spool/spool_error.h"
#include "spool/spool_internal.h"

#include <string.h>

struct LodgeTransaction {
    LodgeSpool *spool;
    gint64 now_us;
    LodgeDurableBatch *batch;
    GHashTable *objects; /* digests put in this transaction */
    GString *rows;
    guint64 count;
    gboolean failed; /* an event was half applied: can only be rolled back */
};

static gboolean require_usable(LodgeSpool *spool, GError **error)
{
    if (!lodge_spool_require_writer(spool, error))
        return FALSE;
    if (spool->broken) {
        g_set_error(
            error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO,
            "the last commit to %s may not have reached the disk: look at the disk, "
            "then start lodge again",
            lodge_spool_dir(spool));
        return FALSE;
    }
    return TRUE;
}

LodgeTransaction *lodge_spool_begin(LodgeSpool *spool, gint64 now_us, GError **error)
{
    g_return_val_if_fail(spool != NULL && spool->open == NULL, NULL);
    if (!require_usable(spool, error) || !lodge_spool_catch_up(spool, error) ||
        !lodge_ledger_begin(spool->ledger, error))
        return NULL;
    LodgeTransaction *txn = g_new0(LodgeTransaction, 1);
    txn->spool = spool;
    txn->now_us = now_us;
    txn->batch = lodge_durable_batch_new(spool->root);
    txn->objects = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    txn->rows = g_string_new(NULL);
    spool->open = txn;
    return txn;
}

static void transaction_free(LodgeTransaction *txn)
{
    txn->spool->open = NULL;
    lodge_durable_batch_free(txn->batch);
    g_hash_table_unref(txn->objects);
    g_string_free(txn->rows, TRUE);
    g_free(txn);
}

void lodge_transaction_rollback(LodgeTransaction *txn)
{
    if (txn == NULL)
        return;
    lodge_ledger_rollback(txn->spool->ledger);
    transaction_free(txn);
}

/* ---- objects ---- */

static gboolean has_object(LodgeTransaction *txn, const char *sha256)
{
    return g_hash_table_contains(txn->objects, sha256) ||
           lodge_object_store_find(txn->spool->root, sha256, NULL);
}

/* TRUE in present_out: these bytes are in the store. A name that is there may have been left
 * by a writer who was killed before he synced its directory, so that is done with ours. */
static gboolean find_present(LodgeTransaction *txn,
                             const char *sha256,
                             gint64 size_bytes,
                             gboolean *present_out,
                             GError **error)
{
    gint64 found_bytes = 0;
    *present_out = g_hash_table_contains(txn->objects, sha256);
    if (*present_out || !lodge_object_store_find(txn->spool->root, sha256, &found_bytes))
        return TRUE;
    g_autofree char *name = lodge_object_store_name(sha256);
    if (found_bytes != size_bytes) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "%s/%s has %" G_GINT64_FORMAT " bytes where %" G_GINT64_FORMAT
                    " belong: move it away, then try again; lodge verify tells what it was",
                    lodge_spool_dir(txn->spool), name, found_bytes, size_bytes);
        return FALSE;
    }
    g_autofree char *directory = g_path_get_dirname(name);
    lodge_durable_batch_add_directory(txn->batch, directory);
    g_hash_table_add(txn->objects, g_strdup(sha256));
    *present_out = TRUE;
    return TRUE;
}

/* Takes the file. */
static gboolean add_object(LodgeTransaction *txn,
                           LodgeDurableFile *file,
                           const char *sha256,
                           GError **error)
{
    g_autofree char *name = lodge_object_store_name(sha256);
    g_hash_table_add(txn->objects, g_strdup(sha256));
    if (lodge_durable_batch_add(txn->batch, file, name, LODGE_OBJECT_MODE, error))
        return TRUE;
    txn->failed = TRUE;
    return FALSE;
}

gboolean
lodge_transaction_keep_stage(LodgeTransaction *txn, LodgeStage *stage, GError **error)
{
    g_return_val_if_fail(txn != NULL && stage != NULL, FALSE);
    g_return_val_if_fail(stage->file != NULL && stage->digest == NULL, FALSE);
    gboolean present = FALSE;
    if (!find_present(txn, stage->sha256, stage->size_bytes, &present, error))
        return FALSE;
    LodgeDurableFile *file = g_steal_pointer(&stage->file);
    if (!present)
        return add_object(txn, file, stage->sha256, error);
    lodge_durable_file_free(file);
    return TRUE;
}

gboolean lodge_transaction_put_object(LodgeTransaction *txn,
                                      GBytes *bytes,
                                      char sha256_out[LODGE_DIGEST_SIZE],
                                      GError **error)
{
    g_return_val_if_fail(txn != NULL && bytes != NULL, FALSE);
    gsize size = 0;
    const void *data = g_bytes_get_data(bytes, &size);
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(data, size, sha256);
    gboolean present = FALSE;
    if (!find_present(txn, sha256, (gint64)size, &present, error))
        return FALSE;
    if (!present) {
        g_autoptr(LodgeDurableFile) file =
            lodge_durable_file_new(txn->spool->root, "object", error);
        if (file == NULL ||
            (size > 0 && !lodge_durable_file_write(file, data, size, error)) ||
            !add_object(txn, g_steal_pointer(&file), sha256, error))
            return FALSE;
    }
    g_strlcpy(sha256_out, sha256, LODGE_DIGEST_SIZE);
    return TRUE;
}

/* ---- events ---- */

/* What an event names must be there no later than the event. */
static gboolean
require_objects(LodgeTransaction *txn, const LodgeEvent *event, GError **error)
{
    for (guint i = 0; i < lodge_members_count; i++) {
        const LodgeMember *member = &lodge_members[i];
        if (member->kind != LODGE_MEMBER_DIGEST || !lodge_member_is_of(member, event->type))
            continue;
        const char *sha256 = *LODGE_MEMBER_IN(char *, event, member);
        if (sha256 == NULL || has_object(txn, sha256))
            continue;
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
                    "event \"%s\" of %s names an object as its %s that was never put: %s",
                    lodge_event_type_format(event->type), event->reference, member->name,
                    sha256);
        return FALSE;
    }
    return TRUE;
}

/* TRUE with record NULL: this type has none. */
static gboolean put_record(LodgeTransaction *txn,
                           const LodgeEvent *event,
                           GBytes **record_out,
                           char sha256_out[LODGE_DIGEST_SIZE],
                           GError **error)
{
    /* So that nobody can guess an erased record and prove the guess right by the digest that stays in the row. */
    char salt[LODGE_DIGEST_SIZE];
    if (!lodge_salt_make(salt, error))
        return FALSE;
    g_autoptr(GBytes) record = lodge_event_format_record(event, salt);
    if (record != NULL && !lodge_transaction_put_object(txn, record, sha256_out, error))
        return FALSE;
    *record_out = g_steal_pointer(&record);
    return TRUE;
}

static gboolean add_event(LodgeTransaction *txn, LodgeEvent *event, GError **error)
{
    g_autoptr(GBytes) record = NULL;
    char sha256[LODGE_DIGEST_SIZE];
    event->seq = txn->spool->last.seq + txn->count + 1;
    if (!put_record(txn, event, &record, sha256, error))
        return FALSE;
    g_autofree char *row = lodge_event_format_row(event, record != NULL ? sha256 : NULL);
    g_autofree char *named = NULL;
    g_autoptr(LodgeEvent) read_back =
        lodge_event_parse_row(row, strlen(row), &named, error);
    if (read_back == NULL ||
        (record != NULL && !lodge_event_parse_record(read_back, record, error)) ||
        !require_objects(txn, read_back, error) ||
        !lodge_ledger_apply(txn->spool->ledger, read_back, error))
        return FALSE;
    g_string_append_printf(txn->rows, "%s\n", row);
    txn->count++;
    return TRUE;
}

gboolean
lodge_transaction_add(LodgeTransaction *txn, const LodgeEvent *event, GError **error)
{
    g_return_val_if_fail(txn != NULL && event != NULL, FALSE);
    g_return_val_if_fail(lodge_event_type_format(event->type) != NULL, FALSE);
    LodgeEvent numbered = *event; /* borrows the strings */
    if (!txn->failed && add_event(txn, &numbered, error))
        return TRUE;
    if (txn->failed && error != NULL && *error == NULL)
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO,
                    "this transaction has failed before and can only be rolled back");
    txn->failed = TRUE;
    return FALSE;
}

char *
lodge_transaction_next_reference(LodgeTransaction *txn, const char *prefix, GError **error)
{
    static const char sql[] = "SELECT max(number) FROM message WHERE prefix = ?1";
    g_return_val_if_fail(txn != NULL && prefix != NULL, NULL);
    LodgeLedger *ledger = txn->spool->ledger;
    sqlite3_stmt *statement = lodge_ledger_query(ledger, error, sql, LEDGER_TEXT(prefix));
    if (statement == NULL || lodge_ledger_step(ledger, statement, error) <= 0)
        return NULL;
    guint64 number = (guint64)sqlite3_column_int64(statement, 0) + 1;
    sqlite3_reset(statement);
    char *reference = lodge_reference_format(prefix, number);
    if (reference == NULL)
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "no reference can be made of the prefix \"%s\"", prefix);
    return reference;
}

/* ---- commit ---- */

/* Before the segment's rename: everything goes back. */
static gboolean write_journal(LodgeTransaction *txn, GError **error)
{
    LodgeSpool *spool = txn->spool;
    if (txn->failed) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO,
                    "an event of this transaction failed, so nothing of it was kept");
        return FALSE;
    }
    if (!lodge_durable_batch_commit(txn->batch, error))
        return FALSE;
    if (txn->count == 0)
        return TRUE;
    gboolean placed = FALSE;
    if (lodge_journal_append(spool->root, &spool->last, txn->rows, txn->count, txn->now_us,
                             &placed, error))
        return TRUE;
    if (placed)
        spool->broken = TRUE;
    else
        lodge_durable_batch_undo(txn->batch);
    return FALSE;
}

/* After it: the segment stands. What the index misses is applied from the journal, now or
 * before the next transaction; a failure is shown there, since these events are kept. */
static void write_index(LodgeSpool *spool)
{
    g_autoptr(GError) reason = NULL;
    if (lodge_ledger_set_position(spool->ledger, &spool->last, &reason) &&
        lodge_ledger_commit(spool->ledger, &reason))
        return;
    lodge_ledger_rollback(spool->ledger);
    spool->stale = TRUE;
    lodge_spool_catch_up(spool, NULL);
}

gboolean lodge_transaction_commit(LodgeTransaction *txn, GError **error)
{
    g_return_val_if_fail(txn != NULL, FALSE);
    if (!write_journal(txn, error)) {
        lodge_transaction_rollback(txn);
        return FALSE;
    }
    if (txn->count == 0)
        lodge_ledger_rollback(txn->spool->ledger);
    else
        write_index(txn->spool);
    transaction_free(txn);
    return TRUE;
}
