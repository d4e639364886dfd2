/* Two looks at a mailbox in which people move, flag and delete: what is sought, found, told. */
#include "tests/intake/fetch/fetch_world.h"

#define MINUTE_US (60 * LODGE_SECOND_US)

/* Messages of the conversations are stored at 22:59:59Z; the first look was at 22:30. */
#define STORED "INTERNALDATE \"19-Jul-2024 23:59:59 +0100\""
#define STORED_BEFORE "INTERNALDATE \"19-Jul-2024 22:59:59 +0100\""
#define UTC "2024-07-19T22:59:59.000000Z"
#define SINCE "UID SEARCH ALL SINCE 18-Jul-2024"

#define SHOWS(exists, uidvalidity, uidnext)                                                \
    "* " exists " EXISTS\r\n* OK [UIDVALIDITY " uidvalidity                                \
    "] x\r\n* OK [UIDNEXT " uidnext "] x\r\n$ OK done\r\n"
#define EXAMINE(folder, exists, uidvalidity, uidnext)                                      \
    {                                                                                      \
        "EXAMINE \"" folder "\"", SHOWS(exists, uidvalidity, uidnext), 0                   \
    }
#define LISTS(uids)                                                                        \
    {                                                                                      \
        "UID SEARCH ALL", "* SEARCH " uids "\r\n$ OK done\r\n", 0                          \
    }
#define SIZE(uid)                                                                          \
    {                                                                                      \
        "UID FETCH " uid " (UID RFC822.SIZE)",                                             \
            "* 1 FETCH (UID " uid " RFC822.SIZE 5)\r\n$ OK done\r\n", 0                    \
    }
#define BODY(uid, body)                                                                    \
    {                                                                                      \
        "UID FETCH " uid " (UID INTERNALDATE RFC822.SIZE BODY.PEEK[])",                    \
            "* 1 FETCH (UID " uid " " STORED " RFC822.SIZE 5 BODY[] {5}\r\n" body          \
            "\n)\r\n$ OK done\r\n",                                                        \
            0                                                                              \
    }

static const char two_folders[] = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Trash\r\n";

static void look(World *world, ImapPeerScript script, const char *list)
{
    g_autoptr(GError) error = NULL;
    script.list = list;
    world->now_us += 30 * MINUTE_US;
    open_session(world, &script);
    if (!fetch(world, &error))
        fail_msg("%s; commands:%s", error->message, imap_peer_commands(world->peer));
    assert_script_done(world);
}

/* What intake/pipeline.c does at the end of a pass. */
static void record_pass(World *world, gboolean complete)
{
    LodgeTransaction *txn = lodge_spool_begin(world->spool, 1, NULL);
    LodgeEvent passed = {.type = LODGE_EVENT_PASSED,
                         .at_us = world->now_us + MINUTE_US,
                         .account = (char *)"plans",
                         .complete = complete,
                         .folders = world->folders};
    assert_true(lodge_transaction_add(txn, &passed, NULL));
    assert_true(lodge_transaction_commit(txn, NULL));
}

/* INBOX holds UID 4, UIDNEXT is 10; of Trash UIDNEXT is 3, and it is empty. */
static void first_look(World *world, const char *list)
{
    assert_true(lodge_instant_parse("2024-07-19T22:00:00Z", &world->now_us));
    if (strstr(list, "Trash") != NULL && world->mailbox.folders == NULL)
        look(world,
             SCRIPT(EXAMINE("INBOX", "1", "7", "10"), LISTS("4"), SIZE("4"),
                    BODY("4", "four"), EXAMINE("Trash", "0", "8", "3")),
             list);
    else
        look(world,
             SCRIPT(EXAMINE("INBOX", "1", "7", "10"), LISTS("4"), SIZE("4"),
                    BODY("4", "four")),
             list);
    for (guint i = 0; i < world->folders->len; i++)
        assert_int_equal(((LodgeEventFolder *)g_ptr_array_index(world->folders, i))->unseen,
                         0); /* what is below is history */
    record_pass(world, TRUE);
    g_string_truncate(world->delivered, 0);
}

static void assert_unseen(World *world, guint folder, guint64 count, const char *uids)
{
    assert_true(folder < world->folders->len);
    const LodgeEventFolder *account = g_ptr_array_index(world->folders, folder);
    assert_int_equal(account->unseen, count);
    if (g_strcmp0(account->unseen_uids, uids) != 0)
        fail_msg("%s: UIDs %s", account->folder, account->unseen_uids);
    assert_int_equal(account->looked_us, world->now_us);
}

static void watch_inbox_alone(World *world)
{
    static char *folders[] = {(char *)"INBOX", NULL};
    world->mailbox.folders = folders;
}

static const char inbox_alone[] = "* LIST () \"/\" INBOX\r\n";

static void what_came_and_went_between_two_looks_is_told(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    look(world, SCRIPT(EXAMINE("INBOX", "1", "7", "12"), LISTS("4")), inbox_alone);
    assert_unseen(world, 0, 2, "10-11");
    const LodgeEventFolder *account = g_ptr_array_index(world->folders, 0);
    assert_int_equal(account->unseen_since_us, world->now_us - 30 * MINUTE_US);
    record_pass(world, TRUE);
    look(world, SCRIPT(EXAMINE("INBOX", "1", "7", "12"), LISTS("4")), inbox_alone);
    assert_unseen(world, 0, 0, NULL); /* told once */
}

/* Its UID 4 need not be the message that we know by that number. */
static void uids_that_fall_within_an_epoch_are_refused_until_they_have_grown(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    g_autoptr(GError) error = NULL;
    ImapPeerScript fallen = SCRIPT(EXAMINE("INBOX", "1", "7", "5"));
    fallen.list = inbox_alone;
    open_session(world, &fallen);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH));
    assert_non_null(strstr(error->message, "the next UID of INBOX is 5 and was 10"));
    assert_non_null(strstr(error->message, "rename the section [mailbox plans]"));
    assert_script_done(world);
    look(world, SCRIPT(EXAMINE("INBOX", "1", "7", "10"), LISTS("4")), inbox_alone);
}

static void a_known_message_that_is_gone_is_none_of_these(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    look(world, SCRIPT(EXAMINE("INBOX", "0", "7", "10")), inbox_alone);
    assert_unseen(world, 0, 0, NULL);
    assert_counts(world, 0, 0, 0, 0, 0, 1);
}

static void an_incomplete_pass_forgets_no_look(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    g_autoptr(GError) error = NULL;
    ImapPeerScript broken =
        SCRIPT({"EXAMINE", SHOWS("1", "7", "11"), 0}, {"UID SEARCH", "", IMAP_PEER_DROP});
    open_session(world, &broken);
    assert_false(fetch(world, &error));
    record_pass(world, FALSE);
    look(world, SCRIPT(EXAMINE("INBOX", "1", "7", "12"), LISTS("4")), inbox_alone);
    assert_unseen(world, 0, 2, "10-11");
}

static void another_epoch_begins_without_a_past(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "77", "500"), LISTS("4"), SIZE("4"),
                BODY("4", "four")),
         inbox_alone);
    assert_unseen(world, 0, 0, NULL);
}

static void a_message_that_goes_while_it_is_fetched_is_unseen_too(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    look(world,
         SCRIPT(EXAMINE("INBOX", "2", "7", "11"), LISTS("4 10"), SIZE("10"),
                {"UID FETCH 10", "$ NO it is gone\r\n", 0},
                {"UID FETCH 10", "$ OK done\r\n", 0},
                {"UID SEARCH UID 10", "* SEARCH\r\n$ OK done\r\n", 0}),
         inbox_alone);
    assert_unseen(world, 0, 1, "10");
}

static void what_was_moved_to_another_watched_folder_is_found_there(void **state)
{
    World *world = *state;
    first_look(world, two_folders);
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "7", "12"), LISTS("4"),
                EXAMINE("Trash", "1", "8", "4"), LISTS("3"), SIZE("3"), BODY("3", "ten!")),
         two_folders);
    assert_unseen(world, 0, 1, "10-11"); /* one of the two */
    assert_unseen(world, 1, 0, NULL);
    assert_string_equal(world->delivered->str, "Trash/8/3 " UTC " ten!\n\n");
}

static void a_copy_of_what_we_know_explains_nothing_in_inbox(void **state)
{
    World *world = *state;
    first_look(world, two_folders);
    look(world,
         SCRIPT(EXAMINE("INBOX", "0", "7", "11"), EXAMINE("Trash", "1", "8", "4"),
                LISTS("3"), SIZE("3"),
                {"UID FETCH 3",
                 "* 1 FETCH (UID 3 " STORED " BODY[] {5}\r\nfour\n)\r\n$ OK done\r\n", 0}),
         two_folders);
    assert_unseen(world, 0, 1, "10");
}

static void emptying_the_trash_is_no_alarm(void **state)
{
    World *world = *state;
    first_look(world, two_folders);
    /* UID 4 went from INBOX to Trash, where it was 3, and on. */
    look(world, SCRIPT(EXAMINE("INBOX", "0", "7", "10"), EXAMINE("Trash", "0", "8", "4")),
         two_folders);
    assert_unseen(world, 0, 0, NULL);
    assert_unseen(world, 1, 0, NULL);
    record_pass(world, TRUE);
    /* This one nobody has seen in any folder. */
    look(world, SCRIPT(EXAMINE("INBOX", "0", "7", "10"), EXAMINE("Trash", "0", "8", "5")),
         two_folders);
    assert_unseen(world, 1, 1, "4");
}

static void folders_that_are_not_watched_are_sought_only_for_what_is_missing(void **state)
{
    World *world = *state;
    watch_inbox_alone(world);
    first_look(world, two_folders);
    look(world, SCRIPT(EXAMINE("INBOX", "1", "7", "10"), LISTS("4")), two_folders);
    assert_unseen(world, 0, 0, NULL);
    record_pass(world, TRUE);
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "7", "11"), LISTS("4"),
                EXAMINE("Trash", "3", "8", "40"),
                {SINCE, "* SEARCH 7 8 39\r\n$ OK done\r\n", 0},
                {"UID FETCH 7:8,39 (UID INTERNALDATE)",
                 "* 1 FETCH (UID 7 " STORED_BEFORE ")\r\n* 2 FETCH (UID 39 " STORED
                 ")\r\n$ OK done\r\n",
                 0},
                SIZE("39"), BODY("39", "ten!")),
         two_folders);
    assert_unseen(world, 0, 0, NULL);
    assert_int_equal(world->folders->len, 1);
    assert_string_equal(world->delivered->str, "Trash/8/39 " UTC " ten!\n\n");
    record_pass(world, TRUE);
    /* A second gap: what was found for the first one accounts for no other. */
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "7", "12"), LISTS("4"),
                EXAMINE("Trash", "3", "8", "40"),
                {"UID SEARCH ALL SINCE", "* SEARCH 39\r\n$ OK done\r\n", 0}),
         two_folders);
    assert_unseen(world, 0, 1, "11");
}

static void outgoing_and_foreign_folders_are_not_sought(void **state)
{
    World *world = *state;
    static const char list[] =
        "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Sent\r\n* LIST () \"/\" Drafts\r\n"
        "* LIST () \"/\" Outbox\r\n* LIST (\\Noselect) \"/\" Old\r\n";
    watch_inbox_alone(world);
    first_look(world, list);
    look(world, SCRIPT(EXAMINE("INBOX", "1", "7", "11"), LISTS("4")), list);
    assert_unseen(world, 0, 1, "10");
}

static void a_folder_that_cannot_be_sought_is_named_and_the_alarm_stands(void **state)
{
    World *world = *state;
    watch_inbox_alone(world);
    first_look(world, two_folders);
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "7", "11"), LISTS("4"),
                {"EXAMINE \"Trash\"", "$ NO [NOPERM] not for you\r\n", 0}),
         two_folders);
    assert_unseen(world, 0, 1, "10");
    assert_non_null(strstr(world->warned->str, "Trash: "));
    assert_non_null(strstr(world->warned->str, "not for you"));
}

static void
a_search_that_breaks_off_is_done_again_and_what_it_kept_still_counts(void **state)
{
    World *world = *state;
    watch_inbox_alone(world);
    first_look(world, two_folders);
    g_autoptr(GError) error = NULL;
    ImapPeerScript broken =
        SCRIPT(EXAMINE("INBOX", "1", "7", "11"), LISTS("4"),
               EXAMINE("Trash", "1", "8", "4"), {SINCE, "* SEARCH 3\r\n$ OK done\r\n", 0},
               {"UID FETCH 3 (UID INTERNALDATE)",
                "* 1 FETCH (UID 3 " STORED ")\r\n$ OK done\r\n", 0},
               SIZE("3"),
               {"UID FETCH 3", "* 1 FETCH (UID 3 " STORED " BODY[] {5}\r\nten!\n)\r\n",
                IMAP_PEER_DROP});
    broken.list = two_folders;
    open_session(world, &broken);
    assert_false(fetch(world, &error));
    const LodgeEventFolder *account = g_ptr_array_index(world->folders, 0);
    assert_int_equal(account->looked_us, LODGE_INSTANT_UNKNOWN);
    assert_int_equal(account->unseen, 0);
    record_pass(world, FALSE);
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "7", "11"), LISTS("4"),
                EXAMINE("Trash", "1", "8", "4"), {SINCE, "* SEARCH 3\r\n$ OK done\r\n", 0}),
         two_folders);
    assert_unseen(world, 0, 0, NULL);
    assert_int_equal(world->deliveries, 2);
}

static void a_folder_left_out_of_a_pass_keeps_its_look(void **state)
{
    World *world = *state;
    first_look(world, two_folders);
    g_autoptr(GError) error = NULL;
    ImapPeerScript refused = SCRIPT({"EXAMINE \"INBOX\"", "$ NO busy elsewhere\r\n", 0},
                                    EXAMINE("Trash", "0", "8", "3"));
    refused.list = two_folders;
    open_session(world, &refused);
    assert_false(fetch(world, &error));
    record_pass(world, FALSE);
    look(world,
         SCRIPT(EXAMINE("INBOX", "1", "7", "11"), LISTS("4"),
                EXAMINE("Trash", "0", "8", "3")),
         two_folders);
    assert_unseen(world, 0, 1, "10");
}

static void new_folders_are_seen_by_the_next_pass_of_a_session(void **state)
{
    World *world = *state;
    first_look(world, inbox_alone);
    ImapPeerScript script = SCRIPT(EXAMINE("INBOX", "1", "7", "10"), LISTS("4"),
                                   EXAMINE("INBOX", "1", "7", "10"), LISTS("4"));
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_true(fetch(world, NULL));
    assert_script_done(world);
    const char *commands = imap_peer_commands(world->peer);
    const char *first = strstr(commands, " LIST ");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, " LIST "));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    lodge_connection_init(NULL);
    const struct CMUnitTest tests[] = {
        TEST(what_came_and_went_between_two_looks_is_told),
        TEST(uids_that_fall_within_an_epoch_are_refused_until_they_have_grown),
        TEST(a_known_message_that_is_gone_is_none_of_these),
        TEST(an_incomplete_pass_forgets_no_look),
        TEST(another_epoch_begins_without_a_past),
        TEST(a_message_that_goes_while_it_is_fetched_is_unseen_too),
        TEST(what_was_moved_to_another_watched_folder_is_found_there),
        TEST(a_copy_of_what_we_know_explains_nothing_in_inbox),
        TEST(emptying_the_trash_is_no_alarm),
        TEST(folders_that_are_not_watched_are_sought_only_for_what_is_missing),
        TEST(outgoing_and_foreign_folders_are_not_sought),
        TEST(a_folder_that_cannot_be_sought_is_named_and_the_alarm_stands),
        TEST(a_search_that_breaks_off_is_done_again_and_what_it_kept_still_counts),
        TEST(a_folder_left_out_of_a_pass_keeps_its_look),
        TEST(new_folders_are_seen_by_the_next_pass_of_a_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
