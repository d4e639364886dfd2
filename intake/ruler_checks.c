#include "intake/ruler_checks.h"

#include "parsers/text/display.h"
#include <string.h>

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED, words);
    return FALSE;
}

/* ---- may it be ruled on at all ---- */

static gboolean is_outcome(const LodgeLedgerMessage *message, const char *outcome)
{
    return g_strcmp0(message->outcome, outcome) == 0;
}

static gboolean
check_state(const LodgeOrder *order, const LodgeLedgerMessage *message, GError **error)
{
    const char *verb = lodge_order_verb_format(order->verb);
    if (message->outcome == NULL)
        return refuse(error, "%s is not decided yet; see lodge show %s", message->reference,
                      message->reference);
    if (is_outcome(message, "duplicate"))
        return refuse(error, "%s is only a copy of %s; %s that one", message->reference,
                      message->duplicate_of, verb);
    if (order->verb == LODGE_ORDER_REJECT && is_outcome(message, "not-a-submission"))
        return refuse(error, "%s is no submission, so there is nothing to reject",
                      message->reference);
    if (order->verb == LODGE_ORDER_REJECT && is_outcome(message, "rejected"))
        return refuse(error, "%s is rejected already", message->reference);
    if (order->verb == LODGE_ORDER_ACCEPT && is_outcome(message, "accepted"))
        return refuse(
            error,
            "%s is on file already, as version %u of %s; lodge assign moves it to "
            "another council",
            message->reference, message->version, message->council);
    return TRUE;
}

/* ---- for which council ---- */

static gboolean check_council(LodgeRuling *ruling,
                              const LodgeOrder *order,
                              const LodgeLedgerMessage *message,
                              const LodgeRegister *reg,
                              GError **error)
{
    if (ruling->council == NULL && order->verb != LODGE_ORDER_REJECT)
        return refuse(error,
                      "it is not known which council %s is from; say it with --council GSS",
                      message->reference);
    if (ruling->council != NULL && lodge_register_find(reg, ruling->council) == NULL) {
        g_autofree char *shown = lodge_display_line(ruling->council, 40);
        return refuse(error, "the register of call %s has no council %s", message->call,
                      shown);
    }
    if (order->verb == LODGE_ORDER_ASSIGN && is_outcome(message, "accepted") &&
        g_strcmp0(message->council, ruling->council) == 0)
        return refuse(error, "%s is on file for that council already", message->reference);
    return TRUE;
}

static char *choose_council(const LodgeOrder *order,
                            const LodgeLedgerMessage *message,
                            const LodgeRuling *in_force)
{
    if (order->council != NULL)
        return g_strdup(order->council);
    if (order->verb == LODGE_ORDER_REJECT)
        return in_force != NULL ? g_strdup(in_force->council) : NULL;
    return g_strdup(message->council);
}

/* ---- by which time ---- */

static gboolean check_timeliness(const LodgeRuling *ruling,
                                 const LodgeOrder *order,
                                 const LodgeLedgerMessage *message,
                                 GError **error)
{
    if (order->verb != LODGE_ORDER_ACCEPT || ruling->timeliness != NULL ||
        g_strcmp0(message->timeliness, "undetermined") != 0)
        return TRUE;
    return refuse(error,
                  "it is not established whether %s arrived in time (see its clocks with "
                  "lodge show %s); say it with --timeliness on-time or --timeliness late",
                  message->reference, message->reference);
}

/* ---- which document ---- */

static GPtrArray *list_documents(const LodgeLedgerMessage *message)
{
    GPtrArray *documents = g_ptr_array_new();
    for (guint i = 0; i < message->documents->len; i++) {
        LodgeEventDocument *document = g_ptr_array_index(message->documents, i);
        if (g_strcmp0(document->role, "decoration") != 0)
            g_ptr_array_add(documents, document);
    }
    return documents;
}

static char *name_documents(const GPtrArray *documents)
{
    GString *names = g_string_new(NULL);
    for (guint i = 0; i < documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(documents, i);
        g_autofree char *name = lodge_display_line(
            document->name != NULL ? document->name : "without a name", 100);
        g_string_append_printf(names, "%s%u. %s", i > 0 ? ", " : "", i + 1, name);
    }
    return g_string_free(names, FALSE);
}

/* By its number in the list of `lodge show`, or by its name where that is one document's alone. */
static const LodgeEventDocument *find_document(const GPtrArray *documents,
                                               const char *wanted)
{
    guint64 number = 0;
    if (g_ascii_string_to_unsigned(wanted, 10, 1, documents->len, &number, NULL))
        return g_ptr_array_index(documents, (guint)number - 1);
    const LodgeEventDocument *found = NULL;
    for (guint i = 0; i < documents->len; i++) {
        const LodgeEventDocument *document = g_ptr_array_index(documents, i);
        if (g_strcmp0(document->name, wanted) != 0)
            continue;
        if (found != NULL)
            return NULL;
        found = document;
    }
    return found;
}

/* What was said before about which it is stays said. */
static const char *document_in_force(const LodgeOrder *order, const LodgeRuling *in_force)
{
    return order->document == NULL && in_force != NULL ? in_force->document : NULL;
}

static gboolean choose_document(LodgeRuling *ruling,
                                const LodgeOrder *order,
                                const LodgeLedgerMessage *message,
                                GError **error)
{
    g_autoptr(GPtrArray) documents = list_documents(message);
    g_autofree char *names = name_documents(documents);
    const LodgeEventDocument *chosen = NULL;
    if (order->document != NULL) {
        chosen = find_document(documents, order->document);
        if (chosen == NULL) {
            g_autofree char *shown = lodge_display_line(order->document, 100);
            return refuse(error,
                          "%s has no document \"%s\" (or more than one of that name); "
                          "it has: %s",
                          message->reference, shown, documents->len > 0 ? names : "none");
        }
    } else if (documents->len > 0) {
        const LodgeEventDocument *first = g_ptr_array_index(documents, 0);
        if (documents->len == 1 || g_strcmp0(first->role, "plan") == 0)
            chosen = first;
    }
    if (chosen == NULL && order->verb == LODGE_ORDER_ACCEPT)
        return documents->len == 0
                   ? refuse(
                         error,
                         "nothing is attached to %s that could be filed; ask the council "
                         "to send it",
                         message->reference)
                   : refuse(
                         error,
                         "%s carries several documents; say with --document which of them "
                         "is the plan: %s",
                         message->reference, names);
    ruling->document = g_strdup(chosen != NULL ? chosen->sha256 : NULL);
    return TRUE;
}

/* ---- the ruling ---- */

/* Whose it is says nothing about what it is: what a person has accepted stays accepted when it is moved. */
static LodgeRulingAction action_of(LodgeOrderVerb verb, const LodgeRuling *in_force)
{
    if (verb == LODGE_ORDER_ACCEPT)
        return LODGE_RULING_ACCEPT;
    if (verb == LODGE_ORDER_REJECT)
        return LODGE_RULING_REJECT;
    return in_force != NULL && in_force->action == LODGE_RULING_ACCEPT
               ? LODGE_RULING_ACCEPT
               : LODGE_RULING_ASSIGN;
}

LodgeRuling *lodge_ruler_check(const LodgeOrder *order,
                               const LodgeLedgerMessage *message,
                               const LodgeRuling *in_force,
                               const LodgeRules *rules,
                               const char *actor,
                               gint64 now_us,
                               GError **error)
{
    if (!check_state(order, message, error))
        return NULL;
    g_autoptr(LodgeRuling) ruling = lodge_ruling_new(action_of(order->verb, in_force));
    ruling->council = choose_council(order, message, in_force);
    ruling->timeliness = g_strdup(order->timeliness != NULL ? order->timeliness
                                  : in_force != NULL        ? in_force->timeliness
                                                            : NULL);
    ruling->answer = order->answer || (in_force != NULL && in_force->answer);
    ruling->document = g_strdup(document_in_force(order, in_force));
    ruling->told = g_strdup(order->told);
    ruling->actor = g_strdup(actor);
    ruling->reason = g_strdup(order->reason);
    ruling->at_us = now_us;
    if (!check_council(ruling, order, message, rules->reg, error) ||
        !check_timeliness(ruling, order, message, error) ||
        ((order->document != NULL ||
          (order->verb == LODGE_ORDER_ACCEPT && ruling->document == NULL)) &&
         !choose_document(ruling, order, message, error)))
        return NULL;
    return g_steal_pointer(&ruling);
}
