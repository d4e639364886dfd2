#include "tests/intake/learn/zone.h"

#include "intake/learn/resolver_zone.h"
#include "tests/intake/learn/tsv.h"
#include <string.h>

#define STRING_BYTES 200 /* of a record's strings; 255 would be the most */

struct TestZone {
    GString *text;           /* the zone file */
    LodgeResolver *resolver; /* made of it by the first question */
    GHashTable *answers;     /* name -> LodgeDnsAnswer */
    guint questions;
    LodgeDnsAsk ask;
};

static const LodgeDnsAnswer *answer(gpointer data, const char *name)
{
    TestZone *zone = data;
    LodgeDnsAnswer *known = g_hash_table_lookup(zone->answers, name);

    zone->questions++;
    if (known != NULL)
        return known;
    if (zone->resolver == NULL) {
        g_autoptr(GError) error = NULL;
        LodgeZoneFile *file =
            lodge_zone_file_parse(zone->text->str, zone->text->len, "the zone", &error);
        if (file == NULL)
            g_error("%s", error->message);
        zone->resolver = lodge_resolver_zone_new(file, NULL);
    }
    known = lodge_resolver_lookup_txt(zone->resolver, name, 0);
    g_hash_table_insert(zone->answers, g_strdup(name), known);
    return known;
}

TestZone *test_zone_new(void)
{
    TestZone *zone = g_new0(TestZone, 1);
    zone->text = g_string_new(NULL);
    zone->answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify)lodge_dns_answer_free);
    zone->ask = (LodgeDnsAsk){answer, zone};
    return zone;
}

void test_zone_free(TestZone *zone)
{
    if (zone == NULL)
        return;
    g_string_free(zone->text, TRUE);
    g_clear_pointer(&zone->resolver, lodge_resolver_free);
    g_hash_table_unref(zone->answers);
    g_free(zone);
}

void test_zone_add(TestZone *zone, const char *name, const char *text)
{
    gsize size = strlen(text), at = 0;

    g_assert(zone->resolver == NULL);
    g_string_append_printf(zone->text, "%s 3600 IN TXT", name);
    do {
        gsize piece = MIN(size - at, STRING_BYTES);
        g_string_append_printf(zone->text, " \"%.*s\"", (int)piece, text + at);
        at += piece;
    } while (at < size);
    g_string_append_c(zone->text, '\n');
}

void test_zone_fail(TestZone *zone, const char *name, const char *status)
{
    g_assert(zone->resolver == NULL);
    g_string_append_printf(zone->text, "%s 0 IN FAIL %s\n", name, status);
}

TestZone *test_zone_load(const char *folder)
{
    g_autofree char *path = g_build_filename(folder, "dns.zone", NULL);
    g_autofree char *status_path = g_build_filename(folder, "dns-status.tsv", NULL);
    g_autoptr(TestTable) table = test_table_load(status_path);
    g_autofree char *content = NULL;

    if (!g_file_get_contents(path, &content, NULL, NULL))
        return NULL;
    TestZone *zone = test_zone_new();
    g_string_append(zone->text, content);
    for (guint i = 0; table != NULL && i < test_table_count_rows(table); i++) {
        const char *status = test_table_get(table, i, "status");
        if (strcmp(status, "nxdomain") !=
            0) /* which is what a name has that is not there */
            test_zone_fail(zone, test_table_get(table, i, "name"), status);
    }
    return zone;
}

const LodgeDnsAsk *test_zone_ask(TestZone *zone)
{
    return &zone->ask;
}

guint test_zone_count_questions(const TestZone *zone)
{
    return zone->questions;
}
