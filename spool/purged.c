#include "spool/purged.h"

#include "spool/journal.h"
#include "spool/object_store.h"

#include <string.h>

#define MARK                                                                               \
    "\"type\":\"purged\"" /* as event_format.c writes it: spares the parsing of all other rows */

struct LodgePurged {
    GHashTable *references; /* char * -> gint64 *: number of its last PURGED event */
    GHashTable *
        locations; /* gint64 *: number of the event -> LodgeEvent *: what keeps its location */
};

static void take_event(LodgePurged *purged, LodgeEvent *event)
{
    gint64 seq = (gint64)event->seq;
    g_hash_table_replace(purged->references, g_strdup(event->reference),
                         g_memdup2(&seq, sizeof seq));
    g_hash_table_replace(purged->locations,
                         g_memdup2(&event->keeps_seq, sizeof event->keeps_seq), event);
}

static void take_row(LodgePurged *purged, const LodgeDurableRoot *root, const char *row)
{
    if (strstr(row, MARK) == NULL)
        return;
    g_autofree char *sha256 = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(row, strlen(row), &sha256, NULL);
    if (event == NULL || event->type != LODGE_EVENT_PURGED)
        return;
    g_autoptr(GBytes) record =
        lodge_object_store_read(root, sha256, LODGE_EVENT_RECORD_BYTES, NULL);
    if (record != NULL)
        lodge_event_parse_record(event, record, NULL);
    take_event(purged, g_steal_pointer(&event));
}

LodgePurged *lodge_purged_load(const LodgeDurableRoot *root, guint64 first, guint64 last)
{
    LodgePurged *purged = g_new0(LodgePurged, 1);
    purged->references = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    purged->locations = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                              (GDestroyNotify)lodge_event_free);
    for (guint64 number = first; number <= last; number++) {
        g_autoptr(LodgeJournalSegment) segment = lodge_journal_load(root, number, NULL);
        for (guint i = 0; segment != NULL && i < segment->rows->len; i++)
            take_row(purged, root, g_ptr_array_index(segment->rows, i));
    }
    return purged;
}

void lodge_purged_free(LodgePurged *purged)
{
    if (purged == NULL)
        return;
    g_hash_table_unref(purged->references);
    g_hash_table_unref(purged->locations);
    g_free(purged);
}

guint lodge_purged_count(const LodgePurged *purged)
{
    return g_hash_table_size(purged->references);
}

gboolean lodge_purged_has(const LodgePurged *purged, const char *reference)
{
    return reference != NULL && g_hash_table_contains(purged->references, reference);
}

/* What is said of it later (it was found at another place once more) is not. */
gboolean lodge_purged_covers(const LodgePurged *purged, const LodgeEvent *event)
{
    const gint64 *seq = event->reference != NULL
                            ? g_hash_table_lookup(purged->references, event->reference)
                            : NULL;
    return seq != NULL && event->type != LODGE_EVENT_PURGED && (gint64)event->seq < *seq;
}

void lodge_purged_relocate(const LodgePurged *purged, LodgeEvent *event)
{
    gint64 seq = (gint64)event->seq;
    const LodgeEvent *keeper = g_hash_table_lookup(purged->locations, &seq);
    if (keeper == NULL || keeper->location.account == NULL ||
        g_strcmp0(keeper->reference, event->reference) != 0)
        return;
    g_free(event->location.account);
    g_free(event->location.folder);
    event->location = keeper->location;
    event->location.account = g_strdup(keeper->location.account);
    event->location.folder = g_strdup(keeper->location.folder);
}

void lodge_purged_digest(const char *key,
                         const char *message_sha256,
                         char digest_out[LODGE_DIGEST_SIZE])
{
    g_autofree char *digest =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)key, strlen(key),
                                  message_sha256, (gssize)strlen(message_sha256));
    g_strlcpy(digest_out, digest, LODGE_DIGEST_SIZE);
}
