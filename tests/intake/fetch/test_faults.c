/* A server that breaks off, refuses, throttles, floods or dawdles, at every step of a pass: the pass ends in words, and
 * the next one, with a server that behaves, has each message exactly once. */
#include "tests/intake/fetch/fetch_world.h"

#include <signal.h>

#define GOOD_STEPS 4
#define SPARE_STEPS 8
/* What lies between the two ends of a connection when one of them goes. */
#define BUFFERS_BYTES (16 * 1024 * 1024)
#define SHORT_MS 200

/* A whole pass over a folder of three; the epoch is another for each case, so that nothing of it is known. */
typedef struct {
    guint epoch;
    char *selected;
    ImapPeerStep steps[GOOD_STEPS + SPARE_STEPS];
} Talk;

static void talk_again(Talk *talk)
{
    g_free(talk->selected);
    talk->selected = g_strdup_printf("* 3 EXISTS\r\n* OK [UIDVALIDITY %u] x\r\n"
                                     "* OK [UIDNEXT 10] x\r\n$ OK done\r\n",
                                     talk->epoch);
    talk->steps[0] = (ImapPeerStep){"EXAMINE", talk->selected, 0};
    talk->steps[1] = (ImapPeerStep){"UID SEARCH", FOUND_3, 0};
    talk->steps[2] = (ImapPeerStep){"UID FETCH", SIZES_3, 0};
    talk->steps[3] = (ImapPeerStep){"UID FETCH", BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0};
    for (gsize i = GOOD_STEPS; i < G_N_ELEMENTS(talk->steps); i++)
        talk->steps[i] = (ImapPeerStep){"", "$ NO not this either\r\n", 0};
}

static void talk_begin(Talk *talk)
{
    static guint last_epoch = 100;
    *talk = (Talk){.epoch = ++last_epoch};
    talk_again(talk);
}

static ImapPeerScript script_of(const Talk *talk)
{
    return (ImapPeerScript){.steps = talk->steps, .step_count = G_N_ELEMENTS(talk->steps)};
}

/* One session from its opening to its end. */
static gboolean pass(World *world, const ImapPeerScript *script, GError **error)
{
    end_session(world);
    world->peer = imap_peer_start(script);
    world->mailbox.endpoint.port = imap_peer_port(world->peer);
    world->session = lodge_mailbox_open(&world->mailbox, "secret", error);
    gboolean done = world->session != NULL && fetch(world, error);
    g_clear_pointer(&world->session, lodge_mailbox_close);
    g_free(imap_peer_finish(world->peer));
    return done;
}

static guint count_in(const char *text, const char *words)
{
    guint count = 0;
    for (const char *at = strstr(text, words); at != NULL; at = strstr(at + 1, words))
        count++;
    return count;
}

/* The server has come to its senses. */
static void assert_made_good(World *world, Talk *talk, const char *name)
{
    static const guint uids[] = {4, 5, 9};
    g_autoptr(GError) error = NULL;
    talk_again(talk);
    ImapPeerScript good = script_of(talk);
    if (!pass(world, &good, &error))
        fail_msg("%s: the next pass: %s", name, error->message);
    for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
        g_autofree char *place = g_strdup_printf("INBOX/%u/%u ", talk->epoch, uids[i]);
        guint count = count_in(world->delivered->str, place);
        if (count != 1)
            fail_msg("%s: %sdelivered %u times", name, place, count);
    }
    g_autofree char *incoming = g_build_filename(world->dir, "spool", "incoming", NULL);
    g_autoptr(GDir) dir = g_dir_open(incoming, 0, NULL);
    if (g_dir_read_name(dir) != NULL)
        fail_msg("%s: half a message stayed in incoming/", name);
    g_string_truncate(world->delivered, 0);
    g_string_truncate(world->warned, 0);
    g_clear_pointer(&talk->selected, g_free);
}

/* ---- cut off ---- */

static void cut_off(World *world, gsize step, gsize size)
{
    g_autoptr(GError) error = NULL;
    Talk talk;
    talk_begin(&talk);
    g_autofree char *name = g_strdup_printf("step %zu, byte %zu", step, size);
    g_autofree char *reply = g_strndup(talk.steps[step].reply, size);
    talk.steps[step].reply = reply;
    talk.steps[step].then = IMAP_PEER_DROP;
    ImapPeerScript script = script_of(&talk);
    if (pass(world, &script, &error))
        fail_msg("%s: a pass that was cut off counts as done", name);
    if (!g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED))
        fail_msg("%s: %s", name, error->message);
    assert_made_good(world, &talk, name);
}

static void cut_off_at_any_byte_nothing_is_lost_or_doubled(void **state)
{
    World *world = *state;
    Talk talk;
    talk_begin(&talk);
    for (gsize step = 0; step < GOOD_STEPS; step++)
        for (gsize size = 0; size < strlen(talk.steps[step].reply); size += 5)
            cut_off(world, step, size);
    g_free(talk.selected);
}

/* ---- refused ---- */

typedef struct {
    const char *reply;
    ImapPeerThen then;
    const char *says; /* where it is an error and no warning */
} Refusal;

static const Refusal refusals[] = {
    {"$ NO [SERVERBUG] not now\r\n", 0, "not now"},
    {"$ BAD what was that?\r\n", 0, "what was that?"},
    {"$ NO\r\n", 0, ""},
    {"* BYE going \x1b[31mdown\r\n", IMAP_PEER_DROP, "going \\x1B[31mdown"},
    {"$ BAD User is authenticated but not connected.\r\n", 0, "asks to wait"},
    {"$ BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n", 0,
     "asks to wait"},
    {"* BYE Request is throttled.\r\n", IMAP_PEER_DROP, "asks to wait"},
    {"Server Unavailable. 15\r\n", IMAP_PEER_DROP, "Server Unavailable. 15"},
    {"$ NO Server Unavailable. 15\r\n", 0, "asks to wait"},
    {"$ NO [UNAVAILABLE] try later\r\n", 0, "asks to wait"},
    {"L99 OK that was for somebody else\r\n", IMAP_PEER_SILENT, ""},
    {"* 3 FETCH (UID\r\n", IMAP_PEER_DROP, ""},
};

static void refuse(World *world, gsize step, const Refusal *refusal)
{
    g_autoptr(GError) error = NULL;
    Talk talk;
    talk_begin(&talk);
    g_autofree char *name =
        g_strdup_printf("%s, %s", talk.steps[step].expect, refusal->reply);
    talk.steps[step].reply = refusal->reply;
    talk.steps[step].then = refusal->then;
    ImapPeerScript script = script_of(&talk);
    gboolean done = pass(world, &script, &error);
    if (done && world->warned->len == 0)
        fail_msg("%s: nobody is told", name);
    /* A refusal may be got round, until the next command is refused as well. */
    if (!done && strstr(error->message, refusal->says) == NULL &&
        strstr(error->message, "not this either") == NULL)
        fail_msg("%s: %s", name, error->message);
    if (!done && strpbrk(error->message, "\x1b\r\n") != NULL)
        fail_msg("%s: not shown safely", name);
    assert_made_good(world, &talk, name);
}

static void refused_at_any_command_the_next_pass_makes_it_good(void **state)
{
    World *world = *state;
    for (gsize step = 0; step < GOOD_STEPS; step++)
        for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
            refuse(world, step, &refusals[i]);
}

/* ---- before the first folder ---- */

static void
disturb_head(World *world, const char *command, const char *reply, ImapPeerThen then)
{
    g_autoptr(GError) error = NULL;
    Talk talk;
    talk_begin(&talk);
    g_autofree char *name = g_strdup_printf("%s, %s", command, reply);
    ImapPeerStep instead = {command, reply, then};
    ImapPeerScript script = script_of(&talk);
    script.capabilities = "IMAP4rev1 UIDPLUS NAMESPACE ID";
    script.instead = &instead;
    gboolean done = pass(world, &script, &error);
    /* A server may refuse to say who it is, and which namespaces it has. */
    if (done && !g_str_equal(command, "ID") && !g_str_equal(command, "NAMESPACE"))
        fail_msg("%s: nobody is told", name);
    if (!done && (error == NULL || strpbrk(error->message, "\x1b\r\n") != NULL ||
                  strstr(error->message, "secret") == error->message))
        fail_msg("%s: %s", name, error != NULL ? error->message : "no words");
    assert_made_good(world, &talk, name);
}

static void a_server_that_breaks_before_the_first_folder_is_named(void **state)
{
    World *world = *state;
    static const char *const commands[] = {"CAPABILITY", "AUTHENTICATE", "LIST",
                                           "NAMESPACE"};
    world->mailbox.endpoint.connect_timeout_ms = SHORT_MS;
    world->mailbox.endpoint.reply_timeout_ms = SHORT_MS;
    for (gsize c = 0; c < G_N_ELEMENTS(commands); c++) {
        for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++)
            disturb_head(world, commands[c], refusals[i].reply, refusals[i].then);
        disturb_head(world, commands[c], "", IMAP_PEER_DROP);
        disturb_head(world, commands[c], "* ", IMAP_PEER_TRICKLE);
    }
}

/* ---- without end ---- */

static void assert_flood_ends(World *world, ImapPeerScript *script, const char *name)
{
    g_autoptr(GError) error = NULL;
    if (pass(world, script, &error))
        fail_msg("%s: a flood counts as done", name);
    if (imap_peer_flooded(world->peer) > BUFFERS_BYTES)
        fail_msg("%s: %" G_GUINT64_FORMAT " bytes were taken", name,
                 imap_peer_flooded(world->peer));
    if (strlen(error->message) > 1000)
        fail_msg("%s: %zu bytes of words", name, strlen(error->message));
}

static void a_line_without_end_is_not_read_to_its_end(void **state)
{
    World *world = *state;
    g_autofree char *piece = g_strnfill(64 * 1024, 'x');
    for (gsize step = 0; step < GOOD_STEPS; step++) {
        Talk talk;
        talk_begin(&talk);
        talk.steps[step].reply = piece;
        talk.steps[step].then = IMAP_PEER_FLOOD;
        ImapPeerScript script = script_of(&talk);
        assert_flood_ends(world, &script, talk.steps[step].expect);
        assert_made_good(world, &talk, talk.steps[step].expect);
    }
}

static void lines_without_end_have_a_deadline(void **state)
{
    World *world = *state;
    world->mailbox.endpoint.reply_timeout_ms = SHORT_MS;
    for (gsize step = 0; step < GOOD_STEPS; step++) {
        g_autoptr(GError) error = NULL;
        Talk talk;
        talk_begin(&talk);
        talk.steps[step].reply = "* OK and one more thing\r\n";
        talk.steps[step].then = IMAP_PEER_FLOOD;
        ImapPeerScript script = script_of(&talk);
        assert_false(pass(world, &script, &error));
        assert_made_good(world, &talk, talk.steps[step].expect);
    }
}

static void a_greeting_without_end_has_a_deadline(void **state)
{
    World *world = *state;
    static const char *const greetings[] = {"* OK ", "* OK hello\r\n", "hello\r\n", "x"};
    world->mailbox.endpoint.connect_timeout_ms = SHORT_MS;
    world->mailbox.endpoint.reply_timeout_ms = SHORT_MS;
    for (gsize i = 0; i < G_N_ELEMENTS(greetings); i++) {
        g_autoptr(GError) error = NULL;
        Talk talk;
        talk_begin(&talk);
        ImapPeerScript script = script_of(&talk);
        script.greeting = greetings[i];
        script.greeting_then = IMAP_PEER_FLOOD;
        if (pass(world, &script, &error))
            fail_msg("greeting %zu: a flood counts as done", i);
        assert_true(error->domain == LODGE_LINK_ERROR);
        assert_made_good(world, &talk, greetings[i]);
    }
}

/* ---- announced, and not there yet ---- */

static void what_is_announced_before_it_can_be_fetched_comes_with_a_later_pass(void **state)
{
    World *world = *state;
    Talk talk;
    talk_begin(&talk);
    talk.steps[3].reply = BODY_4 BODY_5 "$ OK done\r\n";
    talk.steps[4] = (ImapPeerStep){"UID FETCH 9", "$ OK done\r\n", 0};
    talk.steps[5] = (ImapPeerStep){"UID SEARCH UID 9", "* SEARCH 9\r\n$ OK done\r\n", 0};
    ImapPeerScript script = script_of(&talk);
    g_autoptr(GError) error = NULL;
    assert_true(pass(world, &script, &error));
    assert_non_null(
        strstr(world->warned->str, "INBOX/9: the server lists it but does not"));
    assert_counts(world, 0, 3, 0, 2, 1, 0);
    assert_made_good(world, &talk, "announced");
}

/* ---- one message breaks the server ---- */

#define ALONE_5 "UID FETCH 5 (UID INTERNALDATE"
#define ALONE_9 "UID FETCH 9 (UID INTERNALDATE"
#define BREAKING(...)                                                                      \
    SCRIPT({"EXAMINE", SELECTED_3, 0}, {"UID SEARCH", FOUND_3, 0},                         \
           {"UID FETCH", SIZES_3, 0}, __VA_ARGS__)

static void assert_broken_off(World *world, const ImapPeerScript *script)
{
    g_autoptr(GError) error = NULL;
    assert_false(pass(world, script, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED));
}

/* The server still has to send 4 when it breaks at 5: both are suspected, and 9, which it never came to. */
static void a_message_at_which_the_server_breaks_off_stops_no_other(void **state)
{
    World *world = *state;
    g_autoptr(LodgeBreakers) breakers = lodge_breakers_new();
    g_autoptr(GError) error = NULL;
    world->sink.breakers = breakers;
    ImapPeerScript together =
        BREAKING({"UID FETCH 4:5,9 (UID INTERNALDATE", "", IMAP_PEER_DROP});
    assert_broken_off(world, &together);
    assert_int_equal(lodge_breakers_count(breakers, "plans"), 3);
    ImapPeerScript alone =
        BREAKING({"UID FETCH 4 (UID INTERNALDATE", BODY_4 "$ OK done\r\n", 0},
                 {ALONE_5, "* 2 FETCH (UID 5 BODY[] {5}\r\nfi", IMAP_PEER_DROP});
    assert_broken_off(world, &alone);
    ImapPeerScript without = BREAKING({ALONE_9, BODY_9 "$ OK done\r\n", 0});
    if (!pass(world, &without, &error))
        fail_msg("%s", error->message);
    assert_int_equal(count_in(world->delivered->str, "INBOX/7/4 "), 1);
    assert_int_equal(count_in(world->delivered->str, "INBOX/7/5 "), 0);
    assert_int_equal(count_in(world->delivered->str, "INBOX/7/9 "), 1);
    assert_non_null(strstr(world->warned->str, "INBOX/5: the server breaks off"));
    assert_counts(world, 0, 3, 1, 1, 1, 0);
}

/* The batch goes through without it; asked for once more, it breaks the server. */
static void a_message_that_breaks_the_server_when_asked_for_again_is_left_out(void **state)
{
    World *world = *state;
    g_autoptr(LodgeBreakers) breakers = lodge_breakers_new();
    g_autoptr(GError) error = NULL;
    world->sink.breakers = breakers;
    ImapPeerScript script =
        BREAKING({"UID FETCH 4:5,9 (UID INTERNALDATE", BODY_4 "$ NO not all of it\r\n", 0},
                 {ALONE_5, "", IMAP_PEER_DROP});
    assert_broken_off(world, &script);
    ImapPeerScript without = BREAKING({ALONE_9, BODY_9 "$ OK done\r\n", 0});
    if (!pass(world, &without, &error))
        fail_msg("%s", error->message);
    assert_int_equal(count_in(world->delivered->str, "INBOX/7/9 "), 1);
    assert_counts(world, 0, 3, 1, 1, 1, 0);
}

static void whatever_is_left_out_is_tried_again_after_an_hour(void **state)
{
    (void)state;
    const LodgeLocation at = {(char *)"plans", (char *)"INBOX", 7, 5};
    const LodgeLocation other = {(char *)"plans", (char *)"INBOX", 7, 6};
    const gint64 hour_us = LODGE_BREAKERS_LEFT_OUT_US;
    g_autoptr(LodgeBreakers) breakers = lodge_breakers_new();
    lodge_breakers_blame(breakers, &at, FALSE, 1);
    assert_int_equal(lodge_breakers_judge(breakers, &at, 2), LODGE_BREAKER_SUSPECTED);
    lodge_breakers_blame(breakers, &at, TRUE, 10);
    assert_int_equal(lodge_breakers_judge(breakers, &at, 9 + hour_us),
                     LODGE_BREAKER_LEFT_OUT);
    assert_int_equal(lodge_breakers_judge(breakers, &at, 10 + hour_us),
                     LODGE_BREAKER_SUSPECTED);
    assert_int_equal(lodge_breakers_judge(breakers, &other, 11), LODGE_BREAKER_NONE);
    assert_int_equal(lodge_breakers_count(breakers, "plans"), 2);
    assert_int_equal(lodge_breakers_count(breakers, "others"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    lodge_connection_init(NULL);
    const struct CMUnitTest tests[] = {
        TEST(cut_off_at_any_byte_nothing_is_lost_or_doubled),
        TEST(refused_at_any_command_the_next_pass_makes_it_good),
        TEST(a_server_that_breaks_before_the_first_folder_is_named),
        TEST(a_line_without_end_is_not_read_to_its_end),
        TEST(lines_without_end_have_a_deadline),
        TEST(a_greeting_without_end_has_a_deadline),
        TEST(a_message_at_which_the_server_breaks_off_stops_no_other),
        TEST(a_message_that_breaks_the_server_when_asked_for_again_is_left_out),
        TEST(whatever_is_left_out_is_tried_again_after_an_hour),
        TEST(what_is_announced_before_it_can_be_fetched_comes_with_a_later_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
