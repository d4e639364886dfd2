#include "intake/pipeline.h"

#include "intake/fetch/mailbox.h"
#include "intake/log.h"
#include "intake/mark.h"
#include "intake/pass.h"
#include "intake/project.h"
#include "intake/source.h"
#include <string.h>

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
    if (!lodge_pass_flush(pass, &error))
        lodge_pass_fail(pass, error);
    lodge_workers_wait(pass->workers, is_over, pass);
    lodge_log_progress_end();
}

static void record_passes(LodgePass *pass, GPtrArray *sources)
{
    for (guint i = 0; i < sources->len; i++) {
        LodgeSource *source = g_ptr_array_index(sources, i);
        g_autoptr(GError) error = NULL;
        if (source->mailbox == NULL || source->result->folders == NULL)
            continue;
        if (!lodge_source_record(source, &error))
            lodge_pass_fail(pass, error);
    }
}

/* ---- the walk ---- */

/* Trees are copies for people: that one cannot be written keeps no council from its receipt. */
static void finish(LodgePass *pass)
{
    g_autoptr(GError) tree_error = NULL;
    g_autoptr(GError) tree_damage = NULL;
    g_autoptr(GError) receipt_error = NULL;
    if (!lodge_project_run(pass->spool, pass->committer, pass->context, &tree_damage,
                           &tree_error))
        lodge_pass_fail(pass, tree_error);
    else if (tree_damage != NULL)
        lodge_pass_fail(pass, tree_damage);
    g_autoptr(LodgeDeliver) deliver =
        lodge_deliver_new(pass->settings, pass->context, pass->spool, pass->committer);
    if (!lodge_deliver_run(deliver, 0, &pass->report->delivery, &receipt_error))
        lodge_pass_fail(pass, receipt_error);
    else if (pass->report->delivery.damage != NULL)
        lodge_pass_fail(pass, pass->report->delivery.damage);
}

static void walk(LodgePass *pass, const char *const *paths, const char *call)
{
    g_autoptr(GError) error = NULL;
    if (!lodge_source_has_room(pass, &error) || !lodge_pass_take_up_pending(pass, &error)) {
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

LodgePassReport *lodge_pipeline_run(const LodgeSettings *settings,
                                    const LodgeContext *context,
                                    const char *const *paths,
                                    const char *call,
                                    GError **error)
{
    LodgePass pass = {
        .settings = settings, .context = context, .report = lodge_pass_report_new()};
    if (lodge_pass_open(&pass, paths != NULL ? "lodge file" : "lodge once", error)) {
        walk(&pass, paths, call);
        note_interruption(&pass);
    } else {
        g_clear_pointer(&pass.report, lodge_pass_report_free);
    }
    lodge_pass_close(&pass);
    return pass.report;
}
