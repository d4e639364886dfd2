#include "intake/fetch/mailbox.h"
#include "intake/fetch/describe.h"
#include "intake/fetch/folders.h"
#include "intake/fetch/imap_session.h"
#include "intake/fetch/listing.h"
#include "intake/fetch/marks.h"
#include "intake/fetch/transfer.h"
#include "intake/fetch/watch.h"
#include "parsers/imap/mailbox_name.h"

G_DEFINE_QUARK(lodge_fetch_error, lodge_fetch_error)

struct LodgeMailboxSession {
    const LodgeMailbox *mailbox;
    LodgeImapSession *imap;
    GPtrArray *folders;  /* LodgeImapFolder: listed once */
    LodgeWatchSeen seen; /* of the folder whose news are waited for */
};

LodgeMailboxSession *
lodge_mailbox_open(const LodgeMailbox *mailbox, const char *secret, GError **error)
{
    LodgeConnection *connection =
        lodge_connection_open("imap", &mailbox->endpoint, secret, error);
    if (connection == NULL)
        return NULL;
    g_autoptr(LodgeMailboxSession) session = g_new0(LodgeMailboxSession, 1);
    session->mailbox = mailbox;
    session->imap = lodge_imap_session_new(connection, mailbox->endpoint.reply_timeout_ms);
    if (!lodge_imap_session_greet(session->imap, error))
        return NULL;
    return g_steal_pointer(&session);
}

void lodge_mailbox_close(LodgeMailboxSession *session)
{
    if (session == NULL)
        return;
    lodge_imap_session_logout(session->imap);
    lodge_imap_session_free(session->imap);
    g_clear_pointer(&session->folders, g_ptr_array_unref);
    g_free(session);
}

guint lodge_mailbox_backoff_ms(const LodgeMailboxSession *session)
{
    return lodge_imap_session_backoff_ms(session->imap);
}

static GPtrArray *choose_folders(LodgeMailboxSession *session, GError **error)
{
    if (session->folders == NULL)
        session->folders = lodge_imap_folders_list(session->imap, error);
    if (session->folders == NULL)
        return NULL;
    return lodge_imap_folders_choose(session->folders,
                                     (const char *const *)session->mailbox->folders,
                                     lodge_imap_session_name(session->imap), error);
}

/* Where news are waited for; NULL: nothing is watched. */
static const LodgeImapFolder *find_waiting_room(const GPtrArray *watched)
{
    const LodgeImapFolder *inbox = lodge_imap_folders_find(watched, "INBOX");
    return inbox != NULL || watched->len == 0 ? inbox : g_ptr_array_index(watched, 0);
}

/* Refused folders and changed epochs concern one folder; everything else concerns us all. */
static gboolean is_folders_own(const GError *error)
{
    return g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED) ||
           g_error_matches(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH);
}

/* Keeps the first error; frees the others. TRUE: go on with the next folder. */
static gboolean keep_first(GError **first, GError *failure)
{
    gboolean go_on = is_folders_own(failure);
    if (*first == NULL || !go_on) {
        g_clear_error(first);
        *first = failure;
    } else {
        g_error_free(failure);
    }
    return go_on;
}

/* ---- the pass ---- */

typedef struct {
    LodgeMailboxSession *session;
    LodgeLedger *ledger;
    const LodgeImapFolder *waiting_room;
    LodgeTransferContext transfer;
} Pass;

/* Both ascending. What is in `all` alone goes to `rest`; how many are in both is returned. */
static guint64 split_known(const GArray *all, const GArray *known, GArray *rest)
{
    guint64 both = 0;
    guint at = 0;
    for (guint i = 0; i < all->len; i++) {
        guint32 uid = g_array_index(all, guint32, i);
        while (at < known->len && g_array_index(known, guint32, at) < uid)
            at++;
        if (at < known->len && g_array_index(known, guint32, at) == uid)
            both++;
        else
            g_array_append_val(rest, uid);
    }
    return both;
}

static gboolean
fetch_unknown(Pass *pass, const GArray *unknown, LodgeEventFolder *account, GError **error)
{
    if (unknown->len == 0)
        return TRUE;
    g_autoptr(GArray) sizes = lodge_imap_listing_sizes(
        pass->session->imap, pass->transfer.folder, unknown, error);
    if (sizes == NULL)
        return FALSE;
    LodgeTransferCounts counts = {0};
    gboolean ok = lodge_transfer_run(&pass->transfer, unknown, sizes, &counts, error);
    account->fetched = counts.fetched;
    account->failed = counts.failed;
    account->present -= counts.gone; /* somebody removed them while we looked */
    return ok;
}

static gboolean count_folder(Pass *pass, LodgeEventFolder *account, GError **error)
{
    const char *folder = pass->transfer.folder;
    g_autoptr(GArray) present = lodge_imap_listing_uids(pass->session->imap, folder, error);
    if (present == NULL)
        return FALSE;
    g_autoptr(GArray) known = lodge_ledger_list_uids(
        pass->ledger, pass->transfer.account, folder, pass->transfer.uidvalidity, error);
    if (known == NULL)
        return FALSE;
    g_autoptr(GArray) unknown = g_array_new(FALSE, FALSE, sizeof(guint32));
    account->present = present->len;
    account->known = split_known(present, known, unknown);
    account->vanished = known->len - account->known;
    return fetch_unknown(pass, unknown, account, error);
}

static gboolean fetch_folder(Pass *pass,
                             const LodgeImapFolder *folder,
                             LodgeEventFolder *account,
                             GError **error)
{
    LodgeImapSession *imap = pass->session->imap;
    if (!lodge_imap_session_select(imap, folder->raw, folder->name, FALSE, error))
        return FALSE;
    const LodgeImapSelected *selected = lodge_imap_session_selected(imap);
    account->uidvalidity = selected->uidvalidity;
    account->uidnext = selected->uidnext;
    pass->transfer.folder = folder->name;
    pass->transfer.uidvalidity = selected->uidvalidity;
    LodgeWatchSeen seen = lodge_watch_see(imap); /* what comes while we fetch is news */
    if (!count_folder(pass, account, error))
        return FALSE;
    if (folder == pass->waiting_room)
        pass->session->seen = seen;
    return TRUE;
}

static void free_account(gpointer account)
{
    lodge_event_folder_free(account);
}

static gboolean
fetch_folders(Pass *pass, const GPtrArray *folders, GPtrArray *accounts, GError **error)
{
    GError *first = NULL;
    for (guint i = 0; i < folders->len; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(folders, i);
        LodgeEventFolder *account = lodge_event_folder_new(folder->name);
        GError *failure = NULL;
        if (fetch_folder(pass, folder, account, &failure)) {
            g_ptr_array_add(accounts, account);
            continue;
        }
        lodge_event_folder_free(account);
        if (!keep_first(&first, failure))
            break;
    }
    if (first == NULL)
        return TRUE;
    g_propagate_error(error, first);
    return FALSE;
}

gboolean lodge_mailbox_fetch(LodgeMailboxSession *session,
                             LodgeSpool *spool,
                             LodgeLedger *ledger,
                             gint64 max_message_bytes,
                             const LodgeFetchSink *sink,
                             GPtrArray **folders_out,
                             GError **error)
{
    g_return_val_if_fail(sink != NULL && sink->deliver != NULL, FALSE);
    *folders_out = g_ptr_array_new_with_free_func(free_account);
    g_autoptr(GPtrArray) folders = choose_folders(session, error);
    if (folders == NULL)
        return FALSE;
    Pass pass = {
        .session = session,
        .ledger = ledger,
        .waiting_room = find_waiting_room(folders),
        .transfer =
            {
                .session = session->imap,
                .spool = spool,
                .account = session->mailbox->name,
                .max_message_bytes = max_message_bytes,
                .sink = sink,
            },
    };
    return fetch_folders(&pass, folders, *folders_out, error);
}

/* ---- between two passes ---- */

gboolean lodge_mailbox_wait(LodgeMailboxSession *session,
                            guint timeout_ms,
                            guint renew_ms,
                            int wake_fd,
                            LodgeMailboxWait *result_out,
                            GError **error)
{
    g_autoptr(GPtrArray) watched = choose_folders(session, error);
    if (watched == NULL)
        return FALSE;
    LodgeWatch watch = {.session = session->imap,
                        .folder = find_waiting_room(watched),
                        .timeout_ms = timeout_ms,
                        .renew_ms = renew_ms,
                        .wake_fd = wake_fd};
    if (watch.folder != NULL)
        return lodge_watch_run(&watch, &session->seen, result_out, error);
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_FOLDER,
                "%s: the server lists no folder to be watched; check the user's rights",
                lodge_imap_session_name(session->imap));
    return FALSE;
}

/* ---- marks and description ---- */

/* A message is never moved onto itself. */
static gboolean is_target(const LodgeMailbox *mailbox, const LodgeImapFolder *folder)
{
    return mailbox->after == LODGE_AFTER_MOVE &&
           lodge_imap_mailbox_name_equal(folder->name, mailbox->move_to);
}

gboolean lodge_mailbox_mark(LodgeMailboxSession *session,
                            LodgeLedger *ledger,
                            LodgeMailboxMarked marked,
                            gpointer data,
                            GError **error)
{
    if (session->mailbox->after == LODGE_AFTER_LEAVE)
        return TRUE;
    g_autoptr(GPtrArray) folders = choose_folders(session, error);
    if (folders == NULL)
        return FALSE;
    LodgeMarksContext context = {
        .session = session->imap,
        .ledger = ledger,
        .mailbox = session->mailbox,
        .folders = session->folders,
        .marked = marked,
        .data = data,
    };
    if (!lodge_marks_check_server(&context, error))
        return FALSE;
    GError *first = NULL;
    for (guint i = 0; i < folders->len; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(folders, i);
        GError *failure = NULL;
        if (!is_target(session->mailbox, folder) &&
            !lodge_marks_run(&context, folder, &failure) && !keep_first(&first, failure))
            break;
    }
    if (first == NULL)
        return TRUE;
    g_propagate_error(error, first);
    return FALSE;
}

char *lodge_mailbox_describe(LodgeMailboxSession *session, gint64 now_us, GError **error)
{
    g_autoptr(GPtrArray) watched = choose_folders(session, error);
    if (watched == NULL)
        return NULL;
    return lodge_describe_mailbox(session->imap, session->mailbox, session->folders,
                                  watched, now_us, error);
}
