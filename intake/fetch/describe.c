#include "intake/fetch/describe.h"
#include "intake/fetch/marks.h"
#include "parsers/imap/fetch.h"
#include "parsers/imap/mailbox_data.h"
#include "parsers/imap/mailbox_name.h"
#include "parsers/text/display.h"
#include <string.h>

#define CLOCK_TOLERANCE_S 60

typedef struct {
    LodgeImapSession *session;
    const LodgeMailbox *mailbox;
    GString *words;
    gint64 newest_us; /* latest INTERNALDATE seen, or LODGE_INSTANT_UNKNOWN */
} Description;

static void describe_capabilities(const Description *description)
{
    const char *const *capabilities = lodge_imap_session_capabilities(description->session);
    g_autofree char *joined = g_strjoinv(" ", (GStrv)capabilities);
    g_autofree char *shown = lodge_display_line(joined, 2000);
    g_string_append_printf(description->words, "capabilities after login: %s\n", shown);
}

/* What is missing, and what that means here. */
static void describe_missing(const Description *description)
{
    static const struct {
        const char *capability, *without;
    } table[] = {
        {"UIDPLUS", "messages cannot be moved without MOVE"},
        {"MOVE", "a move is COPY and UID EXPUNGE"},
        {"SPECIAL-USE", "Sent, Drafts and Outbox are known by their names only"},
        {"NAMESPACE", "folders of others cannot be told from the user's own"},
        {"IDLE", "new mail is found by asking"},
        {"ESEARCH", "listings are longer; nothing else changes"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (!lodge_imap_session_has(description->session, table[i].capability))
            g_string_append_printf(description->words, "not offered: %s (%s)\n",
                                   table[i].capability, table[i].without);
    }
}

static void describe_marks(const Description *description, const char *folder)
{
    const LodgeMailbox *mailbox = description->mailbox;
    if (mailbox->after != LODGE_AFTER_KEYWORD)
        return;
    const LodgeImapSelected *selected = lodge_imap_session_selected(description->session);
    gboolean kept =
        lodge_marks_can_store(selected, mailbox->keyword) && !selected->read_only;
    g_string_append_printf(description->words, "folder \"%s\": keyword \"%s\" %s\n", folder,
                           mailbox->keyword,
                           kept ? "can be stored" : "cannot be stored here");
}

static gboolean take_date(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Description *description = data;
    LodgeImapFetch fetch;
    if (lodge_imap_fetch_read(response, &fetch))
        description->newest_us = MAX(description->newest_us, fetch.internaldate_us);
    return TRUE;
}

/* The last message of the selected folder: the newest stamp that the server's clock has left. */
static gboolean look_at_clock(Description *description, guint32 last, GError **error)
{
    static const LodgeImapHandler listener = {.response = take_date};
    LodgeImapSession *session = description->session;
    g_autofree char *command = g_strdup_printf("FETCH %u (INTERNALDATE)", last);
    guint ticket = 0;
    if (last == 0)
        return TRUE;
    lodge_imap_session_listen(session, &listener, description);
    gboolean ok = lodge_imap_session_send(session, "FETCH", command, &ticket, error) &&
                  lodge_imap_session_wait(session, ticket, 0, NULL, error);
    lodge_imap_session_listen(session, NULL, NULL);
    return ok;
}

/* SELECT, because EXAMINE may show no permanent flags at all (RFC 9051 6.3.3); it changes nothing but \Recent. */
static gboolean
describe_watched(Description *description, const LodgeImapFolder *folder, GError **error)
{
    gboolean read_write = description->mailbox->after != LODGE_AFTER_LEAVE;
    if (!lodge_imap_session_select(description->session, folder->raw, folder->name,
                                   read_write, error))
        return FALSE;
    const LodgeImapSelected *selected = lodge_imap_session_selected(description->session);
    const char *shown = folder->name;
    g_string_append_printf(description->words,
                           "folder \"%s\": watched, %u messages, UIDVALIDITY %u%s\n", shown,
                           selected->exists, selected->uidvalidity,
                           read_write && selected->read_only ? ", read-only" : "");
    describe_marks(description, shown);
    return look_at_clock(description, selected->exists, error);
}

/* ---- folders that are not watched: STATUS, which opens nothing ---- */

typedef struct {
    gboolean told;
    guint32 messages;
} Count;

static gboolean
take_status(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Count *count = data;
    LodgeImapStatusData status;
    if (lodge_imap_status_data_read(response, &status) && status.has_messages) {
        count->told = TRUE;
        count->messages = status.messages;
    }
    return TRUE;
}

static gboolean count_messages(LodgeImapSession *session,
                               const LodgeImapFolder *folder,
                               Count *count,
                               GError **error)
{
    static const LodgeImapHandler listener = {.response = take_status};
    g_autofree char *quoted = lodge_imap_mailbox_name_quote(folder->raw);
    if (quoted == NULL)
        return TRUE;
    g_autofree char *about = g_strdup_printf("STATUS %s", folder->name);
    g_autofree char *command = g_strdup_printf("STATUS %s (MESSAGES)", quoted);
    guint ticket = 0;
    lodge_imap_session_listen(session, &listener, count);
    gboolean ok = lodge_imap_session_send(session, about, command, &ticket, error) &&
                  lodge_imap_session_wait(session, ticket, 0, NULL, error);
    lodge_imap_session_listen(session, NULL, NULL);
    return ok;
}

static const char *explain_unwatched(const LodgeImapFolder *folder)
{
    if (!folder->selectable)
        return "holds no messages";
    if (folder->outgoing)
        return "not watched (outgoing mail)";
    if (folder->foreign)
        return "not watched (of others, or shared)";
    return "not watched (folders does not name it)";
}

static gboolean describe_unwatched(const Description *description,
                                   const LodgeImapFolder *folder,
                                   GError **error)
{
    Count count = {0};
    if (folder->selectable && !count_messages(description->session, folder, &count, error))
        return FALSE;
    const char *shown = folder->name;
    g_string_append_printf(description->words, "folder \"%s\": %s", shown,
                           explain_unwatched(folder));
    if (count.told)
        g_string_append_printf(description->words, ", %u messages", count.messages);
    g_string_append_c(description->words, '\n');
    return TRUE;
}

static gboolean describe_folders(Description *description,
                                 const GPtrArray *folders,
                                 const GPtrArray *watched,
                                 GError **error)
{
    for (guint i = 0; i < folders->len; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(folders, i);
        gboolean ok = g_ptr_array_find((GPtrArray *)watched, folder, NULL)
                          ? describe_watched(description, folder, error)
                          : describe_unwatched(description, folder, error);
        if (!ok)
            return FALSE;
    }
    return TRUE;
}

static gboolean
check_target(const Description *description, const GPtrArray *folders, GError **error)
{
    LodgeMarksContext context = {
        .session = description->session,
        .mailbox = description->mailbox,
        .folders = folders,
    };
    return lodge_marks_check_server(&context, error);
}

/* IMAP tells no time of day, but no message can have been stored in the future. */
static void describe_clock(const Description *description, gint64 now_us)
{
    if (description->newest_us == LODGE_INSTANT_UNKNOWN) {
        g_string_append(description->words,
                        "server clock: unknown, no message has been stored yet\n");
        return;
    }
    g_autofree char *newest = lodge_instant_format(description->newest_us);
    gint64 ahead_s = (description->newest_us - now_us) / LODGE_SECOND_US;
    g_string_append_printf(description->words, "server clock: newest message stored %s",
                           newest);
    if (ahead_s > CLOCK_TOLERANCE_S)
        g_string_append_printf(description->words,
                               ", which is %" G_GINT64_FORMAT
                               " s ahead of our clock; check time synchronisation on both",
                               ahead_s);
    g_string_append_c(description->words, '\n');
}

char *lodge_describe_mailbox(LodgeImapSession *session,
                             const LodgeMailbox *mailbox,
                             const GPtrArray *folders,
                             const GPtrArray *watched,
                             gint64 now_us,
                             GError **error)
{
    g_autoptr(GString) words = g_string_new(NULL);
    Description description = {.session = session,
                               .mailbox = mailbox,
                               .words = words,
                               .newest_us = LODGE_INSTANT_UNKNOWN};
    g_string_append_printf(words, "%s: logged in as %s\n", lodge_imap_session_name(session),
                           mailbox->endpoint.user);
    describe_capabilities(&description);
    describe_missing(&description);
    if (!describe_folders(&description, folders, watched, error) ||
        !check_target(&description, folders, error))
        return NULL;
    describe_clock(&description, now_us);
    return g_string_free(g_steal_pointer(&words), FALSE);
}
