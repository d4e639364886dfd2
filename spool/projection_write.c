/* Trees on their way to the disk. What a cut leaves of a batch:
 *
 *   before its trees are renamed         trees in incoming/: swept
 *   some renamed, parents not synced     those trees are there whole, or not at all
 *   parents synced                       all trees are there
 *
 * Only after the last line may anybody say that they are. Until then they are owed and are looked at again:
 * one that is right already is left alone, but its parents are synced with the others', because it may
 * have been placed by a writer who was killed before he did so.
 *
 * A tree that goes is renamed into incoming/, then the directory that held it is synced, then it is removed: a cut
 * leaves it whole, or leaves it not; that it is gone is said only after the sync. Its empty parents go unsynced: one
 * that comes back is empty, and harms nobody.
 *
 * That a tree was written or removed is an event of its own, in a commit after all this. A cut between the two leaves
 * the tree owed once more, and it is found to be right. */
#include "spool/object_store.h"
#include "spool/projection_internal.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define FILE_MODE 0600

typedef struct {
    char *tree; /* in incoming/; NULL: the right one is there already */
    char *path; /* where it belongs; NULL: it could not be written whole, and goes */
} Waiting;

struct LodgeProjectionBatch {
    LodgeSpool *spool;
    LodgeDurableBatch *contents; /* files and trees, synced before any tree is placed */
    LodgeDurableBatch *parents;  /* directories, synced after */
    GPtrArray *waiting;          /* Waiting */
};

static void waiting_free(gpointer data)
{
    Waiting *waiting = data;
    g_free(waiting->tree);
    g_free(waiting->path);
    g_free(waiting);
}

static void start(LodgeProjectionBatch *batch)
{
    batch->contents = lodge_durable_batch_new(batch->spool->root);
    batch->parents = lodge_durable_batch_new(batch->spool->root);
    batch->waiting = g_ptr_array_new_with_free_func(waiting_free);
}

/* What is still in incoming/ goes; what cannot be removed now is swept by the next writer. */
static void finish(LodgeProjectionBatch *batch)
{
    lodge_durable_batch_free(batch->contents);
    lodge_durable_batch_free(batch->parents);
    for (guint i = 0; i < batch->waiting->len; i++) {
        const Waiting *waiting = g_ptr_array_index(batch->waiting, i);
        if (waiting->tree != NULL)
            lodge_durable_remove_tree(batch->spool->root, waiting->tree, NULL);
    }
    g_ptr_array_unref(batch->waiting);
}

LodgeProjectionBatch *lodge_projection_batch_new(LodgeSpool *spool)
{
    g_return_val_if_fail(spool != NULL, NULL);
    LodgeProjectionBatch *batch = g_new0(LodgeProjectionBatch, 1);
    batch->spool = spool;
    start(batch);
    return batch;
}

void lodge_projection_batch_free(LodgeProjectionBatch *batch)
{
    if (batch == NULL)
        return;
    finish(batch);
    g_free(batch);
}

/* ---- writing ---- */

static gboolean
write_block(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    return lodge_durable_file_write(data, bytes, size_bytes, error);
}

/* Copied, never linked: people edit, and an object must not change. The digest is verified on the way. */
static LodgeDurableFile *write_file(LodgeDurableRoot *root,
                                    const char *name,
                                    const LodgeProjectionFile *wanted,
                                    GError **error)
{
    g_autoptr(LodgeDurableFile) file = lodge_durable_file_new_named(root, name, error);
    if (file == NULL)
        return NULL;
    gsize size = 0;
    const void *bytes =
        wanted->bytes != NULL ? g_bytes_get_data(wanted->bytes, &size) : NULL;
    gboolean good = wanted->sha256 != NULL
                        ? lodge_object_store_stream(root, wanted->sha256, write_block, file,
                                                    NULL, error)
                        : size == 0 || lodge_durable_file_write(file, bytes, size, error);
    return good && lodge_durable_file_start(file, error) ? g_steal_pointer(&file) : NULL;
}

/* The whole tree in incoming/, not yet synced. */
static gboolean write_tree(LodgeProjectionBatch *batch,
                           const char *tree,
                           const LodgeProjection *projection,
                           GError **error)
{
    LodgeDurableRoot *root = batch->spool->root;
    gboolean made = FALSE;
    if (!lodge_durable_directory_make_unsynced(root, tree, &made, error))
        return FALSE;
    lodge_durable_batch_add_directory(batch->contents, tree);
    g_auto(GStrv) names = lodge_projection_choose_names(projection);
    for (guint i = 0; i < projection->files->len; i++) {
        g_autofree char *name = g_build_filename(tree, names[i], NULL);
        LodgeDurableFile *file =
            write_file(root, name, g_ptr_array_index(projection->files, i), error);
        if (file == NULL ||
            !lodge_durable_batch_add_left(batch->contents, file, FILE_MODE, error))
            return FALSE;
    }
    return TRUE;
}

gboolean lodge_projection_batch_add(LodgeProjectionBatch *batch,
                                    const LodgeProjection *projection,
                                    GError **error)
{
    g_return_val_if_fail(batch != NULL && projection != NULL, FALSE);
    if (!lodge_spool_require_writer(batch->spool, error) ||
        !lodge_projection_check_path(projection->path, error))
        return FALSE;
    g_autofree char *problem = NULL;
    Waiting *waiting = g_new0(Waiting, 1);
    waiting->path = g_strdup(projection->path);
    g_ptr_array_add(batch->waiting, waiting);
    if (lodge_projection_check(batch->spool, projection, &problem))
        return TRUE;
    waiting->tree = lodge_durable_root_name_incoming(batch->spool->root, "tree");
    if (write_tree(batch, waiting->tree, projection, error))
        return TRUE;
    g_clear_pointer(&waiting->path, g_free);
    g_prefix_error(error, "%s: ", projection->path);
    return FALSE;
}

/* ---- placing ---- */

/* Every directory above a tree, made if need be; each is synced once for the whole batch. */
static gboolean make_parents(LodgeProjectionBatch *batch, const char *path, GError **error)
{
    lodge_durable_batch_add_directory(batch->parents, ".");
    for (const char *slash = strchr(path, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        g_autofree char *name = g_strndup(path, (gsize)(slash - path));
        gboolean made = FALSE;
        if (!lodge_durable_directory_make_unsynced(batch->spool->root, name, &made, error))
            return FALSE;
        lodge_durable_batch_add_directory(batch->parents, name);
    }
    return TRUE;
}

static gboolean exists(const LodgeDurableRoot *root, const char *path)
{
    return faccessat(lodge_durable_root_fd(root), path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A wrong tree changes places with the right one, and is then removed from incoming/. */
static gboolean
place_tree(LodgeProjectionBatch *batch, const Waiting *waiting, GError **error)
{
    LodgeDurableRoot *root = batch->spool->root;
    if (!make_parents(batch, waiting->path, error))
        return FALSE;
    if (waiting->tree == NULL)
        return TRUE;
    return exists(root, waiting->path)
               ? lodge_durable_exchange(root, waiting->tree, waiting->path, error)
               : lodge_durable_rename(root, waiting->tree, waiting->path, error);
}

static gboolean place_all(LodgeProjectionBatch *batch, GError **error)
{
    for (guint i = 0; i < batch->waiting->len; i++) {
        const Waiting *waiting = g_ptr_array_index(batch->waiting, i);
        if (waiting->path == NULL || place_tree(batch, waiting, error))
            continue;
        g_prefix_error(error, "%s: ", waiting->path);
        return FALSE;
    }
    return TRUE;
}

gboolean lodge_projection_batch_commit(LodgeProjectionBatch *batch, GError **error)
{
    g_return_val_if_fail(batch != NULL, FALSE);
    gboolean done = lodge_durable_batch_commit(batch->contents, error) &&
                    place_all(batch, error) &&
                    lodge_durable_batch_commit(batch->parents, error);
    finish(batch);
    start(batch);
    return done;
}

gboolean
lodge_projection_save(LodgeSpool *spool, const LodgeProjection *projection, GError **error)
{
    g_return_val_if_fail(spool != NULL && projection != NULL, FALSE);
    g_autoptr(LodgeProjectionBatch) batch = lodge_projection_batch_new(spool);
    return lodge_projection_batch_add(batch, projection, error) &&
           lodge_projection_batch_commit(batch, error);
}

/* ---- removing ---- */

/* Directories that hold nothing any more, up to but not with filed/, held/, rejected/. */
static void remove_empty_parents(LodgeDurableRoot *root, const char *path)
{
    g_autofree char *parent = g_path_get_dirname(path);
    while (strchr(parent, '/') != NULL && lodge_durable_remove_empty(root, parent)) {
        char *next = g_path_get_dirname(parent);
        g_free(parent);
        parent = next;
    }
}

/* It may have been removed by a writer who was killed before he made that durable; what he changed in held/ and
 * rejected/ themselves has been synced when the spool was opened. */
static gboolean settle_absence(LodgeDurableRoot *root, const char *path, GError **error)
{
    g_autofree char *parent = g_path_get_dirname(path);
    return strchr(parent, '/') == NULL || !exists(root, parent) ||
           lodge_durable_directory_sync(root, parent, error);
}

gboolean lodge_projection_remove(LodgeSpool *spool, const char *path, GError **error)
{
    g_return_val_if_fail(spool != NULL && path != NULL, FALSE);
    if (!lodge_spool_require_writer(spool, error) ||
        !lodge_projection_check_path(path, error))
        return FALSE;
    if (!exists(spool->root, path))
        return settle_absence(spool->root, path, error);
    g_autofree char *parent = g_path_get_dirname(path);
    g_autofree char *aside = lodge_durable_root_name_incoming(spool->root, "gone");
    if (!lodge_durable_rename(spool->root, path, aside, error) ||
        !lodge_durable_directory_sync(spool->root, parent, error) ||
        !lodge_durable_remove_tree(spool->root, aside, error))
        return FALSE;
    remove_empty_parents(spool->root, path);
    return TRUE;
}
