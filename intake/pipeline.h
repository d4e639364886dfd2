/* pipeline.h - the walk, whole: one pass over mailboxes or files, and everything it leads to.
 *
 * fetch → keep → read → learn → decide → record → mark → project → answer. What an earlier pass left
 * undone (pending messages, unwritten trees, owed receipts) is taken up too. A mailbox
 * that fails does not stop the others; a spool that fails stops everything, and nothing is lost:
 * what was not kept is still in the mailbox. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"
#include "intake/pass_report.h"
#include <glib.h>

/* `paths` NULL: every configured mailbox. Otherwise messages from files for `call`. NULL with error set when
 * the pass could not begin. */
LodgePassReport *lodge_pipeline_run(const LodgeSettings *settings,
                                    const LodgeContext *context,
                                    const char *const *paths,
                                    const char *call,
                                    GError **error);
