#include "tests/spool/support.h"

#include "parsers/text/reference.h"

typedef struct {
    char *dir;
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    remove_dir(world->dir);
    g_free(world);
    return 0;
}

static void a_message_is_there_after_commit_and_reopening(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = take_in(txn, "From: a\r\n\r\nhello\r\n", 1);
    commit(txn);
    lodge_spool_close(spool);

    spool = open_spool(world->dir);
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(spool), reference);
    assert_string_equal(message->state, "decided");
    assert_string_equal(message->location.folder, "INBOX");
    assert_int_equal(message->location.uid, 1);
    assert_int_equal(message->internaldate_us, T0 - SECOND);
    assert_string_equal(message->subject, "Our plan £");
    assert_int_equal(message->findings->len, 1);
    assert_int_equal(message->documents->len, 1);
    assert_int_equal(message->receipts->len, 1);
    assert_int_equal(message->version, 1);
    assert_false(message->marked);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes =
        lodge_spool_read_object(spool, message->message_sha256, 1000, &error);
    assert_ok(bytes != NULL, error);
    assert_memory_equal(g_bytes_get_data(bytes, NULL), "From: a\r\n\r\nhello\r\n", 18);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
}

static void later_steps_of_a_transaction_see_the_earlier_ones(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *first = keep_at(txn, "one", 1);
    g_autofree char *second = keep_at(txn, "two", 2);
    g_autofree char *expected_first = lodge_reference_format("PP24", 1);
    g_autofree char *expected_second = lodge_reference_format("PP24", 2);
    assert_string_equal(first, expected_first);
    assert_string_equal(second, expected_second);
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute("two", 3, sha256);
    g_autofree char *found =
        lodge_ledger_find_message(lodge_spool_ledger(spool), sha256, NULL);
    assert_string_equal(found, second);
    commit(txn);
}

static void a_rolled_back_transaction_leaves_nothing(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = keep_at(txn, "gone", 1);
    lodge_transaction_rollback(txn);
    assert_null(lodge_ledger_get_message(lodge_spool_ledger(spool), reference, NULL));
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    assert_int_equal(count_files(world->dir, "objects"), 0);
    assert_int_equal(count_files(world->dir, "journal"), 0);

    txn = begin(spool);
    g_autofree char *again = keep_at(txn, "kept", 1);
    commit(txn);
    assert_string_equal(again, reference);
}

static void numbers_go_on_without_gaps_per_prefix(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    for (guint32 i = 1; i <= 3; i++) {
        LodgeTransaction *txn = begin(spool);
        g_autofree char *text = g_strdup_printf("message %u", i);
        g_autofree char *reference = keep_at(txn, text, i);
        guint64 number = 0;
        assert_true(lodge_reference_parse(reference, NULL, &number));
        assert_int_equal(number, i);
        g_autofree char *other = lodge_transaction_next_reference(txn, "GR25", NULL);
        g_autofree char *expected = lodge_reference_format("GR25", 1);
        assert_string_equal(other, expected);
        commit(txn);
    }
}

static void a_second_writer_is_told_who_holds_the_spool(void **state)
{
    World *world = *state;
    G_GNUC_UNUSED g_autoptr(LodgeSpool) holder = open_spool(world->dir);
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->dir, "lodge file", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_LOCKED));
    g_autofree char *pid = g_strdup_printf("pid %d", (int)getpid());
    assert_non_null(strstr(error->message, "\"test\""));
    assert_non_null(strstr(error->message, pid));
    assert_non_null(strstr(error->message, "2024-07-1"));
}

static void a_strange_directory_is_refused_and_left_alone(void **state)
{
    World *world = *state;
    g_autofree char *file = g_build_filename(world->dir, "letter.txt", NULL);
    assert_true(g_file_set_contents(file, "dear", -1, NULL));
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->dir, "test", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
    assert_non_null(strstr(error->message, world->dir));
    assert_int_equal(count_files(world->dir, "."), 1);
    g_autoptr(GError) reading = NULL;
    assert_null(lodge_spool_open_readonly(world->dir, &reading));
    assert_true(g_error_matches(reading, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
}

static void objects_without_a_journal_are_not_made_into_a_new_spool(void **state)
{
    World *world = *state;
    g_autofree char *inner = g_build_filename(world->dir, "objects", "ab", NULL);
    assert_int_equal(g_mkdir_with_parents(inner, 0700), 0);
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->dir, "test", T0, &error));
    assert_non_null(strstr(error->message, "no journal"));
}

static void a_missing_parent_is_named(void **state)
{
    World *world = *state;
    g_autofree char *deep = g_build_filename(world->dir, "a", "b", NULL);
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(deep, "test", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
    assert_non_null(strstr(error->message, deep));
}

static void everything_is_for_its_owner_alone(void **state)
{
    World *world = *state;
    g_autofree char *dir = g_build_filename(world->dir, "new", NULL);
    g_autoptr(LodgeSpool) spool = open_spool(dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *sha256 = put_text(txn, "secret");
    g_free(keep_at(txn, "secret", 1));
    commit(txn);
    const struct {
        const char *name;
        mode_t mode;
    } cases[] = {{".", 0700},    {"journal", 0700},   {"objects", 0700},
                 {"lock", 0600}, {"ledger.db", 0600}, {"journal/000000000001.jsonl", 0400}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_build_filename(dir, cases[i].name, NULL);
        struct stat status;
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 0777, cases[i].mode);
    }
    g_autofree char *object = lodge_spool_object_path(spool, sha256);
    struct stat status;
    assert_int_equal(stat(object, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0400);
}

static void the_same_bytes_are_kept_once(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = keep_at(txn, "same", 1);
    commit(txn);

    txn = begin(spool);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, T0, NULL);
    event->reference = lodge_transaction_next_reference(txn, "PP24", NULL);
    event->call = g_strdup("c");
    event->message_sha256 = put_text(txn, "same");
    g_autoptr(GError) error = NULL;
    assert_false(lodge_transaction_add(txn, event, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
    g_clear_error(&error);
    assert_false(lodge_transaction_commit(txn, &error));
    assert_non_null(error);

    txn = begin(spool);
    g_autoptr(LodgeEvent) located = lodge_event_new(LODGE_EVENT_LOCATED, T0, reference);
    located->location.account = g_strdup("plans");
    located->location.folder = g_strdup("Junk");
    located->location.uidvalidity = 9;
    located->location.uid = 4;
    add(txn, located);
    add(txn, located);
    commit(txn);
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(spool), reference);
    assert_int_equal(message->locations->len, 2);
    assert_string_equal(message->location.folder, "INBOX");
    assert_index_is_true(spool);
}

static void an_event_cannot_name_what_was_never_put(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, T0, NULL);
    event->reference = lodge_transaction_next_reference(txn, "PP24", NULL);
    event->call = g_strdup("c");
    event->message_sha256 = g_strnfill(64, 'a');
    g_autoptr(GError) error = NULL;
    assert_false(lodge_transaction_add(txn, event, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
    lodge_transaction_rollback(txn);
}

static void words_cannot_get_into_a_row_by_mistake(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = keep_at(txn, "m", 1);
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_DEFERRED, T0, reference);
    event->code = g_strdup("jo.bloggs@council.example");
    g_autoptr(GError) error = NULL;
    assert_false(lodge_transaction_add(txn, event, &error));
    assert_non_null(strstr(error->message, "code"));
    lodge_transaction_rollback(txn);
}

static void a_reader_beside_the_writer_sees_what_is_committed(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *first = keep_at(txn, "one", 1);
    commit(txn);
    txn = begin(spool);
    g_autofree char *second = keep_at(txn, "two", 2);

    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeSpool) reader = lodge_spool_open_readonly(world->dir, &error);
    assert_ok(reader != NULL, error);
    assert_known(lodge_spool_ledger(reader), first);
    assert_null(lodge_ledger_get_message(lodge_spool_ledger(reader), second, NULL));
    commit(txn);
    assert_known(lodge_spool_ledger(reader), second);
    assert_null(lodge_spool_begin(reader, T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_READONLY));
    g_clear_error(&error);
    assert_null(lodge_stage_new(reader, &error));
}

static void forget_ledger(const char *dir)
{
    const char *names[] = {"ledger.db", "ledger.db-wal", "ledger.db-shm"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(dir, names[i], NULL);
        g_unlink(path);
    }
}

static void the_index_can_be_thrown_away(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = take_in(txn, "one", 1);
    g_autoptr(LodgeEvent) attempted = about_receipt(LODGE_EVENT_ATTEMPTED, reference);
    add(txn, attempted);
    g_autoptr(LodgeEvent) answered = about_receipt(LODGE_EVENT_ANSWERED, reference);
    answered->code = g_strdup("sent");
    answered->smtp_code = 250;
    answered->words = g_strdup("250 queued as 17");
    add(txn, answered);
    commit(txn);
    lodge_spool_close(spool);
    forget_ledger(world->dir);

    g_autoptr(GError) error = NULL;
    LodgeSpool *reader = lodge_spool_open_readonly(world->dir, &error);
    assert_ok(reader != NULL, error);
    g_autoptr(LodgeLedgerMessage) seen = get_message(lodge_spool_ledger(reader), reference);
    assert_string_equal(seen->state, "decided");
    lodge_spool_close(reader);
    g_autofree char *path = g_build_filename(world->dir, "ledger.db", NULL);
    assert_false(g_file_test(path, G_FILE_TEST_EXISTS));

    spool = open_spool(world->dir);
    assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    gint64 due_us = 0;
    assert_int_equal(
        lodge_ledger_count_receipts_open(lodge_spool_ledger(spool), &due_us, &error), 0);
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(spool), reference);
    const LodgeLedgerReceipt *receipt = g_ptr_array_index(message->receipts, 0);
    assert_string_equal(receipt->state, "sent");
    assert_string_equal(receipt->reply, "250 queued as 17");
    assert_index_is_true(spool);
    lodge_spool_close(spool);
}

static void overwrite(const char *dir, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(dir, name, NULL);
    g_autoptr(GError) error = NULL;
    assert_ok(g_file_set_contents(path, text, -1, &error), error);
}

static void a_corrupt_index_is_rebuilt(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *reference = take_in(txn, "one", 1);
    commit(txn);
    lodge_spool_close(spool);
    overwrite(world->dir, "ledger.db", "this is no database, whatever its name may say");
    g_autoptr(LodgeSpool) again = open_spool(world->dir);
    assert_known(lodge_spool_ledger(again), reference);
    assert_index_is_true(again);
}

static void copy_file(const char *dir, const char *from, const char *to)
{
    g_autofree char *source = g_canonicalize_filename(from, dir);
    g_autofree char *target = g_canonicalize_filename(to, dir);
    g_autofree char *content = NULL;
    gsize size = 0;
    assert_true(g_file_get_contents(source, &content, &size, NULL));
    assert_true(g_file_set_contents(target, content, (gssize)size, NULL));
}

static void an_index_that_went_back_is_brought_up(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_free(take_in(txn, "one", 1));
    commit(txn);
    lodge_spool_close(spool);
    g_autofree char *old = g_strconcat(world->dir, ".old", NULL);
    copy_file(world->dir, "ledger.db", old);
    spool = open_spool(world->dir);
    txn = begin(spool);
    g_autofree char *second = take_in(txn, "two", 2);
    commit(txn);
    lodge_spool_close(spool);
    copy_file(world->dir, old, "ledger.db");

    g_autoptr(GError) error = NULL;
    LodgeSpool *reader = lodge_spool_open_readonly(world->dir, &error);
    assert_ok(reader != NULL, error);
    assert_known(lodge_spool_ledger(reader), second);
    lodge_spool_close(reader);

    spool = open_spool(world->dir);
    assert_known(lodge_spool_ledger(spool), second);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
    g_unlink(old);
}

static void a_stage_is_hashed_and_readable_before_it_is_kept(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeStage) stage = lodge_stage_new(spool, &error);
    assert_ok(stage != NULL, error);
    assert_ok(lodge_stage_write(stage, "ab", 2, &error), error);
    assert_ok(lodge_stage_write(stage, "c", 1, &error), error);
    assert_ok(lodge_stage_finish(stage, &error), error);
    assert_string_equal(lodge_stage_sha256(stage),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(lodge_stage_size(stage), 3);
    int fd = lodge_stage_open(stage, &error);
    char bytes[4] = "";
    assert_int_equal(read(fd, bytes, 3), 3);
    assert_string_equal(bytes, "abc");
    close(fd);
    LodgeTransaction *txn = begin(spool);
    assert_ok(lodge_transaction_keep_stage(txn, stage, &error), error);
    commit(txn);
    assert_true(lodge_spool_has_object(spool, lodge_stage_sha256(stage)));
    g_autoptr(LodgeStage) dropped = lodge_stage_new(spool, &error);
    assert_ok(dropped != NULL, error);
    g_clear_pointer(&dropped, lodge_stage_free);
    int scratch = lodge_stage_scratch(spool, &error);
    assert_true(scratch >= 0);
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    close(scratch);
}

static void an_object_of_another_size_is_not_taken_for_the_same(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_autofree char *sha256 = put_text(txn, "whole");
    commit(txn);
    g_autofree char *path = lodge_spool_object_path(spool, sha256);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(truncate(path, 2), 0);
    txn = begin(spool);
    g_autoptr(GBytes) bytes = g_bytes_new_static("whole", 5);
    char again[LODGE_DIGEST_SIZE];
    g_autoptr(GError) error = NULL;
    assert_false(lodge_transaction_put_object(txn, bytes, again, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
    lodge_transaction_rollback(txn);
    g_clear_error(&error);
    assert_null(lodge_spool_read_object(spool, sha256, 100, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
}

static void what_is_left_in_incoming_is_swept_at_the_start(void **state)
{
    World *world = *state;
    lodge_spool_close(open_spool(world->dir));
    g_autofree char *tree = g_build_filename(world->dir, "incoming", "tree", "deep", NULL);
    assert_int_equal(g_mkdir_with_parents(tree, 0700), 0);
    overwrite(world->dir, "incoming/tree/deep/file", "x");
    overwrite(world->dir, "incoming/torn", "x");
    lodge_spool_close(open_spool(world->dir));
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_message_is_there_after_commit_and_reopening),
        CASE(later_steps_of_a_transaction_see_the_earlier_ones),
        CASE(a_rolled_back_transaction_leaves_nothing),
        CASE(numbers_go_on_without_gaps_per_prefix),
        CASE(a_second_writer_is_told_who_holds_the_spool),
        CASE(a_strange_directory_is_refused_and_left_alone),
        CASE(objects_without_a_journal_are_not_made_into_a_new_spool),
        CASE(a_missing_parent_is_named),
        CASE(everything_is_for_its_owner_alone),
        CASE(the_same_bytes_are_kept_once),
        CASE(an_event_cannot_name_what_was_never_put),
        CASE(words_cannot_get_into_a_row_by_mistake),
        CASE(a_reader_beside_the_writer_sees_what_is_committed),
        CASE(the_index_can_be_thrown_away),
        CASE(a_corrupt_index_is_rebuilt),
        CASE(an_index_that_went_back_is_brought_up),
        CASE(a_stage_is_hashed_and_readable_before_it_is_kept),
        CASE(an_object_of_another_size_is_not_taken_for_the_same),
        CASE(what_is_left_in_incoming_is_swept_at_the_start),
    };
    return cmocka_run_group_tests_name("spool", tests, NULL, NULL);
}
