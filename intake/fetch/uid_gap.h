/* uid_gap.h - UIDs that a folder has given away and that nobody has seen. Internal, pure.
 *
 * UIDs are given in ascending order and never twice (RFC 9051 2.3.1.1): what was given between two
 * looks, is not listed at the second, and is not known, was a message that came and went. Or none:
 * a server may skip numbers (a failed APPEND, items that IMAP does not show). */
#pragma once

#include <glib.h>

#define LODGE_UID_GAP_TEXT_BYTES 200

typedef struct {
    guint64 count;
    char *text; /* "10-11,14", cut at LODGE_UID_GAP_TEXT_BYTES with "…"; NULL: none */
} LodgeUidGap;

/* In [from, to), which are UIDNEXT then and now; zero: unknown, so nothing can be said. Ascending guint32s:
 * `present` are listed, `known` the ledger knows, `gone` are listed but went before they could be had. */
LodgeUidGap lodge_uid_gap_find(guint32 from,
                               guint32 to,
                               const GArray *present,
                               const GArray *known,
                               const GArray *gone);
