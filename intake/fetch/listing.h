/* listing.h - which UIDs are in the selected folder, and how large each is. Internal.
 *
 * Built for servers with nothing but IMAP4rev1: no ESEARCH, no CONDSTORE. SEARCH answers in one line,
 * so it is asked for at most LODGE_LISTING_CHUNK messages at a time, which keeps the longest line within
 * LODGE_LIMIT_IMAP_LINE_BYTES. Sequence numbers shift when others remove messages; then the
 * listing is done again. */
#pragma once

#include "intake/fetch/imap_session.h"
#include <glib.h>

#define LODGE_LISTING_CHUNK 5000

/* All UIDs, guint32, ascending, each once. */
GArray *
lodge_imap_listing_uids(LodgeImapSession *session, const char *folder, GError **error);
/* The UIDs of messages stored at this instant or later, and some of the days before: SEARCH SINCE knows days
 * only, and not in which zone. */
GArray *lodge_imap_listing_since(LodgeImapSession *session,
                                 const char *folder,
                                 gint64 since_us,
                                 GError **error);
/* Which of these ascending UIDs are (still) there: guint32, ascending. */
GArray *lodge_imap_listing_present(LodgeImapSession *session,
                                   const char *folder,
                                   const GArray *uids,
                                   GError **error);
/* RFC822.SIZE of each of these ascending UIDs: gint64 in the same order, -1 where the server did not say. */
GArray *lodge_imap_listing_sizes(LodgeImapSession *session,
                                 const char *folder,
                                 const GArray *uids,
                                 GError **error);
/* INTERNALDATE of each of these ascending UIDs: gint64 in the same order, LODGE_INSTANT_UNKNOWN where the
 * server did not say. */
GArray *lodge_imap_listing_dates(LodgeImapSession *session,
                                 const char *folder,
                                 const GArray *uids,
                                 GError **error);
/* Both ascending. What is in `all` alone goes to `rest`; how many are in both is returned. */
guint64 lodge_imap_listing_split(const GArray *all, const GArray *known, GArray *rest);
/* Place of a UID in an ascending array, or -1. */
gint64 lodge_imap_listing_find(const GArray *uids, guint32 uid);
