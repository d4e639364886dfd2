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
} LodgeSource;

/* Starts a thread per mailbox, or one for the files. LodgeSource, in order of the configuration. */
GPtrArray *lodge_source_start(LodgePass *pass, const char *const *paths, const char *call);
/* FALSE with LODGE_SPOOL_ERROR_SPACE when less than the reserve is left. */
gboolean lodge_source_has_room(LodgePass *pass, GError **error);
/* Waits for all of them. */
void lodge_source_join(GPtrArray *sources);

/* Logs in to a mailbox; the secret is loaded and wiped here. */
LodgeMailboxSession *lodge_source_open_mailbox(const LodgeContext *context,
                                               const LodgeMailbox *mailbox,
                                               GError **error);
