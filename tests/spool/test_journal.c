#include "tests/spool/support.h"

typedef struct {
    char *dir;
    LodgeDurableRoot *root;
    LodgeJournalPosition position;
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    const char *names[] = {"journal", "incoming"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(world->dir, names[i], NULL);
        assert_int_equal(g_mkdir(path, 0700), 0);
    }
    world->root = lodge_durable_root_open(world->dir, NULL);
    lodge_journal_position_clear(&world->position);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    lodge_durable_root_close(world->root);
    remove_dir(world->dir);
    g_free(world);
    return 0;
}

static void append(World *world, const char *rows, guint64 count)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(rows);
    gboolean placed = FALSE;
    assert_ok(lodge_journal_append(world->root, &world->position, text, count, T0, &placed,
                                   &error),
              error);
    assert_true(placed);
}

static LodgeJournalSegment *load(const World *world, guint64 number)
{
    g_autoptr(GError) error = NULL;
    LodgeJournalSegment *segment = lodge_journal_load(world->root, number, &error);
    assert_ok(segment != NULL, error);
    return segment;
}

static void segments_come_back_as_they_were_written(void **state)
{
    World *world = *state;
    append(world, "{\"a\":1}\n{\"b\":2}\n", 2);
    append(world, "", 0);
    append(world, "{\"c\":3}\n", 1);
    assert_int_equal(world->position.segment, 3);
    assert_int_equal(world->position.seq, 3);
    guint64 count = 0;
    assert_true(lodge_journal_count(world->root, &count, NULL));
    assert_int_equal(count, 3);
    LodgeJournalPosition position;
    lodge_journal_position_clear(&position);
    for (guint64 number = 1; number <= 3; number++) {
        g_autoptr(LodgeJournalSegment) segment = load(world, number);
        assert_true(lodge_journal_check_follows(segment, &position, NULL));
        lodge_journal_advance(&position, segment);
    }
    assert_memory_equal(&position, &world->position, sizeof position);
    g_autoptr(LodgeJournalSegment) first = load(world, 1);
    assert_int_equal(first->at_us, T0);
    assert_int_equal(first->rows->len, 2);
    assert_string_equal(g_ptr_array_index(first->rows, 1), "{\"b\":2}");
}

static void the_bytes_are_those_of_the_contract(void **state)
{
    World *world = *state;
    append(world, "{\"a\":1}\n", 1);
    g_autofree char *path =
        g_build_filename(world->dir, "journal/000000000001.jsonl", NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    const char *before =
        "{\"lodge\":\"journal\",\"format\":1,\"segment\":1,\"previous\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\","
        "\"at\":\"2024-07-14T23:33:20.000000Z\"}\n{\"a\":1}\n";
    char sha256[LODGE_DIGEST_SIZE];
    lodge_digest_compute(before, strlen(before), sha256);
    g_autofree char *expected =
        g_strdup_printf("%s{\"end\":1,\"sha256\":\"%s\"}\n", before, sha256);
    assert_string_equal(text, expected);
}

static void an_existing_segment_is_never_replaced(void **state)
{
    World *world = *state;
    append(world, "{\"a\":1}\n", 1);
    LodgeJournalPosition again;
    lodge_journal_position_clear(&again);
    g_autoptr(GString) rows = g_string_new("{\"forged\":1}\n");
    gboolean placed = TRUE;
    g_autoptr(GError) error = NULL;
    assert_false(lodge_journal_append(world->root, &again, rows, 1, T0, &placed, &error));
    assert_false(placed);
    assert_int_equal(again.segment, 0);
    g_autoptr(LodgeJournalSegment) segment = load(world, 1);
    assert_string_equal(g_ptr_array_index(segment->rows, 0), "{\"a\":1}");
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void what_is_not_a_segment_is_refused_with_its_name(void **state)
{
    World *world = *state;
    append(world, "{\"a\":1}\n", 1);
    append(world, "{\"b\":1}\n", 1);
    g_autofree char *one = g_build_filename(world->dir, "journal/000000000001.jsonl", NULL);
    g_autofree char *two = g_build_filename(world->dir, "journal/000000000002.jsonl", NULL);
    g_autofree char *good = NULL, *other = NULL;
    assert_true(g_file_get_contents(one, &good, NULL, NULL));
    assert_true(g_file_get_contents(two, &other, NULL, NULL));
    g_autofree char *doubled = g_strconcat(good, good, NULL);
    g_autofree char *trailing = g_strconcat(good, "\n", NULL);
    const struct {
        const char *name, *text;
    } cases[] = {
        {"empty", ""},           {"another segment's", other}, {"doubled", doubled},
        {"trailing", trailing},  {"one line", "{}\n"},         {"no JSON", "a\nb\n"},
        {"no line end", "a\nb"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_unlink(one);
        assert_true(g_file_set_contents(one, cases[i].text, -1, NULL));
        g_autoptr(GError) error = NULL;
        if (lodge_journal_load(world->root, 1, &error) != NULL)
            fail_msg("%s was read", cases[i].name);
        assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED));
        assert_non_null(strstr(error->message, "000000000001"));
    }
    /* Every cut and every flipped byte of the good one. */
    for (gsize size = 0; size < strlen(good); size++) {
        g_unlink(one);
        assert_true(g_file_set_contents(one, good, (gssize)size, NULL));
        assert_null(lodge_journal_load(world->root, 1, NULL));
        g_autofree char *flipped = g_strdup(good);
        flipped[size] ^= 4;
        g_unlink(one);
        assert_true(g_file_set_contents(one, flipped, (gssize)strlen(good), NULL));
        assert_null(lodge_journal_load(world->root, 1, NULL));
    }
}

static void strange_files_and_gaps_are_named(void **state)
{
    World *world = *state;
    append(world, "{\"a\":1}\n", 1);
    guint64 count = 0;
    g_autofree char *three =
        g_build_filename(world->dir, "journal/000000000003.jsonl", NULL);
    assert_true(g_file_set_contents(three, "x", 1, NULL));
    g_autoptr(GError) error = NULL;
    assert_false(lodge_journal_count(world->root, &count, &error));
    assert_non_null(strstr(error->message, "missing"));
    g_unlink(three);
    g_clear_error(&error);
    g_autofree char *notes = g_build_filename(world->dir, "journal/notes.txt", NULL);
    assert_true(g_file_set_contents(notes, "x", 1, NULL));
    assert_false(lodge_journal_count(world->root, &count, &error));
    assert_non_null(strstr(error->message, "notes.txt"));
}

static void a_transaction_too_big_for_a_segment_is_refused(void **state)
{
    World *world = *state;
    g_autoptr(GString) rows = g_string_new(NULL);
    g_autofree char *row = g_strnfill(LODGE_JOURNAL_SEGMENT_BYTES, 'r');
    g_string_append(rows, row);
    gboolean placed = TRUE;
    g_autoptr(GError) error = NULL;
    assert_false(
        lodge_journal_append(world->root, &world->position, rows, 1, T0, &placed, &error));
    assert_non_null(strstr(error->message, "commit more often"));
    assert_int_equal(count_files(world->dir, "journal"), 0);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(segments_come_back_as_they_were_written),
        CASE(the_bytes_are_those_of_the_contract),
        CASE(an_existing_segment_is_never_replaced),
        CASE(what_is_not_a_segment_is_refused_with_its_name),
        CASE(strange_files_and_gaps_are_named),
        CASE(a_transaction_too_big_for_a_segment_is_refused),
    };
    return cmocka_run_group_tests_name("journal", tests, NULL, NULL);
}
