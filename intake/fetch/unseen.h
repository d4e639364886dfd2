/* unseen.h - what came to a folder and went again before we looked: is it to be found elsewhere? Internal.
 *
 * People move mail before we see it. Nobody tells where to: it has another UID there, but as a rule the
 * same INTERNALDATE (RFC 9051 2.3.3). So gaps are settled by counting. A gap in one folder is
 * accounted for by
 * - a message that was kept since the last look at it, was found first in another folder, and was stored
 *   after that look (with a slack for clocks that differ);
 * - in any folder but INBOX, a message that we know and that has left another folder since: it was
 *   moved here and on, as deleted mail is when the trash is emptied. Mail is delivered to INBOX, so there a known
 *   message explains nothing.
 * Each accounts for one UID. What is left is told as unseen, with all UIDs of the gap, because nobody can know
 * which of them it was.
 *
 * Known gap: mail that was delivered directly to another folder may hide one that vanished. */
#pragma once

#include "intake/fetch/uid_gap.h"
#include "spool/ledger.h"
#include <glib.h>

#define LODGE_UNSEEN_SLACK_US (15 * 60 * LODGE_SECOND_US)

typedef struct LodgeUnseen LodgeUnseen;

/* The ledger is borrowed, and asked which bytes are known. */
LodgeUnseen *lodge_unseen_new(LodgeLedger *ledger, const char *account, GError **error);
void lodge_unseen_free(LodgeUnseen *unseen);
/* A message that is about to be delivered. */
gboolean lodge_unseen_note(LodgeUnseen *unseen,
                           const char *sha256,
                           const char *folder,
                           gint64 internaldate_us,
                           GError **error);
/* A folder that has been looked at, with `last` the look before; takes the gap. The account is borrowed. */
void lodge_unseen_add(LodgeUnseen *unseen,
                      LodgeEventFolder *account,
                      const LodgeLedgerLook *last,
                      LodgeUidGap gap);
/* From when on what is missing may have been stored; LODGE_INSTANT_UNKNOWN: nothing is missing. */
gint64 lodge_unseen_since_us(const LodgeUnseen *unseen);
/* Writes into the accounts what is found nowhere. */
gboolean lodge_unseen_settle(LodgeUnseen *unseen, GError **error);
/* It could not be looked for: folders with gaps do not count as looked at, so the next pass does it. */
void lodge_unseen_give_up(LodgeUnseen *unseen);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeUnseen, lodge_unseen_free)
