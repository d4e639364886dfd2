#include "tests/spool/support.h"

#include "spool/projection.h"

typedef struct {
    char *dir;
    LodgeSpool *spool;
    char *sha256; /* of "the plan" */
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->spool = open_spool(world->dir);
    LodgeTransaction *txn = begin(world->spool);
    world->sha256 = put_text(txn, "the plan");
    commit(txn);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    World *world = *state;
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    lodge_spool_close(world->spool);
    remove_dir(world->dir);
    g_free(world->sha256);
    g_free(world);
    return 0;
}

#define PATH "filed/plans-2024/E07000115-tonbridge/v1"

static LodgeProjection *plan(const World *world, const char *summary)
{
    LodgeProjection *projection = lodge_projection_new(PATH);
    g_autoptr(GBytes) bytes = g_bytes_new(summary, strlen(summary));
    lodge_projection_add_object(projection, "plan.pdf", world->sha256);
    lodge_projection_add_bytes(projection, "submission.json", bytes);
    return projection;
}

static void save(const World *world, const LodgeProjection *projection)
{
    g_autoptr(GError) error = NULL;
    assert_ok(lodge_projection_save(world->spool, projection, &error), error);
}

static gboolean has(const World *world, const char *name)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static char *content(const World *world, const char *name)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    return text;
}

static void a_tree_is_written_whole(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) projection = plan(world, "{}");
    save(world, projection);
    g_autofree char *text = content(world, PATH "/plan.pdf");
    assert_string_equal(text, "the plan");
    assert_int_equal(count_files(world->dir, PATH), 2);
    g_autofree char *problem = NULL;
    assert_true(lodge_projection_check(world->spool, projection, &problem));
}

static void a_right_tree_is_left_alone(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) projection = plan(world, "{}");
    save(world, projection);
    g_autofree char *path = g_build_filename(world->dir, PATH, NULL);
    struct stat before, after;
    assert_int_equal(stat(path, &before), 0);
    save(world, projection);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
}

static void a_wrong_tree_is_replaced(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) first = plan(world, "{\"v\":1}");
    g_autoptr(LodgeProjection) second = plan(world, "{\"v\":2}");
    save(world, first);
    save(world, second);
    g_autofree char *text = content(world, PATH "/submission.json");
    assert_string_equal(text, "{\"v\":2}");

    g_autofree char *extra = g_build_filename(world->dir, PATH, "notes.txt", NULL);
    assert_true(g_file_set_contents(extra, "mine", 4, NULL));
    g_autofree char *problem = NULL;
    assert_false(lodge_projection_check(world->spool, second, &problem));
    assert_non_null(strstr(problem, "notes.txt"));
    save(world, second);
    assert_false(has(world, PATH "/notes.txt"));
}

static void an_edited_copy_is_noticed_and_never_changes_the_object(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) projection = plan(world, "{}");
    save(world, projection);
    g_autofree char *path = g_build_filename(world->dir, PATH, "plan.pdf", NULL);
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    fputs("THE", file);
    fclose(file);
    g_autofree char *problem = NULL;
    assert_false(lodge_projection_check(world->spool, projection, &problem));
    assert_non_null(strstr(problem, "plan.pdf was altered"));
    g_autoptr(GBytes) object =
        lodge_spool_read_object(world->spool, world->sha256, 100, NULL);
    assert_non_null(object);
}

static void names_are_made_safe_and_distinct(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) projection = lodge_projection_new("held/PP24-000001-X");
    const char *names[] = {"plan.pdf", "PLAN.pdf", "../../etc/passwd",
                           "plan.pdf", NULL,       ""};
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        lodge_projection_add_bytes(projection, names[i], bytes);
    save(world, projection);
    assert_int_equal(count_files(world->dir, "held/PP24-000001-X"), G_N_ELEMENTS(names));
    assert_true(has(world, "held/PP24-000001-X/plan.pdf"));
    assert_true(has(world, "held/PP24-000001-X/PLAN-2.pdf"));
    assert_true(has(world, "held/PP24-000001-X/plan-3.pdf"));
    assert_true(has(world, "held/PP24-000001-X/document"));
    assert_true(has(world, "held/PP24-000001-X/document-2"));
    g_autofree char *problem = NULL;
    assert_true(lodge_projection_check(world->spool, projection, &problem));
}

static void nothing_of_a_batch_is_in_place_before_its_commit(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjectionBatch) batch = lodge_projection_batch_new(world->spool);
    g_autoptr(LodgeProjection) old = plan(world, "old");
    g_autoptr(LodgeProjection) new = plan(world, "new");
    g_autoptr(LodgeProjection) held = lodge_projection_new("held/PP24-000001-X");
    g_autoptr(GError) error = NULL;
    lodge_projection_add_object(held, "plan.pdf", world->sha256);
    save(world, old);
    assert_ok(lodge_projection_batch_add(batch, new, &error), error);
    assert_ok(lodge_projection_batch_add(batch, held, &error), error);
    g_autofree char *before = content(world, PATH "/submission.json");
    assert_string_equal(before, "old");
    assert_false(has(world, "held/PP24-000001-X"));
    assert_ok(lodge_projection_batch_commit(batch, &error), error);
    g_autofree char *after = content(world, PATH "/submission.json");
    assert_string_equal(after, "new");
    assert_true(has(world, "held/PP24-000001-X/plan.pdf"));
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void a_batch_that_is_given_up_leaves_nothing_behind(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) projection = plan(world, "{}");
    g_autoptr(GError) error = NULL;
    LodgeProjectionBatch *batch = lodge_projection_batch_new(world->spool);
    assert_ok(lodge_projection_batch_add(batch, projection, &error), error);
    lodge_projection_batch_free(batch);
    assert_false(has(world, "filed/plans-2024"));
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void a_tree_twice_in_a_batch_is_there_as_it_was_last(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjectionBatch) batch = lodge_projection_batch_new(world->spool);
    g_autoptr(LodgeProjection) first = plan(world, "first");
    g_autoptr(LodgeProjection) second = plan(world, "second");
    g_autoptr(GError) error = NULL;
    assert_ok(lodge_projection_batch_add(batch, first, &error), error);
    assert_ok(lodge_projection_batch_add(batch, second, &error), error);
    assert_ok(lodge_projection_batch_commit(batch, &error), error);
    g_autofree char *text = content(world, PATH "/submission.json");
    assert_string_equal(text, "second");
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void paths_outside_the_trees_are_refused(void **state)
{
    World *world = *state;
    const char *paths[] = {"objects/ab",    "filed/../objects", "/etc",
                           "filed",         "filed//x",         "journal/1",
                           "filed/.hidden", "held/a/../../../x"};
    for (guint i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(LodgeProjection) projection = lodge_projection_new(paths[i]);
        g_autoptr(GError) error = NULL;
        assert_false(lodge_projection_save(world->spool, projection, &error));
        assert_non_null(error);
        g_clear_error(&error);
        assert_false(lodge_projection_remove(world->spool, paths[i], &error));
        assert_non_null(error);
    }
}

static void a_missing_object_leaves_no_tree(void **state)
{
    World *world = *state;
    g_autofree char *absent = g_strnfill(64, 'b');
    g_autoptr(LodgeProjection) projection = plan(world, "{}");
    lodge_projection_add_object(projection, "other.pdf", absent);
    g_autoptr(GError) error = NULL;
    assert_false(lodge_projection_save(world->spool, projection, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
    assert_non_null(strstr(error->message, PATH));
    assert_false(has(world, "filed/plans-2024"));
}

static void removing_takes_empty_parents_along_but_not_the_roots(void **state)
{
    World *world = *state;
    g_autoptr(LodgeProjection) projection = plan(world, "{}");
    save(world, projection);
    g_autoptr(GError) error = NULL;
    assert_ok(lodge_projection_remove(world->spool, PATH, &error), error);
    assert_false(has(world, "filed/plans-2024"));
    assert_true(has(world, "filed"));
    assert_ok(lodge_projection_remove(world->spool, PATH, &error), error);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_tree_is_written_whole),
        CASE(a_right_tree_is_left_alone),
        CASE(a_wrong_tree_is_replaced),
        CASE(an_edited_copy_is_noticed_and_never_changes_the_object),
        CASE(names_are_made_safe_and_distinct),
        CASE(nothing_of_a_batch_is_in_place_before_its_commit),
        CASE(a_batch_that_is_given_up_leaves_nothing_behind),
        CASE(a_tree_twice_in_a_batch_is_there_as_it_was_last),
        CASE(paths_outside_the_trees_are_refused),
        CASE(a_missing_object_leaves_no_tree),
        CASE(removing_takes_empty_parents_along_but_not_the_roots),
    };
    return cmocka_run_group_tests_name("projection", tests, NULL, NULL);
}
