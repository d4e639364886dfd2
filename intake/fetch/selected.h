/* selected.h - what a session must know of the folder it has selected. Internal, pure.
 *
 * Learnt from untagged data and response codes, which may come at any time: a new UIDVALIDITY in
 * mid-session means that every UID known before now names another message (RFC 9051 2.3.1.1). */
#pragma once

#include "parsers/imap/response.h"
#include <glib.h>

typedef struct {
    guint32 exists, uidvalidity, uidnext;
    gboolean read_only;
    gboolean uids_not_sticky;
    GStrv permanent_flags;  /* NULL: not told, so all flags are (RFC 9051 7.1) */
    guint removals;         /* EXPUNGE and VANISHED since SELECT */
    gboolean epoch_changed; /* UIDVALIDITY is another one than at SELECT */
} LodgeImapSelected;

/* Takes what this response says of the selected folder. */
void lodge_imap_selected_note(LodgeImapSelected *selected,
                              const LodgeImapResponse *response);
void lodge_imap_selected_clear(LodgeImapSelected *selected);
