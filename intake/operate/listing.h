/* listing.h - one message as the JSON object of `list --json`; the fields are documented in lodge(1). */
#pragma once

#include "parsers/text/json.h"
#include "spool/ledger.h"

/* Adds one object. `receipts` FALSE leaves out the answer: receipts and places, which still change after the decision
 * (for files that are written once). */
void lodge_listing_write(LodgeJsonWriter *writer,
                         const char *name,
                         const LodgeLedgerMessage *message,
                         gboolean receipts);
