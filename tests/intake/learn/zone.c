#include "tests/intake/learn/zone.h"

#include "tests/intake/learn/tsv.h"
#include <string.h>

struct TestZone {
    GHashTable *texts;    /* name -> GPtrArray of text */
    GHashTable *failures; /* name -> LodgeTxtStatus */
    guint questions;
};

TestZone *test_zone_new(void)
{
    TestZone *zone = g_new0(TestZone, 1);
    zone->texts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                        (GDestroyNotify)g_ptr_array_unref);
    zone->failures = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return zone;
}

void test_zone_free(TestZone *zone)
{
    if (zone == NULL)
        return;
    g_hash_table_unref(zone->texts);
    g_hash_table_unref(zone->failures);
    g_free(zone);
}

void test_zone_add(TestZone *zone, const char *name, const char *text)
{
    g_autofree char *key = g_ascii_strdown(name, -1);
    GPtrArray *texts = g_hash_table_lookup(zone->texts, key);

    if (texts == NULL) {
        texts = g_ptr_array_new_with_free_func(g_free);
        g_hash_table_insert(zone->texts, g_steal_pointer(&key), texts);
    }
    g_ptr_array_add(texts, g_strdup(text));
}

void test_zone_fail(TestZone *zone, const char *name, LodgeTxtStatus status)
{
    g_hash_table_insert(zone->failures, g_ascii_strdown(name, -1),
                        GINT_TO_POINTER((int)status));
}

/* The strings between the quotes, joined. */
static char *join_strings(const char *line)
{
    g_autoptr(GString) text = g_string_new(NULL);
    gboolean is_inside = FALSE;

    for (const char *at = strchr(line, '"'); at != NULL && *at != '\0'; at++) {
        if (*at == '"')
            is_inside = !is_inside;
        else if (is_inside && *at == '\\' && at[1] != '\0')
            g_string_append_c(text, *++at);
        else if (is_inside)
            g_string_append_c(text, *at);
    }
    return g_strdup(text->str);
}

static void load_status(TestZone *zone, const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "dns-status.tsv", NULL);
    g_autoptr(TestTable) table = test_table_load(path);
    const struct {
        const char *word;
        LodgeTxtStatus status;
    } words[] = {{"nxdomain", LODGE_TXT_NXDOMAIN},
                 {"servfail", LODGE_TXT_SERVFAIL},
                 {"timeout", LODGE_TXT_TIMEOUT}};

    for (guint i = 0; table != NULL && i < test_table_count_rows(table); i++) {
        for (guint j = 0; j < G_N_ELEMENTS(words); j++) {
            if (strcmp(test_table_get(table, i, "status"), words[j].word) == 0)
                test_zone_fail(zone, test_table_get(table, i, "name"), words[j].status);
        }
    }
}

TestZone *test_zone_load(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "dns.zone", NULL);
    g_autofree char *content = NULL;

    if (!g_file_get_contents(path, &content, NULL, NULL))
        return NULL;
    TestZone *zone = test_zone_new();
    g_auto(GStrv) lines = g_strsplit(content, "\n", -1);
    for (guint i = 0; lines[i] != NULL; i++) {
        gsize size = strcspn(lines[i], " \t");
        if (size == 0 || strstr(lines[i], " IN TXT ") == NULL)
            continue;
        g_autofree char *name = g_strndup(lines[i], size);
        g_autofree char *text = join_strings(lines[i]);
        test_zone_add(zone, name, text);
    }
    load_status(zone, folder);
    return zone;
}

void test_zone_ask(const char *name, LodgeTxtAnswer *answer_out, gpointer data)
{
    TestZone *zone = data;
    g_autofree char *lower = g_ascii_strdown(name, -1);
    g_autofree char *key = g_strconcat(lower, ".", NULL);
    GPtrArray *texts = g_hash_table_lookup(zone->texts, key);
    gpointer failure = NULL;

    zone->questions++;
    answer_out->texts = NULL;
    answer_out->status = LODGE_TXT_NXDOMAIN;
    if (g_hash_table_lookup_extended(zone->failures, key, NULL, &failure)) {
        answer_out->status = (LodgeTxtStatus)GPOINTER_TO_INT(failure);
        return;
    }
    if (texts == NULL)
        return;
    answer_out->status = LODGE_TXT_FOUND;
    answer_out->texts = g_new0(char *, texts->len + 1);
    for (guint i = 0; i < texts->len; i++)
        answer_out->texts[i] = g_strdup(g_ptr_array_index(texts, i));
}

guint test_zone_count_questions(const TestZone *zone)
{
    return zone->questions;
}
