/* The collected table of RFC 9989: policy, alignment and the exact order of questions, row by row, over a zone
 * file; and each row again from the answers that were recorded. */
#include "intake/decide/dmarc.h"
#include "intake/learn/dns_recorder.h"
#include "intake/learn/resolver_stored.h"
#include "intake/learn/resolver_zone.h"
#include "tests/intake/learn/tsv.h"

#include "tests/support/cmocka.h"
#include <json-glib/json-glib.h>
#include <string.h>

/* Rows whose expectation is not what the RFC says, with the section. */
static const struct {
    const char *id, *why;
} WRONG[] = {
    {"dm05",
     "RFC 9989 section 4.10 step 2 drops several records at one name, all of them, and section 4.10.1 goes "
     "on with the walk when the first query found no valid record: example.com's p=none applies, and a "
     "message without any passing identifier fails. That discovery ends there was RFC 7489, section 6.6.3."},
};

static gint64 now_us(void)
{
    return 0;
}

static const char *stated(const TestTable *table, guint row, const char *column)
{
    const char *value = test_table_get(table, row, column);
    return strcmp(value, "-") != 0 && *value != '\0' ? value : NULL;
}

/* ---- the zone ---- */

static void add_texts(GString *zone, const char *name, JsonArray *texts)
{
    for (guint i = 0; i < json_array_get_length(texts); i++)
        g_string_append_printf(zone, "%s 300 IN TXT \"%s\"\n", name,
                               json_array_get_string_element(texts, i));
}

static void add_name(JsonObject *object, const char *name, JsonNode *node, gpointer data)
{
    (void)object;
    JsonObject *types = json_node_get_object(node);
    if (json_object_has_member(types, "TXT"))
        add_texts(data, name, json_object_get_array_member(types, "TXT"));
    else
        g_string_append_printf(data, "%s 300 IN A 192.0.2.1\n", name);
}

static LodgeResolver *open_zone(const char *json)
{
    g_autoptr(JsonNode) root = json_from_string(json, NULL);
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    assert_non_null(root);
    json_object_foreach_member(json_node_get_object(root), add_name, text);
    LodgeZoneFile *zone = lodge_zone_file_parse(text->str, text->len, "row", &error);
    if (zone == NULL)
        fail_msg("%s", error->message);
    return lodge_resolver_zone_new(zone, now_us);
}

/* ---- a row ---- */

/* As a table would say it: what differs from the expectation; "" for nothing. */
static char *differences(const TestTable *table,
                         guint row,
                         const LodgeDmarc *dmarc,
                         const LodgeDmarcVerdict *verdict)
{
    GString *words = g_string_new(NULL);
    const char *result = stated(table, row, "result");
    const char *policy = stated(table, row, "policy");
    const char *organizational = stated(table, row, "organizational_domain");
    const char *queries = stated(table, row, "dns_queries");
    const char *found = dmarc->status == LODGE_DMARC_FOUND
                            ? lodge_dmarc_policy_format(dmarc->applied)
                            : "none-applies";
    g_ptr_array_add(dmarc->queries, NULL);
    g_autofree char *asked = g_strjoinv("\", \"", (char **)dmarc->queries->pdata);
    g_ptr_array_remove_index(dmarc->queries, dmarc->queries->len - 1);
    g_autofree char *listed = g_strdup_printf("[\"%s\"]", asked);
    if (result != NULL && strcmp(result, lodge_dmarc_result_format(verdict->result)) != 0)
        g_string_append_printf(words, " result %s",
                               lodge_dmarc_result_format(verdict->result));
    if (policy != NULL && strcmp(policy, found) != 0)
        g_string_append_printf(words, " policy %s", found);
    if (organizational != NULL &&
        g_strcmp0(organizational, dmarc->organizational_domain) != 0)
        g_string_append_printf(words, " organizational domain %s",
                               dmarc->organizational_domain);
    if (queries != NULL && strcmp(queries, listed) != 0)
        g_string_append_printf(words, " queries %s", listed);
    return g_string_free(words, FALSE);
}

static char *run(const TestTable *table, guint row, const LodgeDnsAsk *ask)
{
    const char *from = strrchr(test_table_get(table, row, "from"), '@') + 1;
    const char *dkim = stated(table, row, "dkim_pass_domains");
    const char *spf = stated(table, row, "spf_pass_domains");
    g_autoptr(LodgeDmarc) dmarc = lodge_dmarc_find(from, ask);
    LodgeDmarcVerdict verdict = lodge_dmarc_evaluate(dmarc, (const char *[]){dkim, NULL},
                                                     (const char *[]){spf, NULL}, ask);
    if (verdict.dkim_exact != (g_strcmp0(verdict.dkim_domain, from) == 0) ||
        verdict.spf_exact != (g_strcmp0(verdict.spf_domain, from) == 0))
        fail_msg("row %u: what is exact is not told", row);
    return differences(table, row, dmarc, &verdict);
}

static char *run_twice(const TestTable *table, guint row)
{
    g_autoptr(LodgeResolver) zone = open_zone(test_table_get(table, row, "zone"));
    g_autoptr(LodgeDnsRecorder) recorder = lodge_dns_recorder_new(zone, 0);
    const LodgeDnsAsk live = lodge_dns_recorder_ask(recorder);
    char *first = run(table, row, &live);
    g_autoptr(LodgeResolver) stored =
        lodge_resolver_stored_new(lodge_dns_recorder_answers(recorder));
    g_autoptr(LodgeDnsRecorder) replayed = lodge_dns_recorder_new(stored, 0);
    const LodgeDnsAsk frozen = lodge_dns_recorder_ask(replayed);
    g_autofree char *second = run(table, row, &frozen);
    assert_string_equal(first, second);
    assert_null(lodge_dns_recorder_find_trouble(replayed));
    return first;
}

static const char *why_wrong(const char *id)
{
    for (gsize i = 0; i < G_N_ELEMENTS(WRONG); i++) {
        if (strcmp(WRONG[i].id, id) == 0)
            return WRONG[i].why;
    }
    return NULL;
}

static void every_row_of_the_table_is_as_the_rfc_says(void **state)
{
    (void)state;
    const char *data = g_getenv("LODGE_TEST_DATA");
    if (data == NULL) {
        print_message("SKIP: LODGE_TEST_DATA is not set: 30 rows not tested\n");
        skip();
    }
    g_autofree char *path = g_build_filename(data, "dmarc", "rfc9989.tsv", NULL);
    g_autoptr(TestTable) table = test_table_load(path);
    assert_non_null(table);
    guint agreed = 0, unexplained = 0;
    for (guint row = 0; row < test_table_count_rows(table); row++) {
        const char *id = test_table_get(table, row, "id");
        g_autofree char *words = run_twice(table, row);
        const char *why = why_wrong(id);
        agreed += *words == '\0';
        if (*words != '\0')
            print_message("%s:%s\n  %s\n", id, words, why != NULL ? why : "NOT EXPLAINED");
        unexplained += (*words != '\0') != (why != NULL);
    }
    print_message("%u of %u rows agree, %u differences are argued\n", agreed,
                  test_table_count_rows(table), (guint)G_N_ELEMENTS(WRONG));
    assert_int_equal(unexplained, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_of_the_table_is_as_the_rfc_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
