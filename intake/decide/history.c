#include "intake/decide/history.h"

#include "intake/decide/json_count.h"
#include "parsers/text/json.h"

#define MAX_BYTES (16 * 1024 * 1024)
#define MAX_DEPTH 8

static void free_given(gpointer data)
{
    LodgeGivenVersions *given = data;
    g_free(given->council);
    g_free(given);
}

LodgeHistory *lodge_history_new(const char *reference)
{
    LodgeHistory *history = g_new0(LodgeHistory, 1);
    history->reference = g_strdup(reference);
    history->same_content = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_past_free);
    history->council = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_past_free);
    history->same_id = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_past_free);
    history->given = g_ptr_array_new_with_free_func(free_given);
    return history;
}

void lodge_history_free(LodgeHistory *history)
{
    if (history == NULL)
        return;
    g_free(history->reference);
    g_ptr_array_unref(history->same_content);
    g_ptr_array_unref(history->council);
    g_ptr_array_unref(history->same_id);
    g_free(history->last_receipt_message_id);
    g_free(history->last_receipt_kind);
    lodge_past_free(history->previous);
    g_ptr_array_unref(history->given);
    lodge_answered_free(history->answered);
    g_free(history);
}

LodgePast *lodge_past_new(void)
{
    LodgePast *past = g_new0(LodgePast, 1);
    past->received_us = LODGE_INSTANT_UNKNOWN;
    past->documents = g_new0(char *, 1);
    return past;
}

void lodge_history_add_given(LodgeHistory *history,
                             const char *council,
                             guint highest,
                             guint own)
{
    LodgeGivenVersions *given = g_new0(LodgeGivenVersions, 1);
    given->council = g_strdup(council);
    given->highest = highest;
    given->own = own;
    g_ptr_array_add(history->given, given);
}

void lodge_past_free(LodgePast *past)
{
    if (past == NULL)
        return;
    g_free(past->reference);
    g_free(past->council);
    g_free(past->outcome);
    g_free(past->timeliness);
    g_free(past->message_id);
    g_strfreev(past->documents);
    g_free(past);
}

static void format_past(LodgeJsonWriter *json, const char *name, const LodgePast *past)
{
    lodge_json_begin_object(json, name);
    lodge_json_add_string(json, "reference", past->reference);
    lodge_json_add_string(json, "council", past->council);
    lodge_json_add_int(json, "version", past->version);
    lodge_json_add_string(json, "outcome", past->outcome);
    lodge_json_add_string(json, "timeliness", past->timeliness);
    lodge_json_add_instant(json, "received", past->received_us);
    lodge_json_add_string(json, "message_id", past->message_id);
    lodge_json_add_strings(json, "documents", (const char *const *)past->documents);
    lodge_json_add_int(json, "receipts", past->receipts);
    if (past->ruled)
        lodge_json_add_int(json, "ruled", 1);
    lodge_json_end_object(json);
}

static void format_pasts(LodgeJsonWriter *json, const char *name, const GPtrArray *pasts)
{
    lodge_json_begin_array(json, name);
    for (guint i = 0; i < pasts->len; i++)
        format_past(json, NULL, g_ptr_array_index(pasts, i));
    lodge_json_end_array(json);
}

static void format_given(LodgeJsonWriter *json, const GPtrArray *versions)
{
    if (versions->len == 0)
        return;
    lodge_json_begin_array(json, "given_versions");
    for (guint i = 0; i < versions->len; i++) {
        const LodgeGivenVersions *given = g_ptr_array_index(versions, i);
        lodge_json_begin_object(json, NULL);
        lodge_json_add_string(json, "council", given->council);
        lodge_json_add_int(json, "highest", given->highest);
        lodge_json_add_int(json, "own", given->own);
        lodge_json_end_object(json);
    }
    lodge_json_end_array(json);
}

GBytes *lodge_history_format(const LodgeHistory *history)
{
    g_return_val_if_fail(history != NULL, NULL);
    LodgeJsonWriter *json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_add_int(json, "format", 1);
    lodge_json_add_string(json, "reference", history->reference);
    format_pasts(json, "same_content", history->same_content);
    format_pasts(json, "council", history->council);
    if (history->same_id->len > 0)
        format_pasts(json, "same_id", history->same_id);
    lodge_json_add_int(json, "receipts", history->receipts);
    lodge_json_add_string(json, "last_receipt_message_id",
                          history->last_receipt_message_id);
    if (history->last_receipt_kind != NULL)
        lodge_json_add_string(json, "last_receipt_kind", history->last_receipt_kind);
    if (history->previous != NULL)
        format_past(json, "previous", history->previous);
    format_given(json, history->given);
    lodge_answered_format(json, history->answered);
    if (history->notices > 0) {
        lodge_json_add_int(json, "notices", history->notices);
        lodge_json_add_int(json, "notices_of_day", history->notices_of_day);
    }
    lodge_json_end_object(json);
    return lodge_json_finish_bytes(json);
}

static LodgePast *parse_past(LodgeJsonDocument *json, const LodgeJsonNode *node)
{
    LodgePast *past = lodge_past_new();
    past->reference = g_strdup(lodge_json_get_string(json, node, "reference"));
    past->council = g_strdup(lodge_json_get_optional_string(json, node, "council"));
    past->version = lodge_json_get_count(json, node, "version");
    past->outcome = g_strdup(lodge_json_get_optional_string(json, node, "outcome"));
    past->timeliness = g_strdup(lodge_json_get_optional_string(json, node, "timeliness"));
    past->received_us = lodge_json_get_instant(json, node, "received");
    past->message_id = g_strdup(lodge_json_get_optional_string(json, node, "message_id"));
    g_strfreev(past->documents);
    past->documents = lodge_json_get_strings(json, node, "documents");
    past->receipts = lodge_json_get_count(json, node, "receipts");
    past->ruled = lodge_json_get_optional_int(json, node, "ruled", 0) != 0;
    return past;
}

/* `array` NULL: older ones do not have it. */
static void
parse_pasts(LodgeJsonDocument *json, const LodgeJsonNode *array, GPtrArray *pasts)
{
    guint count = array == NULL ? 0 : lodge_json_array_length(array);
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(pasts, parse_past(json, lodge_json_array_object(json, array, i)));
}

static void
parse_given(LodgeJsonDocument *json, const LodgeJsonNode *root, LodgeHistory *history)
{
    const LodgeJsonNode *array =
        lodge_json_get_optional_array(json, root, "given_versions");
    for (guint i = 0; array != NULL && i < lodge_json_array_length(array); i++) {
        const LodgeJsonNode *node = lodge_json_array_object(json, array, i);
        lodge_history_add_given(history, lodge_json_get_string(json, node, "council"),
                                lodge_json_get_count(json, node, "highest"),
                                lodge_json_get_count(json, node, "own"));
    }
}

LodgeHistory *lodge_history_parse(GBytes *bytes, GError **error)
{
    g_return_val_if_fail(bytes != NULL, NULL);
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    g_autoptr(LodgeJsonDocument) json =
        lodge_json_parse(text, size, MAX_BYTES, MAX_DEPTH, error);
    if (json == NULL) {
        g_prefix_error(error, "history: ");
        return NULL;
    }
    const LodgeJsonNode *root = lodge_json_root(json);
    lodge_json_require_format(json, root, 1);
    g_autoptr(LodgeHistory) history =
        lodge_history_new(lodge_json_get_string(json, root, "reference"));
    parse_pasts(json, lodge_json_get_array(json, root, "same_content"),
                history->same_content);
    parse_pasts(json, lodge_json_get_array(json, root, "council"), history->council);
    parse_pasts(json, lodge_json_get_optional_array(json, root, "same_id"),
                history->same_id);
    history->receipts = lodge_json_get_count(json, root, "receipts");
    history->last_receipt_message_id =
        g_strdup(lodge_json_get_optional_string(json, root, "last_receipt_message_id"));
    history->last_receipt_kind =
        g_strdup(lodge_json_get_optional_string(json, root, "last_receipt_kind"));
    const LodgeJsonNode *previous = lodge_json_get_optional_object(json, root, "previous");
    if (previous != NULL)
        history->previous = parse_past(json, previous);
    parse_given(json, root, history);
    history->answered = lodge_answered_parse(json, root);
    history->notices = (guint)lodge_json_get_optional_int(json, root, "notices", 0);
    history->notices_of_day =
        (guint)lodge_json_get_optional_int(json, root, "notices_of_day", 0);
    if (!lodge_json_finish(json, error)) {
        g_prefix_error(error, "history: ");
        return NULL;
    }
    return g_steal_pointer(&history);
}
