#include "intake/fetch/marks.h"
#include "intake/fetch/listing.h"
#include "parsers/imap/mailbox_name.h"
#include "parsers/imap/uid_set.h"
#include <string.h>

typedef struct {
    const LodgeMarksContext *context;
    const LodgeImapFolder *folder;
    GPtrArray *marks; /* LodgeLedgerMark */
} Marking;

/* ---- what can be done here ---- */

static gboolean is_atom(const char *keyword)
{
    if (*keyword == '\0')
        return FALSE;
    for (const char *at = keyword; *at != '\0'; at++) {
        if ((guchar)*at <= 0x20 || (guchar)*at >= 0x7f || strchr("(){%*\"\\]", *at) != NULL)
            return FALSE;
    }
    return TRUE;
}

static gboolean check_keyword(const LodgeMarksContext *context, GError **error)
{
    if (context->mailbox->keyword != NULL && is_atom(context->mailbox->keyword))
        return TRUE;
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
                "%s: keyword is no IMAP keyword; use letters, digits, \"$\" and \"-\"",
                lodge_imap_session_name(context->session));
    return FALSE;
}

static gboolean check_move(const LodgeMarksContext *context, GError **error)
{
    const char *name = lodge_imap_session_name(context->session);
    const LodgeImapFolder *target =
        lodge_imap_folders_find(context->folders, context->mailbox->move_to);
    if (target == NULL || !target->selectable) {
        lodge_imap_folders_set_missing(context->folders, context->mailbox->move_to,
                                       "move_to", name, error);
        return FALSE;
    }
    g_autofree char *quoted = lodge_imap_mailbox_name_quote(target->raw);
    if (quoted == NULL || strlen(quoted) > LODGE_IMAP_COMMAND_BYTES / 2) {
        g_set_error(
            error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
            "%s: the folder of move_to has a name that cannot be sent; choose another",
            name);
        return FALSE;
    }
    if (lodge_imap_session_has(context->session, "MOVE") ||
        lodge_imap_session_has(context->session, "UIDPLUS"))
        return TRUE;
    g_set_error(
        error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
        "%s: the server offers neither MOVE nor UIDPLUS, so messages cannot be moved "
        "without touching others; choose a keyword instead, or leave",
        name);
    return FALSE;
}

gboolean lodge_marks_check_server(const LodgeMarksContext *context, GError **error)
{
    switch (context->mailbox->after) {
    case LODGE_AFTER_KEYWORD:
        return check_keyword(context, error);
    case LODGE_AFTER_MOVE:
        return check_move(context, error);
    case LODGE_AFTER_LEAVE:
        break;
    }
    return TRUE;
}

gboolean lodge_marks_can_store(const LodgeImapSelected *selected, const char *keyword)
{
    if (selected->permanent_flags == NULL)
        return TRUE;
    for (char **flag = selected->permanent_flags; *flag != NULL; flag++) {
        if (strcmp(*flag, "\\*") == 0 || g_ascii_strcasecmp(*flag, keyword) == 0)
            return TRUE;
    }
    return FALSE;
}

static gboolean check_selected(const Marking *marking, GError **error)
{
    const LodgeImapSelected *selected =
        lodge_imap_session_selected(marking->context->session);
    const LodgeMailbox *mailbox = marking->context->mailbox;
    const char *name = lodge_imap_session_name(marking->context->session);
    if (selected->read_only) {
        g_set_error(
            error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
            "%s: %s is read-only for this user; give write access, or set after = leave",
            name, marking->folder->name);
        return FALSE;
    }
    if (mailbox->after == LODGE_AFTER_KEYWORD &&
        !lodge_marks_can_store(selected, mailbox->keyword)) {
        g_set_error(
            error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED,
            "%s: %s does not keep the keyword \"%s\" (PERMANENTFLAGS without it); choose "
            "another, or set after = move or leave",
            name, marking->folder->name, mailbox->keyword);
        return FALSE;
    }
    return TRUE;
}

/* ---- doing it ---- */

static gboolean
run(const Marking *marking, const char *verb, const char *command, GError **error)
{
    g_autofree char *about = g_strdup_printf("%s in %s", verb, marking->folder->name);
    return lodge_imap_session_run(marking->context->session, about, command, error);
}

static gboolean store_keyword(const Marking *marking, const char *set, GError **error)
{
    g_autofree char *command = g_strdup_printf("UID STORE %s +FLAGS.SILENT (%s)", set,
                                               marking->context->mailbox->keyword);
    return run(marking, "UID STORE", command, error);
}

/* RFC 4315: UID EXPUNGE removes only these, whatever else people have flagged \Deleted. */
static gboolean copy_and_expunge(const Marking *marking,
                                 const char *set,
                                 const char *target,
                                 GError **error)
{
    g_autofree char *copy = g_strdup_printf("UID COPY %s %s", set, target);
    g_autofree char *flag = g_strdup_printf("UID STORE %s +FLAGS.SILENT (\\Deleted)", set);
    g_autofree char *expunge = g_strdup_printf("UID EXPUNGE %s", set);
    return run(marking, "UID COPY", copy, error) &&
           run(marking, "UID STORE", flag, error) &&
           run(marking, "UID EXPUNGE", expunge, error);
}

static gboolean move(const Marking *marking, const char *set, GError **error)
{
    const LodgeMarksContext *context = marking->context;
    const LodgeImapFolder *folder =
        lodge_imap_folders_find(context->folders, context->mailbox->move_to);
    g_autofree char *target = lodge_imap_mailbox_name_quote(folder->raw);
    if (!lodge_imap_session_has(context->session, "MOVE"))
        return copy_and_expunge(marking, set, target, error);
    g_autofree char *command = g_strdup_printf("UID MOVE %s %s", set, target);
    return run(marking, "UID MOVE", command, error);
}

static gint compare_marks(gconstpointer a, gconstpointer b)
{
    const LodgeLedgerMark *left = *(LodgeLedgerMark *const *)a;
    const LodgeLedgerMark *right = *(LodgeLedgerMark *const *)b;
    return left->location.uid < right->location.uid
               ? -1
               : left->location.uid > right->location.uid;
}

static GArray *collect_uids(const Marking *marking)
{
    GArray *uids = g_array_new(FALSE, FALSE, sizeof(guint32));
    for (guint i = 0; i < marking->marks->len; i++) {
        const LodgeLedgerMark *mark = g_ptr_array_index(marking->marks, i);
        guint32 uid = mark->location.uid;
        if (uids->len == 0 || g_array_index(uids, guint32, uids->len - 1) != uid)
            g_array_append_val(uids, uid);
    }
    return uids;
}

/* Tells of every mark whose UID lies in `uids`, or of those that do not. */
static gboolean report(const Marking *marking,
                       const GArray *uids,
                       gboolean inside,
                       const char *action,
                       GError **error)
{
    for (guint i = 0; i < marking->marks->len; i++) {
        const LodgeLedgerMark *mark = g_ptr_array_index(marking->marks, i);
        gboolean found = lodge_imap_listing_find(uids, mark->location.uid) >= 0;
        if (found == inside &&
            !marking->context->marked(mark, action, marking->context->data, error))
            return FALSE;
    }
    return TRUE;
}

/* RFC 2683 3.4.3: a UID of another epoch is another message. */
static gboolean check_epoch(const Marking *marking, GError **error)
{
    LodgeImapSession *session = marking->context->session;
    if (!lodge_imap_session_selected(session)->epoch_changed)
        return TRUE;
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH,
                "%s: UIDVALIDITY of %s changed; nothing more is marked there in this pass",
                lodge_imap_session_name(session), marking->folder->name);
    return FALSE;
}

static gboolean mark_set(const Marking *marking, const char *set, GError **error)
{
    if (!check_epoch(marking, error))
        return FALSE;
    return marking->context->mailbox->after == LODGE_AFTER_MOVE
               ? move(marking, set, error)
               : store_keyword(marking, set, error);
}

/* Each part is reported as soon as the server has confirmed it. */
static gboolean mark_present(const Marking *marking, const GArray *present, GError **error)
{
    const char *action =
        marking->context->mailbox->after == LODGE_AFTER_MOVE ? "moved" : "keyword";
    const guint32 *all = (const guint32 *)(const void *)present->data;
    for (guint done = 0; done < present->len;) {
        guint used = 0;
        g_autofree char *set = lodge_imap_uid_set_format(all + done, present->len - done,
                                                         LODGE_IMAP_SET_BYTES / 2, &used);
        if (!mark_set(marking, set, error))
            return FALSE;
        g_autoptr(GArray) part = g_array_new(FALSE, FALSE, sizeof(guint32));
        g_array_append_vals(part, all + done, used);
        if (!report(marking, part, TRUE, action, error))
            return FALSE;
        done += used;
    }
    return TRUE;
}

static gboolean mark_all(const Marking *marking, GError **error)
{
    g_autoptr(GArray) uids = collect_uids(marking);
    g_autoptr(GArray) present = lodge_imap_listing_present(
        marking->context->session, marking->folder->name, uids, error);
    return present != NULL && report(marking, present, FALSE, "gone", error) &&
           mark_present(marking, present, error);
}

/* Most folders have nothing to mark: the ledger knows without asking the server. */
static gboolean has_unmarked(const LodgeMarksContext *context,
                             const LodgeImapFolder *folder,
                             gboolean *has_out,
                             GError **error)
{
    g_autoptr(GArray) epochs = lodge_ledger_list_epochs(
        context->ledger, context->mailbox->name, folder->name, error);
    if (epochs == NULL)
        return FALSE;
    *has_out = FALSE;
    for (guint i = 0; i < epochs->len && !*has_out; i++) {
        g_autoptr(GPtrArray) marks = lodge_ledger_list_unmarked(
            context->ledger, context->mailbox->name, folder->name,
            g_array_index(epochs, guint32, i), error);
        if (marks == NULL)
            return FALSE;
        *has_out = marks->len > 0;
    }
    return TRUE;
}

gboolean lodge_marks_run(const LodgeMarksContext *context,
                         const LodgeImapFolder *folder,
                         GError **error)
{
    gboolean any = FALSE;
    if (!has_unmarked(context, folder, &any, error))
        return FALSE;
    if (!any)
        return TRUE;
    if (!lodge_imap_session_select(context->session, folder->raw, folder->name, TRUE,
                                   error))
        return FALSE;
    guint32 uidvalidity = lodge_imap_session_selected(context->session)->uidvalidity;
    g_autoptr(GPtrArray) marks = lodge_ledger_list_unmarked(
        context->ledger, context->mailbox->name, folder->name, uidvalidity, error);
    if (marks == NULL)
        return FALSE;
    Marking marking = {.context = context, .folder = folder, .marks = marks};
    if (marks->len == 0) /* they belong to an epoch that is over */
        return TRUE;
    g_ptr_array_sort(marks, compare_marks);
    return check_selected(&marking, error) && mark_all(&marking, error);
}
