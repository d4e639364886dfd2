/* journal.h - the truth: segments journal/000000000001.jsonl …, one commit each.
 *
 *   {"lodge":"journal","format":1,"segment":2,"previous":"<sha256>","at":"2024-07-01T09:00:00.000000Z"}
 *   {"seq":7,"type":"kept",…}            one row per event
 *   {"end":3,"sha256":"<sha256>"}
 *
 * `previous` is the SHA-256 of the whole previous file, 64 zeros before the first; `end`
 * counts the rows; the last `sha256` covers every byte before its line. So a torn, truncated,
 * altered, missing, doubled or reordered segment shows. A segment is written in incoming/,
 * synced, renamed onto a name that must be free, and its directory synced.
 *
 * Knows rows as lines only; what they mean is event.h's. Limits: LODGE_JOURNAL_SEGMENT_BYTES.
 * Errors: LODGE_SPOOL_ERROR_DAMAGED names the segment and what is wrong with it. */
#pragma once

#include "parsers/text/digest.h"
#include "spool/durable_file.h"
#include <glib.h>

#define LODGE_JOURNAL_FORMAT 1
#define LODGE_JOURNAL_SEGMENT_BYTES (16 * 1024 * 1024)

/* The end of a chain: its last segment, that file's digest, and the last event's number. */
typedef struct {
    guint64 segment;
    char sha256[LODGE_DIGEST_SIZE];
    guint64 seq;
} LodgeJournalPosition;

/* Before the first segment. */
void lodge_journal_position_clear(LodgeJournalPosition *position);

typedef struct {
    guint64 number;
    char previous[LODGE_DIGEST_SIZE];
    char sha256[LODGE_DIGEST_SIZE]; /* of the whole file */
    gint64 at_us;
    GPtrArray *rows; /* char*, without line end */
    gsize size_bytes;
} LodgeJournalSegment;

void lodge_journal_segment_free(LodgeJournalSegment *segment);
/* "journal/000000000012.jsonl"; g_free it. */
char *lodge_journal_name(guint64 segment);

/* How many segments there are; DAMAGED when numbers are missing or strange files are there. */
gboolean
lodge_journal_count(const LodgeDurableRoot *root, guint64 *count_out, GError **error);
/* One segment, checked in itself (header, END record, limits). */
LodgeJournalSegment *
lodge_journal_load(const LodgeDurableRoot *root, guint64 number, GError **error);
/* Is it the next one after this position? */
gboolean lodge_journal_check_follows(const LodgeJournalSegment *segment,
                                     const LodgeJournalPosition *position,
                                     GError **error);
/* The position after it. */
void lodge_journal_advance(LodgeJournalPosition *position,
                           const LodgeJournalSegment *segment);

/* Writes the next segment of these rows (each with its line end) and moves the position on.
 * placed_out is always set: TRUE with an error means that the segment is visible, but perhaps not
 * durable: nothing may be written after it before the directory was synced anew. */
gboolean lodge_journal_append(LodgeDurableRoot *root,
                              LodgeJournalPosition *position,
                              const GString *rows,
                              guint64 count,
                              gint64 now_us,
                              gboolean *placed_out,
                              GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeJournalSegment, lodge_journal_segment_free)
