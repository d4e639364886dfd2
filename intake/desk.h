/* desk.h - what a running service owes, seen to as it falls due: two threads beside the mailboxes.
 *
 *   desk     takes up what is pending again, and writes the trees for people
 *   courier  sends the receipts that are owed
 *
 * Both sleep until somebody says that there is something (lodge_desk_notify), or until the time that the ledger names
 * for the next try, a minute at most: a wall clock that is set back or forward costs no more than that.
 * The courier looks for what is most urgent every few seconds, so that a first receipt does not
 * wait behind a long queue. What fails is tried again after a growing pause. */
#pragma once

#include "intake/pass.h"

typedef struct LodgeDesk LodgeDesk;

/* Borrows the pass. Nothing is done yet, but it may be notified. */
LodgeDesk *lodge_desk_new(LodgePass *pass);
void lodge_desk_start(LodgeDesk *desk);
/* Something was recorded or ordered. Any thread. */
void lodge_desk_notify(LodgeDesk *desk);
/* Once it was started and the pass's context says stop: waits for the end of both. It may still be notified. */
void lodge_desk_join(LodgeDesk *desk);
void lodge_desk_free(LodgeDesk *desk);
