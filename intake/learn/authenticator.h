/* authenticator.h - our own checks of who signed a message: DKIM, ARC, and the policy of its From domain.
 *
 * The reader has hashed; here keys are looked up and signatures verified, and what was found becomes evidence
 * (intake/decide/proofs.h) together with every answer of DNS that it rests on. Each name is asked once for a
 * message, within a budget of time. What DNS cannot say for the moment is "temperror": whether that matters is
 * the authority's to say. Thread-safe as far as the resolver is. */
#pragma once

#include "config/trust.h"
#include "intake/decide/proofs.h"
#include "intake/learn/resolver.h"
#include "parsers/mail/message_facts.h"

#define LODGE_AUTHENTICATOR_BUDGET_MS 20000 /* for all questions of one message */

/* `trust`: which keys are admitted. `instant_us`: when the message was received, as far as that is known; signatures
 * expire by it. `dns_out`: LodgeDnsAnswer,
 * in the order of asking; the caller's. Never NULL. */
LodgeProofs *lodge_authenticator_run(const LodgeMessageFacts *message,
                                     LodgeResolver *resolver,
                                     const LodgeTrust *trust,
                                     gint64 instant_us,
                                     GPtrArray **dns_out);
/* The same for a caller who has more to ask: through one recorder each name is asked once for both. The caller's. */
LodgeProofs *lodge_authenticator_check(const LodgeMessageFacts *message,
                                       const LodgeDnsAsk *ask,
                                       const LodgeTrust *trust,
                                       gint64 instant_us);
