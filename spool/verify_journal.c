/* The journal: numbering, END records, chain; every row and its record; what they name. */
#include "spool/event_objects.h"
#include "spool/object_store.h"
#include "spool/verify_internal.h"

#include <string.h>

#define RESTORE "restore it from a backup"

/* `soft`: its absence is no problem. */
static gboolean name_object(LodgeVerification *verification,
                            const LodgeEvent *event,
                            const char *what,
                            const char *sha256,
                            gboolean soft,
                            gboolean checked,
                            GError **error)
{
    static const char sql[] =
        "INSERT INTO named(sha256, seq, reference, what, soft, checked)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT(sha256) DO UPDATE SET"
        " soft = min(soft, ?5), checked = max(checked, ?6)";
    return lodge_ledger_run(verification->named, error, sql, LEDGER_TEXT(sha256),
                            LEDGER_INT(event->seq), LEDGER_TEXT(event->reference),
                            LEDGER_TEXT(what), LEDGER_INT(soft), LEDGER_INT(checked));
}

static gboolean name_visited(const LodgeEvent *event,
                             const LodgeEventObject *object,
                             gpointer data,
                             GError **error)
{
    return name_object(data, event, object->what, object->sha256, object->optional, FALSE,
                       error);
}

static void note_record(LodgeVerification *verification,
                        const LodgeEvent *event,
                        const char *sha256,
                        const GError *reason)
{
    g_autofree char *object = lodge_object_store_name(sha256);
    gboolean missing =
        g_error_matches(reason, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING);
    g_autofree char *problem =
        g_strdup_printf("the record of event %" G_GUINT64_FORMAT " (\"%s\" of %s) %s",
                        event->seq, lodge_event_type_format(event->type),
                        event->reference != NULL ? event->reference
                        : event->call != NULL    ? event->call
                                                 : "a mailbox",
                        missing ? "is missing" : reason->message);
    lodge_verify_add(verification, object, problem, RESTORE);
    verification->records_lost = TRUE;
}

/* Erased with its message: nothing is to be there. */
static void
check_erased(LodgeVerification *verification, const LodgeEvent *event, const char *sha256)
{
    if (!lodge_object_store_find(verification->root, sha256, NULL))
        return;
    g_autofree char *object = lodge_object_store_name(sha256);
    g_autofree char *problem = g_strdup_printf(
        "is the record of event %" G_GUINT64_FORMAT " (\"%s\" of %s), which was purged",
        event->seq, lodge_event_type_format(event->type), event->reference);
    lodge_verify_add(verification, object, problem,
                     "run lodge purge --again, which erases what is left of it");
}

/* The record is verified here, so the walk over the objects need not read it again. */
static gboolean check_record(LodgeVerification *verification,
                             LodgeEvent *event,
                             const char *sha256,
                             GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(GBytes) record = lodge_object_store_read(verification->root, sha256,
                                                       LODGE_EVENT_RECORD_BYTES, &reason);
    if (record != NULL && lodge_event_parse_record(event, record, &reason)) {
        verification->report->objects++;
        verification->report->bytes += g_bytes_get_size(record);
    } else {
        note_record(verification, event, sha256, reason);
    }
    return name_object(verification, event, "record", sha256, FALSE, TRUE, error);
}

/* A row that cannot be read is damage to the chain although its digest is right: another
 * version of lodge, or a forger with the patience to recompute the rest. */
static gboolean check_row(LodgeVerification *verification,
                          const char *row,
                          guint64 seq,
                          gboolean *good_out,
                          GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autofree char *sha256 = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(row, strlen(row), &sha256, &reason);
    *good_out = event != NULL && event->seq == seq;
    if (!*good_out) {
        g_autofree char *words =
            g_strdup_printf("row %" G_GUINT64_FORMAT ": %s", seq,
                            reason != NULL ? reason->message : "its number is another's");
        lodge_verify_add(verification, "journal", words, RESTORE);
        return TRUE;
    }
    verification->report->events++;
    verification->report->messages += event->type == LODGE_EVENT_KEPT;
    verification->report->receipts += event->type == LODGE_EVENT_OWED;
    if (sha256 != NULL && lodge_purged_covers(verification->purged, event)) {
        check_erased(verification, event, sha256);
        return TRUE;
    }
    return (sha256 == NULL || check_record(verification, event, sha256, error)) &&
           lodge_event_visit_objects(event, name_visited, verification, error);
}

static gboolean check_rows(LodgeVerification *verification,
                           const LodgeJournalSegment *segment,
                           guint64 seq,
                           gboolean *good_out,
                           GError **error)
{
    gboolean good = TRUE;
    for (guint i = 0; i < segment->rows->len; i++) {
        gboolean row_good = FALSE;
        if (!check_row(verification, g_ptr_array_index(segment->rows, i), seq + i + 1,
                       &row_good, error))
            return FALSE;
        good = good && row_good;
    }
    *good_out = good;
    return TRUE;
}

static void
note_segment(LodgeVerification *verification, guint64 number, const GError *reason)
{
    g_autofree char *name = lodge_journal_name(number);
    lodge_verify_add(verification, name, reason->message, RESTORE);
    verification->journal_whole = FALSE;
}

/* Where a segment stands whose predecessor cannot be read: before its first row. */
static guint64 seq_before(const LodgeJournalSegment *segment, guint64 fallback)
{
    if (segment->rows->len == 0)
        return fallback;
    const char *row = g_ptr_array_index(segment->rows, 0);
    g_autofree char *sha256 = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(row, strlen(row), &sha256, NULL);
    return event != NULL && event->seq > 0 ? event->seq - 1 : fallback;
}

/* After a damaged segment the chain is taken up again from what stands there, so that one
 * damage is one problem, and the rest is looked at too. */
static gboolean check_segment(LodgeVerification *verification,
                              guint64 number,
                              LodgeJournalPosition *position,
                              GError **error)
{
    g_autoptr(GError) reason = NULL;
    g_autoptr(LodgeJournalSegment) segment =
        lodge_journal_load(verification->root, number, &reason);
    if (segment == NULL) {
        note_segment(verification, number, reason);
        position->segment = 0;
        return TRUE;
    }
    gboolean taken_up = position->segment == 0 && number > 1;
    if (!taken_up && !lodge_journal_check_follows(segment, position, &reason))
        note_segment(verification, number, reason);
    verification->report->segments++;
    gboolean good = FALSE;
    if (taken_up)
        position->seq = seq_before(segment, position->seq);
    if (!check_rows(verification, segment, position->seq, &good, error))
        return FALSE;
    verification->journal_whole = verification->journal_whole && good;
    lodge_journal_advance(position, segment);
    if (verification->journal_whole)
        verification->last = number;
    return TRUE;
}

gboolean lodge_verify_journal(LodgeVerification *verification, GError **error)
{
    static const char schema[] =
        "CREATE TABLE named(sha256 TEXT PRIMARY KEY, seq INTEGER, reference TEXT, what TEXT,"
        " soft INTEGER NOT NULL, checked INTEGER NOT NULL) STRICT, WITHOUT ROWID; BEGIN";
    g_autoptr(GError) reason = NULL;
    guint64 count = 0;
    verification->named = lodge_ledger_open("", LODGE_LEDGER_BUILD, error);
    if (verification->named == NULL ||
        !lodge_ledger_execute(verification->named, schema, error))
        return FALSE;
    verification->journal_whole = lodge_journal_count(verification->root, &count, &reason);
    if (!verification->journal_whole)
        lodge_verify_add(verification, "journal", reason->message, RESTORE);
    verification->purged = lodge_purged_load(verification->root, 1, count);
    verification->report->purged = lodge_purged_count(verification->purged);
    LodgeJournalPosition position;
    lodge_journal_position_clear(&position);
    for (guint64 number = 1; number <= count; number++)
        if (!check_segment(verification, number, &position, error))
            return FALSE;
    return TRUE;
}
