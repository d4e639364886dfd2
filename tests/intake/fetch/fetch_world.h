/* fetch_world.h - a spool, a scripted server and a sink that keeps, for the tests of this folder. */
#pragma once

#include "tests/support/cmocka.h"

#include "intake/fetch/mailbox.h"
#include "intake/link/connection.h"
#include "tests/support/imap_peer.h"
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* Each program uses some of these. */
#define HELPER G_GNUC_UNUSED static

#define MIB (G_GINT64_CONSTANT(1024) * 1024)

typedef struct {
    char *dir;
    LodgeSpool *spool;
    ImapPeer *peer;
    LodgeMailbox mailbox;
    LodgeMailboxSession *session;
    LodgeFetchSink sink;
    GString *
        delivered; /* "INBOX/7/5 <internaldate> <body>" one a line, folder/uidvalidity/uid */
    GString *warned;
    GString *marked;
    GPtrArray *folders;
    guint stop_after; /* deliveries; 0: never */
    guint deliveries;
    gboolean refuse; /* deliver fails */
    gint64 max_message_bytes;
    gint64 now_us;
} World;

HELPER char *read_staged(LodgeStage *stage)
{
    int fd = lodge_stage_open(stage, NULL);
    assert_true(fd >= 0);
    gsize size = (gsize)lodge_stage_size(stage);
    char *bytes = g_malloc0(size + 1);
    assert_int_equal(pread(fd, bytes, size, 0), size);
    close(fd);
    return bytes;
}

/* Known bytes are located again. */
HELPER void add_location(LodgeTransaction *txn,
                         const char *reference,
                         const LodgeLocation *location,
                         gint64 internaldate_us)
{
    LodgeEvent located = {.type = LODGE_EVENT_LOCATED,
                          .at_us = 1,
                          .reference = (char *)reference,
                          .location = *location,
                          .internaldate_us = internaldate_us};
    assert_true(lodge_transaction_add(txn, &located, NULL));
}

/* Others are kept, and decided, so that marks have something to do. */
HELPER void add_message(LodgeTransaction *txn,
                        LodgeStage *stage,
                        const LodgeLocation *location,
                        gint64 internaldate_us)
{
    g_autofree char *sha256 = g_strdup(lodge_stage_sha256(stage));
    gint64 size_bytes = lodge_stage_size(stage);
    assert_true(lodge_transaction_keep_stage(txn, stage, NULL));
    g_autofree char *reference = lodge_transaction_next_reference(txn, "PP24", NULL);
    LodgeEvent kept = {.type = LODGE_EVENT_KEPT,
                       .at_us = 1,
                       .reference = reference,
                       .call = (char *)"call",
                       .message_sha256 = sha256,
                       .size_bytes = size_bytes,
                       .location = *location,
                       .internaldate_us = internaldate_us};
    LodgeEvent decided = {.type = LODGE_EVENT_DECIDED,
                          .at_us = 2,
                          .reference = reference,
                          .outcome = (char *)"accepted",
                          .received_us = LODGE_INSTANT_UNKNOWN};
    assert_true(lodge_transaction_add(txn, &kept, NULL));
    assert_true(lodge_transaction_add(txn, &decided, NULL));
}

HELPER void commit_message(World *world,
                           LodgeStage *stage,
                           const LodgeLocation *location,
                           gint64 internaldate_us)
{
    LodgeTransaction *txn = lodge_spool_begin(world->spool, 1, NULL);
    assert_non_null(txn);
    g_autofree char *known = lodge_ledger_find_message(lodge_spool_ledger(world->spool),
                                                       lodge_stage_sha256(stage), NULL);
    if (known != NULL)
        add_location(txn, known, location, internaldate_us);
    else
        add_message(txn, stage, location, internaldate_us);
    assert_true(lodge_transaction_commit(txn, NULL));
}

HELPER gboolean take_message(LodgeStage *stage,
                             const LodgeLocation *location,
                             gint64 internaldate_us,
                             gpointer data,
                             GError **error)
{
    World *world = data;
    if (world->refuse) {
        lodge_stage_free(stage);
        g_set_error_literal(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE,
                            "the disk is full");
        return FALSE;
    }
    g_autofree char *bytes = read_staged(stage);
    g_autofree char *date = lodge_instant_format(internaldate_us);
    g_string_append_printf(world->delivered, "%s/%u/%u %s %.40s\n", location->folder,
                           location->uidvalidity, location->uid, date != NULL ? date : "-",
                           bytes);
    commit_message(world, stage, location, internaldate_us);
    lodge_stage_free(stage);
    world->deliveries++;
    return TRUE;
}

HELPER void note_warning(const char *object, const char *words, gpointer data)
{
    g_string_append_printf(((World *)data)->warned, "%s: %s\n", object, words);
}

HELPER gboolean is_stopping(gpointer data)
{
    const World *world = data;
    return world->stop_after > 0 && world->deliveries >= world->stop_after;
}

HELPER gint64 tell_now(gpointer data)
{
    return ((World *)data)->now_us;
}

HELPER gboolean note_mark(const LodgeLedgerMark *mark,
                          const char *action,
                          gpointer data,
                          GError **error)
{
    (void)error;
    g_string_append_printf(((World *)data)->marked, "%s/%u %s\n", mark->location.folder,
                           mark->location.uid, action);
    return TRUE;
}

HELPER int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = g_dir_make_tmp("lodge-fetch-XXXXXX", NULL);
    g_autofree char *spool_dir = g_build_filename(world->dir, "spool", NULL);
    world->spool = lodge_spool_open(spool_dir, "test", 1, NULL);
    assert_non_null(world->spool);
    world->mailbox = (LodgeMailbox){
        .name = (char *)"plans",
        .endpoint = {.host = (char *)"127.0.0.1",
                     .tls = LODGE_TLS_NONE,
                     .user = (char *)"intake",
                     .auth = LODGE_AUTH_PASSWORD,
                     .connect_timeout_ms = 5000,
                     .reply_timeout_ms = 5000},
    };
    world->sink = (LodgeFetchSink){.deliver = take_message,
                                   .warn = note_warning,
                                   .stopping = is_stopping,
                                   .now_us = tell_now,
                                   .data = world};
    world->delivered = g_string_new(NULL);
    world->warned = g_string_new(NULL);
    world->marked = g_string_new(NULL);
    world->max_message_bytes = 64 * MIB;
    *state = world;
    return 0;
}

HELPER void end_session(World *world)
{
    g_clear_pointer(&world->session, lodge_mailbox_close);
    g_clear_pointer(&world->peer, imap_peer_free);
    g_clear_pointer(&world->folders, g_ptr_array_unref);
}

HELPER void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir != NULL && (name = g_dir_read_name(dir)) != NULL;) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

HELPER int tear_down(void **state)
{
    World *world = *state;
    end_session(world);
    lodge_spool_close(world->spool);
    remove_tree(world->dir);
    g_string_free(world->delivered, TRUE);
    g_string_free(world->warned, TRUE);
    g_string_free(world->marked, TRUE);
    g_free(world->dir);
    g_free(world);
    return 0;
}

HELPER void open_session(World *world, const ImapPeerScript *script)
{
    end_session(world);
    world->peer = imap_peer_start(script);
    world->mailbox.endpoint.port = imap_peer_port(world->peer);
    g_autoptr(GError) error = NULL;
    world->session = lodge_mailbox_open(&world->mailbox, "secret", &error);
    if (world->session == NULL)
        fail_msg("open: %s", error->message);
}

HELPER gboolean fetch(World *world, GError **error)
{
    g_clear_pointer(&world->folders, g_ptr_array_unref);
    return lodge_mailbox_fetch(world->session, world->spool,
                               lodge_spool_ledger(world->spool), world->max_message_bytes,
                               &world->sink, &world->folders, error);
}

/* The client came to the script's end and did nothing else. */
HELPER void assert_script_done(World *world)
{
    g_clear_pointer(&world->session, lodge_mailbox_close);
    g_autofree char *problem = imap_peer_finish(world->peer);
    if (problem != NULL)
        fail_msg("%s; all commands:%s", problem, imap_peer_commands(world->peer));
}

HELPER void assert_counts(World *world,
                          guint folder,
                          guint64 present,
                          guint64 known,
                          guint64 fetched,
                          guint64 failed,
                          guint64 vanished)
{
    assert_true(folder < world->folders->len);
    const LodgeEventFolder *account = g_ptr_array_index(world->folders, folder);
    assert_int_equal(account->present, present);
    assert_int_equal(account->known, known);
    assert_int_equal(account->fetched, fetched);
    assert_int_equal(account->failed, failed);
    assert_int_equal(account->vanished, vanished);
}

#define SCRIPT(...)                                                                        \
    (ImapPeerScript)                                                                       \
    {                                                                                      \
        .steps = (const ImapPeerStep[]){__VA_ARGS__},                                      \
        .step_count = sizeof((const ImapPeerStep[]){__VA_ARGS__}) / sizeof(ImapPeerStep),  \
    }

#define SELECTED_3                                                                         \
    "* FLAGS (\\Seen)\r\n* 3 EXISTS\r\n* OK [PERMANENTFLAGS (\\Deleted \\*)] x\r\n"        \
    "* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n$ OK [READ-WRITE] done\r\n"
#define FOUND_3 "* SEARCH 9 4 5\r\n$ OK done\r\n"
#define SIZES_3                                                                            \
    "* 1 FETCH (UID 4 RFC822.SIZE 5)\r\n* 2 FETCH (UID 5 RFC822.SIZE 5)\r\n"               \
    "* 3 FETCH (RFC822.SIZE 5 UID 9)\r\n$ OK done\r\n"
#define DATE "INTERNALDATE \"19-Jul-2024 23:59:59 +0100\""
#define BODY_4 "* 1 FETCH (UID 4 " DATE " RFC822.SIZE 5 BODY[] {5}\r\nfour\n)\r\n"
#define BODY_5 "* 2 FETCH (UID 5 " DATE " RFC822.SIZE 5 BODY[] {5}\r\nfive\n)\r\n"
#define BODY_9 "* 3 FETCH (BODY[] {5}\r\nnine\n UID 9 " DATE " RFC822.SIZE 5)\r\n"
