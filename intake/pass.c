#include "intake/pass.h"

#include "intake/learn/resolver_unbound.h"
#include "intake/log.h"
#include <string.h>

#define LOCK_LOOK_US (200 * 1000)

void lodge_pass_fail(LodgePass *pass, const GError *error)
{
    g_mutex_lock(&pass->mutex);
    gboolean first = pass->report->error == NULL;
    if (first)
        pass->report->error = g_error_copy(error);
    g_mutex_unlock(&pass->mutex);
    if (first)
        lodge_log_warning("pass-failed", "reason", error->message, NULL);
}

gboolean lodge_pass_has_failed(LodgePass *pass)
{
    g_mutex_lock(&pass->mutex);
    gboolean failed = pass->report->error != NULL;
    g_mutex_unlock(&pass->mutex);
    return failed;
}

void lodge_pass_forgive(LodgePass *pass)
{
    g_mutex_lock(&pass->mutex);
    g_clear_error(&pass->report->error);
    g_mutex_unlock(&pass->mutex);
}

/* ---- read, learn, decide, record ---- */

static void on_recorded(const char *reference,
                        const char *outcome,
                        gboolean changed,
                        const GError *error,
                        gpointer data)
{
    LodgePass *pass = data;
    if (error != NULL)
        lodge_pass_fail(pass, error);
    if (outcome != NULL) {
        g_mutex_lock(&pass->mutex);
        gpointer before = g_hash_table_lookup(pass->report->outcomes, outcome);
        g_hash_table_insert(pass->report->outcomes, g_strdup(outcome),
                            GUINT_TO_POINTER(GPOINTER_TO_UINT(before) + 1));
        gboolean deferred = strcmp(outcome, "deferred") == 0;
        if (!deferred)
            pass->report->decided++;
        g_mutex_unlock(&pass->mutex);
        lodge_log_info(deferred ? "deferred" : "decided", "reference", reference, "outcome",
                       outcome, NULL);
    }
    lodge_workers_finished(pass->workers, reference);
    if (changed && pass->recorded != NULL)
        pass->recorded(pass->recorded_data);
}

/* Before the sources start, so that nothing is pushed twice. */
gboolean lodge_pass_take_up_pending(LodgePass *pass, GError **error)
{
    gint64 now_us = pass->context->now_us();
    const LodgeLedgerDue due = {now_us, now_us + LODGE_DEFER_MOST_US};
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    g_autoptr(GPtrArray) pending = lodge_ledger_list_pending(ledger, &due, error);
    if (pending == NULL)
        return FALSE;
    for (guint i = 0; i < pending->len; i++) {
        g_autoptr(LodgeLedgerMessage) message =
            lodge_ledger_require_message(ledger, g_ptr_array_index(pending, i), error);
        if (message == NULL)
            return FALSE;
        lodge_workers_push(pass->workers, message);
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

gboolean lodge_pass_flush(LodgePass *pass, GError **error)
{
    return lodge_committer_run(pass->committer, do_nothing, NULL, error);
}

/* ---- its life ---- */

/* The kernel tells nobody in line that a lock is free again without stopping him for good; so we look. */
static LodgeSpool *open_spool(const LodgePass *pass, const char *who, GError **error)
{
    const LodgeContext *context = pass->context;
    for (gboolean told = FALSE;; told = TRUE) {
        g_autoptr(GError) failure = NULL;
        LodgeSpool *spool =
            lodge_spool_open(pass->settings->spool_dir, who, context->now_us(), &failure);
        if (spool != NULL)
            return spool;
        if (!context->wait || context->stopping() ||
            !g_error_matches(failure, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_LOCKED)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return NULL;
        }
        if (!told)
            lodge_log_warning("waiting-for-spool", "reason", failure->message, NULL);
        g_usleep(LOCK_LOOK_US);
    }
}

gboolean lodge_pass_open(LodgePass *pass, const char *who, GError **error)
{
    g_mutex_init(&pass->mutex);
    pass->breakers = lodge_breakers_new();
    pass->spool = open_spool(pass, who, error);
    if (pass->spool == NULL)
        return FALSE;
    LodgeAirlockOptions options = {.wall_ms = pass->settings->limits.reader_wall_ms,
                                   .anchors_pem = pass->settings->smime_anchors};
    pass->airlock = lodge_airlock_new(&options, error);
    if (pass->airlock == NULL)
        return FALSE;
    if (pass->settings->dns.mode != LODGE_DNS_MODE_OFF) {
        pass->resolver = lodge_resolver_unbound_new(&pass->settings->dns, NULL,
                                                    pass->context->now_us, error);
        if (pass->resolver == NULL)
            return FALSE;
    }
    if (pass->settings->scanner.is_on)
        pass->scanner = lodge_scanner_new(&pass->settings->scanner, pass->context->now_us,
                                          pass->context->stopping);
    pass->committer = lodge_committer_new(pass->spool, pass->context->now_us);
    pass->recorder = lodge_recorder_new(pass->settings, pass->committer, on_recorded, pass);
    pass->workers = lodge_workers_new(pass->settings, pass->spool, pass->airlock,
                                      pass->resolver, pass->scanner, pass->recorder);
    return TRUE;
}

static gboolean at_once(gpointer data)
{
    (void)data;
    return TRUE;
}

/* Workers first, and nothing of theirs left under way: they feed the committer; the committer before the spool it writes. */
void lodge_pass_close(LodgePass *pass)
{
    if (pass->workers != NULL)
        lodge_workers_wait(pass->workers, at_once, NULL);
    lodge_workers_free(pass->workers);
    lodge_committer_free(pass->committer);
    lodge_recorder_free(pass->recorder);
    lodge_airlock_free(pass->airlock);
    lodge_resolver_free(pass->resolver);
    lodge_scanner_free(pass->scanner);
    lodge_spool_close(pass->spool);
    lodge_breakers_free(pass->breakers);
    g_mutex_clear(&pass->mutex);
}
