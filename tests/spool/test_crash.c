/* kill -9 at any moment: what was reported as committed is there, once; nothing partial shows. */
#include "tests/spool/support.h"

#include "spool/verify.h"

#include <signal.h>
#include <sys/wait.h>

#define ROUNDS 50
#define PER_TRANSACTION 3

/* Commits until it is killed; writes one byte when it has opened the spool, and one per commit
 * that has returned. */
static void run_child(const char *dir, int reports)
{
    g_autoptr(LodgeSpool) spool = lodge_spool_open(dir, "child", T0, NULL);
    if (spool == NULL || write(reports, "o", 1) != 1)
        _exit(3);
    for (;;) {
        LodgeTransaction *txn = lodge_spool_begin(spool, T0, NULL);
        if (txn == NULL)
            _exit(4);
        for (guint32 i = 0; i < PER_TRANSACTION; i++) {
            g_autofree char *next = lodge_transaction_next_reference(txn, "PP24", NULL);
            g_autofree char *bytes = g_strdup_printf("mail of %s", next);
            g_autofree char *reference =
                take_in(txn, bytes, (guint32)g_ascii_strtoull(next + 5, NULL, 10));
            if (i == 0) {
                g_autoptr(LodgeEvent) attempt =
                    about_receipt(LODGE_EVENT_ATTEMPTED, reference);
                add(txn, attempt);
            }
        }
        if (!lodge_transaction_commit(txn, NULL) || write(reports, "x", 1) != 1)
            _exit(5);
    }
}

/* How many commits the child reported before it was killed `pause_us` after it had opened the
 * spool, or (while_opening) after it began to. The pause is the point of this test: it is
 * what no trace of system calls can choose, a moment inside SQLite or inside a write. */
static guint kill_after(const char *dir, gboolean while_opening, gulong pause_us)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(dir, ends[1]);
    }
    close(ends[1]);
    char opened = 'x';
    if (!while_opening)
        assert_int_equal(read(ends[0], &opened, 1), 1);
    g_usleep(pause_us);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    char bytes[4096];
    ssize_t count = 0, commits = 0;
    while ((count = read(ends[0], bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < count; i++)
            commits += bytes[i] == 'x';
    close(ends[0]);
    return (guint)commits;
}

static gboolean
count_message(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)error;
    guint *count = data;
    (*count)++;
    assert_string_equal(message->state, "decided");
    assert_int_equal(message->locations->len, 1);
    assert_int_equal(message->location.uid, *count);
    assert_int_equal(message->receipts->len, 1);
    return TRUE;
}

static guint check(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeSpool) spool = open_spool(dir);
    assert_int_equal(count_files(dir, "incoming"), 0);
    guint count = 0;
    assert_ok(lodge_ledger_visit_messages(lodge_spool_ledger(spool), NULL, count_message,
                                          &count, &error),
              error);
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(dir, FALSE, T0, NULL, NULL, &error);
    assert_ok(report != NULL, error);
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        fail_msg("%s: %s", problem->object, problem->problem);
    }
    assert_int_equal(report->messages, count);
    return count;
}

static void killed_at_any_moment_nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    char *dir = make_dir();
    GRand *random = g_rand_new_with_seed(20240719);
    guint before = 0, total_commits = 0, unreported = 0;
    for (guint round = 0; round < ROUNDS; round++) {
        guint commits =
            kill_after(dir, round % 5 == 0, (gulong)g_rand_int_range(random, 500, 150000));
        guint after = check(dir);
        assert_int_equal(after % PER_TRANSACTION, 0);
        guint kept = (after - before) / PER_TRANSACTION;
        /* The one that was under way may have become durable without being reported. */
        assert_true(kept == commits || kept == commits + 1);
        unreported += kept - commits;
        total_commits += commits;
        before = after;
    }
    print_message("%u kills, %u commits reported, %u durable but unreported, %u messages\n",
                  ROUNDS, total_commits, unreported, before);
    assert_true(before > 0);
    g_rand_free(random);
    remove_dir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_at_any_moment_nothing_is_lost_or_doubled),
    };
    return cmocka_run_group_tests_name("crash", tests, NULL, NULL);
}
