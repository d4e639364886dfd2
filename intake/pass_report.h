/* pass_report.h - the result of one pass as a plain value. */
#pragma once

#include "intake/context.h"
#include "intake/deliver.h"
#include "spool/event.h"
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

LodgePassSource *lodge_pass_source_new(const char *name);
void lodge_pass_source_free(LodgePassSource *source);

LodgePassReport *lodge_pass_report_new(void);
void lodge_pass_report_free(LodgePassReport *report);
LodgeExit lodge_pass_report_exit(const LodgePassReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgePassReport, lodge_pass_report_free)
