#include "spool/event_objects.h"

#include "spool/event_member.h"

/* Documents are kept where a person may want to see them, unless they are decorations. */
static gboolean keeps_documents(const LodgeEvent *event)
{
    static const char *const outcomes[] = {"accepted", "held", "rejected", NULL};
    return event->outcome != NULL && g_strv_contains(outcomes, event->outcome);
}

static gboolean visit_document(const LodgeEvent *event,
                               const LodgeEventDocument *document,
                               LodgeEventObjectVisit visit,
                               gpointer data,
                               GError **error)
{
    const LodgeEventObject bytes = {document->sha256, "document",
                                    !keeps_documents(event) ||
                                        g_strcmp0(document->role, "decoration") == 0};
    const LodgeEventObject text = {document->text, "text", FALSE};
    return (bytes.sha256 == NULL || visit(event, &bytes, data, error)) &&
           (text.sha256 == NULL || visit(event, &text, data, error));
}

gboolean lodge_event_visit_objects(const LodgeEvent *event,
                                   LodgeEventObjectVisit visit,
                                   gpointer data,
                                   GError **error)
{
    g_return_val_if_fail(event != NULL && visit != NULL, FALSE);
    for (guint i = 0; i < lodge_members_count; i++) {
        const LodgeMember *member = &lodge_members[i];
        if (member->kind != LODGE_MEMBER_DIGEST || !lodge_member_is_of(member, event->type))
            continue;
        const LodgeEventObject object = {*LODGE_MEMBER_IN(char *, event, member),
                                         member->name, FALSE};
        if (object.sha256 != NULL && !visit(event, &object, data, error))
            return FALSE;
    }
    for (guint i = 0; event->documents != NULL && i < event->documents->len; i++)
        if (!visit_document(event, g_ptr_array_index(event->documents, i), visit, data,
                            error))
            return FALSE;
    return TRUE;
}
