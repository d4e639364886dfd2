/* workers.h - steps three and four of the walk: threads that take kept messages through the airlock.
 *
 * Each worker reads one message at a time, has its signatures checked where DNS may be asked (`resolver` not
 * NULL) and its documents scanned for malware where a scanner is configured (`scanner` not NULL), and hands what was
 * found to the recorder. A message that cannot be read or scanned for reasons of ours goes there too, with the fault's name. One poison message
 * keeps one worker busy until its reader's time limit, never the others. */
#pragma once

#include "config/settings.h"
#include "intake/learn/airlock.h"
#include "intake/learn/resolver.h"
#include "intake/learn/scanner.h"
#include "intake/record.h"
#include "spool/spool.h"
#include <glib.h>

typedef struct LodgeWorkers LodgeWorkers;

LodgeWorkers *lodge_workers_new(const LodgeSettings *settings,
                                LodgeSpool *spool,
                                LodgeAirlock *airlock,
                                LodgeResolver *resolver,
                                const LodgeScanner *scanner,
                                LodgeRecorder *recorder);
/* Any thread. A message that is waiting or being read is not taken twice. */
void lodge_workers_push(LodgeWorkers *workers, const LodgeLedgerMessage *message);
/* Called by the recorder's callback for each message that came to its end. */
void lodge_workers_finished(LodgeWorkers *workers, const char *reference);
/* Is nothing waiting and nothing being read? */
gboolean lodge_workers_are_idle(LodgeWorkers *workers);
/* Until nothing pushed is unfinished. TRUE from `stopping` drops what has not begun (it stays pending). */
void lodge_workers_wait(LodgeWorkers *workers,
                        gboolean (*stopping)(gpointer data),
                        gpointer data);
void lodge_workers_free(LodgeWorkers *workers);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeWorkers, lodge_workers_free)
