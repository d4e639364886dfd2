/* recall.h - how often we have answered lately, out of the ledger into the history of a decision.
 *
 * Asked inside the commit, so that the answers owed by the decisions before count, those of the same batch
 * included, and no two mails can take the last one at once. */
#pragma once

#include "intake/decide/decision.h"
#include "spool/ledger.h"
#include <glib.h>

/* How often the contact of the one candidate was told. FALSE: the index failed. */
gboolean lodge_recall_notices(LodgeHistory *history,
                              LodgeLedger *ledger,
                              const char *call,
                              const char *const *councils,
                              gint64 now_us,
                              GError **error);
/* Counts the answers of the last hour and day to the one sender, its domain and the candidates (GSS codes). Without a
 * single sender there is nobody to answer, and nothing is counted. FALSE: the index failed. */
gboolean lodge_recall_answers(LodgeHistory *history,
                              LodgeLedger *ledger,
                              const LodgeMessageFacts *facts,
                              const char *const *councils,
                              gint64 now_us,
                              GError **error);
