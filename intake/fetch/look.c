#include "intake/fetch/look.h"
#include "intake/fetch/folder_failure.h"
#include "intake/fetch/listing.h"
#include "intake/fetch/seek.h"
#include "intake/fetch/unseen.h"

static gint64 tell_time(const LodgeFetchSink *sink)
{
    return sink->now_us != NULL ? sink->now_us(sink->data) : LODGE_INSTANT_UNKNOWN;
}

static gboolean fetch_unknown(LodgeLook *look,
                              const GArray *unknown,
                              LodgeEventFolder *account,
                              GError **error)
{
    if (unknown->len == 0)
        return TRUE;
    g_autoptr(GArray) sizes = lodge_imap_listing_sizes(
        look->transfer.session, look->transfer.folder, unknown, error);
    if (sizes == NULL)
        return FALSE;
    LodgeTransferCounts counts = {0};
    gboolean ok = lodge_transfer_run(&look->transfer, unknown, sizes, &counts, error);
    account->fetched = counts.fetched;
    account->failed = counts.failed;
    account->present -= counts.gone; /* somebody removed them while we looked */
    return ok;
}

/* Lists, compares, fetches, and finds the UIDs that were given since the last look and are gone. */
static gboolean count_folder(LodgeLook *look,
                             const LodgeLedgerLook *last,
                             LodgeEventFolder *account,
                             LodgeUidGap *gap_out,
                             GError **error)
{
    LodgeTransferContext *transfer = &look->transfer;
    g_autoptr(GArray) present =
        lodge_imap_listing_uids(transfer->session, transfer->folder, error);
    if (present == NULL)
        return FALSE;
    g_autoptr(GArray) known = lodge_ledger_list_uids(
        look->ledger, transfer->account, transfer->folder, transfer->uidvalidity, error);
    if (known == NULL)
        return FALSE;
    g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_autoptr(GArray) gone = g_array_new(FALSE, FALSE, sizeof(guint32));
    account->present = present->len;
    account->known = lodge_imap_listing_split(present, known, unknown);
    account->vanished = known->len - account->known;
    transfer->gone = gone;
    gboolean ok = fetch_unknown(look, unknown, account, error);
    transfer->gone = NULL;
    if (ok)
        *gap_out =
            lodge_uid_gap_find(last->uidnext, account->uidnext, present, known, gone);
    return ok;
}

/* RFC 3501 section 2.3.1.1: within an epoch UIDs only grow. A server that gives them away anew (another mailbox under the
 * same name, one restored from a backup) would have us pass its new messages over as known. */
static gboolean check_growth(const LodgeLook *look,
                             const LodgeEventFolder *account,
                             guint32 last,
                             GError **error)
{
    if (account->uidnext == 0 || account->uidnext >= last)
        return TRUE;
    g_set_error(
        error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH,
        "%s: the next UID of %s is %u and was %u, though UIDVALIDITY is the same: this is "
        "another mailbox, or it was put back from a backup. Nothing is taken from there; "
        "rename the section [mailbox %s], and what is there is read anew, known mail once",
        lodge_imap_session_name(look->transfer.session), account->folder, account->uidnext,
        last, look->transfer.account);
    return FALSE;
}

static gboolean look_at_folder(LodgeLook *look,
                               const LodgeImapFolder *folder,
                               LodgeEventFolder *account,
                               GError **error)
{
    LodgeTransferContext *transfer = &look->transfer;
    gint64 now_us = tell_time(transfer->sink);
    if (!lodge_imap_session_select(transfer->session, folder->raw, folder->name, FALSE,
                                   error))
        return FALSE;
    LodgeWatchSeen seen = lodge_watch_see(transfer->session);
    account->uidvalidity = seen.uidvalidity;
    account->uidnext = seen.uidnext;
    transfer->folder = folder->name;
    transfer->uidvalidity = seen.uidvalidity;
    LodgeLedgerLook last;
    LodgeUidGap gap = {0};
    if (!lodge_ledger_get_look(look->ledger, transfer->account, folder->name,
                               seen.uidvalidity, &last, error) ||
        !check_growth(look, account, last.uidnext, error) ||
        !count_folder(look, &last, account, &gap, error))
        return FALSE;
    account->looked_us = now_us;
    lodge_unseen_add(transfer->unseen, account, &last, gap);
    if (folder == look->waiting_room)
        *look->seen = seen; /* what came while we fetched is news */
    return TRUE;
}

static gboolean look_at_folders(LodgeLook *look, GPtrArray *accounts, GError **first)
{
    for (guint i = 0; i < look->watched->len; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(look->watched, i);
        LodgeEventFolder *account = lodge_event_folder_new(folder->name);
        GError *failure = NULL;
        if (look_at_folder(look, folder, account, &failure)) {
            g_ptr_array_add(accounts, account);
            continue;
        }
        lodge_event_folder_free(account);
        if (!lodge_folder_failure_keep(first, failure))
            return FALSE;
    }
    return TRUE;
}

static gboolean seek(LodgeLook *look, GError **error)
{
    LodgeSeek seek = {
        .transfer = &look->transfer,
        .ledger = look->ledger,
        .folders = look->folders,
        .watched = look->watched,
        .since_us = lodge_unseen_since_us(look->transfer.unseen),
    };
    return seek.since_us == LODGE_INSTANT_UNKNOWN || lodge_seek_run(&seek, error);
}

gboolean lodge_look_run(LodgeLook *look, GPtrArray *accounts, GError **error)
{
    GError *first = NULL, *failure = NULL;
    g_autoptr(LodgeUnseen) unseen =
        lodge_unseen_new(look->ledger, look->transfer.account, error);
    if (unseen == NULL)
        return FALSE;
    look->transfer.unseen = unseen;
    gboolean whole = look_at_folders(look, accounts, &first);
    if (whole && !seek(look, &failure))
        whole = lodge_folder_failure_keep(&first, failure);
    failure = NULL;
    if (whole && !lodge_unseen_settle(unseen, &failure))
        whole = lodge_folder_failure_keep(&first, failure);
    if (!whole)
        lodge_unseen_give_up(unseen);
    look->transfer.unseen = NULL;
    if (first == NULL)
        return TRUE;
    g_propagate_error(error, first);
    return FALSE;
}
