#include "intake/fetch/folders.h"
#include "intake/fetch/mailbox.h"
#include "parsers/imap/mailbox_data.h"
#include "parsers/imap/mailbox_name.h"
#include "parsers/text/display.h"
#include <string.h>

#define MAX_FOLDERS 10000

typedef struct {
    GPtrArray *folders;
    GStrv personal;
    GStrv others, shared;
} Listing;

void lodge_imap_folder_free(LodgeImapFolder *folder)
{
    if (folder == NULL)
        return;
    g_free(folder->raw);
    g_free(folder->name);
    g_free(folder);
}

static void free_folder(gpointer folder)
{
    lodge_imap_folder_free(folder);
}

/* ---- LIST ---- */

static gboolean is_selectable(const LodgeImapValue *attributes)
{
    return !lodge_imap_list_has(attributes, "\\Noselect") &&
           !lodge_imap_list_has(attributes, "\\NonExistent");
}

static gboolean has_outgoing_use(const LodgeImapValue *attributes)
{
    return lodge_imap_list_has(attributes, "\\Sent") ||
           lodge_imap_list_has(attributes, "\\Drafts") ||
           lodge_imap_list_has(attributes, "\\Outbox");
}

static LodgeImapFolder *make_folder(const LodgeImapListed *listed)
{
    LodgeImapFolder *folder = g_new0(LodgeImapFolder, 1);
    folder->raw = g_strdup(listed->name);
    g_autofree char *decoded = lodge_imap_mailbox_name_decode(listed->name);
    folder->name = lodge_display_line(decoded, 0);
    folder->delimiter = listed->delimiter;
    folder->selectable = is_selectable(listed->attributes);
    folder->outgoing = has_outgoing_use(listed->attributes);
    return folder;
}

static gboolean
take_listed(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Listing *listing = data;
    LodgeImapListed listed;
    if (lodge_imap_listed_read(response, &listed) && listing->folders->len < MAX_FOLDERS)
        g_ptr_array_add(listing->folders, make_folder(&listed));
    return TRUE;
}

static gboolean
take_namespace(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Listing *listing = data;
    if (!lodge_imap_response_is(response, "NAMESPACE") || listing->personal != NULL)
        return TRUE;
    listing->personal = lodge_imap_namespace_read(response, 0);
    listing->others = lodge_imap_namespace_read(response, 1);
    listing->shared = lodge_imap_namespace_read(response, 2);
    return TRUE;
}

/* ---- what a name says ---- */

static gboolean has_prefix_of(const char *raw, const char *const *prefixes)
{
    for (; prefixes != NULL && *prefixes != NULL; prefixes++) {
        if (**prefixes != '\0' && g_str_has_prefix(raw, *prefixes))
            return TRUE;
    }
    return FALSE;
}

/* The name without what the server puts before every folder of the user: "INBOX.Sent" is "Sent". */
static const char *strip_root(const LodgeImapFolder *folder, const char *const *personal)
{
    for (; personal != NULL && *personal != NULL; personal++) {
        if (**personal != '\0' && g_str_has_prefix(folder->raw, *personal))
            return folder->raw + strlen(*personal);
    }
    gboolean below_inbox = g_ascii_strncasecmp(folder->raw, "INBOX", 5) == 0 &&
                           folder->delimiter != '\0' && folder->raw[5] == folder->delimiter;
    return below_inbox ? folder->raw + 6 : folder->raw;
}

/* Only at the top: a folder "Plans/Sent" that people made holds plans. */
static gboolean has_outgoing_name(const LodgeImapFolder *folder,
                                  const char *const *personal)
{
    static const char *const names[] = {"Outbox", "Sent", "Sent Items", "Sent Messages",
                                        "Drafts"};
    const char *name = strip_root(folder, personal);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(name, names[i]) == 0)
            return TRUE;
    }
    return FALSE;
}

static void judge_names(Listing *listing)
{
    const char *const *personal = (const char *const *)listing->personal;
    for (guint i = 0; i < listing->folders->len; i++) {
        LodgeImapFolder *folder = g_ptr_array_index(listing->folders, i);
        folder->foreign =
            has_prefix_of(folder->raw, (const char *const *)listing->others) ||
            has_prefix_of(folder->raw, (const char *const *)listing->shared);
        folder->outgoing = folder->outgoing || has_outgoing_name(folder, personal);
    }
}

static gboolean list_namespaces(LodgeImapSession *session, Listing *listing, GError **error)
{
    if (!lodge_imap_session_has(session, "NAMESPACE"))
        return TRUE;
    static const LodgeImapHandler listener = {.response = take_namespace};
    lodge_imap_session_listen(session, &listener, listing);
    gboolean ok = lodge_imap_session_run(session, "NAMESPACE", "NAMESPACE", error);
    lodge_imap_session_listen(session, NULL, NULL);
    return ok;
}

/* RFC 6154: special uses come with plain LIST where the server likes to; with RETURN they must. */
static gboolean list_folders(LodgeImapSession *session, Listing *listing, GError **error)
{
    static const LodgeImapHandler listener = {.response = take_listed};
    gboolean extended = lodge_imap_session_has(session, "LIST-EXTENDED") &&
                        lodge_imap_session_has(session, "SPECIAL-USE");
    const char *command =
        extended ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\"";
    lodge_imap_session_listen(session, &listener, listing);
    gboolean ok = lodge_imap_session_run(session, "LIST", command, error);
    lodge_imap_session_listen(session, NULL, NULL);
    return ok;
}

GPtrArray *lodge_imap_folders_list(LodgeImapSession *session, GError **error)
{
    Listing listing = {.folders = g_ptr_array_new_with_free_func(free_folder)};
    gboolean ok =
        list_namespaces(session, &listing, error) && list_folders(session, &listing, error);
    if (ok)
        judge_names(&listing);
    else
        g_clear_pointer(&listing.folders, g_ptr_array_unref);
    g_strfreev(listing.personal);
    g_strfreev(listing.others);
    g_strfreev(listing.shared);
    return listing.folders;
}

/* ---- choosing ---- */

const LodgeImapFolder *lodge_imap_folders_find(const GPtrArray *folders, const char *name)
{
    for (guint i = 0; i < folders->len; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(folders, i);
        if (lodge_imap_mailbox_name_equal(folder->name, name))
            return folder;
    }
    return NULL;
}

void lodge_imap_folders_set_missing(const GPtrArray *folders,
                                    const char *name,
                                    const char *key,
                                    const char *server,
                                    GError **error)
{
    g_autoptr(GString) known = g_string_new(NULL);
    for (guint i = 0; i < folders->len && known->len < 1000; i++) {
        const LodgeImapFolder *folder = g_ptr_array_index(folders, i);
        if (folder->selectable)
            g_string_append_printf(known, "%s\"%s\"", known->len > 0 ? ", " : "",
                                   folder->name);
    }
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_FOLDER,
                "%s: there is no folder \"%s\"; create it, or correct %s; there are %s",
                server, name, key, known->len > 0 ? known->str : "none");
}

static GPtrArray *choose_configured(const GPtrArray *folders,
                                    const char *const *configured,
                                    const char *server,
                                    GError **error)
{
    g_autoptr(GPtrArray) chosen = g_ptr_array_new();
    for (; *configured != NULL; configured++) {
        const LodgeImapFolder *folder = lodge_imap_folders_find(folders, *configured);
        if (folder == NULL || !folder->selectable) {
            lodge_imap_folders_set_missing(folders, *configured, "folders", server, error);
            return NULL;
        }
        g_ptr_array_add(chosen, (gpointer)folder);
    }
    return g_steal_pointer(&chosen);
}

GPtrArray *lodge_imap_folders_choose(const GPtrArray *folders,
                                     const char *const *configured,
                                     const char *server,
                                     GError **error)
{
    if (configured != NULL)
        return choose_configured(folders, configured, server, error);
    GPtrArray *chosen = g_ptr_array_new();
    for (guint i = 0; i < folders->len; i++) {
        LodgeImapFolder *folder = g_ptr_array_index(folders, i);
        if (folder->selectable && !folder->outgoing && !folder->foreign)
            g_ptr_array_add(chosen, folder);
    }
    return chosen;
}
