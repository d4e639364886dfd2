#include "intake/decide/unsubmission.h"

#include "intake/decide/attachments.h"
#include "intake/decide/automatic.h"

static gboolean is_automatic(const LodgeMessageFacts *message)
{
    return lodge_automatic_is_auto_submitted(message) ||
           lodge_automatic_has_loop_header(message) || lodge_automatic_is_report(message);
}

static gboolean has_own_document(const LodgeMessageFacts *message,
                                 const GPtrArray *attachments)
{
    gboolean is_report = lodge_automatic_is_report(message);
    for (guint i = 0; i < attachments->len; i++) {
        const LodgeAttachment *attachment = g_ptr_array_index(attachments, i);
        if (attachment->type_accepted &&
            (!is_report || lodge_attachments_is_outermost(message, attachment->part)))
            return TRUE;
    }
    return FALSE;
}

LodgeFindingKind lodge_unsubmission_judge(const LodgeMessageFacts *message,
                                          const GPtrArray *attachments,
                                          const LodgeAuthority *authority,
                                          gboolean names_call)
{
    if (!message->parseable)
        return LODGE_FINDING_COUNT;
    if (is_automatic(message) && !has_own_document(message, attachments))
        return LODGE_FINDING_AUTOMATIC_MESSAGE;
    gboolean unknown = authority->candidates[0] == NULL;
    if (unknown && attachments->len == 0 && !names_call)
        return LODGE_FINDING_NOT_ABOUT_THE_CALL;
    return LODGE_FINDING_COUNT;
}
