#include "intake/decide/unsubmission.h"

#include "intake/decide/attachments.h"
#include "intake/decide/plan.h"

static gboolean is_about_call(const LodgeAttachment *attachment)
{
    return attachment->name_names_call || attachment->text_names_call ||
           attachment->speaks_of_themes;
}

static gboolean has_own_document(LodgeMailKind kind,
                                 const LodgeMessageFacts *message,
                                 const GPtrArray *attachments,
                                 gboolean is_concerned)
{
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        gboolean own = !lodge_kind_is_report(kind) ||
                       lodge_attachments_is_outermost(message, attachment->part);
        if (own && attachment->type_accepted && (is_concerned || is_about_call(attachment)))
            return TRUE;
    }
    return FALSE;
}

/* A plan might be in it. Of a report's it is the returned mail that is closed. */
static gboolean has_something_closed(LodgeMailKind kind, const LodgeMessageFacts *message)
{
    static const LodgeStandIn closed[] = {
        LODGE_STAND_IN_PLACEHOLDER, LODGE_STAND_IN_PROTECTED, LODGE_STAND_IN_ENCRYPTED};
    if (lodge_kind_is_report(kind) || kind == LODGE_KIND_OWN_RECEIPT)
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(closed); i++)
        if (lodge_stand_in_find(message, closed[i]) != NULL)
            return TRUE;
    return lodge_plan_has_closed(message);
}

static LodgeFindingKind why_automatic(LodgeMailKind kind)
{
    switch (kind) {
    case LODGE_KIND_BOUNCE:
        return LODGE_FINDING_DELIVERY_REPORT;
    case LODGE_KIND_DISPOSITION:
        return LODGE_FINDING_DISPOSITION_REPORT;
    case LODGE_KIND_COMPLAINT:
        return LODGE_FINDING_COMPLAINT_REPORT;
    case LODGE_KIND_OWN_RECEIPT:
        return LODGE_FINDING_OWN_RECEIPT;
    case LODGE_KIND_AUTO_REPLY:
        return LODGE_FINDING_AUTOMATIC_MESSAGE;
    case LODGE_KIND_LIST:
        return LODGE_FINDING_LIST_MESSAGE;
    case LODGE_KIND_CALENDAR:
        return LODGE_FINDING_CALENDAR_MESSAGE;
    case LODGE_KIND_SUBMISSION:
    case LODGE_KIND_MENDING:
    case LODGE_KIND_QUESTION:
    case LODGE_KIND_UNRELATED:
        break;
    }
    return LODGE_FINDING_COUNT;
}

LodgeFindingKind lodge_unsubmission_judge(LodgeMailKind kind,
                                          const LodgeMessageFacts *message,
                                          const GPtrArray *attachments,
                                          const LodgeAuthority *authority,
                                          gboolean names_call)
{
    gboolean registered = authority->candidates[0] != NULL;
    if (kind == LODGE_KIND_UNRELATED)
        return LODGE_FINDING_NOT_ABOUT_THE_CALL;
    if (!lodge_kind_is_automatic(kind) ||
        has_own_document(kind, message, attachments, registered || names_call) ||
        ((registered || names_call) && has_something_closed(kind, message)))
        return LODGE_FINDING_COUNT;
    if (kind == LODGE_KIND_LIST && registered && names_call)
        return LODGE_FINDING_COUNT;
    return why_automatic(kind);
}
