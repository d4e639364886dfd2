#include "spool/purge.h"

#include "spool/event_walk.h"
#include "spool/marker.h"
#include "spool/purged.h"
#include "spool/salt.h"
#include "spool/spool_internal.h"

#include <string.h>

#define FILES "file" /* the account of what came from the file system */

static const char marker_words[] =
    "A purge was broken off. The next lodge that opens this spool for writing carries it "
    "on.\n";

/* ---- what there is to purge ---- */

typedef struct {
    GHashTable *wanted; /* reference -> LodgePurgeOrder, borrowed */
    GPtrArray *places;  /* LodgeEvent: the KEPT and LOCATED events of these messages */
    GHashTable
        *paths; /* path of a file -> reference of who came from it, or "" if several did */
} Survey;

static void survey_clear(Survey *survey)
{
    g_clear_pointer(&survey->wanted, g_hash_table_unref);
    g_clear_pointer(&survey->places, g_ptr_array_unref);
    g_clear_pointer(&survey->paths, g_hash_table_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Survey, survey_clear)

static void note_path(Survey *survey, const LodgeEvent *event)
{
    if (g_strcmp0(event->location.account, FILES) != 0)
        return;
    const char *path = event->location.folder;
    const char *who = g_hash_table_lookup(survey->paths, path);
    if (who == NULL)
        g_hash_table_insert(survey->paths, g_strdup(path), g_strdup(event->reference));
    else if (strcmp(who, event->reference) != 0)
        g_hash_table_insert(survey->paths, g_strdup(path), g_strdup(""));
}

static gboolean survey_event(const LodgeEvent *event,
                             const LodgeEventPlace *place,
                             gpointer data,
                             GError **error)
{
    Survey *survey = data;
    if (place->record_sha256 != NULL && !place->erased && !place->record_read) {
        g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED,
                    "the record of event %" G_GUINT64_FORMAT " (%s of %s) cannot be read, "
                    "so nobody knows which objects are needed: restore it from a backup "
                    "first; lodge verify says more",
                    event->seq, lodge_event_type_format(event->type),
                    event->reference != NULL ? event->reference : "a mailbox");
        return FALSE;
    }
    if (event->type != LODGE_EVENT_KEPT && event->type != LODGE_EVENT_LOCATED)
        return TRUE;
    note_path(survey, event);
    if (g_hash_table_contains(survey->wanted, event->reference))
        g_ptr_array_add(survey->places, lodge_event_copy(event));
    return TRUE;
}

static gboolean check_order(LodgeSpool *spool, const LodgePurgeOrder *order, GError **error)
{
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_require_message(spool->ledger, order->reference, error);
    if (message == NULL)
        return FALSE;
    if (strcmp(message->state, "purged") != 0)
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING,
                "%s is purged already: nothing of it is left", order->reference);
    return FALSE;
}

static gboolean survey_all(Survey *survey,
                           LodgeSpool *spool,
                           const LodgePurgeOrder *orders,
                           guint count,
                           GError **error)
{
    survey->wanted = g_hash_table_new(g_str_hash, g_str_equal);
    survey->places = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_event_free);
    survey->paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < count; i++) {
        if (!check_order(spool, &orders[i], error))
            return FALSE;
        g_hash_table_insert(survey->wanted, (gpointer)orders[i].reference,
                            (gpointer)&orders[i]);
    }
    return lodge_event_walk(spool->root, survey_event, survey, error);
}

/* ---- the events ---- */

/* A path that is this message's alone goes; another name takes its place, the same for the same path. */
static char *kept_folder(const Survey *survey, const LodgeEvent *place)
{
    const char *path = place->location.folder;
    const char *who = g_strcmp0(place->location.account, FILES) == 0
                          ? g_hash_table_lookup(survey->paths, path)
                          : NULL;
    if (who == NULL || strcmp(who, place->reference) != 0)
        return g_strdup(path);
    for (guint i = 0; i < survey->places->len; i++) {
        const LodgeEvent *first = g_ptr_array_index(survey->places, i);
        if (strcmp(first->reference, place->reference) == 0 &&
            g_strcmp0(first->location.folder, path) == 0)
            return g_strdup_printf("purged-%" G_GUINT64_FORMAT, first->seq);
    }
    return g_strdup(path);
}

static gboolean add_purged(const Survey *survey,
                           const LodgeEvent *place,
                           const char *key,
                           const char *message_sha256,
                           LodgeTransaction *txn,
                           gint64 now_us,
                           GError **error)
{
    const LodgePurgeOrder *order = g_hash_table_lookup(survey->wanted, place->reference);
    char digest[LODGE_DIGEST_SIZE] = "";
    if (message_sha256 != NULL)
        lodge_purged_digest(key, message_sha256, digest);
    g_autofree char *folder = kept_folder(survey, place);
    LodgeEvent event = {
        .type = LODGE_EVENT_PURGED,
        .at_us = now_us,
        .reference = (char *)order->reference,
        .code = (char *)order->rule,
        .actor = (char *)order->actor,
        .words = (char *)order->reason,
        .location = place->location,
        .keeps_seq = (gint64)place->seq,
        .purge_key = (char *)key,
        .purge_digest = message_sha256 != NULL ? digest : NULL,
    };
    event.location.folder = folder;
    return lodge_transaction_add(txn, &event, error);
}

/* The digest stands in the KEPT event, which is the first of a message. */
static gboolean add_all(const Survey *survey,
                        const char *key,
                        LodgeTransaction *txn,
                        gint64 now_us,
                        GError **error)
{
    g_autoptr(GHashTable) digests = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < survey->places->len; i++) {
        const LodgeEvent *place = g_ptr_array_index(survey->places, i);
        if (place->type == LODGE_EVENT_KEPT)
            g_hash_table_insert(digests, place->reference, place->message_sha256);
        if (!add_purged(survey, place, key, g_hash_table_lookup(digests, place->reference),
                        txn, now_us, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
choose_key(LodgeSpool *spool, char key_out[LODGE_DIGEST_SIZE], GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *known = lodge_ledger_find_purge_key(spool->ledger, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (known == NULL)
        return lodge_salt_make(key_out, error);
    g_strlcpy(key_out, known, LODGE_DIGEST_SIZE);
    return TRUE;
}

static gboolean
record(const Survey *survey, LodgeSpool *spool, gint64 now_us, GError **error)
{
    char key[LODGE_DIGEST_SIZE];
    if (!choose_key(spool, key, error))
        return FALSE;
    g_autoptr(LodgeTransaction) txn = lodge_spool_begin(spool, now_us, error);
    return txn != NULL && add_all(survey, key, txn, now_us, error) &&
           lodge_transaction_commit(g_steal_pointer(&txn), error);
}

/* ---- erasing ---- */

static gboolean erase(LodgeSpool *spool, LodgeErased *erased, GError **error)
{
    g_autoptr(LodgeErasure) erasure = lodge_erasure_new(spool->root, error);
    return erasure != NULL && lodge_spool_catch_up(spool, error) &&
           lodge_erasure_remove_trees(erasure, spool, error) &&
           lodge_erasure_remove_objects(erasure, erased, error) &&
           lodge_ledger_forget(spool->ledger, error) &&
           lodge_marker_lift(spool->root, LODGE_PURGE_MARKER, error);
}

gboolean lodge_purge_run(LodgeSpool *spool,
                         const LodgePurgeOrder *orders,
                         guint count,
                         gint64 now_us,
                         LodgeErased *erased_out,
                         GError **error)
{
    g_return_val_if_fail(spool != NULL && orders != NULL && count > 0, FALSE);
    g_auto(Survey) survey = {0};
    LodgeErased erased = {0};
    if (!lodge_spool_require_writer(spool, error) ||
        !survey_all(&survey, spool, orders, count, error) ||
        !lodge_marker_lay(spool->root, LODGE_PURGE_MARKER, marker_words, error))
        return FALSE;
    if (!record(&survey, spool, now_us, error)) {
        if (!spool->broken)
            lodge_marker_lift(spool->root, LODGE_PURGE_MARKER, NULL);
        return FALSE;
    }
    if (!erase(spool, &erased, error)) {
        g_prefix_error(error, "purged, but not erased yet (the next lodge that opens the "
                              "spool carries on): ");
        return FALSE;
    }
    *erased_out = erased;
    return TRUE;
}

gboolean lodge_purge_again(LodgeSpool *spool, LodgeErased *erased_out, GError **error)
{
    g_return_val_if_fail(spool != NULL, FALSE);
    LodgeErased erased = {0};
    if (!lodge_spool_require_writer(spool, error) ||
        !lodge_marker_lay(spool->root, LODGE_PURGE_MARKER, marker_words, error) ||
        !erase(spool, &erased, error))
        return FALSE;
    *erased_out = erased;
    return TRUE;
}

gboolean lodge_purge_resume(LodgeSpool *spool, GError **error)
{
    LodgeErased erased = {0};
    if (!lodge_marker_is_laid(spool->root, LODGE_PURGE_MARKER) ||
        erase(spool, &erased, error))
        return TRUE;
    g_prefix_error(error, "a purge that was broken off cannot be carried on: ");
    return FALSE;
}
