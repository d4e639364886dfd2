/* Whole conversations with a scripted server: what is asked, in which order, and what comes of it. */
#include "tests/intake/fetch/fetch_world.h"

#define UTC "2024-07-19T22:59:59.000000Z"
#define ALL_3                                                                              \
    "INBOX/7/4 " UTC " four\n\nINBOX/7/5 " UTC " five\n\nINBOX/7/9 " UTC " nine\n\n"
#define FETCH_BODIES "UID FETCH 4:5,9 (UID INTERNALDATE RFC822.SIZE BODY.PEEK[])"
#define HEAD_3                                                                             \
    {"EXAMINE \"INBOX\"", SELECTED_3, 0}, {"UID SEARCH ALL", FOUND_3, 0},                  \
    {                                                                                      \
        "UID FETCH 4:5,9 (UID RFC822.SIZE)", SIZES_3, 0                                    \
    }

static void all_messages_of_a_folder_are_fetched_once(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript first =
        SCRIPT(HEAD_3, {FETCH_BODIES, BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0});
    open_session(world, &first);
    assert_true(fetch(world, &error));
    assert_string_equal(world->delivered->str, ALL_3);
    assert_counts(world, 0, 3, 0, 3, 0, 0);
    const LodgeEventFolder *account = g_ptr_array_index(world->folders, 0);
    assert_string_equal(account->folder, "INBOX");
    assert_int_equal(account->uidvalidity, 7);
    assert_int_equal(account->uidnext, 10);
    assert_script_done(world);

    ImapPeerScript second = SCRIPT({"EXAMINE \"INBOX\"", SELECTED_3, 0},
                                   {"UID SEARCH ALL", "* SEARCH 4 9\r\n$ OK done\r\n", 0});
    open_session(world, &second);
    assert_true(fetch(world, &error));
    assert_string_equal(world->delivered->str, ALL_3);
    assert_counts(world, 0, 2, 2, 0, 0, 1);
    assert_script_done(world);
}

static void an_empty_folder_is_not_searched(void **state)
{
    World *world = *state;
    ImapPeerScript script =
        SCRIPT({"EXAMINE", "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 0, 0, 0, 0, 0);
    assert_script_done(world);
}

static void unsolicited_data_in_the_middle_changes_nothing(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(
        HEAD_3, {FETCH_BODIES,
                 "* 4 EXISTS\r\n" BODY_4 "* 2 FETCH (FLAGS (\\Seen))\r\n"
                 "* OK still here\r\n* 2 FETCH (UID 5 FLAGS (\\Seen))\r\n" BODY_5
                 "* 1 EXPUNGE\r\n* 1 RECENT\r\n* LIST (broken\r\n" BODY_9 "$ OK done\r\n",
                 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_string_equal(world->delivered->str, ALL_3);
    assert_script_done(world);
}

static void a_body_full_of_protocol_is_kept_byte_by_byte(void **state)
{
    World *world = *state;
    static const char body[] = "L4 OK done\r\n* BYE bye\r\n)\r\n* 1 EXPUNGE\r\n+ go\r\n";
    g_autofree char *reply = g_strdup_printf(
        "* 1 FETCH (UID 4 BODY[] {%zu}\r\n%s)\r\n$ OK done\r\n", strlen(body), body);
    ImapPeerScript script =
        SCRIPT({"EXAMINE", SELECTED_3, 0}, {"UID SEARCH", "* SEARCH 4\r\n$ OK done\r\n", 0},
               {"UID FETCH", "* 1 FETCH (UID 4 RFC822.SIZE 57)\r\n$ OK done\r\n", 0},
               {"UID FETCH", reply, 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(body, strlen(body), sha256);
    assert_true(lodge_spool_has_object(world->spool, sha256));
    assert_script_done(world);
}

static void a_connection_lost_inside_a_body_delivers_what_was_whole(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = SCRIPT(
        HEAD_3, {FETCH_BODIES, BODY_4 "* 2 FETCH (UID 5 BODY[] {5}\r\nfi", IMAP_PEER_DROP});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED));
    assert_non_null(strstr(error->message, "UID FETCH in INBOX, in mid-response"));
    assert_string_equal(world->delivered->str, "INBOX/7/4 " UTC " four\n\n");
    assert_int_equal(world->folders->len, 0);
    assert_script_done(world);
    g_autofree char *incoming = g_build_filename(world->dir, "spool", "incoming", NULL);
    g_autoptr(GDir) dir = g_dir_open(incoming, 0, NULL);
    assert_null(g_dir_read_name(dir));
}

static void a_connection_lost_behind_a_body_delivers_nothing_of_it(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = SCRIPT(
        HEAD_3, {FETCH_BODIES, "* 2 FETCH (UID 5 BODY[] {5}\r\nfive\n", IMAP_PEER_DROP});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED));
    assert_string_equal(world->delivered->str, "");
}

static void a_size_that_lies_ends_the_session(void **state)
{
    World *world = *state;
    static const char *const replies[] = {
        "* 1 FETCH (UID 4 BODY[] {3}\r\nfour\n)\r\n$ OK done\r\n",
        "* 1 FETCH (UID 4 BODY[] {20}\r\nfour\n)\r\n$ OK done and more to fill it up\r\n",
        "* 1 FETCH (UID 4 BODY[] {99999999999999999999}\r\nfour\n)\r\n$ OK done\r\n",
        "* 1 FETCH (UID 4 FLAGS {99999999999}\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_autoptr(GError) error = NULL;
        ImapPeerScript script =
            SCRIPT(HEAD_3, {FETCH_BODIES, replies[i], IMAP_PEER_SILENT});
        open_session(world, &script);
        assert_false(fetch(world, &error));
        assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL));
        assert_string_equal(world->delivered->str, "");
        assert_script_done(world);
    }
}

static void what_a_batch_leaves_out_is_asked_for_once_more_alone(void **state)
{
    World *world = *state;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES, BODY_4 "$ NO some messages could not be read\r\n", 0},
               {"UID FETCH 5 (UID INTERNALDATE", BODY_5 "$ OK done\r\n", 0},
               {"UID FETCH 9 (UID INTERNALDATE", "$ NO [SERVERBUG] broken on disk\r\n", 0},
               {"UID SEARCH UID 9", "* SEARCH 9\r\n$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 3, 0, 2, 1, 0);
    assert_string_equal(
        world->warned->str,
        "INBOX/9: the server lists it but does not deliver it (broken on disk)\n");
    assert_script_done(world);
}

static void a_message_removed_meanwhile_is_not_a_failure(void **state)
{
    World *world = *state;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES, BODY_4 BODY_5 "* 3 EXPUNGE\r\n$ OK done\r\n", 0},
               {"UID FETCH 9 (UID INTERNALDATE", "$ OK done\r\n", 0},
               {"UID SEARCH UID 9", "* SEARCH\r\n$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 2, 0, 2, 0, 0);
    assert_string_equal(world->warned->str, "");
    assert_script_done(world);
}

static void a_body_that_is_nil_or_empty_for_no_reason_is_not_taken(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(
        HEAD_3,
        {FETCH_BODIES,
         BODY_4
         "* 2 FETCH (UID 5 BODY[] NIL)\r\n* 3 FETCH (UID 9 BODY[] {0}\r\n)\r\n$ OK done\r\n",
         0},
        {"UID FETCH 5 (UID INTERNALDATE", "* 2 FETCH (UID 5 BODY[] \"\")\r\n$ OK done\r\n",
         0},
        {"UID SEARCH UID 5", "* SEARCH 5\r\n$ OK done\r\n", 0},
        {"UID FETCH 9 (UID INTERNALDATE", BODY_9 "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 3, 0, 2, 1, 0);
    assert_script_done(world);
}

static void what_was_not_asked_for_is_dropped(void **state)
{
    World *world = *state;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES,
                        "* 8 FETCH (UID 99 BODY[] {3}\r\nabc)\r\n" BODY_4 BODY_4
                        "* 1 FETCH (UID 5 BODY[HEADER] {3}\r\nabc)\r\n" BODY_5 BODY_9
                        "$ OK done\r\n",
                        0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_string_equal(world->delivered->str, ALL_3);
    assert_script_done(world);
}

static void a_body_without_its_uid_ends_the_session(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES, "* 1 FETCH (BODY[] {3}\r\nabc)\r\n$ OK done\r\n", 0});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL));
}

static void a_message_over_the_limit_is_named_and_not_asked_for(void **state)
{
    World *world = *state;
    world->max_message_bytes = 1000;
    ImapPeerScript script = SCRIPT(
        {"EXAMINE", SELECTED_3, 0}, {"UID SEARCH", FOUND_3, 0},
        {"UID FETCH 4:5,9 (UID RFC822.SIZE)",
         "* 1 FETCH (UID 4 RFC822.SIZE 5)\r\n* 2 FETCH (UID 5 RFC822.SIZE 60000000)\r\n"
         "* 3 FETCH (UID 9 RFC822.SIZE 5)\r\n$ OK done\r\n",
         0},
        {"UID FETCH 4,9 (UID INTERNALDATE", BODY_4 BODY_9 "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 3, 0, 2, 1, 0);
    assert_non_null(strstr(world->warned->str, "INBOX/5: 60.0"));
    assert_non_null(strstr(world->warned->str, "over the limit of 1.0"));
    assert_script_done(world);
}

static void a_message_longer_than_its_size_said_is_read_past_but_not_kept(void **state)
{
    World *world = *state;
    world->max_message_bytes = 10;
    ImapPeerScript script = SCRIPT(
        HEAD_3,
        {FETCH_BODIES,
         BODY_4 "* 2 FETCH (UID 5 BODY[] {26}\r\nabcdefghijklmnopqrstuvwxyz)\r\n" BODY_9
                "$ OK done\r\n",
         0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 3, 0, 2, 1, 0);
    assert_script_done(world);
}

/* Two batches are asked for before the first has been answered: the peer reads both before it speaks. */
static void batches_are_pipelined_and_large_messages_come_last(void **state)
{
    World *world = *state;
    GString *found = g_string_new("* SEARCH");
    GString *sizes = g_string_new(NULL), *first = g_string_new(NULL);
    GString *second = g_string_new(NULL);
    for (guint uid = 1; uid <= 61; uid++) {
        guint size = uid == 1 ? 9000000 : 5;
        g_string_append_printf(found, " %u", uid);
        g_string_append_printf(sizes, "* %u FETCH (UID %u RFC822.SIZE %u)\r\n", uid, uid,
                               size);
        if (uid > 1)
            g_string_append_printf(uid <= 51 ? first : second,
                                   "* %u FETCH (UID %u BODY[] {5}\r\n%05u)\r\n", uid, uid,
                                   uid);
    }
    g_string_append(found, "\r\n$ OK done\r\n");
    g_string_append(sizes, "$ OK done\r\n");
    g_string_append(first, "L6 OK done\r\n");
    g_string_prepend(second, first->str);
    g_string_append(second, "$ OK done\r\n");
    ImapPeerScript script =
        SCRIPT({"EXAMINE", SELECTED_3, 0}, {"UID SEARCH ALL", found->str, 0},
               {"UID FETCH 1:61 (UID RFC822.SIZE)", sizes->str, 0},
               {"UID FETCH 2:51 (UID INTERNALDATE", "", 0},
               {"UID FETCH 52:61 (UID INTERNALDATE", second->str, 0},
               {"UID FETCH 1 (UID INTERNALDATE",
                "* 1 FETCH (UID 1 BODY[] {6}\r\nlarge\n)\r\n$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 61, 0, 61, 0, 0);
    assert_true(g_str_has_suffix(world->delivered->str, "INBOX/7/1 - large\n\n"));
    assert_script_done(world);
    g_string_free(found, TRUE);
    g_string_free(sizes, TRUE);
    g_string_free(first, TRUE);
    g_string_free(second, TRUE);
}

static void a_large_folder_is_searched_in_ranges_and_again_when_it_shrinks(void **state)
{
    World *world = *state;
    static const char selected[] =
        "* 5001 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK done\r\n";
    ImapPeerScript script = SCRIPT(
        {"EXAMINE", selected, 0},
        {"UID SEARCH 1:5000", "* SEARCH 4\r\n* 1 EXPUNGE\r\n* 6 EXISTS\r\n$ OK done\r\n",
         0},
        {"UID SEARCH ALL", FOUND_3, 0}, {"UID FETCH 4:5,9 (UID RFC822.SIZE)", SIZES_3, 0},
        {FETCH_BODIES, BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_counts(world, 0, 3, 0, 3, 0, 0);
    assert_script_done(world);
}

static void a_new_epoch_in_the_middle_ends_that_folder_only(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = SCRIPT(
        HEAD_3,
        {FETCH_BODIES,
         BODY_4 "* OK [UIDVALIDITY 8] it was restored\r\n" BODY_5 BODY_9 "$ OK done\r\n",
         0},
        {"EXAMINE \"Other\"", "* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n$ OK done\r\n", 0});
    script.list = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Other\r\n";
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH));
    assert_non_null(strstr(error->message, "UIDVALIDITY of INBOX changed"));
    assert_string_equal(world->delivered->str, "INBOX/7/4 " UTC " four\n\n");
    assert_int_equal(world->folders->len, 1);
    assert_script_done(world);
}

static void a_refused_folder_does_not_stop_the_others(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = SCRIPT(
        {"EXAMINE \"INBOX\"", "$ NO [NOPERM] not for you\r\n", 0},
        {"EXAMINE \"Other\"", SELECTED_3, 0}, {"UID SEARCH", FOUND_3, 0},
        {"UID FETCH", SIZES_3, 0}, {"UID FETCH", BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0});
    script.list = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Other\r\n";
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED));
    assert_non_null(
        strstr(error->message, "refuses EXAMINE INBOX: NO [NOPERM] not for you"));
    assert_int_equal(world->deliveries, 3);
    assert_int_equal(world->folders->len, 1);
    assert_script_done(world);
}

static void a_folder_without_lasting_uids_is_refused(void **state)
{
    World *world = *state;
    static const char *const replies[] = {
        "* 3 EXISTS\r\n$ OK done\r\n",
        "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* NO [UIDNOTSTICKY] x\r\n$ OK done\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_autoptr(GError) error = NULL;
        ImapPeerScript script = SCRIPT({"EXAMINE", replies[i], 0});
        open_session(world, &script);
        assert_false(fetch(world, &error));
        assert_non_null(strstr(error->message, "keeps no lasting UIDs"));
    }
}

static void the_default_is_every_folder_but_outgoing_and_foreign_ones(void **state)
{
    World *world = *state;
    ImapPeerScript script = SCRIPT(
        {"EXAMINE \"INBOX\"", "* 0 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n$ OK done\r\n", 0},
        {"EXAMINE \"INBOX.Pl&AOQ-ne\"",
         "* 0 EXISTS\r\n* OK [UIDVALIDITY 2] x\r\n$ OK done\r\n", 0},
        {"EXAMINE \"INBOX.Plans.Sent\"",
         "* 0 EXISTS\r\n* OK [UIDVALIDITY 3] x\r\n$ OK done\r\n", 0});
    script.capabilities = "IMAP4rev1 NAMESPACE";
    script.namespaces = "* NAMESPACE ((\"INBOX.\" \".\")) ((\"user.\" \".\")) NIL\r\n";
    script.list =
        "* LIST () \".\" INBOX\r\n* LIST () \".\" \"INBOX.Sent Items\"\r\n"
        "* LIST () \".\" INBOX.drafts\r\n* LIST (\\Sent) \".\" INBOX.Gesendet\r\n"
        "* LIST (\\Noselect) \".\" INBOX.Plans\r\n* LIST () \".\" INBOX.Pl&AOQ-ne\r\n"
        "* LIST (\\NonExistent) \".\" INBOX.Gone\r\n* LIST () \".\" user.other\r\n"
        "* LIST () \".\" {16}\r\nINBOX.Plans.Sent\r\n* LIST () \".\" INBOX.Outbox\r\n";
    open_session(world, &script);
    assert_true(fetch(world, NULL));
    assert_int_equal(world->folders->len, 3);
    const LodgeEventFolder *account = g_ptr_array_index(world->folders, 1);
    assert_string_equal(account->folder, "INBOX.Pläne");
    assert_script_done(world);
}

static void a_configured_folder_that_is_missing_is_named_with_those_that_exist(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    char *folders[] = {(char *)"inbox", (char *)"Plans", NULL};
    world->mailbox.folders = folders;
    ImapPeerScript script = {.list = "* LIST () \"/\" INBOX\r\n* LIST () \"/\" Plan\r\n"
                                     "* LIST () \"/\" \"x\x1b[31m\"\r\n"};
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_FOLDER));
    assert_non_null(
        strstr(error->message,
               "there is no folder \"Plans\"; create it, or correct folders; there are "
               "\"INBOX\", \"Plan\", \"x\\x1B[31m\""));
    assert_script_done(world);
}

static void calls_for_patience_are_told_apart(void **state)
{
    World *world = *state;
    static const struct {
        const char *reply;
        ImapPeerThen then;
        guint backoff_ms;
    } table[] = {
        {"$ BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n", 0,
         92415},
        {"$ BAD Request is throttled. Suggested Backoff Time: 999999999999 milliseconds\r\n",
         0, 15 * 60 * 1000},
        {"$ BAD User is authenticated but not connected.\r\n", 0, 0},
        {"$ NO [UNAVAILABLE] try later\r\n", 0, 0},
        {"* BYE Request is throttled.\r\n", IMAP_PEER_DROP, 0},
        {"Server Unavailable. 15\r\n", IMAP_PEER_DROP, 0},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GError) error = NULL;
        ImapPeerScript script = SCRIPT({"EXAMINE", table[i].reply, table[i].then});
        open_session(world, &script);
        assert_false(fetch(world, &error));
        assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_BUSY));
        assert_int_equal(lodge_mailbox_backoff_ms(world->session), table[i].backoff_ms);
        assert_script_done(world);
    }
}

static void a_bye_names_what_the_server_said(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script =
        SCRIPT({"EXAMINE", "* BYE going \x1b[31mdown\r\n", IMAP_PEER_DROP});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED));
    assert_non_null(strstr(error->message, "during EXAMINE INBOX: going \\x1B[31mdown"));
}

static void nonsense_ends_the_session(void **state)
{
    World *world = *state;
    g_autofree char *line = g_strnfill(100000, 'x');
    g_autofree char *huge = g_strdup_printf("* OK %s", line);
    const char *const replies[] = {
        huge,
        "+ what now?\r\n",
        "L99 OK done\r\n",
        "A3 OK done\r\n",
        "garbage\r\n",
        "* SEARCH 1 2 x\r\n$ OK done\r\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_autoptr(GError) error = NULL;
        ImapPeerScript script = SCRIPT({"EXAMINE", SELECTED_3, 0},
                                       {"UID SEARCH", replies[i], IMAP_PEER_SILENT});
        open_session(world, &script);
        assert_false(fetch(world, &error));
        assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL));
        assert_non_null(strstr(error->message, "UID SEARCH in INBOX"));
        assert_script_done(world);
    }
}

static void silence_has_a_deadline(void **state)
{
    World *world = *state;
    world->mailbox.endpoint.reply_timeout_ms = 50;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES, BODY_4 "* 2 FETCH (UID 5 ", IMAP_PEER_SILENT});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT));
    assert_non_null(strstr(error->message, "UID FETCH in INBOX, in mid-response"));
    assert_string_equal(world->delivered->str, "INBOX/7/4 " UTC " four\n\n");
    assert_script_done(world);
}

static void a_trickle_has_a_deadline_as_a_whole(void **state)
{
    World *world = *state;
    world->mailbox.endpoint.reply_timeout_ms = 50;
    g_autoptr(GError) error = NULL;
    ImapPeerScript script = SCRIPT({"EXAMINE", "* OK ", IMAP_PEER_TRICKLE});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT));
    assert_non_null(strstr(error->message, "too slow: EXAMINE INBOX"));
    assert_script_done(world);
}

static void stopping_ends_the_pass_between_two_messages(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    world->stop_after = 2;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES, BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED));
    assert_int_equal(world->deliveries, 2);
}

static void a_sink_that_refuses_ends_the_pass_with_its_own_error(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    world->refuse = TRUE;
    ImapPeerScript script =
        SCRIPT(HEAD_3, {FETCH_BODIES, BODY_4 BODY_5 BODY_9 "$ OK done\r\n", 0});
    open_session(world, &script);
    assert_false(fetch(world, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    lodge_connection_init(NULL);
    const struct CMUnitTest tests[] = {
        TEST(all_messages_of_a_folder_are_fetched_once),
        TEST(an_empty_folder_is_not_searched),
        TEST(unsolicited_data_in_the_middle_changes_nothing),
        TEST(a_body_full_of_protocol_is_kept_byte_by_byte),
        TEST(a_connection_lost_inside_a_body_delivers_what_was_whole),
        TEST(a_connection_lost_behind_a_body_delivers_nothing_of_it),
        TEST(a_size_that_lies_ends_the_session),
        TEST(what_a_batch_leaves_out_is_asked_for_once_more_alone),
        TEST(a_message_removed_meanwhile_is_not_a_failure),
        TEST(a_body_that_is_nil_or_empty_for_no_reason_is_not_taken),
        TEST(what_was_not_asked_for_is_dropped),
        TEST(a_body_without_its_uid_ends_the_session),
        TEST(a_message_over_the_limit_is_named_and_not_asked_for),
        TEST(a_message_longer_than_its_size_said_is_read_past_but_not_kept),
        TEST(batches_are_pipelined_and_large_messages_come_last),
        TEST(a_large_folder_is_searched_in_ranges_and_again_when_it_shrinks),
        TEST(a_new_epoch_in_the_middle_ends_that_folder_only),
        TEST(a_refused_folder_does_not_stop_the_others),
        TEST(a_folder_without_lasting_uids_is_refused),
        TEST(the_default_is_every_folder_but_outgoing_and_foreign_ones),
        TEST(a_configured_folder_that_is_missing_is_named_with_those_that_exist),
        TEST(calls_for_patience_are_told_apart),
        TEST(a_bye_names_what_the_server_said),
        TEST(nonsense_ends_the_session),
        TEST(silence_has_a_deadline),
        TEST(a_trickle_has_a_deadline_as_a_whole),
        TEST(stopping_ends_the_pass_between_two_messages),
        TEST(a_sink_that_refuses_ends_the_pass_with_its_own_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
