/* pipeline.h - the walk, whole: one pass over mailboxes or files, and everything it leads to.
 *
 * fetch → keep → read → learn → decide → record → mark → project → answer. What an earlier pass left
 * undone (pending messages, unwritten trees, owed receipts) is taken up too. A mailbox
 * that fails does not stop the others; a spool that fails stops everything, and nothing is lost:
 * what was not kept is still in the mailbox. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"
#include "intake/deliver.h"
#include <glib.h>

/* What became of one source of messages. */
typedef struct {
    char *name;         /* mailbox, or "files" */
    GPtrArray *folders; /* LodgeEventFolder */
    GError *error;      /* why it ended early, or NULL */
} LodgePassSource;

typedef struct {
    GPtrArray *sources; /* LodgePassSource */
    guint64 kept;       /* new messages */
    guint64 known;      /* the same bytes again, at another place */
    guint64 failed;     /* listed or named, not taken in */
    guint64 decided;
    GHashTable *outcomes; /* word → GUINT count; "deferred" too */
    LodgeDelivery delivery;
    GError *error; /* the spool or the airlock failed: the pass ended early */
} LodgePassReport;

void lodge_pass_report_free(LodgePassReport *report);
LodgeExit lodge_pass_report_exit(const LodgePassReport *report);

/* `paths` NULL: every configured mailbox. Otherwise messages from files for `call`. NULL with error set when
 * the pass could not begin. */
LodgePassReport *lodge_pipeline_run(const LodgeSettings *settings,
                                    const LodgeContext *context,
                                    const char *const *paths,
                                    const char *call,
                                    GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgePassReport, lodge_pass_report_free)
