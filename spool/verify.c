#include "spool/verify.h"
#include "spool/backup.h"
#include "spool/lock.h"
#include "spool/marker.h"
#include "spool/purge.h"
#include "spool/spool_internal.h"
#include "spool/verify_internal.h"

static void problem_free(gpointer data)
{
    LodgeVerifyProblem *problem = data;
    g_free(problem->object);
    g_free(problem->problem);
    g_free(problem->mend);
    g_free(problem);
}

static LodgeVerifyReport *report_new(void)
{
    LodgeVerifyReport *report = g_new0(LodgeVerifyReport, 1);
    report->problems = g_ptr_array_new_with_free_func(problem_free);
    report->mended = g_ptr_array_new_with_free_func(problem_free);
    return report;
}

void lodge_verify_report_free(LodgeVerifyReport *report)
{
    if (report == NULL)
        return;
    g_ptr_array_unref(report->problems);
    g_ptr_array_unref(report->mended);
    g_free(report);
}

void lodge_verify_add(LodgeVerification *verification,
                      const char *object,
                      const char *problem,
                      const char *mend)
{
    LodgeVerifyProblem *added = g_new0(LodgeVerifyProblem, 1);
    added->object = g_strdup(object);
    added->problem = g_strdup(problem);
    added->mend = g_strdup(mend);
    g_ptr_array_add(verification->report->problems, added);
}

/* What the index was found to have, from `first` on, has been put right. */
static void move_mended(LodgeVerifyReport *report, guint first)
{
    while (report->problems->len > first)
        g_ptr_array_add(report->mended, g_ptr_array_steal_index(report->problems, first));
    report->repaired = TRUE;
}

static gboolean
check_and_mend_index(LodgeVerification *verification, gboolean repair, GError **error)
{
    LodgeVerifyReport *report = verification->report;
    guint first = report->problems->len;
    gboolean wrong = FALSE, unusable = FALSE;
    if (!lodge_verify_index(verification, &wrong, &unusable, error))
        return FALSE;
    /* A lost end of the journal is for a person to accept, not for a repair. */
    gboolean may = verification->journal_whole && !verification->end_lost &&
                   (unusable || !verification->records_lost);
    if (!repair || !wrong || !may)
        return TRUE;
    if (!lodge_ledger_rebuild(verification->root, verification->last, LODGE_FOLLOW_TOLERANT,
                              error))
        return FALSE;
    move_mended(report, first);
    return TRUE;
}

static void look_for_markers(LodgeVerification *verification)
{
    if (lodge_marker_is_laid(verification->root, LODGE_PURGE_MARKER))
        lodge_verify_add(verification, LODGE_PURGE_MARKER,
                         "says that a purge was broken off, or is under way",
                         "the next lodge that opens the spool for writing carries it on: "
                         "run lodge once, or start the service");
    if (lodge_marker_is_laid(verification->root, LODGE_BACKUP_MARKER))
        lodge_verify_add(
            verification, LODGE_BACKUP_MARKER,
            "says that this is a backup that was broken off",
            "finish it with lodge backup, or remove the file to go on from the "
            "earlier state that it holds");
}

static gboolean run(LodgeVerification *verification, gboolean repair, GError **error)
{
    look_for_markers(verification);
    gboolean good = lodge_verify_journal(verification, error) &&
                    lodge_verify_objects(verification, error) &&
                    check_and_mend_index(verification, repair, error);
    lodge_ledger_close(verification->named);
    lodge_purged_free(verification->purged);
    return good;
}

LodgeVerifyReport *lodge_verify_run(const char *dir,
                                    gboolean repair,
                                    gint64 now_us,
                                    LodgeVerifyProgress progress,
                                    gpointer data,
                                    GError **error)
{
    g_return_val_if_fail(dir != NULL, NULL);
    g_autoptr(LodgeDurableRoot) root = lodge_spool_find_layout(dir, error);
    if (root == NULL)
        return NULL;
    g_autoptr(LodgeLock) lock = NULL;
    if (repair &&
        (lock = lodge_lock_take(root, "lodge verify --repair", now_us, error)) == NULL)
        return NULL;
    g_autoptr(LodgeVerifyReport) report = report_new();
    LodgeVerification verification = {
        .root = root, .report = report, .progress = progress, .data = data};
    return run(&verification, repair, error) ? g_steal_pointer(&report) : NULL;
}
