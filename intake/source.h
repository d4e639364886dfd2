/* source.h - the first step of the walk: one mailbox or some files, fetched in a thread of its own.
 *
 * Each message goes to keep, and once it is durable to the workers. */
#pragma once

#include "intake/fetch/mailbox.h"
#include "intake/pass.h"

typedef struct {
    LodgePass *pass;
    LodgePassSource *result;
    const LodgeMailbox *mailbox; /* NULL: files */
    const char *const *paths;
    const LodgeCallSettings *call;
    GThread *thread;
    gboolean told_clock; /* that the clocks disagree: said once */
} LodgeSource;

/* Stamps of a mailbox may be so far ahead of our clock before it is worth an alarm. */
#define LODGE_CLOCK_GAP_US (120 * LODGE_SECOND_US)

/* For a mailbox alone, outside any report: a service looks again and again. */
LodgeSource *lodge_source_new_mailbox(LodgePass *pass, const LodgeMailbox *mailbox);
void lodge_source_free_mailbox(LodgeSource *source);
/* One look with a session that is open: what is new is handed on, the folders' account is in source->result. */
gboolean
lodge_source_look(LodgeSource *source, LodgeMailboxSession *session, GError **error);

/* Puts the account of a look into the journal. */
gboolean lodge_source_record(LodgeSource *source, GError **error);

/* Starts a thread per mailbox, or one for the files. LodgeSource, in order of the configuration. */
GPtrArray *lodge_source_start(LodgePass *pass, const char *const *paths, const char *call);
/* FALSE with LODGE_SPOOL_ERROR_SPACE when less than the reserve is left; less than low_space is told in the log. */
gboolean lodge_source_has_room(LodgePass *pass, GError **error);
/* Waits for all of them. */
void lodge_source_join(GPtrArray *sources);

/* Logs in to a mailbox; the secret is loaded and wiped here. */
LodgeMailboxSession *lodge_source_open_mailbox(const LodgeContext *context,
                                               const LodgeMailbox *mailbox,
                                               GError **error);
