/* pass.h - one pass in progress: what its steps share.
 *
 * Internal to intake/. The report is guarded by the mutex while threads run; everything else
 * is set before they start. The first failure of the spool ends the pass: the steps ask
 * lodge_pass_has_failed before they begin anything new. A service is one long pass, which forgives
 * a failure of the spool once there is reason to try again. */
#pragma once

#include "config/settings.h"
#include "intake/committer.h"
#include "intake/context.h"
#include "intake/fetch/breakers.h"
#include "intake/learn/airlock.h"
#include "intake/learn/resolver.h"
#include "intake/learn/scanner.h"
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
    LodgeResolver *resolver; /* NULL: DNS is not asked */
    LodgeScanner *scanner;   /* NULL: nothing is scanned */
    LodgeCommitter *committer;
    LodgeRecorder *recorder;
    LodgeWorkers *workers;
    LodgePassReport *report;
    GMutex mutex;
    LodgeBreakers *breakers; /* messages at which a mail server breaks off */
    gboolean is_low; /* the disk of the spool was almost full when it was last looked at */
    void (*recorded)(
        gpointer data); /* after each message that was decided or put off; may be NULL */
    gpointer recorded_data;
} LodgePass;

/* Opens the spool for writing and starts reader, workers and committer. `settings`, `context` and `report` are set; on
 * failure it is to be closed all the same. `who`: for whoever finds the spool in use. */
gboolean lodge_pass_open(LodgePass *pass, const char *who, GError **error);
void lodge_pass_close(LodgePass *pass);
/* Hands the workers what was kept and could not be decided, and is due again. What they have already is left alone. */
gboolean lodge_pass_take_up_pending(LodgePass *pass, GError **error);
/* Until everything that was handed to the committer is durable or has failed. */
gboolean lodge_pass_flush(LodgePass *pass, GError **error);

/* Any thread; the first one counts. The error stays the caller's. */
void lodge_pass_fail(LodgePass *pass, const GError *error);
gboolean lodge_pass_has_failed(LodgePass *pass);
void lodge_pass_forgive(LodgePass *pass);
