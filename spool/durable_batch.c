/* Many files made durable together: start write-back early, sync all late, rename all, sync
 * each directory once. Why that order is safe is argued in durable_file.c; this file makes no
 * system call of its own.
 *
 * Syncs that are waited for one after the other each cost the disk a flush; those that are
 * waited for side by side share it. So a few threads, which live only for the length of one commit,
 * do nothing but wait. Each file and directory is synced by one of them, once; the renames come
 * after all of them have ended, in the caller's thread. */
#include "spool/durable_file.h"

/* Files are kept open until they are synced, because the kernel reports a failed write-back
 * only to a descriptor that was open when it failed. This bounds how many. */
#define OPEN_MAX_FILES 256
#define THREADS_MAX 8
#define PER_THREAD_MIN 4 /* fewer syncs than this are not worth a thread */

typedef struct {
    LodgeDurableFile *file;
    char *target; /* NULL: stays where it is */
    mode_t mode;
} Entry;

struct LodgeDurableBatch {
    LodgeDurableRoot *root;
    GPtrArray *entries;      /* Entry */
    guint synced;            /* of these, from the front */
    guint placed;            /* of these, from the front */
    GHashTable *directories; /* names, to be synced */
};

static void entry_free(gpointer data)
{
    Entry *entry = data;
    lodge_durable_file_free(entry->file);
    g_free(entry->target);
    g_free(entry);
}

LodgeDurableBatch *lodge_durable_batch_new(LodgeDurableRoot *root)
{
    LodgeDurableBatch *batch = g_new0(LodgeDurableBatch, 1);
    batch->root = root;
    batch->entries = g_ptr_array_new_with_free_func(entry_free);
    batch->directories = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return batch;
}

/* ---- syncing side by side ---- */

typedef gboolean (*SyncOne)(LodgeDurableBatch *batch, gpointer item, GError **error);

typedef struct {
    LodgeDurableBatch *batch;
    SyncOne sync;
    GPtrArray *items; /* borrowed */
    gint next;        /* atomic: the first that nobody has taken */
    GMutex mutex;
    GError *error; /* the first one, under the mutex */
} Syncing;

static gboolean has_failed(Syncing *syncing)
{
    g_mutex_lock(&syncing->mutex);
    gboolean failed = syncing->error != NULL;
    g_mutex_unlock(&syncing->mutex);
    return failed;
}

static void note_failure(Syncing *syncing, GError *error)
{
    g_mutex_lock(&syncing->mutex);
    if (syncing->error == NULL)
        syncing->error = g_steal_pointer(&error);
    g_mutex_unlock(&syncing->mutex);
    g_clear_error(&error);
}

static gpointer sync_some(gpointer data)
{
    Syncing *syncing = data;
    while (!has_failed(syncing)) {
        guint index = (guint)g_atomic_int_add(&syncing->next, 1);
        if (index >= syncing->items->len)
            break;
        GError *error = NULL;
        if (!syncing->sync(syncing->batch, g_ptr_array_index(syncing->items, index),
                           &error))
            note_failure(syncing, error);
    }
    return NULL;
}

/* A thread that cannot be started only makes it slower: the caller's works too. */
static gboolean
sync_all(LodgeDurableBatch *batch, GPtrArray *items, SyncOne sync, GError **error)
{
    Syncing syncing = {.batch = batch, .sync = sync, .items = items};
    GThread *threads[THREADS_MAX] = {NULL};
    guint wanted = MIN(items->len / PER_THREAD_MIN, THREADS_MAX);
    g_mutex_init(&syncing.mutex);
    for (guint i = 0; i < wanted; i++)
        threads[i] = g_thread_try_new("lodge-sync", sync_some, &syncing, NULL);
    sync_some(&syncing);
    for (guint i = 0; i < wanted; i++)
        if (threads[i] != NULL)
            g_thread_join(threads[i]);
    g_mutex_clear(&syncing.mutex);
    if (syncing.error == NULL)
        return TRUE;
    g_propagate_error(error, syncing.error);
    return FALSE;
}

static gboolean sync_file(LodgeDurableBatch *batch, gpointer item, GError **error)
{
    (void)batch;
    Entry *entry = item;
    return lodge_durable_file_sync(entry->file, entry->mode, error);
}

static gboolean sync_files(LodgeDurableBatch *batch, GError **error)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    for (guint i = batch->synced; i < batch->entries->len; i++)
        g_ptr_array_add(items, g_ptr_array_index(batch->entries, i));
    batch->synced = batch->entries->len;
    return sync_all(batch, items, sync_file, error);
}

/* ---- the batch ---- */

static gboolean add_entry(LodgeDurableBatch *batch,
                          LodgeDurableFile *file,
                          const char *target,
                          mode_t mode,
                          GError **error)
{
    Entry *entry = g_new0(Entry, 1);
    entry->file = file;
    entry->target = g_strdup(target);
    entry->mode = mode;
    g_ptr_array_add(batch->entries, entry);
    if (!lodge_durable_file_start(file, error))
        return FALSE;
    return batch->entries->len - batch->synced < OPEN_MAX_FILES || sync_files(batch, error);
}

gboolean lodge_durable_batch_add(LodgeDurableBatch *batch,
                                 LodgeDurableFile *file,
                                 const char *target,
                                 mode_t mode,
                                 GError **error)
{
    g_return_val_if_fail(target != NULL, FALSE);
    return add_entry(batch, file, target, mode, error);
}

gboolean lodge_durable_batch_add_left(LodgeDurableBatch *batch,
                                      LodgeDurableFile *file,
                                      mode_t mode,
                                      GError **error)
{
    g_hash_table_add(batch->directories, g_path_get_dirname(lodge_durable_file_name(file)));
    return add_entry(batch, file, NULL, mode, error);
}

void lodge_durable_batch_add_directory(LodgeDurableBatch *batch, const char *name)
{
    g_hash_table_add(batch->directories, g_strdup(name));
}

/* A directory that is new also makes its parent's entries change. */
static gboolean need_directory(LodgeDurableBatch *batch, const char *name, GError **error)
{
    if (g_hash_table_contains(batch->directories, name))
        return TRUE;
    gboolean made = FALSE;
    if (!lodge_durable_directory_make_unsynced(batch->root, name, &made, error))
        return FALSE;
    if (made)
        g_hash_table_add(batch->directories, g_path_get_dirname(name));
    g_hash_table_add(batch->directories, g_strdup(name));
    return TRUE;
}

static gboolean place_file(LodgeDurableBatch *batch, const Entry *entry, GError **error)
{
    if (entry->target == NULL) {
        lodge_durable_file_leave(entry->file);
        return TRUE;
    }
    g_autofree char *directory = g_path_get_dirname(entry->target);
    return need_directory(batch, directory, error) &&
           lodge_durable_file_place(entry->file, entry->target, error);
}

static gboolean place_files(LodgeDurableBatch *batch, GError **error)
{
    for (; batch->placed < batch->entries->len; batch->placed++)
        if (!place_file(batch, g_ptr_array_index(batch->entries, batch->placed), error))
            return FALSE;
    return TRUE;
}

static gboolean sync_directory(LodgeDurableBatch *batch, gpointer item, GError **error)
{
    return lodge_durable_directory_sync(batch->root, item, error);
}

static gboolean sync_directories(LodgeDurableBatch *batch, GError **error)
{
    g_autoptr(GPtrArray) items = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, batch->directories);
    while (g_hash_table_iter_next(&iter, &name, NULL))
        g_ptr_array_add(items, name);
    return sync_all(batch, items, sync_directory, error);
}

gboolean lodge_durable_batch_commit(LodgeDurableBatch *batch, GError **error)
{
    if (sync_files(batch, error) && place_files(batch, error) &&
        sync_directories(batch, error))
        return TRUE;
    lodge_durable_batch_undo(batch);
    return FALSE;
}

/* One that stays behind because it cannot be removed is an object nobody names: harmless,
 * and counted by verify. */
void lodge_durable_batch_undo(LodgeDurableBatch *batch)
{
    for (guint i = 0; i < batch->placed; i++) {
        const Entry *entry = g_ptr_array_index(batch->entries, i);
        lodge_durable_remove(batch->root, lodge_durable_file_name(entry->file), NULL);
    }
    batch->placed = 0;
}

void lodge_durable_batch_free(LodgeDurableBatch *batch)
{
    if (batch == NULL)
        return;
    g_ptr_array_unref(batch->entries);
    g_hash_table_unref(batch->directories);
    g_free(batch);
}
