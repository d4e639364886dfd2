#include "spool/backup.h"

#include "spool/backup_internal.h"
#include "spool/erasure.h"
#include "spool/event_objects.h"
#include "spool/object_store.h"
#include "spool/purged.h"
#include "spool/spool_error.h"
#include "spool/spool_internal.h"

#include <string.h>

/* So much waits in incoming/ before it is made durable together. */
#define FLUSH_FILES 500
#define FLUSH_BYTES (64 * 1024 * 1024)
#define SEGMENT_MODE 0400

typedef struct {
    const LodgeDurableRoot *spool;
    LodgePurged *purged; /* as the journal said at the beginning */
    LodgeBackupTarget target;
    LodgeBackupReport *report;
    LodgeDurableBatch *batch; /* objects on their way */
    GHashTable *waiting;      /* digests in the batch, and all that were seen */
    GArray *segments;         /* guint64: to be copied once the batch is durable */
    guint files;              /* in the batch */
    gint64 bytes;             /* in the batch */
    GError *failure;          /* of writing: ours, and no problem of the spool */
} Backup;

void lodge_backup_report_free(LodgeBackupReport *report)
{
    if (report == NULL)
        return;
    g_ptr_array_unref(report->problems);
    g_free(report);
}

static void backup_clear(Backup *backup)
{
    lodge_durable_batch_free(backup->batch);
    lodge_purged_free(backup->purged);
    lodge_backup_target_clear(&backup->target);
    g_clear_pointer(&backup->waiting, g_hash_table_unref);
    g_clear_pointer(&backup->segments, g_array_unref);
    g_clear_error(&backup->failure);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Backup, backup_clear)

/* ---- one object ---- */

typedef struct {
    Backup *backup;
    LodgeDurableFile *file;
} Copying;

static gboolean write_piece(const void *bytes, gsize size, gpointer data, GError **error)
{
    Copying *copying = data;
    if (lodge_durable_file_write(copying->file, bytes, size, &copying->backup->failure))
        return TRUE;
    g_set_error_literal(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO, "not written");
    return FALSE;
}

static void
add_problem(Backup *backup, const LodgeEvent *event, const char *what, const char *words)
{
    g_ptr_array_add(
        backup->report->problems,
        g_strdup_printf("the %s of %s: %s", what,
                        event->reference != NULL ? event->reference : "a mailbox", words));
}

/* FALSE only if the copy cannot take it; what the spool cannot give is a problem of the report. */
static gboolean copy_object(Backup *backup,
                            const LodgeEvent *event,
                            const LodgeEventObject *object,
                            GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(LodgeDurableFile) file =
        lodge_durable_file_new(backup->target.root, "object", error);
    if (file == NULL)
        return FALSE;
    Copying copying = {backup, file};
    gint64 size_bytes = 0;
    if (!lodge_object_store_stream(backup->spool, object->sha256, write_piece, &copying,
                                   &size_bytes, &reason)) {
        if (backup->failure != NULL) {
            g_propagate_error(error, g_steal_pointer(&backup->failure));
            return FALSE;
        }
        add_problem(backup, event, object->what, reason->message);
        return TRUE;
    }
    g_autofree char *name = lodge_object_store_name(object->sha256);
    g_autofree char *directory = g_path_get_dirname(name);
    backup->files++;
    backup->bytes += size_bytes;
    backup->report->objects_copied++;
    backup->report->bytes_copied += (guint64)size_bytes;
    return lodge_backup_target_check_directory(&backup->target, directory, error) &&
           lodge_durable_batch_add(backup->batch, g_steal_pointer(&file), name,
                                   LODGE_OBJECT_MODE, error);
}

/* TRUE in present_out: the copy has it. A name that a killed run left is made durable with ours. */
static gboolean find_in_target(Backup *backup,
                               const char *sha256,
                               gint64 size_bytes,
                               gboolean *present_out,
                               GError **error)
{
    gint64 found_bytes = 0;
    g_autofree char *name = lodge_object_store_name(sha256);
    g_autofree char *directory = g_path_get_dirname(name);
    if (!lodge_backup_target_check_directory(&backup->target, directory, error))
        return FALSE;
    *present_out = lodge_object_store_find(backup->target.root, sha256, &found_bytes);
    if (*present_out && found_bytes != size_bytes) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "%s/%s has %" G_GINT64_FORMAT " bytes where %" G_GINT64_FORMAT
                    " belong: remove it, then run lodge backup again",
                    lodge_durable_root_path(backup->target.root), name, found_bytes,
                    size_bytes);
        return FALSE;
    }
    if (*present_out && backup->target.continued)
        lodge_durable_batch_add_directory(backup->batch, directory);
    return TRUE;
}

static gboolean need_object(const LodgeEvent *event,
                            const LodgeEventObject *object,
                            gpointer data,
                            GError **error)
{
    Backup *backup = data;
    gint64 size_bytes = 0;
    gboolean present = FALSE;
    if (g_hash_table_contains(backup->waiting, object->sha256))
        return TRUE;
    gboolean kept = lodge_object_store_find(backup->spool, object->sha256, &size_bytes);
    if (!kept && object->optional)
        return TRUE;
    g_hash_table_add(backup->waiting, g_strdup(object->sha256));
    backup->report->objects++;
    if (kept && !find_in_target(backup, object->sha256, size_bytes, &present, error))
        return FALSE;
    return present || copy_object(backup, event, object, error);
}

/* ---- one segment ---- */

/* The record is read twice, from the cache of the system; once it would have to be kept whole. */
static gboolean need_row(Backup *backup, const char *row, GError **error)
{
    g_autofree char *sha256 = NULL;
    g_autoptr(GError) reason = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(row, strlen(row), &sha256, error);
    if (event == NULL)
        return FALSE;
    if (sha256 != NULL && lodge_purged_covers(backup->purged, event))
        return TRUE;
    if (sha256 != NULL) {
        const LodgeEventObject record = {sha256, "record", FALSE};
        if (!need_object(event, &record, backup, error))
            return FALSE;
        g_autoptr(GBytes) bytes = lodge_object_store_read(
            backup->spool, sha256, LODGE_EVENT_RECORD_BYTES, &reason);
        if (bytes == NULL)
            return TRUE; /* told already; what it named is known to nobody */
        if (!lodge_event_parse_record(event, bytes, &reason))
            add_problem(backup, event, "record", reason->message);
    }
    return lodge_event_visit_objects(event, need_object, backup, error);
}

static gboolean
need_rows(Backup *backup, const LodgeJournalSegment *segment, GError **error)
{
    for (guint i = 0; i < segment->rows->len; i++)
        if (!need_row(backup, g_ptr_array_index(segment->rows, i), error)) {
            g_prefix_error(
                error, "segment %" G_GUINT64_FORMAT ", row %u: ", segment->number, i + 1);
            return FALSE;
        }
    return TRUE;
}

/* Has the copy this segment? One that is not the spool's is refused by name. */
static gboolean find_segment(const Backup *backup,
                             const LodgeJournalSegment *segment,
                             gboolean *present_out,
                             GError **error)
{
    char found[LODGE_DIGEST_SIZE];
    g_autoptr(GError) reason = NULL;
    g_autofree char *name = lodge_journal_name(segment->number);
    *present_out =
        lodge_object_store_digest_file(backup->target.root, name, found, NULL, &reason);
    if (!*present_out &&
        !g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING)) {
        g_propagate_error(error, g_steal_pointer(&reason));
        return FALSE;
    }
    if (!*present_out || strcmp(found, segment->sha256) == 0)
        return TRUE;
    g_set_error(
        error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
        "%s/%s is not the segment of the spool %s: it is another spool's backup, or "
        "one of the two was altered or restored; lodge verify says whether the spool "
        "is sound, and a new directory takes a new backup",
        lodge_durable_root_path(backup->target.root), name,
        lodge_durable_root_path(backup->spool));
    return FALSE;
}

/* ---- making durable ---- */

static gboolean
copy_segment(Backup *backup, LodgeDurableBatch *batch, guint64 number, GError **error)
{
    g_autofree char *name = lodge_journal_name(number);
    g_autofree char *path = lodge_durable_root_join(backup->spool, name);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    g_autoptr(LodgeDurableFile) file =
        lodge_durable_file_new(backup->target.root, "segment", error);
    if (file == NULL || !g_file_get_contents(path, &bytes, &size, error) ||
        !lodge_durable_file_write(file, bytes, size, error))
        return FALSE;
    backup->report->segments_copied++;
    backup->report->bytes_copied += size;
    return lodge_durable_batch_add(batch, g_steal_pointer(&file), name, SEGMENT_MODE,
                                   error);
}

static gboolean copy_segments(Backup *backup, GError **error)
{
    g_autoptr(LodgeDurableBatch) batch = lodge_durable_batch_new(backup->target.root);
    for (guint i = 0; i < backup->segments->len; i++)
        if (!copy_segment(backup, batch, g_array_index(backup->segments, guint64, i),
                          error))
            return FALSE;
    g_array_set_size(backup->segments, 0);
    return lodge_durable_batch_commit(batch, error);
}

/* Objects first, for good; then the segments that name them. */
static gboolean flush(Backup *backup, GError **error)
{
    if (!lodge_durable_batch_commit(backup->batch, error) || !copy_segments(backup, error))
        return FALSE;
    lodge_durable_batch_free(backup->batch);
    backup->batch = lodge_durable_batch_new(backup->target.root);
    backup->files = 0;
    backup->bytes = 0;
    return TRUE;
}

static gboolean take_segment(Backup *backup, LodgeJournalPosition *position, GError **error)
{
    gboolean present = FALSE;
    g_autoptr(LodgeJournalSegment) segment =
        lodge_journal_load(backup->spool, position->segment + 1, error);
    if (segment == NULL || !lodge_journal_check_follows(segment, position, error) ||
        !find_segment(backup, segment, &present, error) ||
        !need_rows(backup, segment, error))
        return FALSE;
    lodge_journal_advance(position, segment);
    backup->report->segments++;
    if (!present)
        g_array_append_val(backup->segments, segment->number);
    return (backup->files < FLUSH_FILES && backup->bytes < FLUSH_BYTES &&
            backup->segments->len < FLUSH_FILES) ||
           flush(backup, error);
}

/* ---- all of it ---- */

/* Before anything is changed in it: the copy's segments are the spool's. The files alone are
 * compared here; that the spool's are sound is seen when they are taken. */
static gboolean check_prefix(const Backup *backup, guint64 last, GError **error)
{
    for (guint64 number = 1; number <= last; number++) {
        g_autofree char *name = lodge_journal_name(number);
        LodgeJournalSegment spools = {.number = number};
        gboolean present = FALSE;
        if (!lodge_object_store_digest_file(backup->spool, name, spools.sha256, NULL,
                                            error) ||
            !find_segment(backup, &spools, &present, error))
            return FALSE;
    }
    g_autofree char *beyond = lodge_journal_name(last + 1);
    g_autofree char *path = lodge_durable_root_join(backup->target.root, beyond);
    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    g_set_error(
        error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
        "%s is beyond the last segment of the spool %s: this backup knows more than "
        "the spool; keep it, and back up into a new directory",
        path, lodge_durable_root_path(backup->spool));
    return FALSE;
}

static gboolean copy_all(Backup *backup,
                         guint64 last,
                         LodgeBackupProgress progress,
                         gpointer data,
                         GError **error)
{
    LodgeJournalPosition position;
    lodge_journal_position_clear(&position);
    while (position.segment < last) {
        if (!take_segment(backup, &position, error))
            return FALSE;
        if (progress != NULL)
            progress(position.segment, last, data);
    }
    return flush(backup, error);
}

/* An earlier run may have copied what has been purged since. */
static gboolean erase_purged(Backup *backup, GError **error)
{
    if (lodge_purged_count(backup->purged) == 0)
        return TRUE;
    g_autoptr(LodgeErasure) erasure = lodge_erasure_new(backup->target.root, error);
    return erasure != NULL &&
           lodge_erasure_remove_objects(erasure, &backup->report->erased, error);
}

LodgeBackupReport *lodge_backup_run(const char *dir,
                                    const char *target,
                                    gint64 now_us,
                                    LodgeBackupProgress progress,
                                    gpointer data,
                                    GError **error)
{
    g_return_val_if_fail(dir != NULL && target != NULL, NULL);
    guint64 last = 0;
    g_autoptr(LodgeDurableRoot) spool = lodge_spool_find_layout(dir, error);
    g_auto(Backup) backup = {.spool = spool};
    if (spool == NULL || !lodge_journal_count(spool, &last, error) ||
        !lodge_backup_target_open(&backup.target, spool, target, now_us, error) ||
        !check_prefix(&backup, last, error) ||
        !lodge_backup_target_begin(&backup.target, error))
        return NULL;
    g_autoptr(LodgeBackupReport) report = g_new0(LodgeBackupReport, 1);
    report->problems = g_ptr_array_new_with_free_func(g_free);
    report->continued = backup.target.continued;
    backup.report = report;
    backup.purged = lodge_purged_load(spool, 1, last);
    backup.batch = lodge_durable_batch_new(backup.target.root);
    backup.waiting = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    backup.segments = g_array_new(FALSE, FALSE, sizeof(guint64));
    if (!copy_all(&backup, last, progress, data, error) || !erase_purged(&backup, error) ||
        !lodge_backup_target_finish(&backup.target, error))
        return NULL;
    return g_steal_pointer(&report);
}
