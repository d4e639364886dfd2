/* lookup.h - the message that a person means: references are read as people write them, any case, spaces around. */
#pragma once

#include "spool/ledger.h"

#define LODGE_LOOKUP_ERROR lodge_lookup_error_quark()
GQuark lodge_lookup_error_quark(void);
typedef enum {
    LODGE_LOOKUP_ERROR_NONE, /* no reference, a misread one, or no such message: says which */
} LodgeLookupError;

/* LODGE_LOOKUP_ERROR, or an error of the ledger. */
LodgeLedgerMessage *
lodge_lookup_message(LodgeLedger *ledger, const char *words, GError **error);
