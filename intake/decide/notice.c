#include "intake/decide/notice.h"

#include "intake/decide/answerable.h"
#include "parsers/text/display.h"

#define SUBJECT_BYTES 120

static gboolean was_told(const LodgeReceiptInputs *inputs)
{
    const LodgeHistory *history = inputs->history;
    switch (inputs->rules->tell_contact) {
    case LODGE_TELL_ONCE:
        return history->notices > 0;
    case LODGE_TELL_DAILY:
        return history->notices_of_day > 0;
    case LODGE_TELL_NEVER:
        break;
    }
    return TRUE;
}

static gboolean is_in_question(const LodgeDecision *decision)
{
    const LodgeAuthority *authority = decision->authority;
    return decision->outcome == LODGE_HELD && !authority->address_proven &&
           (authority->result == LODGE_UNPROVEN || authority->result == LODGE_FORGED) &&
           authority->council != NULL && g_strv_length(authority->candidates) == 1 &&
           !lodge_kind_is_automatic(decision->kind);
}

static const char *find_contact(const LodgeReceiptInputs *inputs)
{
    const LodgeBody *body =
        lodge_register_find(inputs->rules->reg, inputs->decision->authority->council);
    const char *contact = body != NULL ? body->contact : NULL;
    return contact != NULL && lodge_answerable_may_write(contact, inputs->rules) ? contact
                                                                                 : NULL;
}

static LodgeReceiptContent *make(const LodgeReceiptInputs *inputs, const char *contact)
{
    LodgeReceiptContent *content = g_new0(LodgeReceiptContent, 1);
    const char *reference = inputs->history->reference;
    g_autofree char *subject =
        lodge_display_line(inputs->reading->message->subject, SUBJECT_BYTES);
    content->id = g_strdup_printf("%s.0", reference);
    content->kind = g_strdup("notice");
    content->to = g_strdup(contact);
    content->subject = g_strdup_printf("Auto: Not confirmed %s%s%s", reference,
                                       *subject == '\0' ? "" : ": ", subject);
    content->message_id =
        g_strdup_printf("receipt.%s@%s", content->id, inputs->rules->instance_domain);
    content->references = g_new0(char *, 1);
    content->text = lodge_receipt_format_notice(inputs);
    content->evidence = lodge_receipt_format_evidence(inputs, content);
    return content;
}

LodgeReceiptContent *lodge_notice_make(const LodgeReceiptInputs *inputs,
                                       gboolean about_call)
{
    if (!about_call || inputs->pending || !inputs->reading->message->parseable ||
        inputs->history->previous != NULL || was_told(inputs) ||
        !is_in_question(inputs->decision))
        return NULL;
    const char *contact = find_contact(inputs);
    return contact != NULL ? make(inputs, contact) : NULL;
}
