/* withheld.h - the documents of a decided message that are never copied where people open files, because malware was
 * found in them or beside them. What the decision says of it; the objects themselves stay where they are. */
#pragma once

#include "spool/spool.h"
#include <glib.h>

typedef struct {
    char *name; /* as shown to people */
    char *sha256;
    char *why; /* what was found, or "not-scanned" beside it */
} LodgeWithheld;

/* LodgeWithheld; empty for all messages but those in which malware was found, and these alone cost a look at their
 * decision. NULL: that cannot be read. */
GPtrArray *
lodge_withheld_list(LodgeSpool *spool, const LodgeLedgerMessage *message, GError **error);
/* Why this document is withheld, or NULL. `withheld` may be NULL. */
const char *lodge_withheld_find(const GPtrArray *withheld, const char *sha256);
