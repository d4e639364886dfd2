/* Full, read-only and forbidden file systems, real ones: a small tmpfs and another user. */
#include "tests/spool/support.h"

#include "spool/projection.h"
#include "spool/verify.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

typedef struct {
    char *mount; /* where the tmpfs is */
    char *dir;   /* the spool on it */
} World;

/* NULL: not permitted here. */
static World *mount_small(const char *options)
{
    World *world = g_new0(World, 1);
    world->mount = make_dir();
    world->dir = g_build_filename(world->mount, "spool", NULL);
    if (mount("tmpfs", world->mount, "tmpfs", 0, options) == 0)
        return world;
    print_message("SKIPPED: cannot mount a tmpfs (%s): run as root\n", g_strerror(errno));
    g_rmdir(world->mount);
    g_free(world->mount);
    g_free(world->dir);
    g_free(world);
    return NULL;
}

static void unmount(World *world)
{
    assert_int_equal(umount2(world->mount, MNT_DETACH), 0);
    g_rmdir(world->mount);
    g_free(world->mount);
    g_free(world->dir);
    g_free(world);
}

/* Leaves `free_bytes` on the tmpfs. */
static void fill(const World *world, goffset free_bytes)
{
    g_autofree char *path = g_build_filename(world->mount, "filler", NULL);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    static char block[4096];
    while (write(fd, block, sizeof block) > 0)
        ;
    struct stat status;
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(ftruncate(fd, status.st_size - free_bytes), 0);
    close(fd);
}

static void drain(const World *world)
{
    g_autofree char *path = g_build_filename(world->mount, "filler", NULL);
    assert_int_equal(g_unlink(path), 0);
}

/* Takes a message in; FALSE with the error of whichever step failed. */
static gboolean try_take_in(LodgeSpool *spool, const char *raw, guint32 uid, GError **error)
{
    char sha256[LODGE_DIGEST_SIZE];
    g_autoptr(GBytes) bytes = g_bytes_new(raw, strlen(raw));
    LodgeTransaction *txn = lodge_spool_begin(spool, T0, error);
    if (txn == NULL)
        return FALSE;
    lodge_digest_compute(raw, strlen(raw), sha256);
    g_autofree char *known =
        lodge_ledger_find_message(lodge_spool_ledger(spool), sha256, NULL);
    if (known != NULL) {
        lodge_transaction_rollback(txn);
        return TRUE;
    }
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, T0, NULL);
    event->reference = lodge_transaction_next_reference(txn, "PP24", NULL);
    event->call = g_strdup("c");
    event->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, uid};
    event->size_bytes = (gint64)strlen(raw);
    if (!lodge_transaction_put_object(txn, bytes, sha256, error) ||
        (event->message_sha256 = g_strdup(sha256)) == NULL ||
        !lodge_transaction_add(txn, event, error)) {
        lodge_transaction_rollback(txn);
        return FALSE;
    }
    return lodge_transaction_commit(txn, error);
}

static void assert_sound(LodgeSpool *spool, const World *world, guint64 messages)
{
    g_autoptr(GError) error = NULL;
    assert_index_is_true(spool);
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(world->dir, FALSE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_int_equal(report->problems->len, 0);
    assert_int_equal(report->messages, messages);
    assert_int_equal(report->orphan_objects, 0);
}

/* Every amount of free space from nothing to plenty, so that each step in turn is the one that
 * finds no room: the object, the record, the segment, the index. */
static void a_full_disk_refuses_and_works_again_when_there_is_room(void **state)
{
    (void)state;
    World *world = mount_small("size=8m,mode=700");
    if (world == NULL)
        skip();
    LodgeSpool *spool = open_spool(world->dir);
    g_autofree char *padding = g_strnfill(40000, 'p');
    guint refused = 0;
    guint32 uid = 0;
    for (goffset free_bytes = 0; free_bytes <= 160 * 1024; free_bytes += 4096) {
        uid++;
        g_autofree char *raw = g_strdup_printf("%u %s", uid, padding);
        fill(world, free_bytes);
        g_autoptr(GError) error = NULL;
        gboolean good = try_take_in(spool, raw, uid, &error);
        if (!good) {
            refused++;
            assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE));
            assert_non_null(strstr(error->message, world->dir));
            assert_non_null(strstr(error->message, "make room"));
        }
        drain(world);
        g_clear_error(&error);
        assert_ok(try_take_in(spool, raw, uid, &error), error);
        assert_sound(spool, world, uid);
    }
    print_message("%u of %u attempts found no room\n", refused, uid);
    assert_true(refused > 5 && refused < uid);
    lodge_spool_close(spool);
    spool = open_spool(world->dir);
    assert_sound(spool, world, uid);
    lodge_spool_close(spool);
    unmount(world);
}

static void no_inodes_left_is_no_space_left(void **state)
{
    (void)state;
    World *world = mount_small("size=8m,nr_inodes=60,mode=700");
    if (world == NULL)
        skip();
    LodgeSpool *spool = open_spool(world->dir);
    g_autoptr(GError) error = NULL;
    guint32 uid = 0;
    gboolean good = TRUE;
    while (good && uid < 100) {
        uid++;
        g_autofree char *raw = g_strdup_printf("mail %u", uid);
        good = try_take_in(spool, raw, uid, &error);
    }
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE));
    assert_non_null(strstr(error->message, "inodes"));
    assert_index_is_true(spool);
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    lodge_spool_close(spool);
    unmount(world);
}

static void a_read_only_file_system_is_named_and_can_be_read(void **state)
{
    (void)state;
    World *world = mount_small("size=8m,mode=700");
    if (world == NULL)
        skip();
    LodgeSpool *spool = open_spool(world->dir);
    g_autoptr(GError) error = NULL;
    assert_ok(try_take_in(spool, "mail", 1, &error), error);
    lodge_spool_close(spool);
    assert_int_equal(mount(NULL, world->mount, NULL, MS_REMOUNT | MS_RDONLY, "size=8m"), 0);

    assert_null(lodge_spool_open(world->dir, "test", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_READONLY));
    assert_non_null(strstr(error->message, world->dir));
    assert_non_null(strstr(error->message, "read-write"));
    g_clear_error(&error);
    g_autofree char *fresh = g_build_filename(world->mount, "fresh", NULL);
    assert_null(lodge_spool_open(fresh, "test", T0, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_READONLY));
    g_clear_error(&error);

    LodgeSpool *reader = lodge_spool_open_readonly(world->dir, &error);
    assert_ok(reader != NULL, error);
    GPtrArray *pending =
        lodge_ledger_list_pending(lodge_spool_ledger(reader), &DUE(T0), &error);
    assert_ok(pending != NULL, error);
    assert_int_equal(pending->len, 1);
    g_ptr_array_unref(pending);
    lodge_spool_close(reader);
    LodgeVerifyReport *report = lodge_verify_run(world->dir, FALSE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_int_equal(report->problems->len, 0);
    lodge_verify_report_free(report);
    unmount(world);
}

/* 0: refused as it should be. */
static int open_as_nobody(const char *dir)
{
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return 9;
    g_autoptr(GError) error = NULL;
    LodgeSpool *spool = lodge_spool_open(dir, "test", T0, &error);
    if (spool != NULL)
        return 1;
    if (!g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_READONLY))
        return 2;
    return strstr(error->message, dir) != NULL && strstr(error->message, "user") != NULL
               ? 0
               : 3;
}

static void another_user_is_refused_with_words(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        print_message("SKIPPED: only root can become another user\n");
        skip();
    }
    char *dir = make_dir();
    g_autofree char *spool_dir = g_build_filename(dir, "spool", NULL);
    lodge_spool_close(open_spool(spool_dir));
    assert_int_equal(chmod(dir, 0755), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(open_as_nobody(spool_dir));
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    remove_dir(dir);
}

static void a_tree_that_finds_no_room_leaves_no_trace(void **state)
{
    (void)state;
    World *world = mount_small("size=4m,mode=700");
    if (world == NULL)
        skip();
    LodgeSpool *spool = open_spool(world->dir);
    g_autoptr(LodgeProjection) projection = lodge_projection_new("held/PP24-000001-X");
    g_autoptr(GBytes) bytes = g_bytes_new_take(g_strnfill(300000, 'x'), 300000);
    lodge_projection_add_bytes(projection, "plan.pdf", bytes);
    fill(world, 100 * 1024);
    g_autoptr(GError) error = NULL;
    assert_false(lodge_projection_save(spool, projection, &error));
    assert_true(g_error_matches(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE));
    assert_int_equal(count_files(world->dir, "incoming"), 0);
    assert_int_equal(count_files(world->dir, "held"), 0);
    drain(world);
    g_clear_error(&error);
    assert_ok(lodge_projection_save(spool, projection, &error), error);
    lodge_spool_close(spool);
    unmount(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_refuses_and_works_again_when_there_is_room),
        cmocka_unit_test(no_inodes_left_is_no_space_left),
        cmocka_unit_test(a_read_only_file_system_is_named_and_can_be_read),
        cmocka_unit_test(another_user_is_refused_with_words),
        cmocka_unit_test(a_tree_that_finds_no_room_leaves_no_trace),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
