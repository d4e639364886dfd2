/* folders.h - which folders of a mailbox are there, and which are to be watched. Internal.
 *
 * Watched are the folders that are configured, else every selectable one of the personal
 * namespace but Sent, Drafts and Outbox: by their special use (RFC 6154), and by the names those have on
 * servers that do not tell. Names are shown as people write them; the wire's form is kept beside. */
#pragma once

#include "intake/fetch/imap_session.h"
#include <glib.h>

typedef struct {
    char *raw; /* on the wire */
    char *
        name; /* UTF-8; control characters as lodge_display_line writes them, so it is fit for messages */
    char delimiter;
    gboolean selectable;
    gboolean outgoing; /* Sent, Drafts, Outbox */
    gboolean foreign;  /* of another user, or shared */
} LodgeImapFolder;

void lodge_imap_folder_free(LodgeImapFolder *folder);

/* All folders the server lists: LodgeImapFolder. */
GPtrArray *lodge_imap_folders_list(LodgeImapSession *session, GError **error);
/* The watched ones of them, borrowed; free the array only. `configured` NULL: the default.
 * LODGE_FETCH_ERROR_FOLDER names one that is missing, and those that exist. */
GPtrArray *lodge_imap_folders_choose(const GPtrArray *folders,
                                     const char *const *configured,
                                     const char *server,
                                     GError **error);
/* By its name, or NULL. */
const LodgeImapFolder *lodge_imap_folders_find(const GPtrArray *folders, const char *name);
/* The error for a folder that is configured and missing; `key` of lodge.conf. */
void lodge_imap_folders_set_missing(const GPtrArray *folders,
                                    const char *name,
                                    const char *key,
                                    const char *server,
                                    GError **error);
