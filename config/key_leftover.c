/* What nobody consumed, in words that name the nearest known name. */
#include "config/key_file_internal.h"

#include "config/nearest.h"

#include <string.h>

static gboolean looks_like_a_secret(const char *key)
{
    static const char *const words[] = {"password", "passwd", "pass",
                                        "secret",   "token",  NULL};
    return g_strv_contains(words, key);
}

/* The nearest known name, or all of them; `known` is NULL-terminated. */
static void suggest(GString *words, const char *word, const char *const *known)
{
    const char *nearest = lodge_nearest_find(word, known);
    if (nearest != NULL) {
        g_string_append_printf(words, "; did you mean '%s'?", nearest);
        return;
    }
    for (gsize i = 0; known[i] != NULL; i++)
        g_string_append_printf(words, "%s%s", i == 0 ? "; known are " : ", ", known[i]);
}

/* Compared by first words: [mailbx plans] means [mailbox NAME]. */
static char *describe_group(const LodgeKeyFile *file, const LodgeKeyIndexGroup *group)
{
    g_auto(GStrv) parts = g_strsplit(group->name, " ", 2);
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; file->schema->groups[i] != NULL; i++)
        g_ptr_array_add(known, g_strndup(file->schema->groups[i],
                                         strcspn(file->schema->groups[i], " ")));
    g_ptr_array_add(known, NULL);
    const char *const *first_words = (const char *const *)known->pdata;
    const char *nearest = lodge_nearest_find(parts[0], first_words);
    GString *words = g_string_new(NULL);
    g_string_printf(words, "%s:%u: unknown group [%s]", file->name, group->line,
                    group->name);
    for (guint i = 0; nearest != NULL && first_words[i] != NULL; i++) {
        if (nearest == first_words[i])
            g_string_append_printf(words, "; did you mean [%s]?", file->schema->groups[i]);
    }
    if (nearest == NULL)
        suggest(words, group->name, file->schema->groups);
    return g_string_free(words, FALSE);
}

static const char *schema_word(const LodgeKeyFile *file, const char *name)
{
    for (guint i = 0; i < file->groups->len; i++) {
        const LodgeKeyGroup *group = g_ptr_array_index(file->groups, i);
        if (strcmp(group->name, name) == 0)
            return group->word;
    }
    return "";
}

static char *describe_key(const LodgeKeyFile *file,
                          const LodgeKeyIndexGroup *group,
                          const LodgeKeyIndexKey *key)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new();
    const char *word = schema_word(file, group->name);
    GString *words = g_string_new(NULL);
    g_string_printf(words, "%s:%u: [%s] ", file->name, key->line, group->name);
    if (looks_like_a_secret(key->name) &&
        lodge_key_schema_find(file->schema, word, "secret_file") != NULL) {
        g_string_append_printf(
            words,
            "'%s': secrets do not belong into this file; put it alone into "
            "a file with mode 0600 and name that file with secret_file",
            key->name);
        return g_string_free(words, FALSE);
    }
    g_string_append_printf(words, "unknown key '%s'", key->name);
    for (guint i = 0; i < file->schema->count; i++) {
        if (strcmp(file->schema->keys[i].group, word) == 0)
            g_ptr_array_add(known, (gpointer)file->schema->keys[i].key);
    }
    g_ptr_array_add(known, NULL);
    suggest(words, key->name, (const char *const *)known->pdata);
    return g_string_free(words, FALSE);
}

char *lodge_key_leftover_find(const LodgeKeyFile *file)
{
    for (guint i = 0; i < file->index->groups->len; i++) {
        const LodgeKeyIndexGroup *group = g_ptr_array_index(file->index->groups, i);
        if (!group->consumed)
            return describe_group(file, group);
        for (guint j = 0; j < group->keys->len; j++) {
            const LodgeKeyIndexKey *key = g_ptr_array_index(group->keys, j);
            if (!key->consumed)
                return describe_key(file, group, key);
        }
    }
    return NULL;
}
