/* fetch.h - what we ask of a message: UID, size, date, flags, and whether its body came. Pure.
 *
 * Source: RFC 9051 section 7.5.2 and section 9 (msg-att, date-time). */
#pragma once

#include "parsers/imap/response.h"
#include "parsers/text/instant.h"
#include <glib.h>

typedef struct {
    guint32 number;              /* sequence number */
    guint32 uid;                 /* 0: not in this response */
    gint64 size_bytes;           /* RFC822.SIZE; -1: not in this response */
    gint64 internaldate_us;      /* LODGE_INSTANT_UNKNOWN: not there, or not a date */
    const LodgeImapValue *flags; /* list or NULL */
    gboolean has_body; /* a whole message came, through the body callbacks or held */
    const LodgeImapValue *body; /* held; NULL when streamed */
    gboolean body_is_nil;       /* the server has no text for it */
} LodgeImapFetch;

/* FALSE: no FETCH, or malformed. */
gboolean lodge_imap_fetch_read(const LodgeImapResponse *response,
                               LodgeImapFetch *fetch_out);
/* Is this item the whole message from its first byte: BODY[], BODY[]<0>, BINARY[], RFC822? */
gboolean lodge_imap_item_is_whole_message(const char *item);
/* "17-Jul-1996 02:44:25 -0700", day with a space or two digits. FALSE: not one. */
gboolean lodge_imap_date_parse(const char *text, gint64 *instant_us_out);
