#include "spool/erasure.h"

#include "spool/event_objects.h"
#include "spool/event_walk.h"
#include "spool/object_store.h"
#include "spool/projection.h"

#include <string.h>

/* A version that a purged message was filed as: its tree stands below some name of the council. */
typedef struct {
    char *directory; /* "filed/<call>" */
    char *prefix;    /* "<GSS>-" */
    char *version;   /* "v2" */
} Tree;

struct LodgeErasure {
    LodgeDurableRoot *root;
    GHashTable *live;    /* digests that an event names which stays */
    GHashTable *doomed;  /* digests that an event names which does not */
    GHashTable *records; /* of those events */
    GHashTable *calls;   /* reference of a purged message -> its call */
    GPtrArray *trees;    /* Tree */
};

static void tree_free(gpointer data)
{
    Tree *tree = data;
    g_free(tree->directory);
    g_free(tree->prefix);
    g_free(tree->version);
    g_free(tree);
}

void lodge_erasure_free(LodgeErasure *erasure)
{
    if (erasure == NULL)
        return;
    g_hash_table_unref(erasure->live);
    g_hash_table_unref(erasure->doomed);
    g_hash_table_unref(erasure->records);
    g_hash_table_unref(erasure->calls);
    g_ptr_array_unref(erasure->trees);
    g_free(erasure);
}

guint lodge_erasure_count(const LodgeErasure *erasure)
{
    return g_hash_table_size(erasure->calls);
}

/* ---- finding ---- */

static gboolean note_object(const LodgeEvent *event,
                            const LodgeEventObject *object,
                            gpointer data,
                            GError **error)
{
    (void)event;
    (void)error;
    g_hash_table_add(data, g_strdup(object->sha256));
    return TRUE;
}

static void note_tree(LodgeErasure *erasure, const LodgeEvent *event)
{
    const char *call = g_hash_table_lookup(erasure->calls, event->reference);
    if (event->version == 0 || event->council == NULL || call == NULL)
        return;
    Tree *tree = g_new0(Tree, 1);
    tree->directory = g_build_filename("filed", call, NULL);
    tree->prefix = g_strconcat(event->council, "-", NULL);
    tree->version = g_strdup_printf("v%u", event->version);
    g_ptr_array_add(erasure->trees, tree);
}

static void note_row(LodgeErasure *erasure, const LodgeEvent *event)
{
    if (event->type == LODGE_EVENT_KEPT)
        g_hash_table_replace(erasure->calls, g_strdup(event->reference),
                             g_strdup(event->call));
    else if (event->type == LODGE_EVENT_DECIDED)
        note_tree(erasure, event);
}

static gboolean note_erased(LodgeErasure *erasure,
                            const LodgeEvent *event,
                            const char *record_sha256,
                            GError **error)
{
    note_row(erasure, event);
    g_hash_table_add(erasure->records, g_strdup(record_sha256));
    g_autoptr(GBytes) record = lodge_object_store_read(erasure->root, record_sha256,
                                                       LODGE_EVENT_RECORD_BYTES, NULL);
    g_autoptr(LodgeEvent) whole = lodge_event_copy(event);
    return record == NULL || !lodge_event_parse_record(whole, record, NULL) ||
           lodge_event_visit_objects(whole, note_object, erasure->doomed, error);
}

static gboolean visit_event(const LodgeEvent *event,
                            const LodgeEventPlace *place,
                            gpointer data,
                            GError **error)
{
    LodgeErasure *erasure = data;
    return place->erased
               ? note_erased(erasure, event, place->record_sha256, error)
               : lodge_event_visit_objects(event, note_object, erasure->live, error);
}

LodgeErasure *lodge_erasure_new(LodgeDurableRoot *root, GError **error)
{
    g_autoptr(LodgeErasure) erasure = g_new0(LodgeErasure, 1);
    erasure->root = root;
    erasure->live = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    erasure->doomed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    erasure->records = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    erasure->calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    erasure->trees = g_ptr_array_new_with_free_func(tree_free);
    return lodge_event_walk(root, visit_event, erasure, error) ? g_steal_pointer(&erasure)
                                                               : NULL;
}

/* ---- trees ---- */

/* The register may have called the council otherwise when the tree was written. */
static gboolean remove_version(const Tree *tree, LodgeSpool *spool, GError **error)
{
    g_autofree char *path = g_build_filename(lodge_spool_dir(spool), tree->directory, NULL);
    g_autoptr(GDir) names = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    while (names != NULL && (name = g_dir_read_name(names)) != NULL) {
        g_autofree char *place =
            g_build_filename(tree->directory, name, tree->version, NULL);
        if (g_str_has_prefix(name, tree->prefix) &&
            !lodge_projection_remove(spool, place, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
remove_by_reference(const char *reference, LodgeSpool *spool, GError **error)
{
    static const char *const directories[] = {"held", "rejected"};
    for (guint i = 0; i < G_N_ELEMENTS(directories); i++) {
        g_autofree char *path = g_build_filename(directories[i], reference, NULL);
        if (!lodge_projection_remove(spool, path, error))
            return FALSE;
    }
    return TRUE;
}

gboolean
lodge_erasure_remove_trees(const LodgeErasure *erasure, LodgeSpool *spool, GError **error)
{
    GHashTableIter references;
    gpointer reference;
    g_hash_table_iter_init(&references, erasure->calls);
    while (g_hash_table_iter_next(&references, &reference, NULL))
        if (!remove_by_reference(reference, spool, error))
            return FALSE;
    for (guint i = 0; i < erasure->trees->len; i++)
        if (!remove_version(g_ptr_array_index(erasure->trees, i), spool, error))
            return FALSE;
    return TRUE;
}

/* ---- objects ---- */

static gboolean remove_one(const LodgeErasure *erasure,
                           const char *sha256,
                           GHashTable *directories,
                           LodgeErased *erased,
                           guint64 *count,
                           GError **error)
{
    gint64 size_bytes = 0;
    g_autofree char *name = lodge_object_store_name(sha256);
    char *directory = g_path_get_dirname(name);
    g_hash_table_add(directories, directory);
    if (!lodge_object_store_find(erasure->root, sha256, &size_bytes))
        return TRUE;
    (*count)++;
    erased->bytes += (guint64)size_bytes;
    return lodge_durable_remove(erasure->root, name, error);
}

/* One that was removed by a purge that was killed may not be gone for good: its directory is synced all the same. */
static gboolean sync_all(LodgeDurableRoot *root, GHashTable *directories, GError **error)
{
    GHashTableIter iter;
    gpointer name;
    g_hash_table_iter_init(&iter, directories);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        g_autofree char *path = lodge_durable_root_join(root, name);
        if (g_file_test(path, G_FILE_TEST_IS_DIR) &&
            !lodge_durable_directory_sync(root, name, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean remove_all(const LodgeErasure *erasure,
                           GHashTable *digests,
                           LodgeErased *erased,
                           guint64 *count,
                           GError **error)
{
    g_autoptr(GHashTable) directories =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter iter;
    gpointer sha256;
    g_hash_table_iter_init(&iter, digests);
    while (g_hash_table_iter_next(&iter, &sha256, NULL))
        if (!g_hash_table_contains(erasure->live, sha256) &&
            !remove_one(erasure, sha256, directories, erased, count, error))
            return FALSE;
    return sync_all(erasure->root, directories, error);
}

gboolean lodge_erasure_remove_objects(const LodgeErasure *erasure,
                                      LodgeErased *erased,
                                      GError **error)
{
    return remove_all(erasure, erasure->doomed, erased, &erased->objects, error) &&
           remove_all(erasure, erasure->records, erased, &erased->records, error);
}
