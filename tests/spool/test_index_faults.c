/* SQLite refuses: another program holds the index, it may not grow, its pages are damaged, the system refuses it a call. What a commit reported as
 * kept is kept all the same, since the journal has it. */
#include "tests/spool/support.h"

#include "spool/verify.h"

#include <fcntl.h>

#define PAGE_BYTES 4096

typedef struct {
    char *dir;
    guint32 kept; /* messages whose commit returned TRUE */
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

/* Takes in a message that nobody has sent before, in a folder with a long name. */
static gboolean try_keep(World *world, LodgeSpool *spool, GError **error)
{
    g_autofree char *text = g_strdup_printf("mail %u", world->kept);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    char sha256[LODGE_DIGEST_SIZE];
    LodgeTransaction *txn = lodge_spool_begin(spool, T0, error);
    if (txn == NULL)
        return FALSE;
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, T0, NULL);
    event->call = g_strdup("c");
    event->location =
        (LodgeLocation){g_strdup("plans"), g_strnfill(2000, 'f'), 7, world->kept + 1};
    event->size_bytes = (gint64)g_bytes_get_size(bytes);
    if ((event->reference = lodge_transaction_next_reference(txn, "PP24", error)) == NULL ||
        !lodge_transaction_put_object(txn, bytes, sha256, error) ||
        (event->message_sha256 = g_strdup(sha256)) == NULL ||
        !lodge_transaction_add(txn, event, error)) {
        lodge_transaction_rollback(txn);
        return FALSE;
    }
    gboolean done = lodge_transaction_commit(txn, error);
    world->kept += done ? 1 : 0;
    return done;
}

static void keep(World *world, LodgeSpool *spool)
{
    g_autoptr(GError) error = NULL;
    assert_ok(try_keep(world, spool, &error), error);
}

static void assert_refused(const GError *error, int code, const char *mend)
{
    if (!g_error_matches(error, LODGE_SPOOL_ERROR, code) ||
        strstr(error->message, "ledger.db") == NULL || strstr(error->message, mend) == NULL)
        fail_msg("code %d: %s", error->code, error->message);
}

static void assert_all_kept(const World *world, LodgeSpool *spool)
{
    g_autoptr(GError) error = NULL;
    assert_index_is_true(spool);
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(world->dir, FALSE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_int_equal(report->problems->len, 0);
    assert_int_equal(report->messages, world->kept);
}

static char *index_path(const World *world)
{
    return g_build_filename(world->dir, "ledger.db", NULL);
}

/* ---- SQLITE_BUSY ---- */

static void an_index_that_another_program_holds_is_named_and_waited_for(void **state)
{
    World *world = *state;
    g_autoptr(LodgeSpool) spool = open_spool(world->dir);
    keep(world, spool);
    g_autofree char *path = index_path(world);
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_busy_timeout(spool->ledger->db, 1);
    g_autoptr(GError) error = NULL;
    assert_false(try_keep(world, spool, &error));
    assert_refused(error, LODGE_SPOOL_ERROR_LOCKED, "another program holds the index");
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    keep(world, spool);
    assert_all_kept(world, spool);
}

/* ---- SQLITE_FULL ---- */

static void allow_pages(LodgeSpool *spool, const char *sql)
{
    assert_int_equal(sqlite3_exec(spool->ledger->db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static void an_index_that_may_not_grow_refuses_and_goes_on_later(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    keep(world, spool);
    allow_pages(spool, "PRAGMA max_page_count = 1"); /* no less than it has already */
    g_autoptr(GError) error = NULL;
    while (world->kept < 90 && try_keep(world, spool, &error))
        ;
    assert_refused(error, LODGE_SPOOL_ERROR_SPACE, "make room");
    g_clear_error(&error);
    assert_false(try_keep(world, spool, &error));
    assert_refused(error, LODGE_SPOOL_ERROR_SPACE, "make room");
    guint32 before = world->kept;
    assert_all_kept(world, spool);
    allow_pages(spool, "PRAGMA max_page_count = 1000000");
    keep(world, spool);
    assert_int_equal(world->kept, before + 1);
    assert_all_kept(world, spool);
    lodge_spool_close(spool);
    spool = open_spool(world->dir);
    assert_all_kept(world, spool);
    lodge_spool_close(spool);
}

/* ---- SQLITE_CORRUPT ---- */

/* How many pages the index has, once it is closed. */
static guint count_pages(const World *world)
{
    g_autofree char *path = index_path(world);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (guint)(status.st_size / PAGE_BYTES);
}

static void damage_page(const World *world, guint page)
{
    g_autofree char *path = index_path(world);
    char bytes[PAGE_BYTES];
    memset(bytes, 0xa5, sizeof bytes);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, sizeof bytes, (off_t)page * PAGE_BYTES), PAGE_BYTES);
    close(fd);
}

/* What a gateway does that knows nothing of the damage; TRUE: something refused. */
static gboolean work_on(World *world)
{
    g_autoptr(GError) error = NULL;
    LodgeSpool *spool = lodge_spool_open(world->dir, "test", T0, &error);
    gboolean worked = spool != NULL && try_keep(world, spool, &error);
    lodge_spool_close(spool);
    if (!worked)
        assert_refused(error, LODGE_SPOOL_ERROR_DAMAGED, "lodge verify --repair");
    return !worked;
}

static void repair(const World *world)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(world->dir, TRUE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_int_equal(report->problems->len, 0);
}

static void whatever_page_of_the_index_is_damaged_nothing_kept_is_lost(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    for (guint i = 0; i < 5; i++)
        keep(world, spool);
    lodge_spool_close(spool);
    guint pages = count_pages(world), refused = 0;
    for (guint page = 0; page < pages; page++) {
        damage_page(world, page);
        refused += work_on(world) ? 1 : 0;
        repair(world);
        spool = open_spool(world->dir);
        assert_all_kept(world, spool);
        lodge_spool_close(spool);
    }
    print_message("%u pages damaged, %u times refused until repaired\n", pages, refused);
    assert_true(pages > 10 && refused > 0);
}

/* ---- SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY ---- */

static int refusal; /* errno of every call that is refused */

static ssize_t refuse_write(int fd, const void *bytes, size_t size, off_t at)
{
    (void)fd, (void)bytes, (void)size, (void)at;
    errno = refusal;
    return -1;
}

static int refuse_open(const char *path, int flags, int mode)
{
    (void)path, (void)flags, (void)mode;
    errno = refusal;
    return -1;
}

/* NULL: as it was. */
static void replace_call(const char *name, sqlite3_syscall_ptr call)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    assert_int_equal(vfs->xSetSystemCall(vfs, name, call), SQLITE_OK);
}

typedef struct {
    int errnum;
    const char *words, *mend;
    LodgeSpoolError code;
} Refusal;

static const Refusal refusals[] = {
    {EDQUOT, "Disk quota exceeded", "raise the quota", LODGE_SPOOL_ERROR_SPACE},
    {EROFS, "Read-only file system", "mount it read-write", LODGE_SPOOL_ERROR_READONLY},
    {EMFILE, "Too many open files", "raise the limit of open files", LODGE_SPOOL_ERROR_IO},
    {ENFILE, "Too many open files in system", "raise the limit of open files",
     LODGE_SPOOL_ERROR_IO},
    {EIO, "Input/output error", "look at the disk", LODGE_SPOOL_ERROR_IO},
    {EACCES, "Permission denied", "run lodge as the user who owns the spool",
     LODGE_SPOOL_ERROR_READONLY},
};

static void assert_told(const GError *error, const Refusal *wanted)
{
    assert_refused(error, (int)wanted->code, wanted->mend);
    if (strstr(error->message, wanted->words) == NULL)
        fail_msg("%s", error->message);
}

static void a_write_that_is_refused_is_told_in_the_systems_words(void **state)
{
    World *world = *state;
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autoptr(LodgeSpool) spool = open_spool(world->dir);
        keep(world, spool);
        g_autoptr(GError) error = NULL;
        refusal = refusals[i].errnum;
        replace_call("pwrite", (sqlite3_syscall_ptr)refuse_write);
        replace_call("pwrite64", (sqlite3_syscall_ptr)refuse_write);
        keep(world, spool); /* its segment is there: the index may be behind by one */
        gboolean kept = try_keep(world, spool, &error);
        replace_call("pwrite", NULL);
        replace_call("pwrite64", NULL);
        assert_false(kept);
        assert_told(error, &refusals[i]);
        keep(world, spool);
        assert_all_kept(world, spool);
    }
}

static void assert_unopened(const World *world, const Refusal *wanted)
{
    g_autoptr(GError) error = NULL;
    LodgeSpool *spool = lodge_spool_open(world->dir, "test", T0, &error);
    replace_call("open", NULL);
    assert_null(spool);
    assert_told(error, wanted);
    spool = open_spool(world->dir);
    assert_all_kept(world, spool);
    lodge_spool_close(spool);
}

static void an_index_that_cannot_be_opened_is_told_in_the_systems_words(void **state)
{
    World *world = *state;
    LodgeSpool *spool = open_spool(world->dir);
    keep(world, spool);
    lodge_spool_close(spool);
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        refusal = refusals[i].errnum;
        replace_call("open", (sqlite3_syscall_ptr)refuse_open);
        assert_unopened(world, &refusals[i]);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_index_that_another_program_holds_is_named_and_waited_for),
        TEST(an_index_that_may_not_grow_refuses_and_goes_on_later),
        TEST(a_write_that_is_refused_is_told_in_the_systems_words),
        TEST(an_index_that_cannot_be_opened_is_told_in_the_systems_words),
        TEST(whatever_page_of_the_index_is_damaged_nothing_kept_is_lost),
    };
    return cmocka_run_group_tests_name("index faults", tests, NULL, NULL);
}
