/* pass.h - one pass in progress: what its steps share.
 *
 * Internal to intake/. The report is guarded by the mutex while threads run; everything else
 * is set before they start. The first failure of the spool ends the pass: the steps ask
 * lodge_pass_has_failed before they begin anything new. */
#pragma once

#include "config/settings.h"
#include "intake/committer.h"
#include "intake/context.h"
#include "intake/learn/airlock.h"
#include "intake/pass_report.h"
#include "intake/record.h"
#include "intake/workers.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct {
    const LodgeSettings *settings;
    const LodgeContext *context;
    LodgeSpool *spool;
    LodgeAirlock *airlock;
    LodgeCommitter *committer;
    LodgeRecorder *recorder;
    LodgeWorkers *workers;
    LodgePassReport *report;
    GMutex mutex;
} LodgePass;

/* Any thread; the first one counts. The error stays the caller's. */
void lodge_pass_fail(LodgePass *pass, const GError *error);
gboolean lodge_pass_has_failed(LodgePass *pass);
