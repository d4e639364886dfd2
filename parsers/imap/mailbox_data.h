/* mailbox_data.h - LIST, STATUS, SEARCH, CAPABILITY, NAMESPACE as values. Pure.
 *
 * Every function gives FALSE or NULL for a response that is another one, or malformed.
 * Source: RFC 9051 sections 7.2 and 7.3, RFC 2342. */
#pragma once

#include "parsers/imap/response.h"
#include <glib.h>

typedef struct {
    const LodgeImapValue *attributes; /* list: \Noselect, \Sent … */
    char delimiter;                   /* 0: flat */
    const char *name;                 /* as on the wire */
} LodgeImapListed;

typedef struct {
    const char *name; /* as on the wire */
    gboolean has_messages;
    guint32 messages;
    guint32 uidnext, uidvalidity; /* 0: not told */
} LodgeImapStatusData;

gboolean lodge_imap_listed_read(const LodgeImapResponse *response,
                                LodgeImapListed *listed_out);
gboolean lodge_imap_status_data_read(const LodgeImapResponse *response,
                                     LodgeImapStatusData *status_out);
/* Appends the guint32 UIDs of a SEARCH (or of an ESEARCH with ALL) response. */
gboolean lodge_imap_search_read(const LodgeImapResponse *response, GArray *uids);
/* Capabilities in upper case, from the untagged response or from a response code. */
GStrv lodge_imap_capability_read(const LodgeImapResponse *response);
/* Prefixes of the namespace of this kind: 0 personal, 1 other users, 2 shared. */
GStrv lodge_imap_namespace_read(const LodgeImapResponse *response, guint kind);
