/* listing.h - one message as the JSON object of `list --json`; the fields are documented in lodge(1). */
#pragma once

#include "intake/operate/withheld.h"
#include "parsers/text/json.h"
#include "spool/ledger.h"

/* Adds one object. */
void lodge_listing_write(LodgeJsonWriter *writer,
                         const char *name,
                         const LodgeLedgerMessage *message);
/* For files that are written once: without the answer, receipts and places, which still change after the decision.
 * Documents that are withheld say why. */
void lodge_listing_write_submission(LodgeJsonWriter *writer,
                                    const char *name,
                                    const LodgeLedgerMessage *message,
                                    const GPtrArray *withheld);
