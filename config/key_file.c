#include "config/key_file_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void free_group(gpointer group)
{
    g_free(((LodgeKeyGroup *)group)->name);
    g_free(group);
}

void lodge_key_file_free(LodgeKeyFile *file)
{
    if (file == NULL)
        return;
    g_clear_error(&file->failure);
    g_ptr_array_unref(file->origins);
    g_ptr_array_unref(file->groups);
    lodge_key_index_free(file->index);
    g_clear_pointer(&file->values, g_key_file_unref);
    g_free(file->directory);
    g_free(file->base_name);
    g_free(file->name);
    g_free(file);
}

static void set_invalid(GError **error, const char *name, const char *words)
{
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID, "%s: %s", name,
                words);
}

LodgeKeyFile *lodge_key_file_parse(const char *text,
                                   gsize size_bytes,
                                   const char *name,
                                   const LodgeKeySchema *schema,
                                   GError **error)
{
    g_autoptr(GError) local = NULL;
    if (size_bytes > LODGE_KEY_FILE_BYTES) {
        set_invalid(error, name, "the file is over 1 MB; this is no configuration");
        return NULL;
    }
    if (size_bytes >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3; /* editors on Windows write one */
        size_bytes -= 3;
    }
    g_autoptr(LodgeKeyFile) file = g_new0(LodgeKeyFile, 1);
    file->name = g_strdup(name);
    file->base_name = g_path_get_basename(name);
    file->directory = g_path_get_dirname(name);
    file->schema = schema;
    file->groups = g_ptr_array_new_with_free_func(free_group);
    file->origins =
        g_ptr_array_new_with_free_func((GDestroyNotify)lodge_setting_origin_free);
    file->index = lodge_key_index_parse(text, size_bytes, name, error);
    if (file->index == NULL)
        return NULL;
    file->values = g_key_file_new();
    /* GKeyFile calls a file without a group an error only when it is empty; so do we, later. */
    if (size_bytes > 0 && !g_key_file_load_from_data(file->values, text, size_bytes,
                                                     G_KEY_FILE_NONE, &local)) {
        set_invalid(error, name, local->message);
        return NULL;
    }
    return g_steal_pointer(&file);
}

static char *set_unreadable(GError **error, const char *path, int failure)
{
    g_set_error(error, LODGE_CONFIG_ERROR, (int)lodge_config_error_code(failure),
                "%s: cannot be read: %s", path, g_strerror(failure));
    return NULL;
}

/* A device or a pipe does not say its size and may have no end: one byte over the limit is
 * enough to know. */
static gboolean read_all(int fd, char *text, gsize *size_bytes_out)
{
    gsize filled = 0;
    while (filled <= LODGE_KEY_FILE_BYTES) {
        ssize_t count = read(fd, text + filled, LODGE_KEY_FILE_BYTES + 1 - filled);
        if (count == 0)
            break;
        if (count < 0 && errno != EINTR)
            return FALSE;
        filled += count > 0 ? (gsize)count : 0;
    }
    text[filled] = '\0';
    *size_bytes_out = filled;
    return TRUE;
}

char *lodge_key_file_read(const char *path, gsize *size_bytes_out, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return set_unreadable(error, path, errno);
    g_autofree char *text = g_malloc(LODGE_KEY_FILE_BYTES + 2);
    gsize size_bytes = 0;
    gboolean complete = read_all(fd, text, &size_bytes);
    int failure = errno;
    close(fd); /* read only: nothing can be lost here */
    if (!complete)
        return set_unreadable(error, path, failure);
    if (size_bytes > LODGE_KEY_FILE_BYTES) {
        set_invalid(error, path, "the file is over 1 MB; this is no configuration");
        return NULL;
    }
    if (strlen(text) != size_bytes) {
        set_invalid(error, path, "the file holds a NUL; this is no text file");
        return NULL;
    }
    *size_bytes_out = size_bytes;
    return g_realloc(g_steal_pointer(&text), size_bytes + 1);
}

static LodgeKeyGroup *new_group(LodgeKeyFile *file,
                                LodgeKeyIndexGroup *indexed,
                                const char *name,
                                const char *word)
{
    LodgeKeyGroup *group = g_new0(LodgeKeyGroup, 1);
    group->file = file;
    group->indexed = indexed;
    group->name = g_strdup(name);
    group->word = word;
    const char *space = strchr(group->name, ' ');
    group->argument = space == NULL ? "" : space + 1;
    if (indexed != NULL)
        indexed->consumed = TRUE;
    g_ptr_array_add(file->groups, group);
    return group;
}

LodgeKeyGroup *lodge_key_file_take(LodgeKeyFile *file, const char *word)
{
    return new_group(file, g_hash_table_lookup(file->index->by_name, word), word, word);
}

/* Its keys count as read: calling them unknown would hide what is wrong. */
static void refuse_nameless(LodgeKeyGroup *group)
{
    for (guint i = 0; i < group->indexed->keys->len; i++)
        ((LodgeKeyIndexKey *)g_ptr_array_index(group->indexed->keys, i))->consumed = TRUE;
    lodge_key_group_fail(group, NULL, "the group needs a name of its own: [%s NAME]",
                         group->word);
}

GPtrArray *lodge_key_file_take_all(LodgeKeyFile *file, const char *word)
{
    GPtrArray *taken = g_ptr_array_new();
    gsize length = strlen(word);
    for (guint i = 0; i < file->index->groups->len; i++) {
        LodgeKeyIndexGroup *indexed = g_ptr_array_index(file->index->groups, i);
        if (strncmp(indexed->name, word, length) != 0)
            continue;
        if (indexed->name[length] == ' ')
            g_ptr_array_add(taken, new_group(file, indexed, indexed->name, word));
        else if (indexed->name[length] == '\0')
            refuse_nameless(new_group(file, indexed, indexed->name, word));
    }
    return taken;
}

GPtrArray *lodge_key_file_take_rest(LodgeKeyFile *file, const char *word)
{
    GPtrArray *taken = g_ptr_array_new();
    for (guint i = 0; i < file->index->groups->len; i++) {
        LodgeKeyIndexGroup *indexed = g_ptr_array_index(file->index->groups, i);
        if (!indexed->consumed)
            g_ptr_array_add(taken, new_group(file, indexed, indexed->name, word));
    }
    return taken;
}

gboolean lodge_key_group_is_present(const LodgeKeyGroup *group)
{
    return group->indexed != NULL;
}

const char *lodge_key_group_name(const LodgeKeyGroup *group)
{
    return group->name;
}

const char *lodge_key_group_argument(const LodgeKeyGroup *group)
{
    return group->argument;
}

guint lodge_key_group_line(const LodgeKeyGroup *group)
{
    return group->indexed == NULL ? 0 : group->indexed->line;
}

LodgeKeyIndexKey *lodge_key_group_find(const LodgeKeyGroup *group, const char *key)
{
    if (group->indexed == NULL)
        return NULL;
    return g_hash_table_lookup(group->indexed->by_name, key);
}

gboolean lodge_key_group_has(const LodgeKeyGroup *group, const char *key)
{
    return lodge_key_group_find(group, key) != NULL;
}

guint lodge_key_group_key_line(const LodgeKeyGroup *group, const char *key)
{
    const LodgeKeyIndexKey *found = lodge_key_group_find(group, key);
    return found == NULL ? lodge_key_group_line(group) : found->line;
}

void lodge_key_group_fail(LodgeKeyGroup *group, const char *key, const char *format, ...)
{
    if (group->file->failure != NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    GString *place = g_string_new(group->file->name);
    if (group->indexed != NULL)
        g_string_append_printf(place, ":%u",
                               key ? lodge_key_group_key_line(group, key)
                                   : group->indexed->line);
    g_string_append_printf(place, ": [%s]", group->name);
    if (key != NULL)
        g_string_append_printf(place, " %s", key);
    set_invalid(&group->file->failure, place->str, words);
    g_string_free(place, TRUE);
}

gboolean lodge_key_file_finish(LodgeKeyFile *file, GPtrArray **origins_out, GError **error)
{
    g_autofree char *leftover = lodge_key_leftover_find(file);
    if (leftover != NULL) {
        g_set_error_literal(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                            leftover);
        return FALSE;
    }
    if (file->failure != NULL) {
        g_propagate_error(error, g_error_copy(file->failure));
        return FALSE;
    }
    if (origins_out != NULL)
        *origins_out = g_ptr_array_ref(file->origins);
    return TRUE;
}
