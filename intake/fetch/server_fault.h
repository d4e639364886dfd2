/* server_fault.h - what a server's NO, BAD or BYE means for us. Internal, pure.
 *
 * Three kinds: it refuses this command (REFUSED), it wants to be left alone for a while (BUSY),
 * it ends the session (LODGE_LINK_ERROR_CLOSED). Real servers say the second in prose only:
 * Exchange "Request is throttled. Suggested Backoff Time: 92415 milliseconds" and "User is authenticated but not
 * connected", which no retry at once and no new password mends. */
#pragma once

#include "parsers/imap/response.h"
#include <glib.h>

#define LODGE_FAULT_BACKOFF_MAX_MS (15 * 60 * 1000)

typedef struct {
    LodgeImapStatus status;
    char *code; /* upper case or NULL */
    char *text; /* displayable */
} LodgeImapReply;

void lodge_imap_reply_set(LodgeImapReply *reply, const LodgeImapResponse *response);
void lodge_imap_reply_clear(LodgeImapReply *reply);

/* Does it ask for patience? backoff_ms_out: how long, capped; 0: it does not say. */
gboolean lodge_server_fault_is_busy(const LodgeImapReply *reply, guint *backoff_ms_out);
/* `name` of the server, `about` the command and its folder: "SELECT INBOX". */
void lodge_server_fault_set_error(const LodgeImapReply *reply,
                                  const char *name,
                                  const char *about,
                                  guint *backoff_ms_out,
                                  GError **error);
