#include "intake/pipeline.h"

#include "intake/fetch/mailbox.h"
#include "intake/log.h"
#include "intake/mark.h"
#include "intake/pass.h"
#include "intake/project.h"
#include "intake/source.h"
#include <string.h>

/* ---- read, learn, decide, record ---- */

static void
on_recorded(const char *reference, const char *outcome, const GError *error, gpointer data)
{
    LodgePass *pass = data;
    if (error != NULL)
        lodge_pass_fail(pass, error);
    if (outcome != NULL) {
        g_mutex_lock(&pass->mutex);
        gpointer before = g_hash_table_lookup(pass->report->outcomes, outcome);
        g_hash_table_insert(pass->report->outcomes, g_strdup(outcome),
                            GUINT_TO_POINTER(GPOINTER_TO_UINT(before) + 1));
        if (strcmp(outcome, "deferred") != 0)
            pass->report->decided++;
        g_mutex_unlock(&pass->mutex);
        lodge_log_info("decided", "reference", reference, "outcome", outcome, NULL);
    }
    lodge_workers_finished(pass->workers);
}

static void message_free(gpointer message)
{
    lodge_ledger_message_free(message);
}

/* What an earlier pass kept and could not decide. Read whole before the first is pushed: from then
 * on the ledger belongs to the committer's thread. Before the sources start, so that nothing is
 * pushed twice. */
static gboolean take_up_pending(LodgePass *pass, GError **error)
{
    LodgeLedger *ledger = lodge_spool_ledger(pass->spool);
    g_autoptr(GPtrArray) pending =
        lodge_ledger_list_pending(ledger, pass->context->now_us(), error);
    if (pending == NULL)
        return FALSE;
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(message_free);
    for (guint i = 0; i < pending->len; i++) {
        LodgeLedgerMessage *message =
            lodge_ledger_require_message(ledger, g_ptr_array_index(pending, i), error);
        if (message == NULL)
            return FALSE;
        g_ptr_array_add(messages, message);
    }
    for (guint i = 0; i < messages->len; i++) {
        const LodgeLedgerMessage *message = g_ptr_array_index(messages, i);
        lodge_workers_push(pass->workers, message->reference, message->message_sha256);
    }
    return TRUE;
}

static gboolean do_nothing(LodgeTransaction *txn,
                           LodgeLedger *ledger,
                           gint64 now_us,
                           gpointer data,
                           GError **error)
{
    (void)txn, (void)ledger, (void)now_us, (void)data, (void)error;
    return TRUE;
}

static gboolean is_over(gpointer data)
{
    LodgePass *pass = data;
    return pass->context->stopping() || lodge_pass_has_failed(pass);
}

/* Until every fetched message is kept, and every kept one decided or deferred. */
static void settle(LodgePass *pass, GPtrArray *sources)
{
    lodge_source_join(sources);
    lodge_log_progress_end();
    g_autoptr(GError) error = NULL;
    if (!lodge_committer_run(pass->committer, do_nothing, NULL, &error))
        lodge_pass_fail(pass, error);
    lodge_workers_wait(pass->workers, is_over, pass);
    lodge_log_progress_end();
}

/* ---- the account of the pass ---- */

static gboolean add_pass(LodgeTransaction *txn,
                         LodgeLedger *ledger,
                         gint64 now_us,
                         gpointer data,
                         GError **error)
{
    (void)ledger;
    const LodgeSource *source = data;
    LodgeEvent event = {
        .type = LODGE_EVENT_PASSED,
        .at_us = now_us,
        .call = source->call->id,
        .account = source->result->name,
        .complete = source->result->error == NULL && !lodge_pass_has_failed(source->pass),
        .folders = source->result->folders,
    };
    return lodge_transaction_add(txn, &event, error);
}

static void record_passes(LodgePass *pass, GPtrArray *sources)
{
    for (guint i = 0; i < sources->len; i++) {
        LodgeSource *source = g_ptr_array_index(sources, i);
        g_autoptr(GError) error = NULL;
        if (source->mailbox == NULL || source->result->folders == NULL)
            continue;
        if (!lodge_committer_run(pass->committer, add_pass, source, &error))
            lodge_pass_fail(pass, error);
    }
}

/* ---- the walk ---- */

/* Trees are copies for people: that one cannot be written keeps no council from its receipt. */
static void finish(LodgePass *pass)
{
    g_autoptr(GError) tree_error = NULL;
    g_autoptr(GError) receipt_error = NULL;
    if (!lodge_project_run(pass->spool, pass->committer, pass->context, &tree_error))
        lodge_pass_fail(pass, tree_error);
    if (!lodge_deliver_run(pass->settings, pass->context, pass->spool, pass->committer,
                           &pass->report->delivery, &receipt_error))
        lodge_pass_fail(pass, receipt_error);
}

static void walk(LodgePass *pass, const char *const *paths, const char *call)
{
    g_autoptr(GError) error = NULL;
    if (!lodge_source_has_room(pass, &error) || !take_up_pending(pass, &error)) {
        lodge_pass_fail(pass, error);
        return;
    }
    g_autoptr(GPtrArray) sources = lodge_source_start(pass, paths, call);
    settle(pass, sources);
    if (!lodge_pass_has_failed(pass)) {
        record_passes(pass, sources);
        lodge_mark_run(pass, sources);
    }
    if (!lodge_pass_has_failed(pass))
        finish(pass);
}

/* A pass that was asked to end says so: what it left undone is taken up by the next one. */
static void note_interruption(LodgePass *pass)
{
    if (!pass->context->stopping() || lodge_pass_has_failed(pass))
        return;
    g_autoptr(GError) error =
        g_error_new(LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                    "asked to stop; nothing is lost, the next pass goes on from here");
    lodge_pass_fail(pass, error);
}

static gboolean open_pass(LodgePass *pass, const char *who, GError **error)
{
    pass->spool =
        lodge_spool_open(pass->settings->spool_dir, who, pass->context->now_us(), error);
    if (pass->spool == NULL)
        return FALSE;
    LodgeAirlockOptions options = {.wall_ms = pass->settings->limits.reader_wall_ms};
    pass->airlock = lodge_airlock_new(&options, error);
    if (pass->airlock == NULL)
        return FALSE;
    pass->committer = lodge_committer_new(pass->spool, pass->context->now_us);
    pass->recorder = lodge_recorder_new(pass->settings, pass->committer, on_recorded, pass);
    pass->workers =
        lodge_workers_new(pass->settings, pass->spool, pass->airlock, pass->recorder);
    return TRUE;
}

static gboolean at_once(gpointer data)
{
    (void)data;
    return TRUE;
}

/* Workers first, and nothing of theirs left under way: they feed the committer; the committer before the spool it writes. */
static void close_pass(LodgePass *pass)
{
    if (pass->workers != NULL)
        lodge_workers_wait(pass->workers, at_once, NULL);
    lodge_workers_free(pass->workers);
    lodge_committer_free(pass->committer);
    lodge_recorder_free(pass->recorder);
    lodge_airlock_free(pass->airlock);
    lodge_spool_close(pass->spool);
    g_mutex_clear(&pass->mutex);
}

LodgePassReport *lodge_pipeline_run(const LodgeSettings *settings,
                                    const LodgeContext *context,
                                    const char *const *paths,
                                    const char *call,
                                    GError **error)
{
    LodgePass pass = {
        .settings = settings, .context = context, .report = lodge_pass_report_new()};
    g_mutex_init(&pass.mutex);
    if (open_pass(&pass, paths != NULL ? "lodge file" : "lodge once", error)) {
        walk(&pass, paths, call);
        note_interruption(&pass);
    } else {
        g_clear_pointer(&pass.report, lodge_pass_report_free);
    }
    close_pass(&pass);
    return pass.report;
}
