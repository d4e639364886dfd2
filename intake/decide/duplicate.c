#include "intake/decide/duplicate.h"

#include "intake/decide/partial.h"
#include "parsers/text/json.h"
#include <string.h>

static gint compare_digests(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted digests of all leaf parts of one kind. */
static void
add_digests(LodgeJsonWriter *json, const LodgeMessageFacts *message, LodgePartKind kind)
{
    g_autoptr(GPtrArray) digests = g_ptr_array_new();
    for (guint i = 0; i < message->parts->len; i++) {
        LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind == kind)
            g_ptr_array_add(digests, part->sha256);
    }
    g_ptr_array_sort(digests, compare_digests);
    lodge_json_begin_array(json, lodge_part_kind_format(kind));
    for (guint i = 0; i < digests->len; i++)
        lodge_json_add_string(json, NULL, g_ptr_array_index(digests, i));
    lodge_json_end_array(json);
}

static gboolean has_document(const LodgeMessageFacts *message)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind == LODGE_PART_DOCUMENT)
            return TRUE;
    }
    return FALSE;
}

static gboolean has_message_id(const LodgeMessageFacts *message)
{
    return message->message_id != NULL && *message->message_id != '\0';
}

static void add_from(LodgeJsonWriter *json, const LodgeMessageFacts *message)
{
    lodge_json_begin_array(json, "from");
    for (guint i = 0; i < message->from->len; i++) {
        const LodgeAddress *from = g_ptr_array_index(message->from, i);
        lodge_json_add_string(json, NULL, from->address);
    }
    lodge_json_end_array(json);
}

char *lodge_decide_content_key(const LodgeMessageFacts *message)
{
    g_return_val_if_fail(message != NULL, NULL);
    g_autoptr(LodgeJsonWriter) json = lodge_json_writer_new();
    lodge_json_begin_object(json, NULL);
    lodge_json_add_string(json, "message_id", message->message_id);
    add_from(json, message);
    lodge_json_add_instant(json, "date", message->date_us);
    add_digests(json, message, LODGE_PART_DOCUMENT);
    if (!has_message_id(message) && !has_document(message)) {
        lodge_json_add_string(json, "subject", message->subject);
        add_digests(json, message, LODGE_PART_BODY);
    }
    lodge_json_end_object(json);
    const char *text = lodge_json_text(json);
    char *key = g_malloc(LODGE_DIGEST_SIZE);
    lodge_digest_compute(text, strlen(text), key);
    return key;
}

static gboolean has_text(const LodgeMessageFacts *message)
{
    if (message->subject != NULL && *message->subject != '\0')
        return TRUE;
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (part->kind == LODGE_PART_BODY && part->size_bytes > 0)
            return TRUE;
    }
    return FALSE;
}

/* Is there anything by which it could be recognised? Keys of messages without any are all
 * equal, and one that was read in part may differ in the rest. */
static gboolean is_recognisable(const LodgeMessageFacts *message)
{
    return message->parseable && lodge_partial_find(message) == NULL &&
           (has_message_id(message) || has_document(message) || has_text(message));
}

static gboolean repeats(const LodgePast *past, LodgeOutcome outcome, gboolean may_answer)
{
    if (past->version > 0 || past->ruled)
        return TRUE;
    return outcome != LODGE_ACCEPTED && (!may_answer || past->receipts > 0);
}

const LodgePast *lodge_duplicate_find(const LodgeMessageFacts *message,
                                      const LodgeHistory *history,
                                      LodgeOutcome outcome,
                                      gboolean may_answer)
{
    if (!is_recognisable(message))
        return NULL;
    for (guint i = 0; i < history->same_content->len; i++) {
        const LodgePast *past = g_ptr_array_index(history->same_content, i);
        if (repeats(past, outcome, may_answer))
            return past;
    }
    return NULL;
}

static guint count_documents(const LodgeMessageFacts *message)
{
    guint count = 0;
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        count += part->kind == LODGE_PART_DOCUMENT;
    }
    return count;
}

const LodgePast *lodge_duplicate_find_whole(const LodgeMessageFacts *message,
                                            const LodgeHistory *history,
                                            const char *council)
{
    for (guint i = 0; i < history->same_id->len; i++) {
        const LodgePast *past = g_ptr_array_index(history->same_id, i);
        if (g_strcmp0(past->message_id, message->message_id) == 0 &&
            g_strcmp0(past->council, council) == 0 &&
            g_strv_length(past->documents) > count_documents(message) &&
            (past->version > 0 || past->receipts > 0))
            return past;
    }
    return NULL;
}

gboolean lodge_duplicate_is_same(const LodgeHistory *history, const LodgePast *past)
{
    for (guint i = 0; i < history->same_content->len; i++) {
        const LodgePast *same = g_ptr_array_index(history->same_content, i);
        if (g_strcmp0(same->reference, past->reference) == 0)
            return TRUE;
    }
    return FALSE;
}

const LodgePast *lodge_duplicate_find_reused_id(const LodgeMessageFacts *message,
                                                const LodgeHistory *history)
{
    for (guint i = 0; has_message_id(message) && i < history->council->len; i++) {
        const LodgePast *past = g_ptr_array_index(history->council, i);
        if (g_strcmp0(past->message_id, message->message_id) == 0 &&
            !lodge_duplicate_is_same(history, past))
            return past;
    }
    return NULL;
}

static gboolean is_filed_for(const LodgePast *past, const char *council)
{
    return past->version > 0 && g_strcmp0(past->council, council) == 0;
}

static const LodgeGivenVersions *find_given(const LodgeHistory *history,
                                            const char *council)
{
    for (guint i = 0; i < history->given->len; i++) {
        const LodgeGivenVersions *given = g_ptr_array_index(history->given, i);
        if (g_strcmp0(given->council, council) == 0)
            return given;
    }
    return NULL;
}

guint lodge_duplicate_next_version(const LodgeHistory *history, const char *council)
{
    const LodgeGivenVersions *given = find_given(history, council);
    if (given != NULL && given->own > 0)
        return given->own;
    guint highest = given != NULL ? given->highest : 0;
    for (guint i = 0; i < history->council->len; i++) {
        const LodgePast *past = g_ptr_array_index(history->council, i);
        if (is_filed_for(past, council))
            highest = MAX(highest, past->version);
    }
    return highest + 1;
}

const LodgePast *lodge_duplicate_find_later(const LodgeHistory *history,
                                            const char *council,
                                            gint64 received_us)
{
    const LodgePast *latest = NULL;
    for (guint i = 0; i < history->council->len; i++) {
        const LodgePast *past = g_ptr_array_index(history->council, i);
        if (is_filed_for(past, council) && past->received_us > received_us &&
            (latest == NULL || past->received_us > latest->received_us))
            latest = past;
    }
    return latest;
}
