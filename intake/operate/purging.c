#include "intake/operate/purging.h"

#include "intake/operate/holdings.h"
#include "intake/operate/lookup.h"
#include <string.h>

#define RULE_MESSAGE "message"
#define RULE_ADDRESS "address"

#define DAY_US (24 * 3600 * LODGE_SECOND_US)
#define IDLE_MOST_DAYS                                                                     \
    31 /* with nothing recorded: longer, and the clock must be looked at first */

static void choice_free(gpointer data)
{
    LodgePurgeChoice *choice = data;
    lodge_ledger_message_free(choice->message);
    g_free(choice->rule);
    g_free(choice->copy_of);
    g_free(choice->reason);
    g_free(choice);
}

LodgePurging *lodge_purging_new(void)
{
    LodgePurging *purging = g_new0(LodgePurging, 1);
    purging->choices = g_ptr_array_new_with_free_func(choice_free);
    purging->mentions = g_ptr_array_new_with_free_func(g_free);
    purging->unreadable = g_ptr_array_new_with_free_func(g_free);
    return purging;
}

void lodge_purging_free(LodgePurging *purging)
{
    if (purging == NULL)
        return;
    g_ptr_array_unref(purging->choices);
    g_ptr_array_unref(purging->mentions);
    g_ptr_array_unref(purging->unreadable);
    g_free(purging);
}

char *lodge_purging_describe(const LodgeLedgerPurge *purge)
{
    g_autofree char *at = lodge_instant_format(purge->at_us);
    return g_strdup_printf(
        "purged on %.19sZ by %s under rule %s: %s", at != NULL ? at : "-",
        purge->actor != NULL ? purge->actor : "somebody whose name was erased", purge->rule,
        purge->reason != NULL ? purge->reason : "why was erased");
}

/* ---- choosing ---- */

static gboolean is_chosen(const LodgePurging *purging, const char *reference)
{
    for (guint i = 0; i < purging->choices->len; i++) {
        const LodgePurgeChoice *choice = g_ptr_array_index(purging->choices, i);
        if (strcmp(choice->message->reference, reference) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Takes the message. */
static void add_choice(LodgePurging *purging,
                       LodgeLedgerMessage *message,
                       const char *rule,
                       const char *copy_of)
{
    LodgePurgeChoice *choice = g_new0(LodgePurgeChoice, 1);
    choice->message = message;
    choice->rule = g_strdup(rule);
    choice->copy_of = g_strdup(copy_of);
    g_ptr_array_add(purging->choices, choice);
}

static gboolean add_copies(LodgePurging *purging,
                           LodgeLedger *ledger,
                           const char *reference,
                           const char *rule,
                           GError **error)
{
    g_autoptr(GPtrArray) copies = lodge_ledger_list_copies(ledger, reference, error);
    for (guint i = 0; copies != NULL && i < copies->len; i++) {
        const char *copy = g_ptr_array_index(copies, i);
        if (is_chosen(purging, copy))
            continue;
        LodgeLedgerMessage *message = lodge_ledger_require_message(ledger, copy, error);
        if (message == NULL)
            return FALSE;
        add_choice(purging, message, rule, reference);
    }
    return copies != NULL;
}

/* Takes the message. */
static gboolean choose(LodgePurging *purging,
                       LodgeLedger *ledger,
                       LodgeLedgerMessage *message,
                       const char *rule,
                       GError **error)
{
    if (is_chosen(purging, message->reference)) {
        lodge_ledger_message_free(message);
        return TRUE;
    }
    add_choice(purging, message, rule, NULL);
    return add_copies(purging, ledger, message->reference, rule, error);
}

static gboolean refuse_purged(LodgeLedger *ledger, const char *reference, GError **error)
{
    g_autoptr(LodgeLedgerPurge) purge = lodge_ledger_get_purge(ledger, reference, error);
    if (purge == NULL)
        return FALSE;
    g_autofree char *words = lodge_purging_describe(purge);
    g_set_error(error, LODGE_LOOKUP_ERROR, LODGE_LOOKUP_ERROR_NONE, "%s was %s", reference,
                words);
    return FALSE;
}

gboolean lodge_purging_choose(LodgePurging *purging,
                              LodgeLedger *ledger,
                              const char *words,
                              GError **error)
{
    g_autoptr(LodgeLedgerMessage) message = lodge_lookup_message(ledger, words, error);
    if (message == NULL)
        return FALSE;
    if (strcmp(message->state, "purged") == 0)
        return refuse_purged(ledger, message->reference, error);
    return choose(purging, ledger, g_steal_pointer(&message), RULE_MESSAGE, error);
}

/* ---- by address ---- */

static gboolean take_holding(LodgePurging *purging,
                             LodgeLedger *ledger,
                             LodgeHolding *holding,
                             GError **error)
{
    const LodgeLedgerMessage *message = holding->message;
    if (message == NULL || strcmp(message->state, "purged") == 0)
        return TRUE;
    if (holding->sender || holding->receipts->len > 0) {
        g_ptr_array_set_size(holding->receipts, 0); /* they are the message's */
        return choose(purging, ledger, g_steal_pointer(&holding->message), RULE_ADDRESS,
                      error);
    }
    g_ptr_array_add(purging->mentions, g_strdup(message->reference));
    return TRUE;
}

/* One that comes along as a copy is no mere mention. */
static void drop_chosen_mentions(LodgePurging *purging)
{
    for (guint i = purging->mentions->len; i > 0; i--)
        if (is_chosen(purging, g_ptr_array_index(purging->mentions, i - 1)))
            g_ptr_array_remove_index(purging->mentions, i - 1);
}

gboolean lodge_purging_choose_address(LodgePurging *purging,
                                      const LodgeSettings *settings,
                                      LodgeSpool *spool,
                                      const char *address,
                                      LodgeSearchProgress progress,
                                      GError **error)
{
    g_autoptr(LodgeHoldings) holdings =
        lodge_holdings_find(settings, spool, address, progress, error);
    if (holdings == NULL)
        return FALSE;
    for (guint i = 0; i < holdings->holdings->len; i++)
        if (!take_holding(purging, lodge_spool_ledger(spool),
                          g_ptr_array_index(holdings->holdings, i), error))
            return FALSE;
    for (guint i = 0; i < holdings->unreadable->len; i++)
        g_ptr_array_add(purging->unreadable,
                        g_strdup(g_ptr_array_index(holdings->unreadable, i)));
    drop_chosen_mentions(purging);
    return TRUE;
}

/* ---- by age ---- */

typedef struct {
    LodgePurging *purging;
    const LodgeRetention *retention;
    LodgeLedger *ledger;
    gint64 now_us;
} Due;

typedef struct {
    const char *rule, *key;
    guint days; /* 0: kept */
} Class;

/* Copies go with what they are copies of, and what is not decided yet has no class. */
static Class class_of(const LodgeLedgerMessage *message, const LodgeRetention *retention)
{
    const char *outcome = message->outcome != NULL ? message->outcome : "";
    if (strcmp(outcome, "accepted") == 0)
        return (Class){"retention-plans", "plans", retention->plans_days};
    if (strcmp(outcome, "held") == 0 || strcmp(outcome, "rejected") == 0)
        return (Class){"retention-correspondence", "correspondence",
                       retention->correspondence_days};
    if (strcmp(outcome, "not-a-submission") == 0)
        return (Class){"retention-not-a-submission", "not_a_submission",
                       retention->not_a_submission_days};
    return (Class){NULL, NULL, 0};
}

static gboolean choose_if_due(const LodgeLedgerMessage *seen, gpointer data, GError **error)
{
    const Due *due = data;
    Class class = class_of(seen, due->retention);
    if (strcmp(seen->state, "decided") != 0 || class.days == 0 ||
        due->now_us - seen->kept_us <= class.days * DAY_US)
        return TRUE;
    guint first = due->purging->choices->len;
    LodgeLedgerMessage *message =
        lodge_ledger_require_message(due->ledger, seen->reference, error);
    if (message == NULL || !choose(due->purging, due->ledger, message, class.rule, error))
        return FALSE;
    for (guint i = first; i < due->purging->choices->len; i++) {
        LodgePurgeChoice *choice = g_ptr_array_index(due->purging->choices, i);
        choice->reason = g_strdup_printf("[retention] %s = %ud", class.key, class.days);
    }
    return TRUE;
}

static gboolean believe_clock(LodgeLedger *ledger, gint64 now_us, GError **error)
{
    gint64 newest_us = 0;
    if (!lodge_ledger_get_newest(ledger, &newest_us, error))
        return FALSE;
    if (newest_us == LODGE_INSTANT_UNKNOWN || now_us - newest_us < IDLE_MOST_DAYS * DAY_US)
        return TRUE;
    g_autofree char *now = lodge_instant_format(now_us);
    g_set_error(
        error, LODGE_LOOKUP_ERROR, LODGE_LOOKUP_ERROR_NONE,
        "this machine's clock says %.10s, %" G_GINT64_FORMAT
        " days after the last thing that was recorded: set it right; if it is right, "
        "run lodge once first",
        now != NULL ? now : "-", (now_us - newest_us) / DAY_US);
    return FALSE;
}

gboolean lodge_purging_choose_due(LodgePurging *purging,
                                  const LodgeRetention *retention,
                                  LodgeLedger *ledger,
                                  gint64 now_us,
                                  GError **error)
{
    Due due = {purging, retention, ledger, now_us};
    const LodgeLedgerFilter all = {0};
    return believe_clock(ledger, now_us, error) &&
           lodge_ledger_visit_messages(ledger, &all, choose_if_due, &due, error);
}

/* ---- carrying it out ---- */

gboolean lodge_purging_run(const LodgePurging *purging,
                           LodgeSpool *spool,
                           const char *actor,
                           const char *reason,
                           gint64 now_us,
                           LodgeErased *erased_out,
                           GError **error)
{
    g_return_val_if_fail(purging->choices->len > 0, FALSE);
    g_autofree LodgePurgeOrder *orders = g_new0(LodgePurgeOrder, purging->choices->len);
    for (guint i = 0; i < purging->choices->len; i++) {
        const LodgePurgeChoice *choice = g_ptr_array_index(purging->choices, i);
        orders[i] = (LodgePurgeOrder){choice->message->reference, choice->rule, actor,
                                      reason != NULL ? reason : choice->reason};
    }
    return lodge_purge_run(spool, orders, purging->choices->len, now_us, erased_out, error);
}
