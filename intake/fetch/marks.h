/* marks.h - the mailbox shows what the ledger says: a keyword, or a move. Internal.
 *
 * Repeatable: whatever was confirmed before is not asked for again, whatever was not is. Never
 * plain EXPUNGE, never CLOSE: they would remove what people have flagged. A move without MOVE is COPY, then
 * \Deleted, then UID EXPUNGE of exactly these, which needs UIDPLUS; without it the move is refused. */
#pragma once

#include "intake/fetch/folders.h"
#include "intake/fetch/mailbox.h"
#include <glib.h>

typedef struct {
    LodgeImapSession *session;
    LodgeLedger *ledger;
    const LodgeMailbox *mailbox;
    const GPtrArray *folders; /* all of them: to find move_to */
    LodgeMailboxMarked marked;
    gpointer data;
} LodgeMarksContext;

/* Can what is configured be done on this server at all? Checked before anything is touched. */
gboolean lodge_marks_check_server(const LodgeMarksContext *context, GError **error);
/* Is the keyword one that the selected folder would keep? */
gboolean lodge_marks_can_store(const LodgeImapSelected *selected, const char *keyword);
/* One folder: selects it if something in it is unmarked. */
gboolean lodge_marks_run(const LodgeMarksContext *context,
                         const LodgeImapFolder *folder,
                         GError **error);
