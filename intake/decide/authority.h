/* authority.h - does the sender speak for a council, and how do we know?
 *
 * Two things are needed: the From domain (or exact delegate address) is registered and confirmed
 * for a council at the received instant, and our border says that mail of exactly this domain
 * is authentic (trusted_results.h). Every check leaves a rung on the ladder.
 *
 *   From                one field, one address; else unproven and no candidates
 *   register            no council: unregistered; only unconfirmed: unproven
 *   authentication      our border's dmarc or dkim pass: proven. Its dmarc fail without any pass: forged, whatever
 *                       else passes; a fail that contradicts a pass of its own: unproven. Where the border says neither:
 *                       our own DKIM check for exactly this domain, or a chain of trusted ARC seals: proven. Our
 *                       own failure never outranks the border's pass: Exchange renders mail anew. S/MIME of exactly this
 *                       address: proven. spf alone: as the trust settings say. Nothing: unproven (address_proof.h)
 *   council             several: the one named by subject or plan, else ambiguous
 *
 * address_proven is about the address alone: it decides whether we may answer, registered or not. */
#pragma once

#include "intake/decide/attachments.h"
#include "intake/decide/border.h"
#include "intake/decide/decision.h"

/* `plan`: NULL when none was found. `at_us`: the instant at which the register is asked. `proofs`: our own checks, or NULL. Findings about
 * the sender are added. */
LodgeAuthority *lodge_authority_judge(const LodgeMessageFacts *message,
                                      const LodgeAttachment *plan,
                                      const LodgeBorder *border,
                                      gint64 at_us,
                                      const LodgeRules *rules,
                                      const LodgeProofs *proofs,
                                      GPtrArray *findings);
/* Would a look-up that failed for the moment decide who it is from? */
gboolean lodge_authority_waits_for_dns(const LodgeAuthority *authority,
                                       const LodgeProofs *proofs,
                                       const LodgeTrust *trust);
void lodge_authority_free(LodgeAuthority *authority);

/* Bodies (LodgeBody, borrowed) for which that address might speak, in the register's order, each once;
 * `unconfirmed_out` (may be NULL): they are only proposed. Never NULL. */
GPtrArray *lodge_authority_find_bodies(const LodgeAddress *from,
                                       const LodgeRegister *reg,
                                       gint64 at_us,
                                       gboolean *unconfirmed_out);
