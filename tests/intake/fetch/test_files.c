#include "tests/intake/fetch/fetch_world.h"

#include "intake/fetch/files.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

static void write_file(World *world, const char *name, const char *content)
{
    g_autofree char *path = g_build_filename(world->dir, name, NULL);
    g_autofree char *parent = g_path_get_dirname(path);
    assert_int_equal(g_mkdir_with_parents(parent, 0700), 0);
    assert_true(g_file_set_contents(path, content, -1, NULL));
}

static char *path_of(World *world, const char *name)
{
    return g_build_filename(world->dir, name, NULL);
}

static void assert_fetched(World *world, const char *name, guint64 fetched, guint64 failed)
{
    g_autofree char *path = strcmp(name, "-") == 0 ? g_strdup("-") : path_of(world, name);
    const char *paths[] = {path, NULL};
    guint64 fetched_got = 0, failed_got = 0;
    g_autoptr(GError) error = NULL;
    if (!lodge_files_fetch(paths, world->spool, world->max_message_bytes, &world->sink,
                           &fetched_got, &failed_got, &error))
        fail_msg("%s", error->message);
    assert_int_equal(fetched_got, fetched);
    assert_int_equal(failed_got, failed);
}

static void a_file_is_one_message_at_its_absolute_path(void **state)
{
    World *world = *state;
    write_file(world, "a.txt", "From: a\n\nx");
    assert_fetched(world, "a.txt", 1, 0);
    g_autofree char *expected =
        g_strdup_printf("%s/a.txt/0/0 - From: a\n\nx\n", world->dir);
    assert_string_equal(world->delivered->str, expected);
}

static void a_directory_gives_its_eml_files_in_order_of_name(void **state)
{
    World *world = *state;
    write_file(world, "d/b.eml", "second");
    write_file(world, "d/a.eml", "first");
    write_file(world, "d/notes.txt", "no");
    write_file(world, "d/.hidden.eml", "no");
    write_file(world, "d/sub.eml/x.eml", "no");
    assert_fetched(world, "d", 2, 0);
    const char *first = strstr(world->delivered->str, "first");
    assert_non_null(first);
    assert_non_null(strstr(first, "second"));
}

static void a_maildir_gives_new_and_cur_but_not_tmp(void **state)
{
    World *world = *state;
    write_file(world, "m/new/1.host", "fresh");
    write_file(world, "m/cur/0.host:2,S", "seen");
    write_file(world, "m/tmp/2.host", "unfinished");
    assert_fetched(world, "m", 2, 0);
    assert_null(strstr(world->delivered->str, "unfinished"));
}

static void what_cannot_be_read_is_named_and_does_not_stop_the_others(void **state)
{
    World *world = *state;
    write_file(world, "good.eml", "good");
    g_autofree char *missing = path_of(world, "missing\x1b.eml");
    g_autofree char *good = path_of(world, "good.eml");
    const char *paths[] = {missing, good, NULL};
    guint64 fetched = 0, failed = 0;
    assert_true(lodge_files_fetch(paths, world->spool, 1000, &world->sink, &fetched,
                                  &failed, NULL));
    assert_int_equal(fetched, 1);
    assert_int_equal(failed, 1);
    assert_non_null(strstr(world->warned->str, "missing\\x1B.eml: No such file"));
}

static void a_file_over_the_limit_is_left_out(void **state)
{
    World *world = *state;
    world->max_message_bytes = 9;
    write_file(world, "d/large.eml", "0123456789");
    write_file(world, "d/fits.eml", "012345678");
    assert_fetched(world, "d", 1, 1);
    assert_non_null(strstr(world->warned->str, "large.eml: it is over the limit of 9"));
}

/* Nobody will ever write into this FIFO: opening it must not wait for that. */
static void what_is_no_file_is_left_out(void **state)
{
    World *world = *state;
    g_autofree char *fifo = path_of(world, "fifo.eml");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_fetched(world, "fifo.eml", 0, 1);
    assert_non_null(strstr(world->warned->str, "fifo.eml: it is no file"));
    const char *const devices[] = {"/dev/null", "/dev/zero", NULL};
    guint64 fetched = 0, failed = 0;
    assert_true(lodge_files_fetch(devices, world->spool, 1000, &world->sink, &fetched,
                                  &failed, NULL));
    assert_int_equal(fetched, 0);
    assert_int_equal(failed, 2);
}

#define MARK "From a@b.example Fri Jul 19 23:59:59 2024\n"

static void an_mbox_gives_its_messages_by_number(void **state)
{
    World *world = *state;
    write_file(world, "old.mbox", MARK "S: 1\n\none\n\n" MARK "S: 2\n\n>From x\n\n");
    assert_fetched(world, "old.mbox", 2, 0);
    g_autofree char *expected = g_strdup_printf(
        "%s/old.mbox/0/1 - S: 1\n\none\n\n%s/old.mbox/0/2 - S: 2\n\nFrom x\n\n", world->dir,
        world->dir);
    assert_string_equal(world->delivered->str, expected);
}

static void an_eml_with_a_postmark_is_an_mbox_of_one(void **state)
{
    World *world = *state;
    write_file(world, "d/filtered.eml", "From a@b.example\nS: x\n\nbody\n");
    assert_fetched(world, "d", 1, 0);
    g_autofree char *expected =
        g_strdup_printf("%s/d/filtered.eml/0/1 - S: x\n\nbody\n\n", world->dir);
    assert_string_equal(world->delivered->str, expected);
}

static void a_message_of_an_mbox_over_the_limit_is_left_out_alone(void **state)
{
    World *world = *state;
    world->max_message_bytes = 20;
    write_file(world, "m",
               MARK "S: 1\n\n0123456789 0123456789\n\n" MARK "S: 2\n\nfits\n\n" MARK
                    "S: 3\n\n0123456789 0123456789\n");
    assert_fetched(world, "m", 1, 2);
    assert_non_null(strstr(world->delivered->str, "/m/0/2 - S: 2"));
    assert_non_null(
        strstr(world->warned->str, "/m, message 1: it is over the limit of 20"));
    assert_non_null(
        strstr(world->warned->str, "/m, message 3: it is over the limit of 20"));
}

static void a_stop_is_heeded_between_two_messages_of_an_mbox(void **state)
{
    World *world = *state;
    world->stop_after = 1;
    write_file(world, "m", MARK "S: 1\n\none\n\n" MARK "S: 2\n\ntwo\n\n");
    g_autofree char *path = path_of(world, "m");
    const char *paths[] = {path, NULL};
    guint64 fetched = 0, failed = 0;
    g_autoptr(GError) error = NULL;
    assert_false(lodge_files_fetch(paths, world->spool, world->max_message_bytes,
                                   &world->sink, &fetched, &failed, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED));
    assert_int_equal(fetched, 1);
}

static void a_directory_without_messages_is_named(void **state)
{
    World *world = *state;
    write_file(world, "d/letter.txt", "x");
    assert_fetched(world, "d", 0, 1);
    assert_non_null(strstr(world->warned->str, "/d: it has no .eml files"));
}

static void interrupt_nothing(int number)
{
    (void)number;
}

static gboolean always_stopping(gpointer data)
{
    (void)data;
    return TRUE;
}

static void a_signal_ends_the_wait_for_standard_input(void **state)
{
    World *world = *state;
    int ends[2];
    int saved = dup(STDIN_FILENO);
    struct sigaction before, alarmed = {.sa_handler = interrupt_nothing};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    assert_int_equal(sigaction(SIGALRM, &alarmed, &before), 0);
    world->sink.stopping = always_stopping;
    const char *const paths[] = {"-", NULL};
    guint64 fetched = 0, failed = 0;
    g_autoptr(GError) error = NULL;
    alarm(1);
    assert_false(lodge_files_fetch(paths, world->spool, 1000, &world->sink, &fetched,
                                   &failed, &error));
    assert_true(g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED));
    assert_int_equal(fetched, 0);
    sigaction(SIGALRM, &before, NULL);
    dup2(saved, STDIN_FILENO);
    close(saved);
    close(ends[0]);
    close(ends[1]);
}

static void standard_input_is_one_message(void **state)
{
    World *world = *state;
    write_file(world, "in", "piped");
    g_autofree char *path = path_of(world, "in");
    int saved = dup(STDIN_FILENO);
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    assert_fetched(world, "-", 1, 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_string_equal(world->delivered->str, "-/0/0 - piped\n");
}

static void a_full_disk_ends_it_with_the_spools_error(void **state)
{
    World *world = *state;
    world->refuse = TRUE;
    write_file(world, "a.eml", "x");
    g_autofree char *path = path_of(world, "a.eml");
    const char *paths[] = {path, NULL};
    guint64 fetched = 0, failed = 0;
    g_autoptr(GError) error = NULL;
    assert_false(lodge_files_fetch(paths, world->spool, 1000, &world->sink, &fetched,
                                   &failed, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_is_one_message_at_its_absolute_path),
        TEST(a_directory_gives_its_eml_files_in_order_of_name),
        TEST(a_maildir_gives_new_and_cur_but_not_tmp),
        TEST(what_cannot_be_read_is_named_and_does_not_stop_the_others),
        TEST(a_file_over_the_limit_is_left_out),
        TEST(what_is_no_file_is_left_out),
        TEST(an_mbox_gives_its_messages_by_number),
        TEST(an_eml_with_a_postmark_is_an_mbox_of_one),
        TEST(a_message_of_an_mbox_over_the_limit_is_left_out_alone),
        TEST(a_stop_is_heeded_between_two_messages_of_an_mbox),
        TEST(a_directory_without_messages_is_named),
        TEST(a_signal_ends_the_wait_for_standard_input),
        TEST(standard_input_is_one_message),
        TEST(a_full_disk_ends_it_with_the_spools_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
