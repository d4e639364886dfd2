/* What is written into the mailbox, to the letter, and what is reported to the ledger's side. */
#include "tests/intake/fetch/fetch_world.h"

#define SELECTED "SELECT \"INBOX\"", SELECTED_3, 0

/* Messages 4, 5 and 9 of INBOX are kept and decided. */
static void fill_ledger(World *world)
{
    static const guint32 uids[] = {9, 4, 5};
    for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
        LodgeStage *stage = lodge_stage_new(world->spool, NULL);
        g_autofree char *body = g_strdup_printf("message %u", uids[i]);
        assert_true(lodge_stage_write(stage, body, strlen(body), NULL));
        assert_true(lodge_stage_finish(stage, NULL));
        LodgeLocation location = {(char *)"plans", (char *)"INBOX", 7, uids[i]};
        commit_message(world, stage, &location, LODGE_INSTANT_UNKNOWN);
        lodge_stage_free(stage);
    }
}

static gboolean mark(World *world, GError **error)
{
    return lodge_mailbox_mark(world->session, lodge_spool_ledger(world->spool), note_mark,
                              world, error);
}

static void use_keyword(World *world)
{
    world->mailbox.after = LODGE_AFTER_KEYWORD;
    world->mailbox.keyword = (char *)"$LodgeFiled";
}

static void use_move(World *world, const char *target)
{
    world->mailbox.after = LODGE_AFTER_MOVE;
    world->mailbox.move_to = (char *)target;
}

static void leave_does_nothing_at_all(void **state)
{
    World *world = *state;
    fill_ledger(world);
    ImapPeerScript script = {0};
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_script_done(world);
}

static void without_decisions_no_folder_is_opened(void **state)
{
    World *world = *state;
    use_keyword(world);
    ImapPeerScript script = {0};
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_script_done(world);
}

static void a_keyword_is_set_on_what_is_there_and_the_rest_is_gone(void **state)
{
    World *world = *state;
    use_keyword(world);
    fill_ledger(world);
    ImapPeerScript script =
        SCRIPT({SELECTED}, {"UID SEARCH UID 4:5,9", "* SEARCH 4 9\r\n$ OK done\r\n", 0},
               {"UID STORE 4,9 +FLAGS.SILENT ($LodgeFiled)", "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_script_done(world);
    assert_string_equal(world->marked->str,
                        "INBOX/5 gone\nINBOX/4 keyword\nINBOX/9 keyword\n");
}

static void
a_keyword_the_folder_would_not_keep_is_refused_before_anything_is_set(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    use_keyword(world);
    fill_ledger(world);
    ImapPeerScript script =
        SCRIPT({"SELECT",
                "* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen Other)] x\r\n"
                "* OK [UIDVALIDITY 7] x\r\n$ OK [READ-WRITE] done\r\n",
                0});
    open_session(world, &script);
    assert_false(mark(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED));
    assert_non_null(
        strstr(error->message, "INBOX does not keep the keyword \"$LodgeFiled\""));
    assert_string_equal(world->marked->str, "");
    assert_script_done(world);
}

static void a_listed_keyword_is_enough(void **state)
{
    World *world = *state;
    use_keyword(world);
    world->mailbox.keyword = (char *)"Filed"; /* "$" is the tag in the script */
    fill_ledger(world);
    ImapPeerScript script =
        SCRIPT({"SELECT",
                "* 3 EXISTS\r\n* OK [PERMANENTFLAGS (filed)] x\r\n"
                "* OK [UIDVALIDITY 7] x\r\n$ OK done\r\n",
                0},
               {"UID SEARCH", FOUND_3, 0}, {"UID STORE 4:5,9 ", "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_script_done(world);
}

static void a_read_only_folder_is_said_to_be_one(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    use_keyword(world);
    fill_ledger(world);
    ImapPeerScript script = SCRIPT(
        {"SELECT", "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK [READ-ONLY] done\r\n", 0});
    open_session(world, &script);
    assert_false(mark(world, &error));
    assert_non_null(strstr(error->message, "INBOX is read-only for this user"));
    assert_script_done(world);
}

static void marks_of_an_epoch_that_is_over_touch_nothing(void **state)
{
    World *world = *state;
    use_keyword(world);
    fill_ledger(world);
    ImapPeerScript script =
        SCRIPT({"SELECT", "* 3 EXISTS\r\n* OK [UIDVALIDITY 8] x\r\n$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_string_equal(world->marked->str, "");
    assert_script_done(world);
}

static void move_is_used_where_it_is_offered(void **state)
{
    World *world = *state;
    use_move(world, "Erledigt ü");
    fill_ledger(world);
    ImapPeerScript script = SCRIPT(
        {SELECTED}, {"UID SEARCH UID 4:5,9", FOUND_3, 0},
        {"UID MOVE 4:5,9 \"Erledigt &APw-\"",
         "* OK [COPYUID 3 4:5,9 1:3] x\r\n* 3 EXPUNGE\r\n* 2 EXPUNGE\r\n$ OK done\r\n", 0});
    script.capabilities = "IMAP4rev1 MOVE";
    script.list = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" \"Erledigt &APw-\"\r\n";
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_string_equal(world->marked->str,
                        "INBOX/4 moved\nINBOX/5 moved\nINBOX/9 moved\n");
    assert_script_done(world);
}

#define LIST_DONE "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Done\r\n"

static void without_move_it_is_copy_and_uid_expunge_of_exactly_these(void **state)
{
    World *world = *state;
    use_move(world, "Done");
    fill_ledger(world);
    ImapPeerScript script =
        SCRIPT({SELECTED}, {"UID SEARCH UID 4:5,9", FOUND_3, 0},
               {"UID COPY 4:5,9 \"Done\"", "$ OK done\r\n", 0},
               {"UID STORE 4:5,9 +FLAGS.SILENT (\\Deleted)", "$ OK x\r\n", 0},
               {"UID EXPUNGE 4:5,9", "* 1 EXPUNGE\r\n$ OK done\r\n", 0});
    script.list = LIST_DONE;
    open_session(world, &script);
    assert_true(mark(world, NULL));
    assert_string_equal(world->marked->str,
                        "INBOX/4 moved\nINBOX/5 moved\nINBOX/9 moved\n");
    assert_script_done(world);
    assert_null(strstr(imap_peer_commands(world->peer), " CLOSE"));
}

static void a_copy_that_fails_flags_nothing(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    use_move(world, "Done");
    fill_ledger(world);
    ImapPeerScript script = SCRIPT({SELECTED}, {"UID SEARCH UID 4:5,9", FOUND_3, 0},
                                   {"UID COPY", "$ NO [OVERQUOTA] full\r\n", 0});
    script.list = LIST_DONE;
    open_session(world, &script);
    assert_false(mark(world, &error));
    assert_non_null(
        strstr(error->message, "refuses UID COPY in INBOX: NO [OVERQUOTA] full"));
    assert_string_equal(world->marked->str, "");
    assert_script_done(world);
}

static void without_move_and_uidplus_it_is_refused_and_said(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    use_move(world, "Done");
    fill_ledger(world);
    ImapPeerScript script = {.capabilities = "IMAP4rev1", .list = LIST_DONE};
    open_session(world, &script);
    assert_false(mark(world, &error));
    assert_non_null(strstr(error->message, "neither MOVE nor UIDPLUS"));
    assert_script_done(world);
}

static void a_target_that_is_missing_is_named(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    use_move(world, "Dnoe");
    ImapPeerScript script = {.list = LIST_DONE};
    open_session(world, &script);
    assert_false(mark(world, &error));
    assert_non_null(
        strstr(error->message, "no folder \"Dnoe\"; create it, or correct move_to"));
}

static void a_new_epoch_while_marking_stops_it(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    use_keyword(world);
    fill_ledger(world);
    ImapPeerScript script = SCRIPT(
        {SELECTED}, {"UID SEARCH UID 4:5,9", "* OK [UIDVALIDITY 8] new\r\n" FOUND_3, 0});
    open_session(world, &script);
    assert_false(mark(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH));
    assert_string_equal(world->marked->str, "");
    assert_script_done(world);
}

static void the_description_says_what_is_there_and_what_is_missing(void **state)
{
    World *world = *state;
    use_keyword(world);
    ImapPeerScript script = SCRIPT(
        {SELECTED},
        {"FETCH 3 (INTERNALDATE)",
         "* 3 FETCH (INTERNALDATE \"19-Jul-2024 12:00:00 +0100\")\r\n$ OK done\r\n", 0},
        {"STATUS \"Sent\" (MESSAGES)", "* STATUS Sent (MESSAGES 12)\r\n$ OK done\r\n", 0});
    script.list = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Sent\r\n"
                  "* LIST (\\Noselect) \"/\" Shelf\r\n";
    open_session(world, &script);
    gint64 now_us = 0;
    assert_true(lodge_instant_parse("2024-07-19T10:58:00Z", &now_us));
    g_autoptr(GError) error = NULL;
    g_autofree char *words = lodge_mailbox_describe(world->session, now_us, &error);
    assert_non_null(words);
    static const char *const parts[] = {
        ": logged in as intake\n",
        "capabilities after login: IMAP4REV1 UIDPLUS\n",
        "not offered: MOVE (",
        "folder \"INBOX\": watched, 3 messages, UIDVALIDITY 7\n",
        "folder \"INBOX\": keyword \"$LodgeFiled\" can be stored\n",
        "folder \"Sent\": not watched (outgoing mail), 12 messages\n",
        "folder \"Shelf\": holds no messages\n",
        ("server clock: newest message stored 2024-07-19T11:00:00.000000Z, which is 120 s ahead "
         "of our clock; check time synchronisation on both\n"),
    };
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (strstr(words, parts[i]) == NULL)
            fail_msg("no \"%s\" in\n%s", parts[i], words);
    }
    assert_null(strstr(words, "not offered: UIDPLUS"));
    assert_script_done(world);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    lodge_connection_init(NULL);
    const struct CMUnitTest tests[] = {
        TEST(leave_does_nothing_at_all),
        TEST(without_decisions_no_folder_is_opened),
        TEST(a_keyword_is_set_on_what_is_there_and_the_rest_is_gone),
        TEST(a_keyword_the_folder_would_not_keep_is_refused_before_anything_is_set),
        TEST(a_listed_keyword_is_enough),
        TEST(a_read_only_folder_is_said_to_be_one),
        TEST(marks_of_an_epoch_that_is_over_touch_nothing),
        TEST(move_is_used_where_it_is_offered),
        TEST(without_move_it_is_copy_and_uid_expunge_of_exactly_these),
        TEST(a_copy_that_fails_flags_nothing),
        TEST(without_move_and_uidplus_it_is_refused_and_said),
        TEST(a_target_that_is_missing_is_named),
        TEST(a_new_epoch_while_marking_stops_it),
        TEST(the_description_says_what_is_there_and_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
