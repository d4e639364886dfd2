#include "intake/decide/receipt_content.h"

#include "parsers/text/display.h"
#include <string.h>

#define SUBJECT_BYTES 120    /* of the original subject */
#define MESSAGE_ID_BYTES 250 /* a longer one would not fit a header line */
#define MAX_REFERENCES 10

gboolean lodge_receipt_is_brief(const LodgeDecision *decision)
{
    for (guint i = 0; i < decision->findings->len; i++) {
        const LodgeFinding *finding = g_ptr_array_index(decision->findings, i);
        if (strcmp(finding->code, "domain-unconfirmed") == 0)
            return TRUE;
    }
    return decision->authority->result == LODGE_UNREGISTERED;
}

/* An identifier goes back into header fields: it must be one token of visible ASCII. */
static gboolean is_clean_id(const char *id)
{
    if (id == NULL || *id == '\0' || strlen(id) > MESSAGE_ID_BYTES)
        return FALSE;
    for (const char *c = id; *c != '\0'; c++)
        if (!g_ascii_isgraph(*c) || *c == '<' || *c == '>')
            return FALSE;
    return TRUE;
}

static void add_id(GPtrArray *ids, const char *id)
{
    if (is_clean_id(id) && !g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
        g_ptr_array_add(ids, g_strdup(id));
}

/* RFC 5322 3.6.4: the original's references, the original, then our earlier receipt. */
static GStrv make_references(const LodgeReceiptInputs *inputs)
{
    const LodgeMessageFacts *message = inputs->reading->message;
    GPtrArray *ids = g_ptr_array_new();
    guint count = message->references == NULL ? 0 : g_strv_length(message->references);
    for (guint i = count > MAX_REFERENCES ? count - MAX_REFERENCES : 0; i < count; i++)
        add_id(ids, message->references[i]);
    add_id(ids, message->message_id);
    add_id(ids, inputs->history->last_receipt_message_id);
    g_ptr_array_add(ids, NULL);
    return (GStrv)g_ptr_array_free(ids, FALSE);
}

gboolean lodge_receipt_is_correction(const LodgeReceiptInputs *inputs)
{
    const char *before = inputs->history->last_receipt_kind;
    return before != NULL && strcmp(before, "received") != 0;
}

static char *make_subject(const LodgeReceiptInputs *inputs)
{
    g_autofree char *original =
        lodge_display_line(inputs->reading->message->subject, SUBJECT_BYTES);
    const char *about = lodge_receipt_is_correction(inputs) ? "Correction" : "Received";
    return g_strdup_printf("Auto: %s %s%s%s", about, inputs->history->reference,
                           *original == '\0' ? "" : ": ", original);
}

static const char *choose_kind(const LodgeReceiptInputs *inputs)
{
    if (lodge_receipt_is_correction(inputs))
        return "correction";
    return inputs->decision->outcome == LODGE_HELD ? "received" : "decision";
}

LodgeReceiptContent *lodge_receipt_content_make(const LodgeReceiptInputs *inputs)
{
    const LodgeMessageFacts *message = inputs->reading->message;
    LodgeReceiptContent *content = g_new0(LodgeReceiptContent, 1);
    content->id =
        g_strdup_printf("%s.%u", inputs->history->reference, inputs->history->receipts + 1);
    content->kind = g_strdup(choose_kind(inputs));
    content->to = g_strdup(inputs->decision->authority->address);
    content->subject = make_subject(inputs);
    content->message_id =
        g_strdup_printf("receipt.%s@%s", content->id, inputs->rules->instance_domain);
    content->in_reply_to =
        is_clean_id(message->message_id) ? g_strdup(message->message_id) : NULL;
    content->references = make_references(inputs);
    content->text = lodge_receipt_format_text(inputs);
    content->evidence = lodge_receipt_format_evidence(inputs, content);
    return content;
}
