/* holdings.h - what is held about an e-mail address, for whoever asks for it under the law.
 *
 * Every message in which the address stands, with its part in it (from, to, answered) and each place where the bytes
 * stand; events that belong to no message; register entries in force. The search is spool/search.h's,
 * and so are its limits: what is encoded is found only where a reading has it decoded. */
#pragma once

#include "config/settings.h"
#include "spool/search.h"
#include "spool/spool.h"

typedef struct {
    char *event; /* "kept", "decided" … that names it */
    gint64 at_us;
    char *what;   /* "message_sha256", "reading", "text", "record" … */
    char *object; /* "objects/ab/abcd…" */
} LodgeHoldingPlace;

typedef struct {
    char *reference;             /* NULL: of no message (passes, extended deadlines) */
    LodgeLedgerMessage *message; /* NULL: the index does not have it */
    gboolean sender, addressee;
    GPtrArray *receipts; /* LodgeLedgerReceipt of `message` that went to it */
    GPtrArray *places;   /* LodgeHoldingPlace */
} LodgeHolding;

typedef struct {
    char *call, *council, *name;
    char *as; /* "contact", "delegate" */
} LodgeHoldingEntry;

typedef struct {
    GPtrArray *holdings;   /* LodgeHolding, in order of the journal */
    GPtrArray *entries;    /* LodgeHoldingEntry */
    GPtrArray *unreadable; /* char *: objects that could not be searched */
} LodgeHoldings;

LodgeHoldings *lodge_holdings_find(const LodgeSettings *settings,
                                   LodgeSpool *spool,
                                   const char *address,
                                   LodgeSearchProgress progress,
                                   GError **error);
void lodge_holdings_free(LodgeHoldings *holdings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeHoldings, lodge_holdings_free)
