#include "tests/spool/support.h"

#include "spool/verify.h"

typedef struct {
    char *dir;
    char *reference;      /* of the one message */
    char *message_sha256; /* its raw bytes */
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    world->reference = take_in(txn, "From: jo\r\n\r\nplan\r\n", 1);
    commit(txn);
    for (guint32 i = 2; i < 5; i++) {
        g_autofree char *bytes = g_strdup_printf("message %u", i);
        txn = begin(spool);
        g_free(keep_at(txn, bytes, i));
        commit(txn);
    }
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(spool), world->reference);
    world->message_sha256 = g_strdup(message->message_sha256);
    lodge_spool_close(spool);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    remove_dir(world->dir);
    g_free(world->reference);
    g_free(world->message_sha256);
    g_free(world);
    return 0;
}

static LodgeVerifyReport *verify(const World *world, gboolean repair)
{
    g_autoptr(GError) error = NULL;
    LodgeVerifyReport *report =
        lodge_verify_run(world->dir, repair, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    return report;
}

static void
assert_problem(const LodgeVerifyReport *report, const char *object, const char *words)
{
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        if (strstr(problem->object, object) != NULL &&
            strstr(problem->problem, words) != NULL) {
            assert_true(problem->mend != NULL && *problem->mend != '\0');
            return;
        }
    }
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        print_message("%s: %s\n", problem->object, problem->problem);
    }
    fail_msg("no problem of %s says \"%s\"", object, words);
}

static void flip(const World *world, const char *name, goffset offset)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    bytes[offset >= 0 ? (gsize)offset : size - (gsize)-offset] ^= 1;
    g_unlink(path);
    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
}

static char *object_name(const char *sha256)
{
    return g_strdup_printf("objects/%.2s/%s", sha256, sha256);
}

static void forget(const World *world, const char *name)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    assert_int_equal(g_unlink(path), 0);
}

static void change_index(const World *world, const char *sql)
{
    g_autofree char *path = g_build_filename(world->dir, "ledger.db", NULL);
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    char *message = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s", message);
    sqlite3_close(db);
}

static void a_sound_spool_has_no_problems(void **state)
{
    g_autoptr(LodgeVerifyReport) report = verify(*state, FALSE);
    if (report->problems->len > 0)
        assert_problem(report, "nothing", "nothing");
    assert_int_equal(report->segments, 4);
    assert_int_equal(report->events, 6);
    assert_int_equal(report->messages, 4);
    assert_int_equal(report->receipts, 1);
    assert_int_equal(report->orphan_objects, 0);
    assert_int_equal(report->incoming_files, 0);
    /* 4 raw, 6 records, 5 inputs and decision, 1 document, 1 receipt */
    assert_int_equal(report->objects, 17);
    assert_false(report->repaired);
}

static void a_flipped_bit_in_an_object_is_found(void **state)
{
    World *world = *state;
    g_autofree char *name = object_name(world->message_sha256);
    flip(world, name, 3);
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_int_equal(report->problems->len, 1);
    assert_problem(report, world->message_sha256, world->reference);
}

static char *record_of_row(const World *world, guint64 segment, guint row)
{
    g_autoptr(LodgeDurableRoot) root = lodge_durable_root_open(world->dir, NULL);
    g_autoptr(LodgeJournalSegment) loaded = lodge_journal_load(root, segment, NULL);
    const char *text = g_ptr_array_index(loaded->rows, row);
    char *sha256 = NULL;
    g_autoptr(LodgeEvent) event = lodge_event_parse_row(text, strlen(text), &sha256, NULL);
    assert_non_null(event);
    return sha256;
}

/* Nor is anything followed out of the spool: a link or a directory is damage like any other. */
static void what_stands_in_an_objects_place_is_damage(void **state)
{
    World *world = *state;
    g_autofree char *raw = object_name(world->message_sha256);
    g_autofree char *raw_path = g_build_filename(world->dir, raw, NULL);
    g_autofree char *record = record_of_row(world, 2, 0);
    g_autofree char *record_name = object_name(record);
    g_autofree char *record_path = g_build_filename(world->dir, record_name, NULL);
    forget(world, raw);
    forget(world, record_name);
    assert_int_equal(symlink("/etc/passwd", raw_path), 0);
    assert_int_equal(mkdir(record_path, 0700), 0);
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_problem(report, raw, "is no file");
    assert_problem(report, record_name, "is no file");
    rmdir(record_path);
}

static void a_missing_object_names_its_message(void **state)
{
    World *world = *state;
    g_autofree char *name = object_name(world->message_sha256);
    forget(world, name);
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_int_equal(report->problems->len, 1);
    assert_problem(report, name, "message_sha256");
    assert_problem(report, name, world->reference);
    assert_problem(report, name, "is missing");
}

static void a_missing_record_names_its_message(void **state)
{
    World *world = *state;
    g_autofree char *sha256 = record_of_row(world, 1, 1);
    g_autofree char *name = object_name(sha256);
    forget(world, name);
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_problem(report, name, world->reference);
    assert_problem(report, name, "is missing");
    assert_problem(report, name, "decided");
}

static void an_index_is_not_thrown_away_for_lost_records(void **state)
{
    World *world = *state;
    g_autofree char *sha256 = record_of_row(world, 1, 1);
    g_autofree char *name = object_name(sha256);
    forget(world, name);
    g_autoptr(LodgeVerifyReport) report = verify(world, TRUE);
    assert_false(report->repaired);
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(spool), world->reference);
    assert_string_equal(message->subject, "Our plan £");
}

static void a_lost_record_and_a_lost_index_need_a_decision(void **state)
{
    World *world = *state;
    g_autofree char *sha256 = record_of_row(world, 1, 1);
    g_autofree char *name = object_name(sha256);
    forget(world, name);
    forget(world, "ledger.db");
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->dir, "test", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
    assert_non_null(strstr(error->message, world->reference));

    g_autoptr(LodgeVerifyReport) report = verify(world, TRUE);
    assert_true(report->repaired);
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    g_autoptr(LodgeLedgerMessage) message =
        get_message(lodge_spool_ledger(spool), world->reference);
    assert_string_equal(message->outcome, "accepted");
    assert_null(message->subject);
}

static void every_damage_to_a_segment_is_found(void **state)
{
    const goffset offsets[] = {0, 20, 60, 150, 200, -2, -30, -90, -100, -300};
    for (guint i = 0; i < G_N_ELEMENTS(offsets); i++) {
        World *world = *state;
        flip(world, "journal/000000000001.jsonl", offsets[i]);
        g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
        assert_problem(report, "journal/000000000001.jsonl", "");
        flip(world, "journal/000000000001.jsonl", offsets[i]);
        g_autoptr(LodgeVerifyReport) again = verify(world, FALSE);
        assert_int_equal(again->problems->len, 0);
    }
}

static void a_truncated_segment_is_found_and_stops_the_writer(void **state)
{
    World *world = *state;
    g_autofree char *path =
        g_build_filename(world->dir, "journal/000000000004.jsonl", NULL);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    for (off_t size = 0; size < status.st_size; size += 37) {
        g_autofree char *bytes = NULL;
        gsize whole = 0;
        assert_true(g_file_get_contents(path, &bytes, &whole, NULL));
        g_unlink(path);
        assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
        g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
        assert_problem(report, "journal/000000000004.jsonl", "");
        g_autoptr(GError) error = NULL;
        assert_null(lodge_spool_open(world->dir, "test", T0, &error));
        assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
        assert_non_null(strstr(error->message, "000000000004"));
        g_unlink(path);
        assert_true(g_file_set_contents(path, bytes, (gssize)whole, NULL));
    }
}

static void a_missing_segment_is_found(void **state)
{
    World *world = *state;
    forget(world, "journal/000000000002.jsonl");
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_problem(report, "journal", "missing");
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->dir, "test", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
}

/* Writing on would give the lost segment's number away and forget what it said. */
static void a_journal_cut_at_its_end_stops_the_writer_until_it_is_accepted(void **state)
{
    const World *world = *state;
    forget(world, "journal/000000000004.jsonl");
    g_autoptr(GError) error = NULL;
    assert_null(lodge_spool_open(world->dir, "test", T0, &error));
    assert_int_equal(error->code, LODGE_SPOOL_ERROR_DAMAGED);
    assert_non_null(strstr(error->message, "ends with segment 3"));
    g_autoptr(LodgeVerifyReport) found = verify(world, FALSE);
    assert_int_equal(found->problems->len, 1);
    assert_problem(found, "journal",
                   "ends with segment 3, but the index has seen segment 4");
    g_autoptr(LodgeVerifyReport) left = verify(world, TRUE);
    assert_false(left->repaired);
    assert_int_equal(left->problems->len, 1);
    forget(world, "ledger.db"); /* a person has given the segment up */
    g_autoptr(LodgeVerifyReport) mended = verify(world, TRUE);
    assert_true(mended->repaired);
    LodgeSpool *spool = open_spool(world->dir);
    lodge_spool_close(spool);
}

static void a_segment_exchanged_for_another_breaks_the_chain(void **state)
{
    World *world = *state;
    g_autoptr(LodgeDurableRoot) root = lodge_durable_root_open(world->dir, NULL);
    LodgeJournalPosition forged;
    lodge_journal_position_clear(&forged);
    forged.segment = 1;
    forged.seq = 3;
    forget(world, "journal/000000000002.jsonl");
    g_autoptr(GString) rows = g_string_new(NULL);
    gboolean placed = FALSE;
    assert_true(lodge_journal_append(root, &forged, rows, 0, T0, &placed, NULL));
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_problem(report, "journal/000000000002.jsonl", "does not continue");
    assert_problem(report, "journal/000000000003.jsonl", "does not continue");
}

static void orphans_and_leftovers_are_counted_not_blamed(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_free(put_text(txn, "nobody names me"));
    commit(txn);
    lodge_spool_close(spool);
    g_autofree char *left = g_build_filename(world->dir, "incoming", "left", NULL);
    assert_true(g_file_set_contents(left, "x", 1, NULL));
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_int_equal(report->orphan_objects, 1);
    assert_int_equal(report->incoming_files, 1);
    assert_int_equal(report->problems->len, 0);
}

static void strangers_in_the_store_are_named(void **state)
{
    World *world = *state;
    g_autofree char *left = g_build_filename(world->dir, "objects", "note.txt", NULL);
    assert_true(g_file_set_contents(left, "x", 1, NULL));
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_problem(report, "objects/note.txt", "");
}

static void a_changed_row_of_the_index_is_found_and_mended(void **state)
{
    const struct {
        const char *name, *sql, *table;
    } cases[] = {
        {"an altered outcome", "UPDATE message SET outcome = 'rejected' WHERE id = 1",
         "message"},
        {"an altered instant", "UPDATE message SET received_us = 5 WHERE id = 1",
         "message"},
        {"a receipt made sent", "UPDATE receipt SET state = 'sent', due_us = NULL",
         "receipt"},
        {"a deleted message", "DELETE FROM message WHERE id = 4", "message"},
        {"an invented location", "INSERT INTO location VALUES(1, 99, 1, 1, NULL, 1, 0)",
         "location"},
        {"a dropped table", "DROP TABLE finding", "finding"},
        {"a lost position", "DELETE FROM position", "position"},
        {"another chain",
         "UPDATE position SET sha256 = "
         "'0000000000000000000000000000000000000000000000000000000000000000'",
         "another journal"},
        {"another schema", "PRAGMA user_version = 77", "version"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        World *world = *state;
        print_message("%s\n", cases[i].name);
        change_index(world, cases[i].sql);
        g_autoptr(LodgeVerifyReport) found = verify(world, FALSE);
        assert_problem(found, "ledger.db", cases[i].table);
        g_autoptr(LodgeVerifyReport) repair = verify(world, TRUE);
        assert_true(repair->repaired);
        assert_int_equal(repair->problems->len, 0);
        assert_true(repair->mended->len > 0);
        g_autoptr(LodgeVerifyReport) after = verify(world, FALSE);
        assert_int_equal(after->problems->len, 0);
    }
}

static void a_missing_or_corrupt_index_is_found_and_mended(void **state)
{
    World *world = *state;
    for (guint round = 0; round < 2; round++) {
        if (round == 0)
            forget(world, "ledger.db");
        else
            flip(world, "ledger.db", 2);
        g_autoptr(LodgeVerifyReport) found = verify(world, FALSE);
        assert_problem(found, "ledger.db", "");
        g_autoptr(LodgeVerifyReport) repair = verify(world, TRUE);
        assert_true(repair->repaired);
        g_autoptr(LodgeSpool) spool = open_spool(world->dir);
        assert_index_is_true(spool);
    }
}

static void an_index_that_lags_is_no_problem(void **state)
{
    World *world = *state;
    g_autofree char *path = g_build_filename(world->dir, "ledger.db", NULL);
    g_autofree char *bytes = NULL;
    gsize size = 0;
    assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    LodgeSpool *spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(spool);
    g_free(keep_at(txn, "later", 9));
    commit(txn);
    lodge_spool_close(spool);
    assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    g_autoptr(LodgeVerifyReport) report = verify(world, FALSE);
    assert_int_equal(report->problems->len, 0);
}

static void repair_needs_the_writers_lock(void **state)
{
    World *world = *state;
    G_GNUC_UNUSED g_autoptr(LodgeSpool) holder = open_spool(world->dir);
    g_autoptr(GError) error = NULL;
    assert_null(lodge_verify_run(world->dir, TRUE, T0, NULL, NULL, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_LOCKED));
    g_autoptr(LodgeVerifyReport) beside = verify(world, FALSE);
    assert_int_equal(beside->problems->len, 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_sound_spool_has_no_problems),
        CASE(a_flipped_bit_in_an_object_is_found),
        CASE(what_stands_in_an_objects_place_is_damage),
        CASE(a_missing_object_names_its_message),
        CASE(a_missing_record_names_its_message),
        CASE(an_index_is_not_thrown_away_for_lost_records),
        CASE(a_lost_record_and_a_lost_index_need_a_decision),
        CASE(every_damage_to_a_segment_is_found),
        CASE(a_truncated_segment_is_found_and_stops_the_writer),
        CASE(a_missing_segment_is_found),
        CASE(a_journal_cut_at_its_end_stops_the_writer_until_it_is_accepted),
        CASE(a_segment_exchanged_for_another_breaks_the_chain),
        CASE(orphans_and_leftovers_are_counted_not_blamed),
        CASE(strangers_in_the_store_are_named),
        CASE(a_changed_row_of_the_index_is_found_and_mended),
        CASE(a_missing_or_corrupt_index_is_found_and_mended),
        CASE(an_index_that_lags_is_no_problem),
        CASE(repair_needs_the_writers_lock),
    };
    return cmocka_run_group_tests_name("verify", tests, NULL, NULL);
}
