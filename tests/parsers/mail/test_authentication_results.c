#include "parsers/mail/authentication_results.h"

#include "parsers/text/json.h"
#include "parsers/text/limits.h"
#include "tests/parsers/mail/corpus.h"
#include "tests/support/cmocka.h"
#include <string.h>

/* columns of authentication-results/cases.tsv */
enum { ID, VALUE, RFC8601, AUTHSERV_ID, VERSION, RESULTS, EXCHANGE_FORM };

static char *unescape(const char *text)
{
    GString *value = g_string_new(NULL);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p != '\\') {
            g_string_append_c(value, *p);
            continue;
        }
        p++;
        g_string_append_c(value, *p == 'r'   ? '\r'
                                 : *p == 'n' ? '\n'
                                 : *p == 't' ? '\t'
                                             : *p);
    }
    return g_string_free(value, FALSE);
}

/* The table lists the ptypes of its authority, and none at all outside Exchange's form. */
static gboolean is_listed(const char *ptype, gboolean exchange_form)
{
    static const char *const listed[] = {"smtp", "header", "body", "policy"};
    for (gsize i = 0; i < G_N_ELEMENTS(listed); i++)
        if (strcmp(ptype, listed[i]) == 0)
            return TRUE;
    return exchange_form && ptype[0] == '\0';
}

static void
describe_property(GString *text, const char *ptype, const char *property, const char *value)
{
    g_autofree char *lower = g_ascii_strdown(property, -1);
    g_string_append_printf(text, " [%s.%s=%s]", ptype, lower, value);
}

static char *describe_found(const LodgeAuthenticationResults *results)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < results->methods->len; i++) {
        const LodgeAuthenticationMethod *method = g_ptr_array_index(results->methods, i);
        g_string_append_printf(text, "%s/%u=%s (%s)", method->method, method->version,
                               method->result,
                               method->reason != NULL ? method->reason : "");
        for (guint j = 0; j < method->properties->len; j++) {
            const LodgeAuthenticationProperty *p = g_ptr_array_index(method->properties, j);
            if (is_listed(p->ptype, results->exchange_form))
                describe_property(text, p->ptype, p->property, p->value);
        }
        g_string_append(text, "; ");
    }
    return g_string_free(text, FALSE);
}

static char *describe_expected(const char *json)
{
    GString *text = g_string_new(NULL);
    g_autofree char *wrapped = g_strdup_printf("{\"results\":%s}", json);
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(wrapped, strlen(wrapped), 1 << 20, 16, NULL);
    assert_non_null(document);
    const LodgeJsonNode *list =
        lodge_json_get_array(document, lodge_json_root(document), "results");

    for (guint i = 0; i < lodge_json_array_length(list); i++) {
        const LodgeJsonNode *method = lodge_json_array_object(document, list, i);
        const char *version = lodge_json_get_string(document, method, "version");
        g_string_append_printf(text, "%s/%s=%s (%s)",
                               lodge_json_get_string(document, method, "method"),
                               version[0] != '\0' ? version : "1",
                               lodge_json_get_string(document, method, "result"),
                               lodge_json_get_string(document, method, "reason"));
        const LodgeJsonNode *properties =
            lodge_json_get_array(document, method, "properties");
        g_autofree char *properties_text = lodge_json_node_text(properties);
        /* an array of three strings each: read through an object, which the reader knows */
        g_auto(GStrv) quoted = g_strsplit(properties_text, "],[", -1);
        for (guint j = 0; quoted[j] != NULL && lodge_json_array_length(properties) > 0;
             j++) {
            g_autofree char *bare = g_strdup(quoted[j]);
            g_strdelimit(bare, "[]", ' ');
            g_autofree char *object = g_strdup_printf("{\"p\":[%s]}", bare);
            g_autoptr(LodgeJsonDocument) triple =
                lodge_json_parse(object, strlen(object), 1 << 16, 4, NULL);
            assert_non_null(triple);
            g_auto(GStrv) parts =
                lodge_json_get_strings(triple, lodge_json_root(triple), "p");
            describe_property(text, parts[0], parts[1], parts[2]);
        }
        g_string_append(text, "; ");
    }
    assert_true(lodge_json_finish(document, NULL));
    return g_string_free(text, FALSE);
}

static gboolean may_be_refused(GStrv row)
{
    return strstr(row[RFC8601], "invalid") != NULL &&
           strcmp(row[EXCHANGE_FORM], "yes") != 0;
}

static gboolean must_be_refused(GStrv row)
{
    return strcmp(row[RFC8601], "invalid") == 0 && strcmp(row[EXCHANGE_FORM], "yes") != 0;
}

static gboolean judge_case(GStrv row, gboolean *refused_out)
{
    g_autofree char *value = unescape(row[VALUE]);
    LodgeAuthenticationResults *results = lodge_authentication_results_parse(value);
    g_autofree char *found = describe_found(results);
    g_autofree char *expected =
        strcmp(row[RESULTS], "-") != 0 ? describe_expected(row[RESULTS]) : NULL;
    guint version = strcmp(row[VERSION], "-") != 0
                        ? (guint)g_ascii_strtoull(row[VERSION], NULL, 10)
                        : 1;
    gboolean agrees;

    *refused_out = !results->well_formed;
    if (!results->well_formed)
        agrees = may_be_refused(row) && results->methods->len == 0;
    else
        agrees =
            !must_be_refused(row) && results->version == version &&
            results->exchange_form == (strcmp(row[EXCHANGE_FORM], "yes") == 0) &&
            g_strcmp0(results->authserv_id,
                      strcmp(row[AUTHSERV_ID], "-") != 0 ? row[AUTHSERV_ID] : NULL) == 0 &&
            (expected == NULL || strcmp(found, expected) == 0);
    if (!agrees)
        print_error(
            "  %s: \"%s\" well formed %d, gave %s version %u: %s; expected %s: %s\n",
            row[ID], row[VALUE], results->well_formed, results->authserv_id,
            results->version, found, row[RFC8601], expected);
    lodge_authentication_results_free(results);
    return agrees;
}

static void every_collected_field_is_read_as_its_authority_reads_it(void **state)
{
    (void)state;
    g_autofree char *path = corpus_path("authentication-results/cases.tsv");
    if (path == NULL) {
        print_message("LODGE_TEST_DATA is unset: 114 fields are not read\n");
        skip();
    }
    g_autoptr(GPtrArray) rows = corpus_load_table(path);
    guint agreed = 0, lenient = 0, either = 0;

    for (guint i = 0; i < rows->len; i++) {
        GStrv row = g_ptr_array_index(rows, i);
        gboolean refused = FALSE;
        agreed += judge_case(row, &refused) ? 1 : 0;
        if (strcmp(row[RFC8601], "invalid|valid") == 0) {
            either++;
            lenient += refused ? 0 : 1;
        }
    }
    print_message("%u of %u fields agree; of %u that may be read or refused %u are read\n",
                  agreed, rows->len, either, lenient);
    assert_int_equal(agreed, rows->len);
}

typedef struct {
    const char *name, *raw, *found; /* NULL: refused */
} Case;

static const Case cases[] = {
    {"a sender rewritten by a forwarder is one value",
     "mx.example; spf=pass smtp.mailfrom=SRS0=ab1=QX=council.example=clerk@relay.example",
     "spf/1=pass () [smtp.mailfrom=SRS0=ab1=QX=council.example=clerk@relay.example]; "},
    {"a reason stands once", "mx.example; spf=pass reason=a reason=b", NULL},
    {"two results without a semicolon are not two results",
     "mx.example; spf=pass dkim=pass", "spf/1=pass (); "},
    {"a property is set off by a blank", "mx.example; spf=pass\"x\".smtp.mailfrom=a", NULL},
    {"a value cannot go on behind its quotes", "mx.example; dkim=pass header.d=\"a\"b",
     NULL},
    {"a quoted domain is not one", "mx.example; dkim=pass header.i=a@\"b.example\"", NULL},
    {"a line break without a fold ends the field",
     "mx.example; dkim=pass\nheader.d=a.example", NULL},
    {"the line end of the field itself is none", "mx.example; dkim=none\r\n",
     "dkim/1=none (); "},
    {"a version is a number", "mx.example one; dkim=pass", NULL},
    {"a version has at most nine digits", "mx.example 12345678901; dkim=pass", NULL},
    {"a method's version too", "mx.example; dkim/12345678901=pass", NULL},
    {"none takes no second word", "mx.example; none reason=x", NULL},
    {"a method may be called nonesuch", "mx.example; nonesuch=pass",
     "nonesuch/1=pass (); "},
    {"two semicolons at the end are one too many", "mx.example; dkim=pass;;", NULL},
    {"Exchange: strays alone are no result", "spf=", NULL},
    {"Exchange: a stray of two words is refused",
     "spf=pass; a.example b.example; dkim=pass", NULL},
    {"Exchange: a stray may come last", "spf=pass smtp.mailfrom=a.example; b.example",
     "spf/1=pass () [smtp.mailfrom=a.example]; "},
};

static void the_corners_of_the_grammar_hold(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeAuthenticationResults *results =
            lodge_authentication_results_parse(cases[i].raw);
        g_autofree char *found = results->well_formed ? describe_found(results) : NULL;
        if (g_strcmp0(found, cases[i].found) != 0)
            fail_msg("%s: gave %s", cases[i].name, found);
        lodge_authentication_results_free(results);
    }
}

static void more_results_than_the_limit_refuse_the_whole_field(void **state)
{
    (void)state;
    g_autoptr(GString) raw = g_string_new("mx.example");
    for (int i = 0; i < LODGE_LIMIT_AUTHENTICATION_METHODS; i++)
        g_string_append(raw, "; dkim=pass");
    LodgeAuthenticationResults *at_limit = lodge_authentication_results_parse(raw->str);
    g_string_append(raw, "; dkim=pass");
    LodgeAuthenticationResults *above = lodge_authentication_results_parse(raw->str);

    assert_true(at_limit->well_formed);
    assert_int_equal(at_limit->methods->len, LODGE_LIMIT_AUTHENTICATION_METHODS);
    assert_false(above->well_formed);
    assert_int_equal(above->methods->len, 0);
    lodge_authentication_results_free(at_limit);
    lodge_authentication_results_free(above);
}

static void nested_comments_cost_no_stack(void **state)
{
    (void)state;
    g_autoptr(GString) raw = g_string_new("mx.example ");
    for (int i = 0; i < 1000000; i++)
        g_string_append_c(raw, '(');
    LodgeAuthenticationResults *results = lodge_authentication_results_parse(raw->str);
    assert_false(results->well_formed);
    lodge_authentication_results_free(results);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_collected_field_is_read_as_its_authority_reads_it),
        cmocka_unit_test(the_corners_of_the_grammar_hold),
        cmocka_unit_test(more_results_than_the_limit_refuse_the_whole_field),
        cmocka_unit_test(nested_comments_cost_no_stack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
