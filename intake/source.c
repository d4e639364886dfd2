#include "intake/source.h"

#include "intake/fetch/files.h"
#include "intake/keep.h"
#include "intake/log.h"
#include "intake/operate/room.h"

/* Of one pass over a mailbox, whose server breaks off. */
#define MOST_SESSIONS 8

/* ---- keep ---- */

/* Committer's thread: the bytes are durable, reading may begin. */
static void on_kept(const char *reference,
                    const LodgeLocation *location,
                    const GError *error,
                    gpointer data)
{
    LodgePass *pass = data;
    g_autofree char *uid = g_strdup_printf("%u", location->uid);
    if (error != NULL) {
        lodge_pass_fail(pass, error);
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
    LodgePass *pass = data;
    on_kept(reference, location, error, pass);
    if (error != NULL || reference == NULL)
        return;
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_get_message(lodge_spool_ledger(pass->spool), reference, &failure);
    if (message == NULL) {
        if (failure != NULL)
            lodge_pass_fail(pass, failure);
        return;
    }
    lodge_workers_push(pass->workers, message);
}

/* Told once when it begins, and once when it is over. */
static void note_room(LodgePass *pass, const LodgeRoom *room, const char *words)
{
    g_mutex_lock(&pass->mutex);
    gboolean was_low = pass->is_low;
    pass->is_low = room->is_low;
    g_mutex_unlock(&pass->mutex);
    if (room->is_low && !was_low)
        lodge_log_warning("spool-almost-full", "reason", words, NULL);
    else if (was_low && !room->is_low)
        lodge_log_info("spool-has-room", "spool", lodge_spool_dir(pass->spool), NULL);
}

gboolean lodge_source_has_room(LodgePass *pass, GError **error)
{
    const LodgeLimits *limits = &pass->settings->limits;
    LodgeRoom room = lodge_room_look(pass->spool, limits);
    g_autofree char *words =
        room.is_low ? lodge_room_explain(&room, pass->spool, limits) : NULL;
    note_room(pass, &room, words);
    if (room.is_full)
        g_set_error_literal(error, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_SPACE, words);
    return !room.is_full;
}

/* A mail that arrives in the future: one of the two clocks is wrong. Nothing is decided by ours, but whoever
 * runs it should know, for it stamps what we write. That ours is ahead cannot be seen: mail may be old. */
static void check_clock(LodgeSource *source, gint64 internaldate_us)
{
    gint64 gap_us = internaldate_us == LODGE_INSTANT_UNKNOWN
                        ? 0
                        : internaldate_us - source->pass->context->now_us();
    if (source->mailbox == NULL || source->told_clock || gap_us <= LODGE_CLOCK_GAP_US)
        return;
    source->told_clock = TRUE;
    g_autofree char *seconds =
        g_strdup_printf("%" G_GINT64_FORMAT, gap_us / LODGE_SECOND_US);
    lodge_log_warning(
        "clocks-disagree", "source", source->result->name, "ahead_s", seconds, "reason",
        "the mail server's clock is ahead of ours: check both against NTP", NULL);
}

static gboolean deliver(LodgeStage *stage,
                        const LodgeLocation *location,
                        gint64 internaldate_us,
                        gpointer data,
                        GError **error)
{
    LodgeSource *source = data;
    LodgePass *pass = source->pass;
    if (lodge_pass_has_failed(pass)) {
        lodge_stage_free(stage);
        g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                    "the spool failed");
        return FALSE;
    }
    if (!lodge_source_has_room(pass, error)) {
        lodge_stage_free(stage);
        return FALSE;
    }
    check_clock(source, internaldate_us);
    lodge_keep_submit(pass->committer, stage, location, internaldate_us, source->call->id,
                      source->call->rules->call->reference_prefix, on_kept_read, pass);
    return TRUE;
}

/* ---- fetch ---- */

static void warn(const char *object, const char *words, gpointer data)
{
    LodgeSource *source = data;
    g_mutex_lock(&source->pass->mutex);
    source->pass->report->failed++;
    g_mutex_unlock(&source->pass->mutex);
    lodge_log_warning("not-fetched", "source", source->result->name, "object", object,
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
    LodgeSource *source = data;
    return source->pass->context->stopping() || lodge_pass_has_failed(source->pass);
}

static gint64 tell_time(gpointer data)
{
    LodgeSource *source = data;
    return source->pass->context->now_us();
}

static LodgeFetchSink sink_for(LodgeSource *source)
{
    return (LodgeFetchSink){.deliver = deliver,
                            .warn = warn,
                            .progress = show_progress,
                            .now_us = tell_time,
                            .stopping = is_stopping,
                            .breakers = source->pass->breakers,
                            .data = source};
}

LodgeMailboxSession *lodge_source_open_mailbox(const LodgeContext *context,
                                               const LodgeMailbox *mailbox,
                                               GError **error)
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

gboolean
lodge_source_look(LodgeSource *source, LodgeMailboxSession *session, GError **error)
{
    LodgePass *pass = source->pass;
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    LodgeFetchSink sink = sink_for(source);
    return lodge_mailbox_fetch(session, pass->spool, ledger,
                               pass->settings->limits.max_message_bytes, &sink,
                               &source->result->folders, error);
}

static gboolean fetch_once(LodgeSource *source, GError **error)
{
    g_autoptr(LodgeMailboxSession) session =
        lodge_source_open_mailbox(source->pass->context, source->mailbox, error);
    return session != NULL && lodge_source_look(source, session, error);
}

/* While sessions are lost at messages, another one gets further. */
static gboolean fetch_mailbox(LodgeSource *source, GError **error)
{
    LodgeBreakers *breakers = source->pass->breakers;
    for (guint session = 1;; session++) {
        g_autoptr(GError) failure = NULL;
        guint before = lodge_breakers_count(breakers, source->result->name);
        if (fetch_once(source, &failure))
            return TRUE;
        if (lodge_breakers_count(breakers, source->result->name) == before ||
            session == MOST_SESSIONS || is_stopping(source)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        lodge_log_warning("broken-off", "source", source->result->name, "reason",
                          failure->message, NULL);
        g_clear_pointer(&source->result->folders, g_ptr_array_unref);
    }
}

static gboolean fetch_files(LodgeSource *source, GError **error)
{
    LodgePass *pass = source->pass;
    LodgeFetchSink sink = sink_for(source);
    guint64 fetched = 0;
    guint64 failed = 0;
    return lodge_files_fetch(source->paths, pass->spool,
                             pass->settings->limits.max_message_bytes, &sink, &fetched,
                             &failed, error);
}

static gpointer run_source(gpointer data)
{
    LodgeSource *source = data;
    GError *error = NULL;
    gboolean done = lodge_source_has_room(source->pass, &error) &&
                    (source->mailbox != NULL ? fetch_mailbox(source, &error)
                                             : fetch_files(source, &error));
    if (!done) {
        lodge_log_warning("source-failed", "source", source->result->name, "reason",
                          error->message, NULL);
        source->result->error = error;
    }
    return NULL;
}

static LodgeSource *source_new(LodgePass *pass, const char *name)
{
    LodgeSource *source = g_new0(LodgeSource, 1);
    source->pass = pass;
    source->result = lodge_pass_source_new(name);
    g_ptr_array_add(pass->report->sources, source->result);
    return source;
}

/* ---- its account ---- */

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

static void warn_unseen(const LodgeSource *source)
{
    for (guint i = 0; i < source->result->folders->len; i++) {
        const LodgeEventFolder *folder = g_ptr_array_index(source->result->folders, i);
        if (folder->unseen == 0)
            continue;
        g_autofree char *count = g_strdup_printf("%" G_GUINT64_FORMAT, folder->unseen);
        g_autofree char *since = lodge_instant_format(folder->unseen_since_us);
        g_autofree char *until = lodge_instant_format(folder->looked_us);
        lodge_log_warning("may-have-gone-unseen", "source", source->result->name, "folder",
                          folder->folder, "count", count, "uids", folder->unseen_uids,
                          "since", since, "until", until, NULL);
    }
}

gboolean lodge_source_record(LodgeSource *source, GError **error)
{
    if (!lodge_committer_run(source->pass->committer, add_pass, source, error))
        return FALSE;
    warn_unseen(source);
    return TRUE;
}

/* ---- their lives ---- */

LodgeSource *lodge_source_new_mailbox(LodgePass *pass, const LodgeMailbox *mailbox)
{
    LodgeSource *source = g_new0(LodgeSource, 1);
    source->pass = pass;
    source->result = lodge_pass_source_new(mailbox->name);
    source->mailbox = mailbox;
    source->call = lodge_settings_find_call(pass->settings, mailbox->call);
    return source;
}

void lodge_source_free_mailbox(LodgeSource *source)
{
    lodge_pass_source_free(source->result);
    g_free(source);
}

GPtrArray *lodge_source_start(LodgePass *pass, const char *const *paths, const char *call)
{
    GPtrArray *sources = g_ptr_array_new_with_free_func(g_free);
    if (paths != NULL) {
        LodgeSource *source = source_new(pass, "files");
        source->paths = paths;
        source->call = lodge_settings_find_call(pass->settings, call);
        g_ptr_array_add(sources, source);
    }
    for (guint i = 0; paths == NULL && i < pass->settings->mailboxes->len; i++) {
        const LodgeMailbox *mailbox = g_ptr_array_index(pass->settings->mailboxes, i);
        LodgeSource *source = source_new(pass, mailbox->name);
        source->mailbox = mailbox;
        source->call = lodge_settings_find_call(pass->settings, mailbox->call);
        g_ptr_array_add(sources, source);
    }
    for (guint i = 0; i < sources->len; i++) {
        LodgeSource *source = g_ptr_array_index(sources, i);
        source->thread = g_thread_new("fetcher", run_source, source);
    }
    return sources;
}

void lodge_source_join(GPtrArray *sources)
{
    for (guint i = 0; i < sources->len; i++) {
        LodgeSource *source = g_ptr_array_index(sources, i);
        g_thread_join(source->thread);
    }
}
