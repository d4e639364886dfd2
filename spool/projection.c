#include "parsers/text/display.h"
#include "spool/object_store.h"
#include "spool/projection_internal.h"
#include "spool/spool_error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_BYTES 200 /* leaves room for "-99" in a file name */

static void file_free(gpointer data)
{
    LodgeProjectionFile *file = data;
    g_free(file->name);
    g_free(file->sha256);
    g_clear_pointer(&file->bytes, g_bytes_unref);
    g_free(file);
}

LodgeProjection *lodge_projection_new(const char *path)
{
    g_return_val_if_fail(path != NULL, NULL);
    LodgeProjection *projection = g_new0(LodgeProjection, 1);
    projection->path = g_strdup(path);
    projection->files = g_ptr_array_new_with_free_func(file_free);
    return projection;
}

static LodgeProjectionFile *add_file(LodgeProjection *projection, const char *name)
{
    LodgeProjectionFile *file = g_new0(LodgeProjectionFile, 1);
    file->name = g_strdup(name);
    g_ptr_array_add(projection->files, file);
    return file;
}

void lodge_projection_add_object(LodgeProjection *projection,
                                 const char *name,
                                 const char *sha256)
{
    g_return_if_fail(projection != NULL && lodge_digest_is_valid(sha256));
    add_file(projection, name)->sha256 = g_strdup(sha256);
}

void lodge_projection_add_bytes(LodgeProjection *projection,
                                const char *name,
                                GBytes *bytes)
{
    g_return_if_fail(projection != NULL && bytes != NULL);
    add_file(projection, name)->bytes = g_bytes_ref(bytes);
}

void lodge_projection_free(LodgeProjection *projection)
{
    if (projection == NULL)
        return;
    g_free(projection->path);
    g_ptr_array_unref(projection->files);
    g_free(projection);
}

/* ---- names ---- */

/* "plan.pdf" and 2 give "plan-2.pdf". */
static char *number_name(const char *name, guint number)
{
    const char *dot = strrchr(name, '.');
    gsize stem = dot != NULL && dot != name ? (gsize)(dot - name) : strlen(name);
    return g_strdup_printf("%.*s-%u%s", (int)stem, name, number, name + stem);
}

/* Names differ for every system on which people will open them, so case does not count. */
static gboolean take_name(GHashTable *taken, const char *name)
{
    return g_hash_table_add(taken, g_utf8_casefold(name, -1));
}

GStrv lodge_projection_choose_names(const LodgeProjection *projection)
{
    g_autoptr(GHashTable) taken =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < projection->files->len; i++) {
        const LodgeProjectionFile *file = g_ptr_array_index(projection->files, i);
        g_autofree char *wanted =
            lodge_display_file_name(file->name, NAME_MAX_BYTES, "document");
        char *name = g_strdup(wanted);
        for (guint number = 2; !take_name(taken, name); number++) {
            g_free(name);
            name = number_name(wanted, number);
        }
        g_ptr_array_add(names, name);
    }
    g_ptr_array_add(names, NULL);
    return (GStrv)g_ptr_array_free(names, FALSE);
}

/* Below filed/, held/ or rejected/, and nowhere else. */
gboolean lodge_projection_check_path(const char *path, GError **error)
{
    static const char *const roots[] = {"filed", "held", "rejected"};
    g_auto(GStrv) parts = g_strsplit(path, "/", -1);
    gboolean good = g_strv_length(parts) >= 2 && g_strv_length(parts) <= 8;
    gboolean rooted = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(roots); i++)
        rooted = rooted || g_strcmp0(parts[0], roots[i]) == 0;
    for (char **part = parts; good && *part != NULL; part++)
        good = **part != '\0' && **part != '.' && strlen(*part) <= NAME_MAX_BYTES;
    if (good && rooted)
        return TRUE;
    g_set_error(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_IO,
                "\"%s\" is no path below filed/, held/ or rejected/", path);
    return FALSE;
}

/* ---- checking ---- */

static gboolean check_file(const LodgeDurableRoot *root,
                           const char *path,
                           const LodgeProjectionFile *file,
                           char **problem_out)
{
    char expected[LODGE_DIGEST_SIZE], found[LODGE_DIGEST_SIZE];
    gsize size = 0;
    const void *bytes = file->bytes != NULL ? g_bytes_get_data(file->bytes, &size) : NULL;
    if (file->sha256 != NULL)
        g_strlcpy(expected, file->sha256, sizeof expected);
    else
        lodge_digest_compute(bytes, size, expected);
    g_autoptr(GError) error = NULL;
    if (!lodge_object_store_digest_file(root, path, found, NULL, &error)) {
        *problem_out = g_strdup(error->message);
        return FALSE;
    }
    if (strcmp(found, expected) == 0)
        return TRUE;
    *problem_out = g_strdup_printf("%s was altered", path);
    return FALSE;
}

static int open_tree(const LodgeDurableRoot *root, const char *path)
{
    return openat(lodge_durable_root_fd(root), path,
                  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* No file that is not ours. */
static gboolean check_entries(const LodgeDurableRoot *root,
                              const char *path,
                              const char *const *names,
                              char **problem_out)
{
    int fd = open_tree(root, path);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL) {
        *problem_out = g_strdup_printf("%s: %s", path, g_strerror(errno));
        if (fd >= 0)
            close(fd);
        return FALSE;
    }
    const struct dirent *entry;
    while (*problem_out == NULL && (entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
            g_strv_contains(names, name))
            continue;
        g_autofree char *shown = lodge_display_line(name, NAME_MAX_BYTES);
        *problem_out = g_strdup_printf("%s/%s does not belong there", path, shown);
    }
    closedir(dir);
    return *problem_out == NULL;
}

gboolean lodge_projection_check(LodgeSpool *spool,
                                const LodgeProjection *projection,
                                char **problem_out)
{
    g_return_val_if_fail(spool != NULL && projection != NULL && problem_out != NULL, FALSE);
    g_auto(GStrv) names = lodge_projection_choose_names(projection);
    char *problem = NULL;
    gboolean good =
        check_entries(spool->root, projection->path, (const char *const *)names, &problem);
    for (guint i = 0; good && i < projection->files->len; i++) {
        g_autofree char *path = g_build_filename(projection->path, names[i], NULL);
        good = check_file(spool->root, path, g_ptr_array_index(projection->files, i),
                          &problem);
    }
    if (!good)
        *problem_out = problem;
    return good;
}
