#include "intake/fetch/mailbox.h"
#include "intake/fetch/describe.h"
#include "intake/fetch/folder_failure.h"
#include "intake/fetch/folders.h"
#include "intake/fetch/imap_session.h"
#include "intake/fetch/look.h"
#include "intake/fetch/marks.h"
#include "intake/fetch/watch.h"
#include "parsers/imap/mailbox_name.h"

G_DEFINE_QUARK(lodge_fetch_error, lodge_fetch_error)

struct LodgeMailboxSession {
    const LodgeMailbox *mailbox;
    LodgeImapSession *imap;
    GPtrArray *folders;  /* LodgeImapFolder: listed anew for each pass */
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

/* ---- the pass ---- */

static void free_account(gpointer account)
{
    lodge_event_folder_free(account);
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
    g_clear_pointer(&session->folders, g_ptr_array_unref); /* people make new ones */
    g_autoptr(GPtrArray) watched = choose_folders(session, error);
    if (watched == NULL)
        return FALSE;
    LodgeLook look = {
        .transfer = {.session = session->imap,
                     .spool = spool,
                     .account = session->mailbox->name,
                     .max_message_bytes = max_message_bytes,
                     .sink = sink},
        .ledger = ledger,
        .folders = session->folders,
        .watched = watched,
        .waiting_room = find_waiting_room(watched),
        .seen = &session->seen,
    };
    return lodge_look_run(&look, *folders_out, error);
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
            !lodge_marks_run(&context, folder, &failure) &&
            !lodge_folder_failure_keep(&first, failure))
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
