#include "intake/operate/overview.h"

#include "intake/decide/answerable.h"
#include "intake/operate/rules_in_force.h"

#include <string.h>

static void council_free(LodgeOverviewCouncil *council)
{
    g_free(council->reference);
    g_free(council->timeliness);
    g_free(council);
}

static void held_free(LodgeOverviewHeld *held)
{
    g_free(held->reference);
    g_free(held->from);
    g_free(held->council);
    g_free(held->reason);
    g_free(held);
}

static void waiting_free(LodgeOverviewWaiting *waiting)
{
    g_free(waiting->code);
    g_free(waiting->words);
    g_free(waiting);
}

void lodge_overview_free(LodgeOverview *overview)
{
    if (overview == NULL)
        return;
    g_clear_pointer(&overview->councils, g_ptr_array_unref);
    g_clear_pointer(&overview->held, g_ptr_array_unref);
    g_clear_pointer(&overview->capped, g_ptr_array_unref);
    g_clear_pointer(&overview->waiting, g_ptr_array_unref);
    lodge_rules_free(overview->rules);
    g_free(overview);
}

typedef struct {
    LodgeOverview *overview;
    GHashTable *by_gss;     /* LodgeOverviewCouncil, borrowed */
    LodgeLedgerVisit visit; /* who else looks, or NULL */
    gpointer visit_data;
} Gathering;

gboolean lodge_overview_is_later(gint64 received_us,
                                 guint version,
                                 gint64 other_received_us,
                                 guint other_version)
{
    return received_us > other_received_us ||
           (received_us == other_received_us && version > other_version);
}

static void add_accepted(LodgeOverviewCouncil *council, const LodgeLedgerMessage *message)
{
    if (council->reference != NULL &&
        !lodge_overview_is_later(message->received_us, message->version,
                                 council->received_us, council->version))
        return;
    g_free(council->reference);
    g_free(council->timeliness);
    council->reference = g_strdup(message->reference);
    council->timeliness = g_strdup(message->timeliness);
    council->version = message->version;
    council->received_us = message->received_us;
}

static const char *first_hold(const LodgeLedgerMessage *message)
{
    for (guint i = 0; i < message->findings->len; i++) {
        const LodgeEventFinding *finding = g_ptr_array_index(message->findings, i);
        if (strcmp(finding->severity, "hold") == 0)
            return finding->words;
    }
    return NULL;
}

static void add_held(LodgeOverview *overview, const LodgeLedgerMessage *message)
{
    LodgeOverviewHeld *held = g_new0(LodgeOverviewHeld, 1);
    held->reference = g_strdup(message->reference);
    held->from = g_strdup(message->from);
    held->council = g_strdup(message->council);
    held->reason = g_strdup(first_hold(message));
    g_ptr_array_add(overview->held, held);
    overview->held_count++;
}

static void count_refused(LodgeOverview *overview, const GPtrArray *receipts)
{
    for (guint i = 0; i < receipts->len; i++) {
        const LodgeLedgerReceipt *receipt = g_ptr_array_index(receipts, i);
        overview->receipts_refused += strcmp(receipt->state, "refused") == 0;
        overview->receipts_returned += receipt->returned_us != LODGE_INSTANT_UNKNOWN;
    }
}

/* Until somebody sends it one after all. */
static void note_capped(LodgeOverview *overview, const LodgeLedgerMessage *message)
{
    if (message->may_answer != NULL && lodge_answerable_is_capped(message->may_answer) &&
        message->receipts->len == 0)
        g_ptr_array_add(overview->capped, g_strdup(message->reference));
}

static LodgeOverviewWaiting *find_waiting(LodgeOverview *overview, const char *code)
{
    for (guint i = 0; i < overview->waiting->len; i++) {
        LodgeOverviewWaiting *waiting = g_ptr_array_index(overview->waiting, i);
        if (strcmp(waiting->code, code) == 0)
            return waiting;
    }
    LodgeOverviewWaiting *waiting = g_new0(LodgeOverviewWaiting, 1);
    waiting->code = g_strdup(code);
    g_ptr_array_add(overview->waiting, waiting);
    return waiting;
}

static void add_pending(LodgeOverview *overview, const LodgeLedgerMessage *message)
{
    if (strcmp(message->state, "pending") != 0)
        return;
    overview->pending++;
    if (message->deferred_code == NULL)
        return;
    LodgeOverviewWaiting *waiting = find_waiting(overview, message->deferred_code);
    if (waiting->count++ == 0)
        waiting->words = g_strdup(message->deferred_words);
}

static gboolean gather(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    const Gathering *gathering = data;
    LodgeOverview *overview = gathering->overview;
    LodgeOverviewCouncil *council =
        message->council != NULL ? g_hash_table_lookup(gathering->by_gss, message->council)
                                 : NULL;
    if (strcmp(message->state, "purged") == 0) {
        overview->purged++;
        if (council != NULL && g_strcmp0(message->outcome, "accepted") == 0)
            add_accepted(council, message);
        return gathering->visit == NULL ||
               gathering->visit(message, gathering->visit_data, error);
    }
    count_refused(overview, message->receipts);
    count_refused(overview, message->notices);
    note_capped(overview, message);
    if (message->outcome == NULL) {
        add_pending(overview, message);
    } else if (strcmp(message->outcome, "accepted") == 0) {
        overview->accepted++;
        if (council != NULL)
            add_accepted(council, message);
    } else if (strcmp(message->outcome, "held") == 0) {
        add_held(overview, message);
        if (council != NULL)
            council->held = TRUE;
    } else if (strcmp(message->outcome, "rejected") == 0) {
        overview->rejected++;
    } else if (strcmp(message->outcome, "duplicate") == 0) {
        overview->duplicate++;
    } else {
        overview->not_a_submission++;
    }
    return gathering->visit == NULL ||
           gathering->visit(message, gathering->visit_data, error);
}

static void list_councils(Gathering *gathering, const LodgeRules *rules)
{
    gint64 at_us = lodge_call_deadline_for(rules->call, NULL, NULL);
    for (guint i = 0; i < lodge_register_count(rules->reg); i++) {
        const LodgeBody *body = lodge_register_at(rules->reg, i);
        if (!lodge_body_is_valid_at(body, at_us))
            continue;
        LodgeOverviewCouncil *council = g_new0(LodgeOverviewCouncil, 1);
        council->body = body;
        g_ptr_array_add(gathering->overview->councils, council);
        g_hash_table_insert(gathering->by_gss, body->gss, council);
    }
}

static void count_councils(LodgeOverview *overview)
{
    for (guint i = 0; i < overview->councils->len; i++) {
        const LodgeOverviewCouncil *council = g_ptr_array_index(overview->councils, i);
        if (council->reference == NULL)
            continue;
        overview->filed++;
        overview->on_time += strcmp(council->timeliness, "on-time") == 0;
        overview->late += strcmp(council->timeliness, "late") == 0;
    }
}

LodgeOverview *lodge_overview_visit(const LodgeCallSettings *call,
                                    LodgeLedger *ledger,
                                    LodgeLedgerVisit visit,
                                    gpointer data,
                                    GError **error)
{
    g_autoptr(LodgeOverview) overview = g_new0(LodgeOverview, 1);
    overview->call = call;
    overview->rules = lodge_rules_in_force_copy(call->rules, ledger, error);
    if (overview->rules == NULL)
        return NULL;
    overview->councils = g_ptr_array_new_with_free_func((GDestroyNotify)council_free);
    overview->held = g_ptr_array_new_with_free_func((GDestroyNotify)held_free);
    overview->capped = g_ptr_array_new_with_free_func(g_free);
    overview->waiting = g_ptr_array_new_with_free_func((GDestroyNotify)waiting_free);
    g_autoptr(GHashTable) by_gss = g_hash_table_new(g_str_hash, g_str_equal);
    Gathering gathering = {overview, by_gss, visit, data};
    list_councils(&gathering, overview->rules);
    const LodgeLedgerFilter filter = {.call = call->id};
    if (!lodge_ledger_visit_messages(ledger, &filter, gather, &gathering, error))
        return NULL;
    count_councils(overview);
    return g_steal_pointer(&overview);
}

LodgeOverview *
lodge_overview_new(const LodgeCallSettings *call, LodgeLedger *ledger, GError **error)
{
    return lodge_overview_visit(call, ledger, NULL, NULL, error);
}
