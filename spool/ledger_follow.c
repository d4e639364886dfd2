/* The index follows the journal: catching up, building anew, putting in place, viewing. */
#include "spool/ledger_internal.h"
#include "spool/object_store.h"
#include "spool/purged.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- applying segments ---- */

typedef struct {
    LodgeLedger *ledger;
    const LodgeDurableRoot *root;
    const LodgePurged *purged; /* by the segments that are followed */
    LodgeFollowRecords records;
} Follow;

/* The record's half of an event. One that is gone is an error unless it is to be tolerated:
 * what it held (where a message was found, its digest) keeps lodge from taking it in twice. */
static gboolean
add_record(const Follow *follow, LodgeEvent *event, const char *sha256, GError **error)
{
    g_autoptr(GError) reason = NULL;
    if (lodge_purged_covers(follow->purged, event)) {
        lodge_purged_relocate(follow->purged, event);
        return TRUE;
    }
    g_autoptr(GBytes) record =
        lodge_object_store_read(follow->root, sha256, LODGE_EVENT_RECORD_BYTES, &reason);
    if (record != NULL && lodge_event_parse_record(event, record, &reason))
        return TRUE;
    gboolean lost = g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING) ||
                    g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED);
    if (lost && follow->records == LODGE_FOLLOW_TOLERANT)
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, lost ? LODGE_SPOOL_ERROR_DAMAGED : reason->code,
                "the record of event %" G_GUINT64_FORMAT " (%s of %s): %s; "
                "or run lodge verify --repair to go on without it",
                event->seq, lodge_event_type_format(event->type),
                event->reference != NULL ? event->reference : "a mailbox", reason->message);
    return FALSE;
}

static gboolean
apply_row(const Follow *follow, const char *row, guint64 seq, GError **error)
{
    g_autofree char *sha256 = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(row, strlen(row), &sha256, error);
    if (event == NULL)
        return FALSE;
    if (event->seq != seq) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "event %" G_GUINT64_FORMAT " stands where %" G_GUINT64_FORMAT
                    " belongs: run lodge verify",
                    event->seq, seq);
        return FALSE;
    }
    return (sha256 == NULL || add_record(follow, event, sha256, error)) &&
           lodge_ledger_apply(follow->ledger, event, error);
}

static gboolean
apply_segment(const Follow *follow, LodgeJournalPosition *position, GError **error)
{
    g_autoptr(LodgeJournalSegment) segment =
        lodge_journal_load(follow->root, position->segment + 1, error);
    if (segment == NULL || !lodge_journal_check_follows(segment, position, error))
        return FALSE;
    for (guint i = 0; i < segment->rows->len; i++) {
        const char *row = g_ptr_array_index(segment->rows, i);
        if (!apply_row(follow, row, position->seq + i + 1, error)) {
            g_prefix_error(
                error, "segment %" G_GUINT64_FORMAT ", row %u: ", segment->number, i + 1);
            return FALSE;
        }
    }
    lodge_journal_advance(position, segment);
    return lodge_ledger_set_position(follow->ledger, position, error);
}

gboolean lodge_ledger_follow(LodgeLedger *ledger,
                             const LodgeDurableRoot *root,
                             guint64 last,
                             LodgeFollowRecords records,
                             GError **error)
{
    LodgeJournalPosition position;
    if (!lodge_ledger_get_position(ledger, &position, error))
        return FALSE;
    g_autoptr(LodgePurged) purged = lodge_purged_load(root, position.segment + 1, last);
    const Follow follow = {ledger, root, purged, records};
    while (position.segment < last) {
        if (!lodge_ledger_begin(ledger, error))
            return FALSE;
        if (!apply_segment(&follow, &position, error) ||
            !lodge_ledger_commit(ledger, error)) {
            lodge_ledger_rollback(ledger);
            return FALSE;
        }
    }
    return TRUE;
}

gboolean lodge_ledger_check_chain(LodgeLedger *ledger,
                                  const LodgeDurableRoot *root,
                                  guint64 last,
                                  GError **error)
{
    LodgeJournalPosition position;
    if (!lodge_ledger_get_position(ledger, &position, error))
        return FALSE;
    if (position.segment == 0)
        return TRUE;
    char found[LODGE_DIGEST_SIZE] = "";
    g_autofree char *name = lodge_journal_name(position.segment);
    if (position.segment <= last &&
        !lodge_object_store_digest_file(root, name, found, NULL, error))
        return FALSE;
    if (strcmp(found, position.sha256) == 0)
        return TRUE;
    g_set_error(
        error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
        "the index %s belongs to another journal than this one: run lodge verify --repair",
        ledger->path);
    return FALSE;
}

/* ---- building anew ---- */

static LodgeLedger *build(const char *path,
                          const LodgeDurableRoot *root,
                          guint64 last,
                          LodgeFollowRecords records,
                          GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_ledger_open(path, LODGE_LEDGER_BUILD, error);
    if (ledger == NULL || !lodge_ledger_create_schema(ledger, error) ||
        !lodge_ledger_follow(ledger, root, last, records, error))
        return NULL;
    return g_steal_pointer(&ledger);
}

LodgeLedger *lodge_ledger_build_private(const LodgeDurableRoot *root,
                                        guint64 last,
                                        LodgeFollowRecords records,
                                        GError **error)
{
    return build("", root, last, records, error);
}

/* The old files go first, and for good, before the new one comes: a new index beside an old
 * write-ahead log would be replayed into nonsense. A cut anywhere in between leaves no
 * ledger.db, which is built again. */
static gboolean replace(LodgeDurableRoot *root, const char *name, GError **error)
{
    return lodge_durable_remove(root, LODGE_LEDGER_FILE, error) &&
           lodge_durable_remove(root, LODGE_LEDGER_FILE "-wal", error) &&
           lodge_durable_remove(root, LODGE_LEDGER_FILE "-shm", error) &&
           lodge_durable_remove(root, LODGE_LEDGER_FILE "-journal", error) &&
           lodge_durable_directory_sync(root, ".", error) &&
           lodge_durable_rename(root, name, LODGE_LEDGER_FILE, error) &&
           lodge_durable_directory_sync(root, ".", error);
}

gboolean lodge_ledger_rebuild(LodgeDurableRoot *root,
                              guint64 last,
                              LodgeFollowRecords records,
                              GError **error)
{
    /* Made here, so that it has our mode and not SQLite's. */
    g_autoptr(LodgeDurableFile) file = lodge_durable_file_new(root, "ledger", error);
    if (file == NULL || !lodge_durable_file_sync(file, 0600, error))
        return FALSE;
    const char *name = lodge_durable_file_name(file);
    g_autofree char *path = lodge_durable_root_join(root, name);
    LodgeLedger *ledger = build(path, root, last, records, error);
    if (ledger == NULL)
        return FALSE;
    lodge_ledger_close(ledger);
    if (!lodge_durable_sync_foreign(root, name, error) || !replace(root, name, error))
        return FALSE;
    lodge_durable_file_leave(file);
    return TRUE;
}

/* ---- opening ---- */

static gboolean has_file(const LodgeDurableRoot *root, const char *name)
{
    return faccessat(lodge_durable_root_fd(root), name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static LodgeLedger *open_checked(const LodgeDurableRoot *root,
                                 LodgeLedgerMode mode,
                                 guint64 last,
                                 GError **error)
{
    g_autofree char *path = lodge_durable_root_join(root, LODGE_LEDGER_FILE);
    g_autoptr(LodgeLedger) ledger = lodge_ledger_open(path, mode, error);
    if (ledger == NULL || !lodge_ledger_check_schema(ledger, error) ||
        !lodge_ledger_check_chain(ledger, root, last, error))
        return NULL;
    return g_steal_pointer(&ledger);
}

static LodgeLedger *open_and_follow(LodgeDurableRoot *root, guint64 last, GError **error)
{
    g_autoptr(LodgeLedger) ledger = open_checked(root, LODGE_LEDGER_WRITE, last, error);
    if (ledger == NULL ||
        !lodge_ledger_follow(ledger, root, last, LODGE_FOLLOW_STRICT, error))
        return NULL;
    return g_steal_pointer(&ledger);
}

/* A segment is durable before the index hears of it. An index that knows more than the journal
 * therefore proves that segments were taken away (a backup restored by halves, a clean-up);
 * building a smaller one in silence would forget what was decided and answered. */
static gboolean refuse_lost_segments(LodgeDurableRoot *root, guint64 last, GError **error)
{
    LodgeJournalPosition position;
    g_autofree char *path = lodge_durable_root_join(root, LODGE_LEDGER_FILE);
    g_autoptr(LodgeLedger) ledger = lodge_ledger_open(path, LODGE_LEDGER_READ, NULL);
    if (ledger == NULL || !lodge_ledger_check_schema(ledger, NULL) ||
        !lodge_ledger_get_position(ledger, &position, NULL) || position.segment <= last)
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                "the journal ends with segment %" G_GUINT64_FORMAT
                ", but the index has seen segment %" G_GUINT64_FORMAT
                ": segments are missing from %s/journal; put them back from a backup; "
                "lodge verify says more",
                last, position.segment, lodge_durable_root_path(root));
    return FALSE;
}

LodgeLedger *lodge_ledger_open_current(LodgeDurableRoot *root, guint64 last, GError **error)
{
    if (has_file(root, LODGE_LEDGER_FILE)) {
        if (!refuse_lost_segments(root, last, error))
            return NULL;
        g_autoptr(GError) reason = NULL;
        LodgeLedger *ledger = open_and_follow(root, last, &reason);
        if (ledger != NULL)
            return ledger;
        /* Only what is wrong with the index itself is mended by another one; if the journal
         * is what is damaged, building fails below and says so. */
        if (!g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED)) {
            g_propagate_error(error, g_steal_pointer(&reason));
            return NULL;
        }
    }
    if (!lodge_ledger_rebuild(root, last, LODGE_FOLLOW_STRICT, error))
        return NULL;
    return open_and_follow(root, last, error);
}

/* A private copy of the index, which may then be brought up. */
static LodgeLedger *copy_private(LodgeLedger *source, GError **error)
{
    g_autoptr(LodgeLedger) copy = lodge_ledger_open("", LODGE_LEDGER_BUILD, error);
    if (copy == NULL)
        return NULL;
    sqlite3_backup *backup = sqlite3_backup_init(copy->db, "main", source->db, "main");
    if (backup != NULL)
        sqlite3_backup_step(backup, -1);
    if (backup == NULL || sqlite3_backup_finish(backup) != SQLITE_OK) {
        lodge_ledger_fail(copy, error);
        return NULL;
    }
    return g_steal_pointer(&copy);
}

/* A write-ahead log needs a -shm file even for reading. On a file system that cannot be
 * written and has no log, nobody changes the file, and it can be read as it stands. */
LodgeLedger *
lodge_ledger_open_readable(const LodgeDurableRoot *root, guint64 last, GError **error)
{
    g_autoptr(GError) reason = NULL;
    LodgeLedger *ledger = open_checked(root, LODGE_LEDGER_READ, last, &reason);
    if (ledger == NULL && !has_file(root, LODGE_LEDGER_FILE "-wal") &&
        faccessat(lodge_durable_root_fd(root), ".", W_OK, 0) != 0) {
        g_clear_error(&reason);
        ledger = open_checked(root, LODGE_LEDGER_SNAPSHOT, last, &reason);
    }
    if (ledger == NULL)
        g_propagate_error(error, g_steal_pointer(&reason));
    return ledger;
}

/* A reader beside a writer may see a segment whose index commit is still to come, and may
 * see the index move on between the two looks: being ahead of `last` by then is as good. */
LodgeLedger *
lodge_ledger_open_view(const LodgeDurableRoot *root, guint64 last, GError **error)
{
    LodgeJournalPosition position;
    g_autoptr(LodgeLedger) ledger = NULL;
    if (has_file(root, LODGE_LEDGER_FILE))
        ledger = lodge_ledger_open_readable(root, G_MAXUINT64, NULL);
    if (ledger == NULL || !lodge_ledger_get_position(ledger, &position, NULL))
        return lodge_ledger_build_private(root, last, LODGE_FOLLOW_STRICT, error);
    if (position.segment >= last)
        return g_steal_pointer(&ledger);
    g_autoptr(LodgeLedger) copy = copy_private(ledger, error);
    if (copy == NULL || !lodge_ledger_follow(copy, root, last, LODGE_FOLLOW_STRICT, error))
        return NULL;
    return g_steal_pointer(&copy);
}
