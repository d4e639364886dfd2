#include "spool/event_walk.h"

#include "spool/journal.h"
#include "spool/object_store.h"
#include "spool/purged.h"

#include <string.h>

typedef struct {
    const LodgeDurableRoot *root;
    const LodgePurged *purged;
    LodgeEventVisit visit;
    gpointer data;
} Walk;

static gboolean
walk_row(const Walk *walk, const char *row, LodgeEventPlace *place, GError **error)
{
    g_autofree char *sha256 = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(row, strlen(row), &sha256, error);
    if (event == NULL)
        return FALSE;
    place->erased = sha256 != NULL && lodge_purged_covers(walk->purged, event);
    g_autoptr(GBytes) record =
        sha256 != NULL && !place->erased
            ? lodge_object_store_read(walk->root, sha256, LODGE_EVENT_RECORD_BYTES, NULL)
            : NULL;
    place->record_sha256 = sha256;
    place->record_read = record != NULL && lodge_event_parse_record(event, record, NULL);
    return walk->visit(event, place, walk->data, error);
}

static gboolean walk_segment(const Walk *walk,
                             LodgeJournalPosition *position,
                             LodgeEventPlace *place,
                             GError **error)
{
    g_autoptr(LodgeJournalSegment) segment =
        lodge_journal_load(walk->root, position->segment + 1, error);
    if (segment == NULL || !lodge_journal_check_follows(segment, position, error))
        return FALSE;
    place->segment = segment->number;
    for (guint i = 0; i < segment->rows->len; i++)
        if (!walk_row(walk, g_ptr_array_index(segment->rows, i), place, error))
            return FALSE;
    lodge_journal_advance(position, segment);
    return TRUE;
}

gboolean lodge_event_walk(const LodgeDurableRoot *root,
                          LodgeEventVisit visit,
                          gpointer data,
                          GError **error)
{
    LodgeEventPlace place = {0};
    LodgeJournalPosition position;
    lodge_journal_position_clear(&position);
    if (!lodge_journal_count(root, &place.segments, error))
        return FALSE;
    g_autoptr(LodgePurged) purged = lodge_purged_load(root, 1, place.segments);
    const Walk walk = {root, purged, visit, data};
    while (position.segment < place.segments)
        if (!walk_segment(&walk, &position, &place, error))
            return FALSE;
    return TRUE;
}
