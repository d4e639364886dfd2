#include "intake/order.h"

#include <string.h>

#define DEPTH 6
#define WORDS_BYTES 4000

G_DEFINE_QUARK(lodge_order_error_quark, lodge_order_error)

static const char *const verb_words[] = {
    [LODGE_ORDER_ACCEPT] = "accept", [LODGE_ORDER_REJECT] = "reject",
    [LODGE_ORDER_ASSIGN] = "assign", [LODGE_ORDER_NOTE] = "note",
    [LODGE_ORDER_RESEND] = "resend", [LODGE_ORDER_EXTEND] = "extend",
};

/* ---- the order ---- */

LodgeOrder *lodge_order_new(LodgeOrderVerb verb)
{
    LodgeOrder *order = g_new0(LodgeOrder, 1);
    order->verb = verb;
    return order;
}

void lodge_order_free(LodgeOrder *order)
{
    if (order == NULL)
        return;
    char *texts[] = {order->reference, order->call, order->council, order->timeliness,
                     order->document,  order->told, order->until,   order->reason};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(order);
}

const char *lodge_order_verb_format(LodgeOrderVerb verb)
{
    g_return_val_if_fail((gsize)verb < G_N_ELEMENTS(verb_words), NULL);
    return verb_words[verb];
}

char *lodge_order_format(const LodgeOrder *order)
{
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_add_string(json, "order", lodge_order_verb_format(order->verb));
    lodge_json_add_string(json, "reference", order->reference);
    lodge_json_add_string(json, "call", order->call);
    lodge_json_add_string(json, "council", order->council);
    lodge_json_add_string(json, "timeliness", order->timeliness);
    lodge_json_add_string(json, "document", order->document);
    lodge_json_add_bool(json, "answer", order->answer);
    lodge_json_add_string(json, "told", order->told);
    lodge_json_add_string(json, "until", order->until);
    lodge_json_add_string(json, "reason", order->reason);
    lodge_json_end_object(json);
    return lodge_json_finish_text(json);
}

/* A text that a person typed: no longer than people type, and printable. */
static char *get_words(LodgeJsonDocument *json, const char *name)
{
    const char *words = lodge_json_get_optional_string(json, lodge_json_root(json), name);
    if (words != NULL && strlen(words) > WORDS_BYTES)
        lodge_json_fail(json, "%s is longer than %d bytes", name, WORDS_BYTES);
    return g_strdup(words);
}

static LodgeOrderVerb get_verb(LodgeJsonDocument *json)
{
    const char *word = lodge_json_get_string(json, lodge_json_root(json), "order");
    for (gsize i = 0; i < G_N_ELEMENTS(verb_words); i++)
        if (g_strcmp0(word, verb_words[i]) == 0)
            return (LodgeOrderVerb)i;
    lodge_json_fail(json, "this order is not one this version of lodge knows");
    return LODGE_ORDER_NOTE;
}

/* Whatever sits at the socket, nothing is done with half an order. */
static void require_members(LodgeJsonDocument *json, const LodgeOrder *order)
{
    if (order->verb != LODGE_ORDER_EXTEND && order->reference == NULL)
        lodge_json_fail(json, "reference is missing");
    if (order->reason == NULL)
        lodge_json_fail(json, "reason is missing");
    if (order->verb == LODGE_ORDER_EXTEND &&
        (order->council == NULL || order->until == NULL))
        lodge_json_fail(json, "council or until is missing");
    if (order->timeliness != NULL && strcmp(order->timeliness, "on-time") != 0 &&
        strcmp(order->timeliness, "late") != 0)
        lodge_json_fail(json, "timeliness is neither on-time nor late");
}

static LodgeOrder *parse(const char *text, gsize size_bytes, GError **error)
{
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, size_bytes, LODGE_ORDER_BYTES, DEPTH, error);
    if (json == NULL)
        return NULL;
    g_autoptr(LodgeOrder) order = lodge_order_new(get_verb(json));
    order->reference = get_words(json, "reference");
    order->call = get_words(json, "call");
    order->council = get_words(json, "council");
    order->timeliness = get_words(json, "timeliness");
    order->document = get_words(json, "document");
    order->answer = lodge_json_get_bool(json, lodge_json_root(json), "answer");
    order->told = get_words(json, "told");
    order->until = get_words(json, "until");
    order->reason = get_words(json, "reason");
    require_members(json, order);
    return lodge_json_finish(json, error) ? g_steal_pointer(&order) : NULL;
}

LodgeOrder *lodge_order_parse(const char *text, gsize size_bytes, GError **error)
{
    g_autoptr(GError) failure = NULL;
    LodgeOrder *order = parse(text, size_bytes, &failure);
    if (order == NULL)
        g_set_error_literal(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                            failure->message);
    return order;
}

/* Before it is written as JSON, which would make something else of what is not text. */
static const char *find_foreign_bytes(const LodgeOrder *order)
{
    const struct {
        const char *name, *text;
    } members[] = {{"the reference", order->reference},
                   {"--call", order->call},
                   {"--council", order->council},
                   {"--document", order->document},
                   {"--tell", order->told},
                   {"--until", order->until},
                   {"--reason", order->reason}};
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (members[i].text != NULL && !g_utf8_validate(members[i].text, -1, NULL))
            return members[i].name;
    return NULL;
}

gboolean lodge_order_check(const LodgeOrder *order, GError **error)
{
    const char *foreign = find_foreign_bytes(order);
    if (foreign != NULL) {
        g_set_error(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_REFUSED,
                    "%s is not UTF-8 text; look at the character set of your terminal",
                    foreign);
        return FALSE;
    }
    g_autofree char *text = lodge_order_format(order);
    g_autoptr(LodgeOrder) read_back = lodge_order_parse(text, strlen(text), error);
    return read_back != NULL;
}

/* ---- the result ---- */

static void change_free(gpointer data)
{
    LodgeOrderChange *change = data;
    char *texts[] = {change->reference,    change->outcome,   change->timeliness,
                     change->council,      change->receipt,   change->receipt_to,
                     change->council_name, change->may_answer};
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    g_free(change);
}

LodgeOrderChange *lodge_order_change_new(const char *reference)
{
    LodgeOrderChange *change = g_new0(LodgeOrderChange, 1);
    change->reference = g_strdup(reference);
    return change;
}

LodgeOrderResult *lodge_order_result_new(void)
{
    LodgeOrderResult *result = g_new0(LodgeOrderResult, 1);
    result->changes = g_ptr_array_new_with_free_func(change_free);
    result->warnings = g_ptr_array_new_with_free_func(g_free);
    return result;
}

void lodge_order_result_free(LodgeOrderResult *result)
{
    if (result == NULL)
        return;
    g_ptr_array_unref(result->changes);
    g_ptr_array_unref(result->warnings);
    g_free(result->until_words);
    g_free(result);
}

char *lodge_order_result_format(const LodgeOrderResult *result)
{
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_begin_array(json, "changes");
    for (guint i = 0; i < result->changes->len; i++) {
        const LodgeOrderChange *change = g_ptr_array_index(result->changes, i);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "reference", change->reference);
        lodge_json_add_string(json, "outcome", change->outcome);
        lodge_json_add_string(json, "timeliness", change->timeliness);
        lodge_json_add_string(json, "council", change->council);
        lodge_json_add_string(json, "council_name", change->council_name);
        lodge_json_add_int(json, "version", change->version);
        lodge_json_add_string(json, "receipt", change->receipt);
        lodge_json_add_string(json, "receipt_to", change->receipt_to);
        lodge_json_add_string(json, "may_answer", change->may_answer);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
    lodge_json_begin_array(json, "warnings");
    for (guint i = 0; i < result->warnings->len; i++)
        lodge_json_add_string(json, NULL, g_ptr_array_index(result->warnings, i));
    lodge_json_end_array(json);
    lodge_json_add_string(json, "until", result->until_words);
    lodge_json_end_object(json);
    return lodge_json_finish_text(json);
}

static char *get_text(LodgeJsonDocument *json, const LodgeJsonNode *node, const char *name)
{
    return g_strdup(lodge_json_get_optional_string(json, node, name));
}

static LodgeOrderChange *parse_change(LodgeJsonDocument *json, const LodgeJsonNode *node)
{
    LodgeOrderChange *change =
        lodge_order_change_new(lodge_json_get_string(json, node, "reference"));
    change->outcome = get_text(json, node, "outcome");
    change->timeliness = get_text(json, node, "timeliness");
    change->council = get_text(json, node, "council");
    change->council_name = get_text(json, node, "council_name");
    change->version = (guint)CLAMP(lodge_json_get_int(json, node, "version"), 0, G_MAXINT);
    change->receipt = get_text(json, node, "receipt");
    change->receipt_to = get_text(json, node, "receipt_to");
    change->may_answer = get_text(json, node, "may_answer");
    return change;
}

LodgeOrderResult *
lodge_order_result_parse(const char *text, gsize size_bytes, GError **error)
{
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, size_bytes, LODGE_ORDER_RESULT_BYTES, DEPTH, error);
    if (json == NULL)
        return NULL;
    g_autoptr(LodgeOrderResult) result = lodge_order_result_new();
    const LodgeJsonNode *root = lodge_json_root(json);
    const LodgeJsonNode *changes = lodge_json_get_array(json, root, "changes");
    for (guint i = 0; changes != NULL && i < lodge_json_array_length(changes); i++)
        g_ptr_array_add(result->changes,
                        parse_change(json, lodge_json_array_object(json, changes, i)));
    const LodgeJsonNode *warnings = lodge_json_get_array(json, root, "warnings");
    for (guint i = 0; warnings != NULL && i < lodge_json_array_length(warnings); i++)
        g_ptr_array_add(result->warnings,
                        g_strdup(lodge_json_array_string(json, warnings, i)));
    result->until_words = get_text(json, root, "until");
    return lodge_json_finish(json, error) ? g_steal_pointer(&result) : NULL;
}
