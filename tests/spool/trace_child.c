/* trace_child DIR N: opens the spool and commits until it holds N messages; for trace.py, which
 * watches its system calls, makes them fail, and kills it at any of them.
 * trace_child DIR check: exit status 0 if the spool is sound, and prints how many messages it holds.
 *
 * Exit status: 0 done, 3 the spool said an error (on standard error), 4 unsound. */
#include "spool/spool.h"
#include "spool/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT G_GINT64_CONSTANT(1721000000000000)

static int say(const GError *error)
{
    fprintf(stderr, "%s\n", error->message);
    return 3;
}

static gboolean
add_message(LodgeSpool *spool, LodgeTransaction *txn, guint number, GError **error)
{
    g_autofree char *text = g_strdup_printf("raw mail %u", number);
    g_autoptr(LodgeStage) stage = lodge_stage_new(spool, error);
    if (stage == NULL || !lodge_stage_write(stage, text, strlen(text), error) ||
        !lodge_stage_finish(stage, error) ||
        !lodge_transaction_keep_stage(txn, stage, error))
        return FALSE;
    g_autoptr(LodgeEvent) event = lodge_event_new(LODGE_EVENT_KEPT, AT, NULL);
    event->reference = lodge_transaction_next_reference(txn, "PP24", error);
    if (event->reference == NULL)
        return FALSE;
    event->call = g_strdup("c");
    event->message_sha256 = g_strdup(lodge_stage_sha256(stage));
    event->location = (LodgeLocation){g_strdup("plans"), g_strdup("INBOX"), 7, number};
    return lodge_transaction_add(txn, event, error);
}

static gboolean count(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)message;
    (void)error;
    (*(guint *)data)++;
    return TRUE;
}

static int run(const char *dir, guint wanted)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeSpool) spool = lodge_spool_open(dir, "trace_child", AT, &error);
    if (spool == NULL)
        return say(error);
    guint held = 0;
    if (!lodge_ledger_visit_messages(lodge_spool_ledger(spool), NULL, count, &held, &error))
        return say(error);
    while (held < wanted) {
        LodgeTransaction *txn = lodge_spool_begin(spool, AT, &error);
        if (txn == NULL)
            return say(error);
        for (guint i = 0; i < 2 && held < wanted; i++)
            if (!add_message(spool, txn, ++held, &error)) {
                lodge_transaction_rollback(txn);
                return say(error);
            }
        if (!lodge_transaction_commit(txn, &error))
            return say(error);
    }
    return 0;
}

static int check(const char *dir)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeVerifyReport) report =
        lodge_verify_run(dir, FALSE, AT, NULL, NULL, &error);
    if (report == NULL)
        return say(error);
    for (guint i = 0; i < report->problems->len; i++) {
        const LodgeVerifyProblem *problem = g_ptr_array_index(report->problems, i);
        fprintf(stderr, "%s: %s\n", problem->object, problem->problem);
    }
    printf("%u\n", (guint)report->messages);
    return report->problems->len == 0 ? 0 : 4;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: trace_child DIR N|check\n");
        return 2;
    }
    return strcmp(argv[2], "check") == 0 ? check(argv[1])
                                         : run(argv[1], (guint)atoi(argv[2]));
}
