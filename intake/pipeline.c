#include "intake/pipeline.h"

#include "intake/failure.h"
#include "intake/fetch/files.h"
#include "intake/keep.h"
#include "intake/log.h"
#include "intake/operate/projector.h"
#include "intake/record.h"
#include "intake/workers.h"
#include <string.h>

#define PROJECT_BATCH 50

typedef struct {
    const LodgeSettings *settings;
    const LodgeContext *context;
    LodgeSpool *spool;
    LodgeAirlock *airlock;
    LodgeCommitter *committer;
    LodgeRecorder *recorder;
    LodgeWorkers *workers;
    LodgePassReport *report;
    GMutex mutex; /* guards the report while threads run */
} Pass;

/* One source while it is being fetched, in its own thread. */
typedef struct {
    Pass *pass;
    LodgePassSource *result;
    const LodgeMailbox *mailbox; /* NULL: files */
    const char *const *paths;
    const LodgeCallSettings *call;
    GThread *thread;
} Fetcher;

/* ---- the report ---- */

static void source_free(LodgePassSource *source)
{
    g_free(source->name);
    g_clear_pointer(&source->folders, g_ptr_array_unref);
    g_clear_error(&source->error);
    g_free(source);
}

static LodgePassReport *report_new(void)
{
    LodgePassReport *report = g_new0(LodgePassReport, 1);
    report->sources = g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
    report->outcomes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return report;
}

void lodge_pass_report_free(LodgePassReport *report)
{
    if (report == NULL)
        return;
    g_ptr_array_unref(report->sources);
    g_hash_table_unref(report->outcomes);
    lodge_delivery_clear(&report->delivery);
    g_clear_error(&report->error);
    g_free(report);
}

LodgeExit lodge_pass_report_exit(const LodgePassReport *report)
{
    LodgeExit code = lodge_failure_exit(report->error);
    for (guint i = 0; i < report->sources->len; i++) {
        const LodgePassSource *source = g_ptr_array_index(report->sources, i);
        code = lodge_failure_worse(code, lodge_failure_exit(source->error));
    }
    if (report->failed > 0 || g_hash_table_contains(report->outcomes, "deferred"))
        code = lodge_failure_worse(code, LODGE_EXIT_TEMPORARY);
    if (report->delivery.server_fault != NULL)
        code = lodge_failure_worse(
            code, report->delivery.person_needed ? LODGE_EXIT_USAGE : LODGE_EXIT_TEMPORARY);
    return code;
}

/* The first failure of the spool ends the pass. Any thread. */
static void fail(Pass *pass, const GError *error)
{
    g_mutex_lock(&pass->mutex);
    gboolean first = pass->report->error == NULL;
    if (first)
        pass->report->error = g_error_copy(error);
    g_mutex_unlock(&pass->mutex);
    if (first)
        lodge_log_warning("pass-failed", "reason", error->message, NULL);
}

static gboolean has_failed(Pass *pass)
{
    g_mutex_lock(&pass->mutex);
    gboolean failed = pass->report->error != NULL;
    g_mutex_unlock(&pass->mutex);
    return failed;
}

/* ---- keep ---- */

/* Committer's thread: the bytes are durable, reading may begin. */
static void on_kept(const char *reference,
                    const LodgeLocation *location,
                    const GError *error,
                    gpointer data)
{
    Pass *pass = data;
    g_autofree char *uid = g_strdup_printf("%u", location->uid);
    if (error != NULL) {
        fail(pass, error);
        return;
    }
    g_mutex_lock(&pass->mutex);
    if (reference != NULL)
        pass->report->kept++;
    else
        pass->report->known++;
    g_mutex_unlock(&pass->mutex);
    lodge_log_info(reference != NULL ? "kept" : "located", "reference", reference,
                   "account", location->account, "folder", location->folder, "uid", uid,
                   NULL);
}

/* The committer has just applied it, so its own view of the ledger knows the message. */
static void on_kept_read(const char *reference,
                         const LodgeLocation *location,
                         const GError *error,
                         gpointer data)
{
    Pass *pass = data;
    on_kept(reference, location, error, pass);
    if (error != NULL || reference == NULL)
        return;
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_get_message(lodge_spool_ledger(pass->spool), reference, &failure);
    if (message == NULL) {
        if (failure != NULL)
            fail(pass, failure);
        return;
    }
    lodge_workers_push(pass->workers, reference, message->message_sha256);
}

static gboolean has_room(Pass *pass, GError **error)
{
    gint64 free_bytes = lodge_spool_free_bytes(pass->spool);
    if (free_bytes < 0 || free_bytes >= pass->settings->limits.reserve_bytes)
        return TRUE;
    g_autofree char *left =
        g_format_size_full((guint64)free_bytes, G_FORMAT_SIZE_IEC_UNITS);
    g_set_error(
        error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE,
        "%s has %s left, less than the reserve; nothing more is fetched (it stays safe in "
        "the mailbox) until there is room",
        lodge_spool_dir(pass->spool), left);
    return FALSE;
}

static gboolean deliver(LodgeStage *stage,
                        const LodgeLocation *location,
                        gint64 internaldate_us,
                        gpointer data,
                        GError **error)
{
    Fetcher *fetcher = data;
    Pass *pass = fetcher->pass;
    if (has_failed(pass)) {
        lodge_stage_free(stage);
        g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                    "the spool failed");
        return FALSE;
    }
    if (!has_room(pass, error)) {
        lodge_stage_free(stage);
        return FALSE;
    }
    lodge_keep_submit(pass->committer, stage, location, internaldate_us, fetcher->call->id,
                      fetcher->call->rules->call->reference_prefix, on_kept_read, pass);
    return TRUE;
}

/* ---- fetch ---- */

static void warn(const char *object, const char *words, gpointer data)
{
    Fetcher *fetcher = data;
    g_mutex_lock(&fetcher->pass->mutex);
    fetcher->pass->report->failed++;
    g_mutex_unlock(&fetcher->pass->mutex);
    lodge_log_warning("not-fetched", "source", fetcher->result->name, "object", object,
                      "reason", words, NULL);
}

static void show_progress(const char *folder, guint64 done, guint64 total, gpointer data)
{
    (void)data;
    g_autofree char *words = g_strdup_printf("fetching %s", folder);
    lodge_log_progress(words, done, total);
}

static gboolean is_stopping(gpointer data)
{
    Fetcher *fetcher = data;
    return fetcher->pass->context->stopping() || has_failed(fetcher->pass);
}

static LodgeFetchSink sink_for(Fetcher *fetcher)
{
    return (LodgeFetchSink){deliver, warn, show_progress, is_stopping, fetcher};
}

static LodgeMailboxSession *
open_mailbox(const LodgeContext *context, const LodgeMailbox *mailbox, GError **error)
{
    g_autoptr(GError) failure = NULL;
    char *secret = lodge_secret_load(&mailbox->endpoint.secret,
                                     context->credentials_directory, &failure);
    if (secret == NULL) {
        g_propagate_prefixed_error(error, g_steal_pointer(&failure),
                                   "[mailbox %s]: ", mailbox->name);
        return NULL;
    }
    LodgeMailboxSession *session = lodge_mailbox_open(mailbox, secret, error);
    lodge_secret_wipe(secret);
    return session;
}

static gboolean fetch_mailbox(Fetcher *fetcher, GError **error)
{
    Pass *pass = fetcher->pass;
    g_autoptr(LodgeMailboxSession) session =
        open_mailbox(pass->context, fetcher->mailbox, error);
    if (session == NULL)
        return FALSE;
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    LodgeFetchSink sink = sink_for(fetcher);
    return lodge_mailbox_fetch(session, pass->spool, ledger,
                               pass->settings->limits.max_message_bytes, &sink,
                               &fetcher->result->folders, error);
}

static gboolean fetch_files(Fetcher *fetcher, GError **error)
{
    Pass *pass = fetcher->pass;
    LodgeFetchSink sink = sink_for(fetcher);
    guint64 fetched = 0;
    guint64 failed = 0;
    return lodge_files_fetch(fetcher->paths, pass->spool,
                             pass->settings->limits.max_message_bytes, &sink, &fetched,
                             &failed, error);
}

static gpointer run_fetcher(gpointer data)
{
    Fetcher *fetcher = data;
    GError *error = NULL;
    gboolean done = has_room(fetcher->pass, &error) &&
                    (fetcher->mailbox != NULL ? fetch_mailbox(fetcher, &error)
                                              : fetch_files(fetcher, &error));
    if (!done) {
        lodge_log_warning("source-failed", "source", fetcher->result->name, "reason",
                          error->message, NULL);
        fetcher->result->error = error;
    }
    return NULL;
}

static Fetcher *fetcher_new(Pass *pass, const char *name)
{
    Fetcher *fetcher = g_new0(Fetcher, 1);
    fetcher->pass = pass;
    fetcher->result = g_new0(LodgePassSource, 1);
    fetcher->result->name = g_strdup(name);
    g_ptr_array_add(pass->report->sources, fetcher->result);
    return fetcher;
}

static GPtrArray *start_fetchers(Pass *pass, const char *const *paths, const char *call)
{
    GPtrArray *fetchers = g_ptr_array_new_with_free_func(g_free);
    if (paths != NULL) {
        Fetcher *fetcher = fetcher_new(pass, "files");
        fetcher->paths = paths;
        fetcher->call = lodge_settings_find_call(pass->settings, call);
        g_ptr_array_add(fetchers, fetcher);
    }
    for (guint i = 0; paths == NULL && i < pass->settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(pass->settings->mailboxes, i);
        Fetcher *fetcher = fetcher_new(pass, mailbox->name);
        fetcher->mailbox = mailbox;
        fetcher->call = lodge_settings_find_call(pass->settings, mailbox->call);
        g_ptr_array_add(fetchers, fetcher);
    }
    for (guint i = 0; i < fetchers->len; i++) {
        Fetcher *fetcher = g_ptr_array_index(fetchers, i);
        fetcher->thread = g_thread_new("fetcher", run_fetcher, fetcher);
    }
    return fetchers;
}

/* ---- read, learn, decide, record ---- */

static void
on_recorded(const char *reference, const char *outcome, const GError *error, gpointer data)
{
    Pass *pass = data;
    if (error != NULL)
        fail(pass, error);
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

/* What an earlier pass kept and could not decide. Before the fetchers start, so that
 * nothing is pushed twice. */
static gboolean take_up_pending(Pass *pass, GError **error)
{
    LodgeLedger *ledger = lodge_spool_ledger(pass->spool);
    g_autoptr(GPtrArray) pending =
        lodge_ledger_list_pending(ledger, pass->context->now_us(), error);
    if (pending == NULL)
        return FALSE;
    for (guint i = 0; i < pending->len; i++) {
        const char *reference = g_ptr_array_index(pending, i);
        g_autoptr(LodgeLedgerMessage) message =
            lodge_ledger_get_message(ledger, reference, error);
        if (message == NULL)
            return FALSE;
        lodge_workers_push(pass->workers, reference, message->message_sha256);
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

/* Until every fetched message is kept, and every kept one decided or deferred. */
static void settle(Pass *pass, GPtrArray *fetchers)
{
    for (guint i = 0; i < fetchers->len; i++) {
        Fetcher *fetcher = g_ptr_array_index(fetchers, i);
        g_thread_join(fetcher->thread);
    }
    lodge_log_progress_end();
    g_autoptr(GError) error = NULL;
    if (!lodge_committer_run(pass->committer, do_nothing, NULL, &error))
        fail(pass, error);
    lodge_workers_wait(pass->workers, pass->context->stopping);
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
    const Fetcher *fetcher = data;
    LodgeEvent event = {
        .type = LODGE_EVENT_PASSED,
        .at_us = now_us,
        .call = fetcher->call->id,
        .account = fetcher->result->name,
        .complete = fetcher->result->error == NULL && !has_failed(fetcher->pass),
        .folders = fetcher->result->folders,
    };
    return lodge_transaction_add(txn, &event, error);
}

static void record_passes(Pass *pass, GPtrArray *fetchers)
{
    for (guint i = 0; i < fetchers->len; i++) {
        Fetcher *fetcher = g_ptr_array_index(fetchers, i);
        g_autoptr(GError) error = NULL;
        if (fetcher->mailbox == NULL || fetcher->result->folders == NULL)
            continue;
        if (!lodge_committer_run(pass->committer, add_pass, fetcher, &error))
            fail(pass, error);
    }
}

/* ---- mark ---- */

typedef struct {
    char *reference;
    LodgeLocation location;
    char *action;
    Pass *pass;
} Mark;

static gboolean apply_mark(LodgeTransaction *txn,
                           LodgeLedger *ledger,
                           gint64 now_us,
                           gpointer data,
                           GError **error)
{
    (void)ledger;
    Mark *mark = data;
    LodgeEvent event = {
        .type = LODGE_EVENT_MARKED,
        .at_us = now_us,
        .reference = mark->reference,
        .location = mark->location,
        .code = mark->action,
    };
    return lodge_transaction_add(txn, &event, error);
}

static void mark_done(gpointer data, const GError *error)
{
    Mark *mark = data;
    if (error != NULL)
        fail(mark->pass, error);
    else
        lodge_log_info("marked", "reference", mark->reference, "action", mark->action,
                       NULL);
    g_free(mark->reference);
    g_free(mark->location.account);
    g_free(mark->location.folder);
    g_free(mark->action);
    g_free(mark);
}

static gboolean
on_marked(const LodgeLedgerMark *marked, const char *action, gpointer data, GError **error)
{
    (void)error;
    Pass *pass = data;
    Mark *mark = g_new0(Mark, 1);
    mark->pass = pass;
    mark->reference = g_strdup(marked->reference);
    mark->location = marked->location;
    mark->location.account = g_strdup(marked->location.account);
    mark->location.folder = g_strdup(marked->location.folder);
    mark->action = g_strdup(action);
    lodge_committer_submit(pass->committer,
                           &(LodgeCommitItem){apply_mark, mark_done, mark});
    return TRUE;
}

static gboolean mark_mailbox(Pass *pass, const LodgeMailbox *mailbox, GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    g_autoptr(LodgeMailboxSession) session = open_mailbox(pass->context, mailbox, error);
    return session != NULL && lodge_mailbox_mark(session, ledger, on_marked, pass, error);
}

/* A mailbox that cannot be marked now is marked by the next pass; nothing depends on it. */
static void mark_all(Pass *pass, GPtrArray *fetchers)
{
    for (guint i = 0; i < fetchers->len; i++) {
        Fetcher *fetcher = g_ptr_array_index(fetchers, i);
        g_autoptr(GError) error = NULL;
        if (fetcher->mailbox == NULL || fetcher->mailbox->after == LODGE_AFTER_LEAVE ||
            fetcher->result->error != NULL)
            continue;
        if (mark_mailbox(pass, fetcher->mailbox, &error))
            continue;
        lodge_log_warning("not-marked", "source", fetcher->result->name, "reason",
                          error->message, NULL);
        fetcher->result->error = g_steal_pointer(&error);
    }
}

/* ---- project ---- */

static gboolean add_projected(LodgeTransaction *txn,
                              LodgeLedger *ledger,
                              gint64 now_us,
                              gpointer data,
                              GError **error)
{
    (void)ledger;
    const GPtrArray *references = data;
    for (guint i = 0; i < references->len; i++) {
        LodgeEvent event = {
            .type = LODGE_EVENT_PROJECTED,
            .at_us = now_us,
            .reference = g_ptr_array_index(references, i),
        };
        if (!lodge_transaction_add(txn, &event, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean project_one(Pass *pass,
                            LodgeLedger *ledger,
                            LodgeRulesCache *cache,
                            const char *reference,
                            GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_get_message(ledger, reference, error);
    if (message == NULL)
        return FALSE;
    g_autoptr(LodgeProjection) projection =
        lodge_projector_plan(pass->spool, cache, message, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    return projection == NULL || lodge_projection_save(pass->spool, projection, error);
}

static gboolean project_all(Pass *pass, GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    g_autoptr(GPtrArray) owed = lodge_ledger_list_unprojected(ledger, error);
    if (owed == NULL)
        return FALSE;
    g_autoptr(LodgeRulesCache) cache = lodge_rules_cache_new(pass->spool);
    g_autoptr(GPtrArray) written = g_ptr_array_new();
    for (guint i = 0; i < owed->len && !pass->context->stopping(); i++) {
        lodge_log_progress("writing trees", i, owed->len);
        if (!project_one(pass, ledger, cache, g_ptr_array_index(owed, i), error))
            return FALSE;
        g_ptr_array_add(written, g_ptr_array_index(owed, i));
        if (written->len < PROJECT_BATCH && i + 1 < owed->len)
            continue;
        if (!lodge_committer_run(pass->committer, add_projected, written, error))
            return FALSE;
        g_ptr_array_set_size(written, 0);
    }
    lodge_log_progress_end();
    return TRUE;
}

/* ---- the walk ---- */

static gboolean finish(Pass *pass, GError **error)
{
    return project_all(pass, error) &&
           lodge_deliver_run(pass->settings, pass->context, pass->spool, pass->committer,
                             &pass->report->delivery, error);
}

static void walk(Pass *pass, const char *const *paths, const char *call)
{
    g_autoptr(GError) error = NULL;
    if (!take_up_pending(pass, &error)) {
        fail(pass, error);
        return;
    }
    g_autoptr(GPtrArray) fetchers = start_fetchers(pass, paths, call);
    settle(pass, fetchers);
    if (!has_failed(pass)) {
        record_passes(pass, fetchers);
        mark_all(pass, fetchers);
    }
    if (!has_failed(pass) && !finish(pass, &error))
        fail(pass, error);
}

static gboolean open_pass(Pass *pass, const char *who, GError **error)
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

/* Workers first: they feed the committer; the committer before the spool it writes. */
static void close_pass(Pass *pass)
{
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
    Pass pass = {.settings = settings, .context = context, .report = report_new()};
    g_mutex_init(&pass.mutex);
    if (open_pass(&pass, paths != NULL ? "lodge file" : "lodge once", error)) {
        walk(&pass, paths, call);
    } else {
        g_clear_pointer(&pass.report, lodge_pass_report_free);
    }
    close_pass(&pass);
    return pass.report;
}
