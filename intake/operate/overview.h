/* overview.h - where a call stands: who has sent what, who is missing, what is held.
 *
 * Gathered from the ledger and the register in force. A council's current plan is the accepted version received
 * last. Councils count when they exist at the deadline. */
#pragma once

#include "config/settings.h"
#include "spool/ledger.h"
#include <glib.h>

typedef struct {
    const LodgeBody *body; /* of the rules */
    char *reference;       /* of the current plan; NULL: none filed */
    guint version;
    char *timeliness;
    gint64 received_us;
    gboolean held; /* something of theirs waits for a person */
} LodgeOverviewCouncil;

/* One message that a person should look at. */
typedef struct {
    char *reference, *from, *council, *reason; /* the first holding finding's words */
} LodgeOverviewHeld;

/* Messages that are put off for one reason of ours. */
typedef struct {
    char *code, *words; /* of the first of them */
    guint count;
} LodgeOverviewWaiting;

typedef struct {
    const LodgeCallSettings *call;
    LodgeRules *rules;   /* in force: the call's, and what was granted since */
    GPtrArray *councils; /* LodgeOverviewCouncil, in order of the register */
    GPtrArray *held;     /* LodgeOverviewHeld */
    guint accepted, held_count, rejected, duplicate, not_a_submission, pending;
    guint purged;               /* whatever they were; their council counts as it did */
    GPtrArray *waiting;         /* LodgeOverviewWaiting: of the pending ones */
    guint receipts_refused;     /* the mail server will not take them */
    guint receipts_returned;    /* came back as undeliverable */
    GPtrArray *capped;          /* references that a cap keeps from their answer */
    guint filed, on_time, late; /* councils, by their current plan */
} LodgeOverview;

LodgeOverview *
lodge_overview_new(const LodgeCallSettings *call, LodgeLedger *ledger, GError **error);
/* The same, and `visit` sees every message of the call: what it gathers is of the same instant. */
LodgeOverview *lodge_overview_visit(const LodgeCallSettings *call,
                                    LodgeLedger *ledger,
                                    LodgeLedgerVisit visit,
                                    gpointer data,
                                    GError **error);
/* TRUE: a plan is current before the other one, both filed for one council. */
gboolean lodge_overview_is_later(gint64 received_us,
                                 guint version,
                                 gint64 other_received_us,
                                 guint other_version);
void lodge_overview_free(LodgeOverview *overview);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeOverview, lodge_overview_free)
