/* unsubmission.h - mail that is no submission: kept and shown, but neither filed nor held.
 *
 *   automatic-message, delivery-report, disposition-report, complaint-report, own-receipt,
 *   list-message, calendar-message     of an automatic kind (kind.h) and without a document of its own
 *   not-about-the-call                 nobody registered, nothing attached, the call not named
 *
 * What nobody can look into counts like a document where the sender is registered or the call named: a closed
 * archive, a locked mail, a placeholder whose file is still to come. A machine that sends a plan (a scanner, a workflow) is decided like anybody else, only not
 * answered. Its own is a document of an accepted type, of a registered sender or about the call; what hangs in
 * the returned copy of a mail is not a report's own. A list's mail from a registered
 * sender that names the call is a person's. In doubt it is a submission: a person would rather look once too
 * often. */
#pragma once

#include "intake/decide/decision.h"
#include "intake/decide/findings.h"

/* `attachments`: LodgeAttachment. The finding that says why it is none, or LODGE_FINDING_COUNT: it is one. */
LodgeFindingKind lodge_unsubmission_judge(LodgeMailKind kind,
                                          const LodgeMessageFacts *message,
                                          const GPtrArray *attachments,
                                          const LodgeAuthority *authority,
                                          gboolean names_call);
