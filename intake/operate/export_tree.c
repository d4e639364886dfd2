#include "intake/operate/export_tree.h"

#include "intake/operate/export_readme.h"
#include "intake/operate/export_table.h"
#include "intake/operate/stored.h"
#include "spool/durable_file.h"
#include <string.h>

#define FILE_MODE 0600
#define MAX_DOCUMENT_BYTES (1024 * 1024 * 1024)

typedef struct {
    char *parent, *name, *partial;
} Target;

static void target_clear(Target *target)
{
    g_free(target->parent);
    g_free(target->name);
    g_free(target->partial);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Target, target_clear)

/* ---- where it goes ---- */

static Target find_target(const char *dir)
{
    g_autofree char *path = g_canonicalize_filename(dir, NULL);
    Target target = {g_path_get_dirname(path), g_path_get_basename(path), NULL};
    target.partial = g_strconcat(target.name, ".partial", NULL);
    return target;
}

static gboolean refuse(const char *dir, const char *words, GError **error)
{
    g_set_error(error, LODGE_EXPORT_ERROR, LODGE_EXPORT_ERROR_TARGET, "%s %s", dir, words);
    return FALSE;
}

static gboolean is_empty_directory(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    return dir != NULL && g_dir_read_name(dir) == NULL;
}

static gboolean exists(const char *path)
{
    return g_file_test(path, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK);
}

static gboolean refuse_partial(const Target *target, GError **error)
{
    g_autofree char *partial = g_build_filename(target->parent, target->partial, NULL);
    return refuse(partial,
                  "is there: another export is being written, or one was broken off; "
                  "if it was, remove it and export again",
                  error);
}

gboolean lodge_export_check_target(const char *dir, GError **error)
{
    g_return_val_if_fail(dir != NULL, FALSE);
    g_auto(Target) target = find_target(dir);
    g_autofree char *path = g_build_filename(target.parent, target.name, NULL);
    g_autofree char *partial = g_build_filename(target.parent, target.partial, NULL);
    if (exists(partial))
        return refuse_partial(&target, error);
    gboolean linked = g_file_test(path, G_FILE_TEST_IS_SYMLINK);
    if (!exists(path) || (!linked && is_empty_directory(path)))
        return TRUE;
    return refuse(path,
                  g_file_test(path, G_FILE_TEST_IS_DIR) && !linked
                      ? "is not empty: name a directory that is, or that does not exist yet"
                      : "is no directory: name one that is empty or does not exist yet",
                  error);
}

/* ---- writing ---- */

typedef struct {
    const LodgeExport *export;
    LodgeSpool *spool;
    LodgeDurableRoot *root;
    const Target *target;
    LodgeDurableBatch *batch;
    GPtrArray *sums; /* lines of SHA256SUMS, each with its path */
} Writing;

/* "<digest>  <path>": names have no backslash and no line end, so sha256sum needs no escapes. */
static void add_sum(Writing *writing, const char *path, GBytes *bytes)
{
    char sha256[LODGE_DIGEST_SIZE];
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    lodge_digest_compute(data, size, sha256);
    g_ptr_array_add(writing->sums, g_strdup_printf("%s  %s\n", sha256, path));
}

static gboolean
write_file(Writing *writing, const char *path, GBytes *bytes, GError **error)
{
    g_autofree char *name = g_build_filename(writing->target->partial, path, NULL);
    gsize size;
    const void *data = g_bytes_get_data(bytes, &size);
    LodgeDurableFile *file = lodge_durable_file_new_named(writing->root, name, error);
    if (file == NULL)
        return FALSE;
    if (size > 0 && !lodge_durable_file_write(file, data, size, error)) {
        lodge_durable_file_free(file);
        return FALSE;
    }
    add_sum(writing, path, bytes);
    return lodge_durable_batch_add_left(writing->batch, file, FILE_MODE, error);
}

/* Takes the text. */
static gboolean write_text(Writing *writing, const char *path, char *text, GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_take(text, strlen(text));
    return write_file(writing, path, bytes, error);
}

static gboolean make_directory(Writing *writing, const char *path, GError **error)
{
    g_autofree char *name = g_build_filename(writing->target->partial, path, NULL);
    gboolean made = FALSE;
    lodge_durable_batch_add_directory(writing->batch, name);
    return lodge_durable_directory_make_unsynced(writing->root, name, &made, error);
}

static gboolean write_folder(Writing *writing, const LodgeExportPlan *plan, GError **error)
{
    if (!make_directory(writing, plan->folder->path, error))
        return FALSE;
    for (guint i = 0; i < plan->folder->files->len; i++) {
        const LodgeProjectionFile *file = g_ptr_array_index(plan->folder->files, i);
        g_autofree char *path = g_build_filename(plan->folder->path, plan->names[i], NULL);
        g_autoptr(GBytes) bytes =
            file->sha256 != NULL
                ? lodge_stored_read(writing->spool, file->sha256, MAX_DOCUMENT_BYTES, error)
                : g_bytes_ref(file->bytes);
        if (bytes != NULL && write_file(writing, path, bytes, error))
            continue;
        g_prefix_error(error, "%s, %s: ", plan->message->reference, plan->names[i]);
        return FALSE;
    }
    return TRUE;
}

static gboolean write_council(Writing *writing, guint index, GError **error)
{
    const LodgeExportCouncil *council = g_ptr_array_index(writing->export->councils, index);
    if (council->plans->len == 0)
        return TRUE;
    g_autofree char *folder = g_strdup_printf("%s-%s", council->gss, council->slug);
    if (writing->export->options.all_versions && !make_directory(writing, folder, error))
        return FALSE;
    for (guint i = 0; i < council->plans->len; i++)
        if (!write_folder(writing, g_ptr_array_index(council->plans, i), error))
            return FALSE;
    return TRUE;
}

static gint compare_paths(gconstpointer a, gconstpointer b)
{
    const gsize digest = LODGE_DIGEST_SIZE - 1;
    return strcmp(*(const char *const *)a + digest, *(const char *const *)b + digest);
}

static gboolean write_sums(Writing *writing, GError **error)
{
    g_autoptr(GString) sums = g_string_new(NULL);
    g_ptr_array_sort(writing->sums, compare_paths);
    for (guint i = 0; i < writing->sums->len; i++)
        g_string_append(sums, g_ptr_array_index(writing->sums, i));
    return write_text(writing, "SHA256SUMS", g_strdup(sums->str), error);
}

static gboolean write_all(Writing *writing, GError **error)
{
    const LodgeExport *export = writing->export;
    lodge_durable_batch_add_directory(writing->batch, writing->target->partial);
    for (guint i = 0; i < export->councils->len; i++)
        if (!write_council(writing, i, error))
            return FALSE;
    return write_text(writing, "plans.csv", lodge_export_format_csv(export), error) &&
           write_text(writing, "plans.json", lodge_export_format_json(export), error) &&
           write_text(writing, "README.txt", lodge_export_format_readme(export), error) &&
           write_sums(writing, error) && lodge_durable_batch_commit(writing->batch, error);
}

/* All of it is durable; now it gets its name. An empty directory of that name makes room. */
static gboolean place(const Writing *writing, GError **error)
{
    const Target *target = writing->target;
    g_autofree char *path = lodge_durable_root_join(writing->root, target->name);
    if (exists(path) && !lodge_durable_remove_empty(writing->root, target->name))
        return refuse(path, "was empty when this began, and cannot be replaced now", error);
    return lodge_durable_rename(writing->root, target->partial, target->name, error) &&
           lodge_durable_directory_sync(writing->root, ".", error);
}

static gboolean save(Writing *writing, GError **error)
{
    gboolean made = FALSE;
    if (!lodge_durable_directory_make_unsynced(writing->root, writing->target->partial,
                                               &made, error))
        return FALSE;
    if (!made)
        return refuse_partial(writing->target, error);
    writing->batch = lodge_durable_batch_new(writing->root);
    writing->sums = g_ptr_array_new_with_free_func(g_free);
    gboolean done = write_all(writing, error) && place(writing, error);
    lodge_durable_batch_free(writing->batch);
    g_ptr_array_unref(writing->sums);
    /* What cannot be removed now stops the next export by name; why this one failed is what counts. */
    if (!done)
        lodge_durable_remove_tree(writing->root, writing->target->partial, NULL);
    return done;
}

gboolean lodge_export_save(const LodgeExport *export,
                           LodgeSpool *spool,
                           const char *dir,
                           GError **error)
{
    g_return_val_if_fail(export != NULL && spool != NULL && dir != NULL, FALSE);
    if (!lodge_export_check_target(dir, error))
        return FALSE;
    g_auto(Target) target = find_target(dir);
    g_autoptr(LodgeDurableRoot) root = lodge_durable_root_open(target.parent, error);
    Writing writing = {.export = export, .spool = spool, .root = root, .target = &target};
    return root != NULL && save(&writing, error);
}
