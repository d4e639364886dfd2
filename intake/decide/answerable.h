/* answerable.h - may we answer this message, and if not, why not?
 *
 * RFC 3834 and RFC 8601 section 7.5: never to a null return path, a machine, a list or our own
 * receipts, and never to an address that is not proven, for that would be mail to a victim of the
 * forger. The destination is the one From address, never Reply-To. The answer never decides whether a
 * message is filed. */
#pragma once

#include "intake/decide/decision.h"

/* "yes" or the code of the first reason against it; a static string. */
const char *
lodge_answerable_judge(const LodgeMessageFacts *message,
                       const LodgeAuthority *authority,
                       LodgeMailKind kind,
                       LodgeOutcome outcome,
                       gboolean about_call, /* carries a document or names the call */
                       const LodgeRules *rules);
