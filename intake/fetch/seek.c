#include "intake/fetch/seek.h"
#include "intake/fetch/folder_failure.h"
#include "intake/fetch/listing.h"

/* Of those found, what the ledger does not know and what was stored since. */
static GArray *choose(const LodgeSeek *seek, const GArray *found, GError **error)
{
    LodgeTransferContext *transfer = seek->transfer;
    g_autoptr(GArray) known = lodge_ledger_list_uids(
        seek->ledger, transfer->account, transfer->folder, transfer->uidvalidity, error);
    if (known == NULL)
        return NULL;
    g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint32));
    lodge_imap_listing_split(found, known, unknown);
    g_autoptr(GArray) dates =
        lodge_imap_listing_dates(transfer->session, transfer->folder, unknown, error);
    if (dates == NULL)
        return NULL;
    GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < unknown->len; i++) {
        if (g_array_index(dates, gint64, i) >= seek->since_us)
            g_array_append_val(chosen, g_array_index(unknown, guint32, i));
    }
    return chosen;
}

static gboolean fetch_found(const LodgeSeek *seek, const GArray *found, GError **error)
{
    LodgeTransferContext *transfer = seek->transfer;
    g_autoptr(GArray) chosen = choose(seek, found, error);
    if (chosen == NULL)
        return FALSE;
    if (chosen->len == 0)
        return TRUE;
    g_autoptr(GArray) sizes =
        lodge_imap_listing_sizes(transfer->session, transfer->folder, chosen, error);
    LodgeTransferCounts counts;
    return sizes != NULL && lodge_transfer_run(transfer, chosen, sizes, &counts, error);
}

static gboolean
seek_folder(const LodgeSeek *seek, const LodgeImapFolder *folder, GError **error)
{
    LodgeTransferContext *transfer = seek->transfer;
    LodgeImapSession *session = transfer->session;
    if (!lodge_imap_session_select(session, folder->raw, folder->name, FALSE, error))
        return FALSE;
    transfer->folder = folder->name;
    transfer->uidvalidity = lodge_imap_session_selected(session)->uidvalidity;
    g_autoptr(GArray) found =
        lodge_imap_listing_since(session, folder->name, seek->since_us, error);
    return found != NULL && fetch_found(seek, found, error);
}

static gboolean may_hold_it(const LodgeSeek *seek, const LodgeImapFolder *folder)
{
    return folder->selectable && !folder->outgoing && !folder->foreign &&
           !g_ptr_array_find((GPtrArray *)seek->watched, folder, NULL);
}

gboolean lodge_seek_run(const LodgeSeek *seek, GError **error)
{
    const LodgeFetchSink *sink = seek->transfer->sink;
    for (guint i = 0; i < seek->folders->len; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(seek->folders, i);
        g_autoptr(GError) failure = NULL;
        if (!may_hold_it(seek, folder) || seek_folder(seek, folder, &failure))
            continue;
        if (!lodge_folder_failure_is_own(failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return FALSE;
        }
        if (sink->warn != NULL)
            sink->warn(folder->name, failure->message, sink->data);
    }
    return TRUE;
}
