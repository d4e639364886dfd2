#include "config/key_index.h"

#include "parsers/text/display.h"

#include <string.h>

#define SHOWN_BYTES 60

typedef struct {
    LodgeKeyIndex *index;
    LodgeKeyIndexGroup *group; /* the one we are in, or NULL */
    const char *name;
    guint line;
} Scan;

static void free_key(gpointer data)
{
    LodgeKeyIndexKey *key = data;
    g_free(key->name);
    g_free(key);
}

static void free_group(gpointer data)
{
    LodgeKeyIndexGroup *group = data;
    g_hash_table_unref(group->by_name);
    g_ptr_array_unref(group->keys);
    g_free(group->name);
    g_free(group);
}

void lodge_key_index_free(LodgeKeyIndex *index)
{
    if (index == NULL)
        return;
    g_hash_table_unref(index->by_name);
    g_ptr_array_unref(index->groups);
    g_free(index);
}

static gboolean G_GNUC_PRINTF(3, 4)
    refuse(const Scan *scan, GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID, "%s:%u: %s",
                scan->name, scan->line, words);
    return FALSE;
}

static gboolean
check_bytes(const Scan *scan, const char *start, gsize length, GError **error)
{
    if (memchr(start, '\0', length) != NULL)
        return refuse(scan, error, "the line holds a NUL; this is no text file");
    if (!g_utf8_validate(start, (gssize)length, NULL))
        return refuse(scan, error, "the line is not valid UTF-8; save the file as UTF-8");
    for (gsize i = 0; i < length; i++) {
        if (g_ascii_iscntrl(start[i]) && start[i] != '\t')
            return refuse(scan, error, "the line holds a control character");
    }
    return TRUE;
}

static gboolean add_group(Scan *scan, const char *line, GError **error)
{
    const char *end = strchr(line, ']');
    g_autofree char *shown = lodge_display_line(line, SHOWN_BYTES);
    if (end == NULL || end[1 + strspn(end + 1, " \t")] != '\0')
        return refuse(scan, error, "'%s' is no group; write [name] alone on its line",
                      shown);
    g_autofree char *name = g_strndup(line + 1, (gsize)(end - line - 1));
    if (*name == '\0' || strchr(name, '[') != NULL || g_ascii_isspace(name[0]) ||
        g_ascii_isspace(name[strlen(name) - 1]))
        return refuse(scan, error,
                      "'%s' is no group name; write it without brackets or spaces around",
                      shown);
    const LodgeKeyIndexGroup *before = g_hash_table_lookup(scan->index->by_name, name);
    if (before != NULL)
        return refuse(
            scan, error,
            "group [%s] is there twice, first in line %u; join them or rename one", name,
            before->line);
    LodgeKeyIndexGroup *group = g_new0(LodgeKeyIndexGroup, 1);
    group->name = g_steal_pointer(&name);
    group->line = scan->line;
    group->keys = g_ptr_array_new_with_free_func(free_key);
    group->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    g_ptr_array_add(scan->index->groups, group);
    g_hash_table_insert(scan->index->by_name, group->name, group);
    scan->group = group;
    return TRUE;
}

static gboolean add_key(Scan *scan, const char *line, GError **error)
{
    const char *equals = strchr(line, '=');
    if (equals == NULL) {
        g_autofree char *shown = lodge_display_line(line, SHOWN_BYTES);
        return refuse(scan, error,
                      "'%s' is neither 'key = value' nor [group] nor # comment", shown);
    }
    g_autofree char *name = g_strstrip(g_strndup(line, (gsize)(equals - line)));
    if (*name == '\0' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name)) {
        g_autofree char *shown = lodge_display_line(name, SHOWN_BYTES);
        return refuse(scan, error,
                      "'%s' is no key: keys are lower-case letters, digits and underscores",
                      shown);
    }
    if (scan->group == NULL)
        return refuse(scan, error, "key '%s' stands before the first [group]", name);
    const LodgeKeyIndexKey *before = g_hash_table_lookup(scan->group->by_name, name);
    if (before != NULL)
        return refuse(scan, error, "[%s] has '%s' twice, first in line %u; delete one",
                      scan->group->name, name, before->line);
    LodgeKeyIndexKey *key = g_new0(LodgeKeyIndexKey, 1);
    key->name = g_steal_pointer(&name);
    key->line = scan->line;
    g_ptr_array_add(scan->group->keys, key);
    g_hash_table_insert(scan->group->by_name, key->name, key);
    return TRUE;
}

static gboolean add_line(Scan *scan, const char *start, gsize length, GError **error)
{
    if (length > 0 && start[length - 1] == '\r')
        length--;
    if (!check_bytes(scan, start, length, error))
        return FALSE;
    g_autofree char *line = g_strstrip(g_strndup(start, length));
    if (*line == '\0' || *line == '#')
        return TRUE;
    return *line == '[' ? add_group(scan, line, error) : add_key(scan, line, error);
}

LodgeKeyIndex *
lodge_key_index_parse(const char *text, gsize size_bytes, const char *name, GError **error)
{
    g_autoptr(LodgeKeyIndex) index = g_new0(LodgeKeyIndex, 1);
    index->groups = g_ptr_array_new_with_free_func(free_group);
    index->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    Scan scan = {.index = index, .name = name};
    const char *end = text + size_bytes;
    while (text < end) {
        const char *stop = memchr(text, '\n', (gsize)(end - text));
        if (stop == NULL)
            stop = end;
        scan.line++;
        if (!add_line(&scan, text, (gsize)(stop - text), error))
            return NULL;
        text = stop + 1;
    }
    return g_steal_pointer(&index);
}
