#include "intake/awaited.h"

#include "intake/decide/attachments.h"
#include "intake/decide/kind.h"
#include "intake/decide/stand_in.h"

gboolean lodge_awaited_is(const LodgeLimits *limits,
                          const LodgeLedgerMessage *message,
                          const LodgeReading *reading,
                          const LodgeDecision *decision,
                          gint64 now_us)
{
    if (decision->outcome == LODGE_DUPLICATE || lodge_kind_is_report(decision->kind) ||
        decision->kind == LODGE_KIND_OWN_RECEIPT)
        return FALSE;
    return now_us - message->kept_us < limits->await_attachments_us &&
           lodge_stand_in_find(reading->message, LODGE_STAND_IN_PLACEHOLDER) != NULL;
}

char *lodge_awaited_describe(const LodgeReading *reading)
{
    const LodgePart *part =
        lodge_stand_in_find(reading->message, LODGE_STAND_IN_PLACEHOLDER);
    g_return_val_if_fail(part != NULL, NULL);
    g_autofree char *name = lodge_attachments_show_name(part);
    return g_strdup_printf("the mail system has handed over \"%s\" in the place of a file",
                           name);
}
