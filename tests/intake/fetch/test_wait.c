/* Waiting for news: IDLE and what servers make of it, with a scripted server. */
#include "tests/intake/fetch/fetch_world.h"

#include <sys/eventfd.h>

#define LONG_MS                                                                            \
    60000 /* a wait that ends long before this, or the test hangs and is killed */
#define SHORT_MS 30

#define EXAMINED                                                                           \
    {                                                                                      \
        "EXAMINE \"INBOX\"", SELECTED_3, 0                                                 \
    }
#define DONE_OK                                                                            \
    {                                                                                      \
        "DONE", "$ OK done\r\n", 0                                                         \
    }

static gboolean wait_for(
    World *world, guint timeout_ms, int wake_fd, LodgeMailboxWait *result, GError **error)
{
    return lodge_mailbox_wait(world->session, timeout_ms, LODGE_MAILBOX_RENEW_MS, wake_fd,
                              result, error);
}

static void
assert_waits(World *world, guint timeout_ms, int wake_fd, LodgeMailboxWait expected)
{
    g_autoptr(GError) error = NULL;
    LodgeMailboxWait result = LODGE_MAILBOX_WOKEN;
    if (!wait_for(world, timeout_ms, wake_fd, &result, &error))
        fail_msg("%s", error->message);
    assert_int_equal(result, expected);
}

static void open_idling(World *world, ImapPeerScript *script)
{
    script->capabilities = "IMAP4rev1 UIDPLUS IDLE";
    open_session(world, script);
}

/* A session that has seen three messages, with UIDNEXT 10, has news of nothing. */
static void open_having_seen(World *world, ImapPeerScript *script)
{
    open_idling(world, script);
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
}

static void who_has_seen_nothing_has_news_at_once(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(EXAMINED);
    open_idling(world, &script);
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
    assert_script_done(world);
}

static void what_came_after_the_pass_is_news_at_once(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(
        EXAMINED, {"UID SEARCH ALL", "* 4 EXISTS\r\n* SEARCH 4 5 9\r\n$ OK\r\n", 0},
        {"UID FETCH", SIZES_3, 0}, {"UID FETCH", BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0});
    open_idling(world, &script);
    assert_true(fetch(world, NULL));
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
    assert_script_done(world);
}

static void news_is_what_has_changed(void **state)
{
    World *world = *state;
    static const char *const changes[] = {
        "+ idling\r\n* 4 EXISTS\r\n* 1 RECENT\r\n",
        "+\r\n* 4 EXISTS\r\n",
        "+ \r\n* 4 EXISTS\r\n",
        "+ [ALERT] waiting\r\n* 4 EXISTS\r\n",
        "* 4 EXISTS\r\n+ idling\r\n", /* before the continuation */
        "+ idling\r\n* 2 EXPUNGE\r\n",
        "+ idling\r\n* 2 EXPUNGE\r\n* 3 EXISTS\r\n", /* one went, one came */
        "+ idling\r\n* VANISHED 4\r\n",
        "+ idling\r\n* 2 FETCH (FLAGS (\\Deleted))\r\n",
        "+ idling\r\n* OK [UIDVALIDITY 8] another epoch\r\n",
        "+ idling\r\n* OK [UIDNEXT 11] came and went\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(changes); i++) {
        ImapPeerScript script = SCRIPT(EXAMINED, {"IDLE", changes[i], 0}, DONE_OK);
        open_having_seen(world, &script);
        assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
        assert_script_done(world);
    }
}

static void a_server_that_only_clears_its_throat_has_no_news(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(EXAMINED,
                                   {"IDLE",
                                    "+ idling\r\n* OK Still here\r\n* 3 EXISTS\r\n"
                                    "* 0 RECENT\r\n* NO disk is nearly full\r\n",
                                    0},
                                   DONE_OK);
    open_having_seen(world, &script);
    assert_waits(world, SHORT_MS, -1, LODGE_MAILBOX_QUIET);
    assert_script_done(world);
}

static void many_changes_are_one_piece_of_news(void **state)
{
    World *world = *state;
    g_autoptr(GString) flood = g_string_new("+ idling\r\n");
    for (guint i = 4; i < 5000; i++)
        g_string_append_printf(flood, "* %u EXISTS\r\n", i);
    ImapPeerScript script = SCRIPT(EXAMINED, {"IDLE", flood->str, 0}, DONE_OK,
                                   {"IDLE", "+ idling\r\n", 0}, DONE_OK);
    open_having_seen(world, &script);
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
    assert_waits(world, SHORT_MS, -1, LODGE_MAILBOX_QUIET);
    assert_script_done(world);
}

static void a_flood_without_news_ends_the_session(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) flood = g_string_new("+ idling\r\n");
    while (flood->len < 2 * MIB)
        g_string_append(flood, "* OK Still here, and still here, and still here\r\n");
    ImapPeerScript script = SCRIPT(EXAMINED, {"IDLE", flood->str, IMAP_PEER_SILENT});
    open_having_seen(world, &script);
    LodgeMailboxWait result;
    assert_false(wait_for(world, LONG_MS, -1, &result, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL));
    assert_non_null(strstr(error->message, "IDLE in INBOX the server talks without end"));
}

static void another_epoch_is_selected_anew(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(
        EXAMINED, {"IDLE", "+ idling\r\n* OK [UIDVALIDITY 8] x\r\n", 0}, DONE_OK,
        {"EXAMINE \"INBOX\"",
         "* 3 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n* OK [UIDNEXT 10] x\r\n$ OK done\r\n",
         0});
    open_having_seen(world, &script);
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
    assert_script_done(world);
}

static void idle_is_issued_anew_before_the_server_loses_patience(void **state)
{
    World *world = *state;
    ImapPeerScript script =
        SCRIPT(EXAMINED, {"IDLE", "+ idling\r\n", 0}, DONE_OK, {"IDLE", "+ idling\r\n", 0},
               DONE_OK, {"IDLE", "+ idling\r\n* 4 EXISTS\r\n", 0}, DONE_OK);
    open_having_seen(world, &script);
    LodgeMailboxWait result = LODGE_MAILBOX_QUIET;
    assert_true(lodge_mailbox_wait(world->session, LONG_MS, SHORT_MS, -1, &result, NULL));
    assert_int_equal(result, LODGE_MAILBOX_NEWS);
    assert_script_done(world);
}

static void being_woken_ends_idle_properly_and_loses_no_news(void **state)
{
    World *world = *state;
    int wake_fd = eventfd(0, EFD_CLOEXEC);
    assert_true(wake_fd >= 0);
    ImapPeerScript script = SCRIPT(EXAMINED, {"IDLE", "+ idling\r\n", IMAP_PEER_WAKE},
                                   {"DONE", "* 4 EXISTS\r\n$ OK done\r\n", 0});
    script.wake_fd = wake_fd;
    open_having_seen(world, &script);
    assert_waits(world, LONG_MS, wake_fd, LODGE_MAILBOX_WOKEN);
    eventfd_t count = 0;
    assert_int_equal(eventfd_read(wake_fd, &count), 0); /* ours to read */
    assert_waits(world, LONG_MS, wake_fd, LODGE_MAILBOX_NEWS);
    assert_script_done(world);
    close(wake_fd);
}

static void without_idle_a_quiet_line_and_noop_do(void **state)
{
    World *world = *state;
    int wake_fd = eventfd(0, EFD_CLOEXEC);
    ImapPeerScript script = SCRIPT(EXAMINED, {"NOOP", "$ OK nothing\r\n", 0},
                                   {"NOOP", "* 4 EXISTS\r\n$ OK done\r\n", IMAP_PEER_WAKE});
    script.wake_fd = wake_fd;
    open_session(world, &script);
    LodgeMailboxWait result = LODGE_MAILBOX_QUIET;
    assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
    assert_true(lodge_mailbox_wait(world->session, LONG_MS, SHORT_MS, -1, &result, NULL));
    assert_int_equal(result, LODGE_MAILBOX_NEWS);
    assert_waits(world, LONG_MS, wake_fd, LODGE_MAILBOX_WOKEN);
    assert_script_done(world);
    close(wake_fd);
}

static void an_idle_that_is_refused_is_not_tried_again(void **state)
{
    World *world = *state;
    static const char *const refusals[] = {"$ NO not now\r\n", "$ BAD what?\r\n",
                                           "+ idling\r\n$ BAD it was a mistake\r\n"};
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        ImapPeerScript script =
            SCRIPT(EXAMINED, {"IDLE", refusals[i], 0}, {"NOOP", "$ OK done\r\n", 0},
                   {"NOOP", "* 4 EXISTS\r\n$ OK done\r\n", 0});
        open_having_seen(world, &script);
        LodgeMailboxWait result = LODGE_MAILBOX_QUIET;
        assert_true(
            lodge_mailbox_wait(world->session, LONG_MS, SHORT_MS, -1, &result, NULL));
        assert_int_equal(result, LODGE_MAILBOX_NEWS);
        assert_script_done(world);
    }
}

static void an_idle_that_the_server_ends_is_issued_anew_but_not_for_ever(void **state)
{
    World *world = *state;
    ImapPeerScript script =
        SCRIPT(EXAMINED, {"IDLE", "+ idling\r\n$ OK enough of that\r\n", 0},
               {"IDLE", "+ idling\r\n$ OK again\r\n", 0}, {"IDLE", "$ OK and again\r\n", 0},
               {"NOOP", "* 4 EXISTS\r\n$ OK done\r\n", 0});
    open_having_seen(world, &script);
    LodgeMailboxWait result = LODGE_MAILBOX_QUIET;
    assert_true(lodge_mailbox_wait(world->session, LONG_MS, SHORT_MS, -1, &result, NULL));
    assert_int_equal(result, LODGE_MAILBOX_NEWS);
    assert_script_done(world);
}

static void a_server_that_goes_while_idling_is_named(void **state)
{
    World *world = *state;
    static const struct {
        const char *idle;
        ImapPeerThen then;
        const char *domain;
        int code;
        const char *words;
    } table[] = {
        {"+ idling\r\n* BYE logged out for \x1b[31minactivity\r\n", IMAP_PEER_DROP, "link",
         LODGE_LINK_ERROR_CLOSED, "IDLE in INBOX: logged out for \\x1B[31minactivity"},
        {"* BYE before the continuation\r\n", IMAP_PEER_DROP, "link",
         LODGE_LINK_ERROR_CLOSED, "IDLE in INBOX: before"},
        {"+ idling\r\n* BYE [UNAVAILABLE] maintenance\r\n", IMAP_PEER_DROP, "fetch",
         LODGE_FETCH_ERROR_BUSY, "maintenance"},
        {"$ NO Request is throttled. Suggested Backoff Time: 9000 milliseconds\r\n", 0,
         "fetch", LODGE_FETCH_ERROR_BUSY, "throttled"},
        {"+ idling\r\n", IMAP_PEER_DROP, "link", LODGE_LINK_ERROR_CLOSED,
         "while waiting for news"},
        {"", IMAP_PEER_SILENT, "link", LODGE_LINK_ERROR_TIMEOUT, "IDLE in INBOX"},
        {"+ idling\r\n+ and again\r\n", IMAP_PEER_SILENT, "fetch",
         LODGE_FETCH_ERROR_PROTOCOL, "nothing is owed"},
        {"+ idling\r\nLorem ipsum\r\n", IMAP_PEER_SILENT, "fetch",
         LODGE_FETCH_ERROR_PROTOCOL, "Lorem ipsum"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        world->mailbox.endpoint.reply_timeout_ms =
            table[i].code == LODGE_LINK_ERROR_TIMEOUT ? 50 : 5000;
        g_autoptr(GError) error = NULL;
        ImapPeerScript script = SCRIPT(EXAMINED, {"IDLE", table[i].idle, table[i].then});
        open_having_seen(world, &script);
        LodgeMailboxWait result;
        assert_false(wait_for(world, LONG_MS, -1, &result, &error));
        GQuark domain =
            strcmp(table[i].domain, "link") == 0 ? LODGE_LINK_ERROR : LODGE_FETCH_ERROR;
        if (!g_error_matches(error, domain, table[i].code) ||
            strstr(error->message, table[i].words) == NULL)
            fail_msg("case %zu: %s", i, error->message);
        assert_script_done(world);
    }
}

/* A peer that vanished without a word (a firewall forgot the connection) shows at DONE. */
static void a_done_without_an_answer_is_a_dead_connection(void **state)
{
    World *world = *state;
    world->mailbox.endpoint.reply_timeout_ms = 50;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script =
        SCRIPT(EXAMINED, {"IDLE", "+ idling\r\n", 0}, {"DONE", "", IMAP_PEER_SILENT});
    open_having_seen(world, &script);
    LodgeMailboxWait result;
    assert_false(wait_for(world, SHORT_MS, -1, &result, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT));
    assert_script_done(world);
}

static void a_continuation_after_idle_is_refused_as_ever(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = SCRIPT(
        EXAMINED, {"IDLE", "$ OK without one\r\n", 0}, {"IDLE", "$ OK without one\r\n", 0},
        {"IDLE", "$ OK without one\r\n", 0}, {"NOOP", "+ late\r\n$ OK done\r\n", 0});
    open_having_seen(world, &script);
    LodgeMailboxWait result;
    assert_false(
        lodge_mailbox_wait(world->session, LONG_MS, SHORT_MS, -1, &result, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL));
    assert_non_null(strstr(error->message, "nothing is owed"));
}

static void inbox_is_waited_in_where_it_is_watched(void **state)
{
    World *world = *state;
    static const struct {
        const char *list, *examine;
    } table[] = {
        {"* LIST () \"/\" Archive\r\n* LIST () \"/\" Inbox\r\n", "EXAMINE \"Inbox\""},
        {"* LIST () \"/\" Plans\r\n* LIST () \"/\" Other\r\n", "EXAMINE \"Plans\""},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        ImapPeerScript script = SCRIPT({table[i].examine, SELECTED_3, 0});
        script.list = table[i].list;
        open_idling(world, &script);
        assert_waits(world, LONG_MS, -1, LODGE_MAILBOX_NEWS);
        assert_script_done(world);
    }
}

static void a_mailbox_without_folders_is_no_place_to_wait(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = {.list = "* LIST (\\Noselect) \"/\" INBOX\r\n"};
    open_idling(world, &script);
    LodgeMailboxWait result;
    assert_false(wait_for(world, LONG_MS, -1, &result, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_FOLDER));
    assert_script_done(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    lodge_connection_init(NULL);
    const struct CMUnitTest tests[] = {
        TEST(who_has_seen_nothing_has_news_at_once),
        TEST(what_came_after_the_pass_is_news_at_once),
        TEST(news_is_what_has_changed),
        TEST(a_server_that_only_clears_its_throat_has_no_news),
        TEST(many_changes_are_one_piece_of_news),
        TEST(a_flood_without_news_ends_the_session),
        TEST(another_epoch_is_selected_anew),
        TEST(idle_is_issued_anew_before_the_server_loses_patience),
        TEST(being_woken_ends_idle_properly_and_loses_no_news),
        TEST(without_idle_a_quiet_line_and_noop_do),
        TEST(an_idle_that_is_refused_is_not_tried_again),
        TEST(an_idle_that_the_server_ends_is_issued_anew_but_not_for_ever),
        TEST(a_server_that_goes_while_idling_is_named),
        TEST(a_done_without_an_answer_is_a_dead_connection),
        TEST(a_continuation_after_idle_is_refused_as_ever),
        TEST(inbox_is_waited_in_where_it_is_watched),
        TEST(a_mailbox_without_folders_is_no_place_to_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
