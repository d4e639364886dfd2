/* receipt_content.h - what a receipt says: subject, ids, body, and receipt.json.
 *
 * Words are chosen with care: "received and filed", "on time", "late", "a person will check", "could
 * not be filed"; never a view on the plan. Strangers' text passes lodge_display_line before it stands
 * in subject or body, and an identifier of theirs is repeated only if it is a clean one, so that no line end of theirs
 * reaches our header (RFC 3834; faults of header injection). A proven sender of whom we do not know for
 * which council he writes gets a brief receipt: received when, a person will look; nothing about the
 * documents. Equal inputs give equal content. */
#pragma once

#include "intake/decide/decision.h"

typedef struct {
    const LodgeReading *reading;
    const LodgeHistory *history;
    const LodgeRules *rules;
    const LodgeDecision *decision;   /* complete but for its receipts */
    const LodgePast *original;       /* that is on file, of which this is a copy; or NULL */
    const LodgeExtension *extension; /* that gave the deadline, or NULL */
    gboolean pending;                /* nothing is decided yet: a first word */
    gboolean ruled_timeliness;       /* a person decided by which time it counts */
} LodgeReceiptInputs;

LodgeReceiptContent *lodge_receipt_content_make(const LodgeReceiptInputs *inputs);

/* The parts of it, for receipt_content.c and the tests. */
/* A decision was told before, and this one takes its place. */
gboolean lodge_receipt_is_correction(const LodgeReceiptInputs *inputs);
gboolean lodge_receipt_is_brief(const LodgeDecision *decision);
/* What the council's contact is told (notice.h). */
char *lodge_receipt_format_notice(const LodgeReceiptInputs *inputs);
char *lodge_receipt_format_text(const LodgeReceiptInputs *inputs);
char *lodge_receipt_format_evidence(const LodgeReceiptInputs *inputs,
                                    const LodgeReceiptContent *content);
