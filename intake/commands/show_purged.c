/* What is left to tell of a message that was purged. */
#include "intake/commands/show.h"

#include "intake/operate/purging.h"

static gboolean print_purge(const LodgeShow *show, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedgerPurge) purge = lodge_ledger_get_purge(
        lodge_spool_ledger(show->spool), show->message->reference, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (purge == NULL) /* its record alone was lost, by no purge */
        return TRUE;
    g_autofree char *at = lodge_show_when(show, purge->at_us);
    lodge_show_field("Purged", at);
    lodge_show_field("By", purge->actor);
    lodge_show_field("Under rule", purge->rule);
    lodge_show_field("Why", purge->reason);
    return TRUE;
}

gboolean lodge_show_purged(const LodgeShow *show, GError **error)
{
    const LodgeLedgerMessage *message = show->message;
    lodge_print_heading(show->context, message->reference);
    lodge_show_field("State", "purged: what it was, and who sent it, is erased");
    if (!print_purge(show, error))
        return FALSE;
    lodge_show_field("Call", message->call);
    lodge_show_field("It was", message->outcome);
    lodge_show_field("In time", message->timeliness);
    lodge_show_field("Council", message->council);
    lodge_show_field("Duplicate of", message->duplicate_of);
    if (message->version > 0)
        lodge_print("Version: %u\n", message->version);
    g_autofree char *kept = lodge_show_when(show, message->kept_us);
    lodge_show_field("Kept", kept);
    if (!lodge_show_timeline(show, error))
        return FALSE;
    lodge_show_section(show, "Where the mail lay, and may still lie");
    lodge_show_locations(show);
    return TRUE;
}

gboolean
lodge_show_write_purge(const LodgeShow *show, LodgeJsonWriter *writer, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedgerPurge) purge = lodge_ledger_get_purge(
        lodge_spool_ledger(show->spool), show->message->reference, &failure);
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (purge == NULL) {
        lodge_json_add_null(writer, "purge");
        return TRUE;
    }
    lodge_json_begin_object(writer, "purge");
    lodge_json_add_instant(writer, "at", purge->at_us);
    lodge_json_add_string(writer, "actor", purge->actor);
    lodge_json_add_string(writer, "rule", purge->rule);
    lodge_json_add_string(writer, "reason", purge->reason);
    lodge_json_end_object(writer);
    return TRUE;
}
