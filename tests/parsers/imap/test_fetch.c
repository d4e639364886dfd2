#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/imap/fetch.h"
#include "parsers/imap/mailbox_data.h"
#include "parsers/imap/parser.h"
#include "parsers/imap/uid_set.h"
#include <string.h>

typedef void (*Check)(const LodgeImapResponse *response);

static gboolean run_check(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Check *check = data;
    (*check)(response);
    *check = NULL;
    return TRUE;
}

static void with_response(const char *line, Check check)
{
    LodgeImapHandler handler = {.response = run_check};
    g_autoptr(LodgeImapParser) parser = lodge_imap_parser_new(&handler, FALSE, &check);
    assert_true(lodge_imap_parser_feed(parser, line, strlen(line), NULL));
    assert_null(check);
}

static void test_internal_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text, *expected;
    } table[] = {
        {"17-Jul-1996 02:44:25 -0700", "1996-07-17T09:44:25.000000Z"},
        {" 1-Jan-2024 00:00:00 +0000", "2024-01-01T00:00:00.000000Z"},
        {"1-Jan-2024 00:00:00 +0000", "2024-01-01T00:00:00.000000Z"},
        {"19-JUL-2024 23:59:59 +0100", "2024-07-19T22:59:59.000000Z"},
        {"29-Feb-2024 12:00:00 +0530", "2024-02-29T06:30:00.000000Z"},
        {"29-Feb-2023 12:00:00 +0000", NULL},
        {"31-Jun-2024 12:00:00 +0000", NULL},
        {"17-Jul-1996 02:44:25", NULL},
        {"17-Jul-1996 02:44:25 GMT", NULL},
        {"17-Jul-1996 24:44:25 +0000", NULL},
        {"17-Jul-1996 02:44:25 +0000 x", NULL},
        {"17-Jul-96 02:44:25 +0000", NULL},
        {"", NULL},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        gint64 instant = 0;
        gboolean ok = lodge_imap_date_parse(table[i].text, &instant);
        assert_int_equal(ok, table[i].expected != NULL);
        g_autofree char *shown = ok ? lodge_instant_format(instant) : NULL;
        if (ok)
            assert_string_equal(shown, table[i].expected);
    }
}

static void check_full_fetch(const LodgeImapResponse *response)
{
    LodgeImapFetch fetch;
    assert_true(lodge_imap_fetch_read(response, &fetch));
    assert_int_equal(fetch.number, 3);
    assert_int_equal(fetch.uid, 4294967295u);
    assert_int_equal(fetch.size_bytes, 44827);
    assert_true(lodge_imap_list_has(fetch.flags, "\\Seen"));
    assert_true(fetch.has_body);
    assert_string_equal(fetch.body->text, "abc");
}

static void check_nil_body(const LodgeImapResponse *response)
{
    LodgeImapFetch fetch;
    assert_true(lodge_imap_fetch_read(response, &fetch));
    assert_false(fetch.has_body);
    assert_true(fetch.body_is_nil);
    assert_int_equal(fetch.size_bytes, -1);
    assert_true(fetch.internaldate_us == LODGE_INSTANT_UNKNOWN);
}

static void check_no_fetch(const LodgeImapResponse *response)
{
    LodgeImapFetch fetch;
    assert_false(lodge_imap_fetch_read(response, &fetch));
}

static void test_fetch_items(void **state)
{
    (void)state;
    with_response("* 3 FETCH (FLAGS (\\Seen) UID 4294967295 RFC822.SIZE 44827 "
                  "INTERNALDATE \"17-Jul-1996 02:44:25 -0700\" BODY[] {3}\r\nabc)\r\n",
                  check_full_fetch);
    with_response("* 3 FETCH (UID 0 RFC822.SIZE -5 BODY[] NIL)\r\n", check_nil_body);
    with_response("* 3 FETCH (UID)\r\n", check_no_fetch);
    with_response("* 3 FETCH UID 5\r\n", check_no_fetch);
    with_response("* FETCH (UID 5)\r\n", check_no_fetch);
    with_response("* 3 EXISTS\r\n", check_no_fetch);
}

static void check_list(const LodgeImapResponse *response)
{
    LodgeImapListed listed;
    assert_true(lodge_imap_listed_read(response, &listed));
    assert_true(lodge_imap_list_has(listed.attributes, "\\noselect"));
    assert_int_equal(listed.delimiter, '/');
    assert_string_equal(listed.name, "~/Mail \"x\"");
}

static void check_flat_list(const LodgeImapResponse *response)
{
    LodgeImapListed listed;
    assert_true(lodge_imap_listed_read(response, &listed));
    assert_int_equal(listed.delimiter, 0);
}

static void check_status(const LodgeImapResponse *response)
{
    LodgeImapStatusData status;
    assert_true(lodge_imap_status_data_read(response, &status));
    assert_string_equal(status.name, "blurdybloop");
    assert_int_equal(status.messages, 231);
    assert_int_equal(status.uidnext, 44292);
    assert_int_equal(status.uidvalidity, 0);
}

static void test_lists_and_status(void **state)
{
    (void)state;
    with_response("* LIST (\\Noselect) \"/\" \"~/Mail \\\"x\\\"\"\r\n", check_list);
    with_response("* LIST () NIL INBOX\r\n", check_flat_list);
    with_response("* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)\r\n", check_status);
}

static void check_search(const LodgeImapResponse *response)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    assert_true(lodge_imap_search_read(response, uids));
    assert_int_equal(uids->len, 3);
    assert_int_equal(g_array_index(uids, guint32, 2), 6);
}

static void check_bad_search(const LodgeImapResponse *response)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    assert_false(lodge_imap_search_read(response, uids));
}

static void check_empty_search(const LodgeImapResponse *response)
{
    g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    assert_true(lodge_imap_search_read(response, uids));
    assert_int_equal(uids->len, 0);
}

static void test_searches(void **state)
{
    (void)state;
    with_response("* SEARCH 2 3 6\r\n", check_search);
    with_response("* SEARCH 2 3 6 (MODSEQ 917162500)\r\n", check_search);
    with_response("* ESEARCH (TAG \"L1\") UID ALL 4:5,6\r\n", check_search);
    with_response("* SEARCH\r\n", check_empty_search);
    with_response("* ESEARCH (TAG \"L1\") UID\r\n", check_empty_search);
    with_response("* SEARCH 2 x\r\n", check_bad_search);
    with_response("* SEARCH 0\r\n", check_bad_search);
    with_response("* SEARCH 4294967296\r\n", check_bad_search);
    with_response("* ESEARCH UID ALL 1:4294967295\r\n", check_bad_search);
}

static void check_capability(const LodgeImapResponse *response)
{
    g_auto(GStrv) names = lodge_imap_capability_read(response);
    assert_true(g_strv_contains((const char *const *)names, "IMAP4REV1"));
    assert_true(g_strv_contains((const char *const *)names, "AUTH=PLAIN"));
}

static void check_namespace(const LodgeImapResponse *response)
{
    g_auto(GStrv) personal = lodge_imap_namespace_read(response, 0);
    g_auto(GStrv) others = lodge_imap_namespace_read(response, 1);
    g_auto(GStrv) shared = lodge_imap_namespace_read(response, 2);
    assert_string_equal(personal[0], "INBOX.");
    assert_int_equal(g_strv_length(others), 0);
    assert_string_equal(shared[1], "#public/");
}

static void test_capabilities_and_namespaces(void **state)
{
    (void)state;
    with_response("* CAPABILITY IMAP4rev1 auth=plain\r\n", check_capability);
    with_response("A1 OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] in\r\n", check_capability);
    with_response(
        "* NAMESPACE ((\"INBOX.\" \".\")) NIL ((\"#shared/\" \"/\")(\"#public/\" \"/\"))\r\n",
        check_namespace);
}

static void test_sets_are_written_short_and_within_their_bound(void **state)
{
    (void)state;
    static const guint32 uids[] = {1, 2, 3, 7, 9, 10, 4294967294u, 4294967295u};
    guint used = 0;
    g_autofree char *all = lodge_imap_uid_set_format(uids, 8, 100, &used);
    assert_string_equal(all, "1:3,7,9:10,4294967294:4294967295");
    assert_int_equal(used, 8);
    g_autofree char *part = lodge_imap_uid_set_format(uids, 8, 8, &used);
    assert_string_equal(part, "1:3,7");
    assert_int_equal(used, 4);
    g_autofree char *least = lodge_imap_uid_set_format(uids, 8, 1, &used);
    assert_string_equal(least, "1:3");
    assert_int_equal(used, 3);
}

static void test_sets_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int count; /* -1: refused */
    } table[] = {
        {"1", 1},           {"1:3,7", 4},   {"3:1", 3},    {"4294967295", 1},
        {"", -1},           {"0", -1},      {"1:", -1},    {"1,", -1},
        {"*", -1},          {"1:100", 100}, {"1:101", -1}, {"1:60,1:60", -1},
        {"4294967296", -1}, {"1 2", -1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GArray) uids = lodge_imap_uid_set_parse(table[i].text, 100);
        assert_int_equal(uids == NULL ? -1 : (int)uids->len, table[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_internal_dates),
        cmocka_unit_test(test_fetch_items),
        cmocka_unit_test(test_lists_and_status),
        cmocka_unit_test(test_searches),
        cmocka_unit_test(test_capabilities_and_namespaces),
        cmocka_unit_test(test_sets_are_written_short_and_within_their_bound),
        cmocka_unit_test(test_sets_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
