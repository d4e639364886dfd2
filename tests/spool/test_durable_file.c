#include "tests/spool/support.h"

#include "spool/spool_error.h"

#include <errno.h>

typedef struct {
    char *dir;
    LodgeDurableRoot *root;
} World;

static int set_up(void **state)
{
    World *world = g_new0(World, 1);
    world->dir = make_dir();
    world->root = lodge_durable_root_open(world->dir, NULL);
    assert_true(lodge_durable_directory_make(world->root, "incoming", NULL));
    assert_true(lodge_durable_directory_make(world->root, "objects", NULL));
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

static LodgeDurableFile *write_file(const World *world, const char *text)
{
    g_autoptr(GError) error = NULL;
    LodgeDurableFile *file = lodge_durable_file_new(world->root, "test", &error);
    assert_ok(file != NULL, error);
    assert_ok(lodge_durable_file_write(file, text, strlen(text), &error), error);
    return file;
}

static gboolean exists(const World *world, const char *name)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void assert_content(const World *world, const char *name, const char *expected)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    assert_string_equal(text, expected);
}

static void a_file_is_in_incoming_until_it_is_placed(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    LodgeDurableFile *file = write_file(world, "bytes");
    assert_true(g_str_has_prefix(lodge_durable_file_name(file), "incoming/test-"));
    assert_ok(lodge_durable_file_start(file, &error), error);
    assert_ok(lodge_durable_file_sync(file, 0400, &error), error);
    assert_false(exists(world, "objects/x"));
    assert_ok(lodge_durable_file_place(file, "objects/x", &error), error);
    assert_string_equal(lodge_durable_file_name(file), "objects/x");
    lodge_durable_file_free(file);
    assert_content(world, "objects/x", "bytes");
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void a_file_that_is_not_placed_is_removed(void **state)
{
    World *world = *state;
    lodge_durable_file_free(write_file(world, "bytes"));
    LodgeDurableFile *synced = write_file(world, "bytes");
    assert_true(lodge_durable_file_sync(synced, 0600, NULL));
    lodge_durable_file_free(synced);
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    lodge_durable_file_free(NULL);
}

static void an_existing_name_is_never_replaced(void **state)
{
    World *world = *state;
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(LodgeDurableFile) file = write_file(world, i == 0 ? "first" : "second");
        assert_ok(lodge_durable_file_sync(file, 0600, &error), error);
        gboolean placed = lodge_durable_file_place(file, "objects/x", &error);
        assert_int_equal(placed, i == 0);
        assert_int_equal(error != NULL, i == 1);
    }
    assert_content(world, "objects/x", "first");
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void errors_name_the_path_and_the_mend(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    assert_null(lodge_durable_file_new_named(world->root, "nowhere/x", &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING));
    g_autofree char *path = g_build_filename(world->dir, "nowhere/x", NULL);
    assert_non_null(strstr(error->message, path));
    const struct {
        int errnum, code;
    } cases[] = {
        {ENOSPC, LODGE_SPOOL_ERROR_SPACE},   {EDQUOT, LODGE_SPOOL_ERROR_SPACE},
        {EROFS, LODGE_SPOOL_ERROR_READONLY}, {EACCES, LODGE_SPOOL_ERROR_READONLY},
        {EPERM, LODGE_SPOOL_ERROR_READONLY}, {EIO, LODGE_SPOOL_ERROR_IO},
        {ENOENT, LODGE_SPOOL_ERROR_MISSING}, {EMFILE, LODGE_SPOOL_ERROR_IO},
        {EXDEV, LODGE_SPOOL_ERROR_IO},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) mapped = NULL;
        lodge_spool_error_set(&mapped, cases[i].errnum, "write", "/spool/x");
        assert_int_equal(mapped->code, cases[i].code);
        assert_true(g_str_has_prefix(mapped->message, "cannot write /spool/x: "));
    }
}

static void a_batch_is_all_or_nothing(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    for (guint round = 0; round < 2; round++) {
        g_autoptr(LodgeDurableBatch) batch = lodge_durable_batch_new(world->root);
        for (guint i = 0; i < 40; i++) {
            g_autofree char *target = g_strdup_printf("objects/%02u/file", i + round * 20);
            assert_ok(lodge_durable_batch_add(batch, write_file(world, target), target,
                                              0400, &error),
                      error);
        }
        assert_int_equal(lodge_durable_batch_commit(batch, &error), round == 0);
        assert_int_equal(error != NULL, round == 1);
        g_clear_error(&error);
    }
    /* The second met names of the first at its start; nothing of it is there. */
    assert_content(world, "objects/39/file", "objects/39/file");
    assert_false(exists(world, "objects/45/file"));
    assert_int_equal(count_files(world->dir, "incoming"), 0);
}

static void a_batch_can_be_undone(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeDurableBatch) batch = lodge_durable_batch_new(world->root);
    assert_ok(lodge_durable_batch_add(batch, write_file(world, "x"), "objects/aa/file",
                                      0400, &error),
              error);
    assert_ok(lodge_durable_batch_commit(batch, &error), error);
    assert_true(exists(world, "objects/aa/file"));
    lodge_durable_batch_undo(batch);
    assert_false(exists(world, "objects/aa/file"));
}

static void more_files_than_descriptors_are_no_trouble(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeDurableBatch) batch = lodge_durable_batch_new(world->root);
    for (guint i = 0; i < 1500; i++) {
        g_autofree char *target = g_strdup_printf("objects/%02x/file-%u", i % 8, i);
        assert_ok(
            lodge_durable_batch_add(batch, write_file(world, target), target, 0400, &error),
            error);
    }
    assert_ok(lodge_durable_batch_commit(batch, &error), error);
    assert_content(world, "objects/07/file-1495", "objects/07/file-1495");
}

static void removing_never_follows_a_link(void **state)
{
    World *world = *state;
    g_autofree char *outside = g_build_filename(world->dir, "outside", NULL);
    g_autofree char *inside = g_build_filename(world->dir, "incoming/tree", NULL);
    g_autofree char *precious = g_build_filename(outside, "precious", NULL);
    g_autofree char *link = g_build_filename(inside, "link", NULL);
    assert_int_equal(g_mkdir(outside, 0700), 0);
    assert_int_equal(g_mkdir(inside, 0700), 0);
    assert_true(g_file_set_contents(precious, "p", 1, NULL));
    assert_int_equal(symlink(outside, link), 0);
    guint64 removed = 0;
    g_autoptr(GError) error = NULL;
    assert_ok(lodge_durable_sweep(world->root, "incoming", &removed, &error), error);
    assert_int_equal(removed, 1);
    assert_true(exists(world, "outside/precious"));
    assert_ok(lodge_durable_remove_tree(world->root, "incoming/absent", &error), error);
}

static void two_trees_change_places(void **state)
{
    World *world = *state;
    g_autoptr(GError) error = NULL;
    const char *names[] = {"incoming/new", "objects/old"};
    for (guint i = 0; i < 2; i++)
        assert_ok(lodge_durable_directory_make(world->root, names[i], &error), error);
    g_autofree char *mark = g_build_filename(world->dir, "incoming/new/mark", NULL);
    assert_true(g_file_set_contents(mark, "m", 1, NULL));
    assert_ok(lodge_durable_exchange(world->root, "incoming/new", "objects/old", &error),
              error);
    assert_true(exists(world, "objects/old/mark"));
    assert_true(exists(world, "incoming/new"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(a_file_is_in_incoming_until_it_is_placed),
        CASE(a_file_that_is_not_placed_is_removed),
        CASE(an_existing_name_is_never_replaced),
        CASE(errors_name_the_path_and_the_mend),
        CASE(a_batch_is_all_or_nothing),
        CASE(a_batch_can_be_undone),
        CASE(more_files_than_descriptors_are_no_trouble),
        CASE(removing_never_follows_a_link),
        CASE(two_trees_change_places),
    };
    return cmocka_run_group_tests_name("durable_file", tests, NULL, NULL);
}
