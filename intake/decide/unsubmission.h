/* unsubmission.h - mail that is no submission: kept and shown, but neither filed nor held.
 *
 *   automatic-message   an auto-reply, a report (bounce, read receipt) or a receipt of ours come back,
 *                       without a document of an accepted type of its own; what hangs in the
 *                       returned copy of a mail is not its own
 *   not-about-the-call  nobody registered, nothing attached, the call not named
 *
 * In doubt it is a submission: a person would rather look once too often. */
#pragma once

#include "intake/decide/decision.h"
#include "intake/decide/findings.h"

/* `attachments`: LodgeAttachment. The finding that says why it is none, or LODGE_FINDING_COUNT: it is one. */
LodgeFindingKind lodge_unsubmission_judge(const LodgeMessageFacts *message,
                                          const GPtrArray *attachments,
                                          const LodgeAuthority *authority,
                                          gboolean names_call);
