/* A system that writes less than it was given, is interrupted, or says only at closing that it failed: what a commit
 * reported as kept is there byte by byte. */
#include "tests/spool/support.h"

#include "spool/verify.h"

#include <errno.h>
#include <sys/syscall.h>

#define MOST_BYTES 7 /* of one short write */
#define CLOSES 40

static gboolean writes_little;
static guint writes, closes_left; /* 0: none fails */

ssize_t write(int fd, const void *bytes, size_t size)
{
    if (!writes_little)
        return syscall(SYS_write, fd, bytes, size);
    if (++writes % 3 == 0) {
        errno = EINTR;
        return -1;
    }
    return syscall(SYS_write, fd, bytes, MIN(size, (size_t)MOST_BYTES));
}

int close(int fd)
{
    int done = (int)syscall(SYS_close, fd);
    if (done == 0 && closes_left > 0 && --closes_left == 0) {
        errno = EIO;
        return -1;
    }
    return done;
}

static gboolean keep(LodgeSpool *spool, guint32 uid, GError **error)
{
    g_autofree char *text = g_strdup_printf("mail %u, which is longer than one write", uid);
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));
    char sha256[LODGE_DIGEST_SIZE];
    LodgeTransaction *txn = lodge_spool_begin(spool, T0, error);
    if (txn == NULL)
        return FALSE;
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, T0, NULL);
    event->call = g_strdup("c");
    event->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, uid};
    event->size_bytes = (gint64)g_bytes_get_size(bytes);
    if ((event->reference = lodge_transaction_next_reference(txn, "PP24", error)) == NULL ||
        !lodge_transaction_put_object(txn, bytes, sha256, error) ||
        (event->message_sha256 = g_strdup(sha256)) == NULL ||
        !lodge_transaction_add(txn, event, error)) {
        lodge_transaction_rollback(txn);
        return FALSE;
    }
    return lodge_transaction_commit(txn, error);
}

/* How many messages there are, of a spool without a problem. */
static guint count_kept(const char *dir)
{
    g_autoptr(GError) error = NULL;
    LodgeSpool *spool = open_spool(dir);
    assert_index_is_true(spool);
    lodge_spool_close(spool);
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(dir, FALSE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    assert_int_equal(report->problems->len, 0);
    return (guint)report->messages;
}

static void short_and_interrupted_writes_are_gone_on_with(void **state)
{
    (void)state;
    char *dir = make_dir();
    LodgeSpool *spool = open_spool(dir);
    g_autoptr(GError) error = NULL;
    writes_little = TRUE;
    for (guint32 uid = 1; uid <= 3; uid++)
        assert_ok(keep(spool, uid, &error), error);
    writes_little = FALSE;
    lodge_spool_close(spool);
    assert_true(writes > 100);
    assert_int_equal(count_kept(dir), 3);
    remove_dir(dir);
}

/* A segment whose directory could not be closed may be there: then it is found, whole, when the spool is opened. */
static void a_close_that_fails_loses_nothing_that_was_reported_as_kept(void **state)
{
    (void)state;
    char *dir = make_dir();
    guint kept = 0, refused = 0;
    for (guint32 nth = 1; nth <= CLOSES; nth++) {
        g_autoptr(GError) error = NULL;
        LodgeSpool *spool = open_spool(dir);
        closes_left = nth;
        gboolean done = keep(spool, nth, &error);
        gboolean failed = closes_left == 0;
        closes_left = 0;
        lodge_spool_close(spool);
        refused += done ? 0 : 1;
        if (!done && (!failed || strstr(error->message, "nput/output error") == NULL))
            fail_msg("close %u: %s", nth, error->message);
        guint found = count_kept(dir);
        assert_true(found == kept + 1 || (!done && found == kept));
        kept = found;
    }
    print_message("%u closes failed, %u commits refused\n", CLOSES, refused);
    assert_true(refused > 0 && kept > 0);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_and_interrupted_writes_are_gone_on_with),
        cmocka_unit_test(a_close_that_fails_loses_nothing_that_was_reported_as_kept),
    };
    return cmocka_run_group_tests_name("odd calls", tests, NULL, NULL);
}
