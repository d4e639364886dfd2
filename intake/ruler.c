#include "intake/ruler.h"

#include "intake/decide_again.h"
#include "intake/log.h"
#include "intake/operate/lookup.h"
#include "intake/ruler_checks.h"
#include "parsers/text/display.h"
#include <string.h>

struct LodgeRuler {
    const LodgeSettings *settings;
    LodgeSpool *spool;
    LodgeCommitter *committer;
    LodgeRulesInForce *rules; /* the committer's thread only */
};

/* One order on its way through the committer. */
typedef struct {
    LodgeRuler *ruler;
    const LodgeOrder *order;
    const char *actor;
    LodgeOrderResult *result;
    GError *refusal; /* the order's own failure: nothing was touched */
} Errand;

LodgeRuler *
lodge_ruler_new(const LodgeSettings *settings, LodgeSpool *spool, LodgeCommitter *committer)
{
    LodgeRuler *ruler = g_new0(LodgeRuler, 1);
    ruler->settings = settings;
    ruler->spool = spool;
    ruler->committer = committer;
    ruler->rules = lodge_rules_in_force_new(settings);
    return ruler;
}

void lodge_ruler_free(LodgeRuler *ruler)
{
    if (ruler == NULL)
        return;
    lodge_rules_in_force_free(ruler->rules);
    g_free(ruler);
}

static LodgeDecideAgain
again_for(const Errand *errand, LodgeTransaction *txn, LodgeLedger *ledger, gint64 now_us)
{
    const LodgeRuler *ruler = errand->ruler;
    return (LodgeDecideAgain){ruler->settings, ruler->spool, ruler->rules, txn,
                              ledger,          now_us};
}

/* ---- one message ---- */

static LodgeEvent ruled_event(const Errand *errand, const char *reference, gint64 now_us)
{
    return (LodgeEvent){
        .type = LODGE_EVENT_RULED,
        .at_us = now_us,
        .reference = (char *)reference,
        .code = (char *)lodge_order_verb_format(errand->order->verb),
        .words = errand->order->reason,
        .told = errand->order->told,
        .actor = (char *)errand->actor,
    };
}

static gboolean rule(Errand *errand,
                     const LodgeDecideAgain *again,
                     const LodgeLedgerMessage *message,
                     GError **error)
{
    const LodgeRules *rules = lodge_rules_in_force_find(
        again->rules, again->ledger, message->call, message->reference, &errand->refusal);
    if (rules == NULL)
        return FALSE;
    g_autoptr(LodgeRuling) in_force = NULL;
    if (message->evidence != NULL) {
        in_force = lodge_decide_again_find_ruling(again, message, &errand->refusal);
        if (errand->refusal != NULL)
            return FALSE;
    }
    LodgeRuling *ruling = lodge_ruler_check(errand->order, message, in_force, rules,
                                            errand->actor, again->now_us, &errand->refusal);
    if (ruling == NULL)
        return FALSE;
    LodgeEvent event = ruled_event(errand, message->reference, again->now_us);
    g_autofree char *council = g_strdup(ruling->council);
    g_autofree char *timeliness = g_strdup(ruling->timeliness);
    event.council = council;
    event.timeliness = timeliness;
    LodgeOrderChange *change = NULL;
    if (!lodge_decide_again_run(again, message, ruling, &event, &change, &errand->refusal,
                                error))
        return FALSE;
    g_ptr_array_add(errand->result->changes, change);
    return TRUE;
}

static void add_plain_change(Errand *errand, const LodgeLedgerMessage *message)
{
    LodgeOrderChange *change = lodge_order_change_new(message->reference);
    change->outcome = g_strdup(message->outcome);
    change->timeliness = g_strdup(message->timeliness);
    change->council = g_strdup(message->council);
    change->version = message->version;
    g_ptr_array_add(errand->result->changes, change);
}

static gboolean note(Errand *errand,
                     const LodgeDecideAgain *again,
                     const LodgeLedgerMessage *message,
                     GError **error)
{
    const LodgeEvent event = ruled_event(errand, message->reference, again->now_us);
    add_plain_change(errand, message);
    return lodge_transaction_add(again->txn, &event, error);
}

/* What a cap kept back was never composed: it is owed now, for what is decided again is not capped. */
static gboolean answer_capped(Errand *errand,
                              const LodgeDecideAgain *again,
                              const LodgeLedgerMessage *message,
                              GError **error)
{
    const LodgeEvent event = ruled_event(errand, message->reference, again->now_us);
    LodgeOrderChange *change = NULL;
    if (!lodge_decide_again_run(again, message, NULL, &event, &change, &errand->refusal,
                                error))
        return FALSE;
    g_ptr_array_add(errand->result->changes, change);
    return TRUE;
}

static gboolean resend(Errand *errand,
                       const LodgeDecideAgain *again,
                       const LodgeLedgerMessage *message,
                       GError **error)
{
    if (message->receipts->len == 0 && message->may_answer != NULL &&
        g_str_has_suffix(message->may_answer, "-capped"))
        return answer_capped(errand, again, message, error);
    if (message->receipts->len == 0) {
        g_set_error(&errand->refusal, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                    "no receipt was ever owed for %s; lodge show %s says why",
                    message->reference, message->reference);
        return FALSE;
    }
    const LodgeLedgerReceipt *last =
        g_ptr_array_index(message->receipts, message->receipts->len - 1);
    LodgeEvent event = ruled_event(errand, message->reference, again->now_us);
    event.receipt = last->id;
    add_plain_change(errand, message);
    LodgeOrderChange *change = g_ptr_array_index(errand->result->changes, 0);
    change->receipt = g_strdup(last->id);
    change->receipt_to = g_strdup(last->to);
    return lodge_transaction_add(again->txn, &event, error);
}

static gboolean order_message(Errand *errand, const LodgeDecideAgain *again, GError **error)
{
    g_autoptr(LodgeLedgerMessage) message =
        lodge_lookup_message(again->ledger, errand->order->reference, &errand->refusal);
    if (message == NULL)
        return FALSE;
    if (strcmp(message->state, "purged") == 0) {
        g_set_error(&errand->refusal, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                    "%s was purged; nothing of it is left to %s; see lodge show %s",
                    message->reference, lodge_order_verb_format(errand->order->verb),
                    message->reference);
        return FALSE;
    }
    if (errand->order->verb == LODGE_ORDER_NOTE)
        return note(errand, again, message, error);
    if (errand->order->verb == LODGE_ORDER_RESEND)
        return resend(errand, again, message, error);
    return rule(errand, again, message, error);
}

/* ---- a later deadline ---- */

static const LodgeCallSettings *
choose_call(const LodgeSettings *settings, const char *wanted, GError **error)
{
    if (wanted == NULL && settings->calls->len == 1)
        return g_ptr_array_index(settings->calls, 0);
    const LodgeCallSettings *call =
        wanted != NULL ? lodge_settings_find_call(settings, wanted) : NULL;
    if (call == NULL)
        g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                    "say with --call which call is extended; %s names them",
                    settings->path);
    return call;
}

static LodgeExtension *
check_extension(const LodgeOrder *order, const LodgeRules *rules, GError **error)
{
    gboolean all = strcmp(order->council, "all") == 0;
    if (!all && lodge_register_find(rules->reg, order->council) == NULL) {
        g_autofree char *shown = lodge_display_line(order->council, 40);
        g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                    "the register of call %s has no council %s; write its GSS code, or all",
                    rules->call->id, shown);
        return NULL;
    }
    LodgeExtension *extension = lodge_call_make_extension(
        rules->call, all ? "*" : order->council, order->until, order->reason, error);
    if (extension == NULL) {
        g_prefix_error(error, "--until: ");
        return NULL;
    }
    gint64 now_until_us =
        lodge_call_deadline_for(rules->call, all ? NULL : order->council, NULL);
    if (extension->until_us > now_until_us)
        return extension;
    lodge_extension_free(extension);
    g_autofree char *words = lodge_zone_format_words(rules->call->zone, now_until_us, TRUE);
    g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                "the deadline is already %s; what was promised is not taken back", words);
    return NULL;
}

typedef struct {
    const char *council; /* NULL: all */
    GPtrArray *references;
} Late;

static gboolean
gather_late(const LodgeLedgerMessage *message, gpointer data, GError **error)
{
    (void)error;
    Late *late = data;
    gboolean concerned =
        message->evidence != NULL &&
        (g_strcmp0(message->timeliness, "late") == 0 ||
         g_strcmp0(message->timeliness, "undetermined") == 0) &&
        g_strcmp0(message->outcome, "duplicate") != 0 &&
        g_strcmp0(message->outcome, "not-a-submission") != 0 &&
        (late->council == NULL || g_strcmp0(message->council, late->council) == 0);
    if (concerned)
        g_ptr_array_add(late->references, g_strdup(message->reference));
    return TRUE;
}

/* What came too late may be in time now. One that cannot be decided again stays as it is, and is named. */
static gboolean decide_late_ones(Errand *errand,
                                 const LodgeDecideAgain *again,
                                 GPtrArray *references,
                                 GError **error)
{
    for (guint i = 0; i < references->len; i++) {
        const char *reference = g_ptr_array_index(references, i);
        g_autoptr(GError) refusal = NULL;
        g_autoptr(LodgeLedgerMessage) message =
            lodge_ledger_require_message(again->ledger, reference, error);
        LodgeOrderChange *change = NULL;
        if (message == NULL)
            return FALSE;
        if (!lodge_decide_again_run(again, message, NULL, NULL, &change, &refusal, error)) {
            if (refusal == NULL)
                return FALSE;
            g_ptr_array_add(
                errand->result->warnings,
                g_strdup_printf("%s could not be decided again, and stays as it "
                                "was: %s",
                                reference, refusal->message));
        }
        if (change != NULL)
            g_ptr_array_add(errand->result->changes, change);
    }
    return TRUE;
}

static gboolean
grant(Errand *errand, const LodgeDecideAgain *again, const char *call, GError **error)
{
    const LodgeOrder *order = errand->order;
    const LodgeRules *rules = lodge_rules_in_force_find(again->rules, again->ledger, call,
                                                        "the order", &errand->refusal);
    if (rules == NULL)
        return FALSE;
    g_autoptr(LodgeExtension) extension = check_extension(order, rules, &errand->refusal);
    if (extension == NULL)
        return FALSE;
    g_autoptr(GPtrArray) references = g_ptr_array_new_with_free_func(g_free);
    Late late = {strcmp(order->council, "all") == 0 ? NULL : order->council, references};
    const LodgeLedgerFilter filter = {.call = call};
    if (!lodge_ledger_visit_messages(again->ledger, &filter, gather_late, &late,
                                     &errand->refusal))
        return FALSE;
    errand->result->until_words =
        lodge_zone_format_words(rules->call->zone, extension->until_us, TRUE);
    const LodgeEvent event = {
        .type = LODGE_EVENT_EXTENDED,
        .at_us = again->now_us,
        .call = (char *)call,
        .council = order->council,
        .until_us = extension->until_us,
        .until_text = order->until,
        .words = order->reason,
        .actor = (char *)errand->actor,
    };
    return lodge_transaction_add(again->txn, &event, error) &&
           decide_late_ones(errand, again, references, error);
}

static gboolean extend(Errand *errand, const LodgeDecideAgain *again, GError **error)
{
    const LodgeCallSettings *call =
        choose_call(again->settings, errand->order->call, &errand->refusal);
    return call != NULL && grant(errand, again, call->id, error);
}

/* ---- the errand ---- */

static gboolean apply(LodgeTransaction *txn,
                      LodgeLedger *ledger,
                      gint64 now_us,
                      gpointer data,
                      GError **error)
{
    Errand *errand = data;
    const LodgeDecideAgain again = again_for(errand, txn, ledger, now_us);
    gboolean done = errand->order->verb == LODGE_ORDER_EXTEND
                        ? extend(errand, &again, error)
                        : order_message(errand, &again, error);
    /* A refused order is no failure of the transaction that it shares with others. */
    return done || errand->refusal != NULL;
}

LodgeOrderResult *lodge_ruler_run(LodgeRuler *ruler,
                                  const LodgeOrder *order,
                                  const char *actor,
                                  GError **error)
{
    g_autoptr(LodgeOrderResult) result = lodge_order_result_new();
    Errand errand = {.ruler = ruler, .order = order, .actor = actor, .result = result};
    gboolean committed = lodge_committer_run(ruler->committer, apply, &errand, error);
    if (committed && errand.refusal == NULL) {
        lodge_log_info("ordered", "order", lodge_order_verb_format(order->verb),
                       "reference", order->reference, "council", order->council, "actor",
                       actor, NULL);
        return g_steal_pointer(&result);
    }
    if (committed)
        g_propagate_error(error, g_steal_pointer(&errand.refusal));
    g_clear_error(&errand.refusal);
    return NULL;
}
