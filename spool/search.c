#include "spool/search.h"

#include "spool/event_objects.h"
#include "spool/event_walk.h"
#include "spool/object_store.h"
#include "spool/spool_internal.h"

#include <string.h>

typedef enum {
    LOOKED_NOT = 0,
    LOOKED_NOTHING,
    LOOKED_FOUND,
    LOOKED_UNREADABLE,
} Looked;

typedef struct {
    const LodgeDurableRoot *root;
    char *text; /* lower case */
    gsize size;
    const LodgeSearchReport *report;
    GHashTable *looked; /* digest -> Looked: objects are shared */
} Search;

/* ---- one object ---- */

typedef struct {
    const Search *search;
    GByteArray *window; /* the end of what came before, and this piece; lower case */
    gboolean found;
} Looking;

static gboolean look_at(const void *bytes, gsize size, gpointer data, GError **error)
{
    (void)error;
    Looking *looking = data;
    GByteArray *window = looking->window;
    const guint8 *at = bytes;
    guint before = window->len;
    g_byte_array_set_size(window, before + (guint)size);
    for (gsize i = 0; i < size; i++)
        window->data[before + i] = (guint8)g_ascii_tolower((char)at[i]);
    const Search *search = looking->search;
    if (memmem(window->data, window->len, search->text, search->size) != NULL)
        looking->found = TRUE;
    if (window->len >= search->size)
        g_byte_array_remove_range(window, 0, window->len - (guint)search->size + 1);
    return TRUE;
}

static Looked look_into(const Search *search, const char *sha256, gboolean optional)
{
    g_autoptr(GByteArray) window = g_byte_array_new();
    Looking looking = {search, window, FALSE};
    if (optional && !lodge_object_store_find(search->root, sha256, NULL))
        return LOOKED_NOTHING;
    if (!lodge_object_store_stream(search->root, sha256, look_at, &looking, NULL, NULL))
        return LOOKED_UNREADABLE;
    return looking.found ? LOOKED_FOUND : LOOKED_NOTHING;
}

static gboolean visit_object(const LodgeEvent *event,
                             const LodgeEventObject *object,
                             gpointer data,
                             GError **error)
{
    (void)error;
    Search *search = data;
    Looked looked = GPOINTER_TO_UINT(g_hash_table_lookup(search->looked, object->sha256));
    if (looked == LOOKED_NOT) {
        looked = look_into(search, object->sha256, object->optional);
        g_hash_table_insert(search->looked, g_strdup(object->sha256),
                            GUINT_TO_POINTER(looked));
    }
    const LodgeSearchHit hit = {event, object->what, object->sha256};
    if (looked == LOOKED_FOUND)
        search->report->found(&hit, search->report->data);
    else if (looked == LOOKED_UNREADABLE)
        search->report->unreadable(&hit, search->report->data);
    return TRUE;
}

/* ---- all of them ---- */

static gboolean visit_event(const LodgeEvent *event,
                            const LodgeEventPlace *place,
                            gpointer data,
                            GError **error)
{
    Search *search = data;
    const LodgeSearchReport *report = search->report;
    if (report->progress != NULL)
        report->progress(place->segment, place->segments, report->data);
    if (place->erased)
        return TRUE;
    const LodgeEventObject record = {place->record_sha256, "record", FALSE};
    return (record.sha256 == NULL || visit_object(event, &record, search, error)) &&
           lodge_event_visit_objects(event, visit_object, search, error);
}

gboolean lodge_search_run(const char *dir,
                          const char *text,
                          const LodgeSearchReport *report,
                          GError **error)
{
    g_return_val_if_fail(dir != NULL && text != NULL && *text != '\0', FALSE);
    g_autoptr(LodgeDurableRoot) root = lodge_spool_find_layout(dir, error);
    if (root == NULL)
        return FALSE;
    g_autofree char *lower = g_ascii_strdown(text, -1);
    g_autoptr(GHashTable) looked =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Search search = {root, lower, strlen(lower), report, looked};
    return lodge_event_walk(root, visit_event, &search, error);
}
