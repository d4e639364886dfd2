/* purging.h - which messages a purge would take, and why each: gathered into a value, looked at, then carried out.
 *
 * A message that is chosen takes along the copies that were decided to be nothing but it: they hold the same. An
 * address chooses what it has sent, and what was answered to it; where it only stands (as one of the addressees, in
 * somebody else's text) is a mention, and for a person to judge. What is due is chosen by [retention] of lodge.conf,
 * counted from the day on which lodge took the message in. Rules are codes of the journal: "message", "address",
 * "retention-plans", "retention-correspondence", "retention-not-a-submission". */
#pragma once

#include "config/settings.h"
#include "spool/purge.h"
#include "spool/search.h"
#include "spool/spool.h"

typedef struct {
    LodgeLedgerMessage *message; /* as it is before */
    char *rule;
    char *copy_of; /* reference: it comes along with this one; or NULL */
    char *reason;  /* that of its rule; NULL: the operator's */
} LodgePurgeChoice;

typedef struct {
    GPtrArray *choices;    /* LodgePurgeChoice, each message once */
    GPtrArray *mentions;   /* char *: references in which an address only stands */
    GPtrArray *unreadable; /* char *: objects that could not be searched for it */
} LodgePurging;

LodgePurging *lodge_purging_new(void);
void lodge_purging_free(LodgePurging *purging);

/* `words`: the reference as a person types it. One that is purged already is MISSING, and told with when and why. */
gboolean lodge_purging_choose(LodgePurging *purging,
                              LodgeLedger *ledger,
                              const char *words,
                              GError **error);
gboolean lodge_purging_choose_address(LodgePurging *purging,
                                      const LodgeSettings *settings,
                                      LodgeSpool *spool,
                                      const char *address,
                                      LodgeSearchProgress progress,
                                      GError **error);
/* All that [retention] says is to go by now. A clock that is far ahead of everything that was ever recorded is not
 * believed: a usage error of the lookup's. */
gboolean lodge_purging_choose_due(LodgePurging *purging,
                                  const LodgeRetention *retention,
                                  LodgeLedger *ledger,
                                  gint64 now_us,
                                  GError **error);
/* All that was chosen, which must be something; the spool is open for writing. `reason` NULL: that of each one's rule. */
gboolean lodge_purging_run(const LodgePurging *purging,
                           LodgeSpool *spool,
                           const char *actor,
                           const char *reason,
                           gint64 now_us,
                           LodgeErased *erased_out,
                           GError **error);
/* "purged on 2024-07-19T10:00:00Z by jo under rule address: asked by letter"; not yet for display; g_free it. */
char *lodge_purging_describe(const LodgeLedgerPurge *purge);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgePurging, lodge_purging_free)
