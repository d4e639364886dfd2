/* mending.h - does this message mend an earlier one that was held or rejected, and which time counts?
 *
 * An earlier message of the same council that is not filed is mended, within the call's mend_days of its
 * received instant, by an authorised message that carries a document and
 *
 *   reply      answers it, or a receipt for it (In-Reply-To, References)
 *   reference  has its reference in the subject
 *   council    comes from the same council, which was sent a receipt for it; it had brought a document,
 *              and nothing that came later is filed yet
 *
 * First match; among several the one received first, for it is the original. Without having been told, a
 * council mends nothing by chance: what was held may have been somebody else's in its name, or a mere
 * question, and what was mended is not mended again by every amended version.
 *
 * Each message keeps its own timeliness. Where the call says mend_counts = original, the better of the two
 * counts: the instant of the original, judged by the deadline as it is now, so that a
 * chain of mendings never reaches further than the original's mend_days. */
#pragma once

#include "intake/decide/decision.h"
#include "intake/decide/timeliness.h"

/* What it mends, or NULL. `decision`: kind, authority and received are judged. */
LodgeMends *lodge_mending_judge(const LodgeMessageFacts *message,
                                const LodgeHistory *history,
                                const LodgeRules *rules,
                                const LodgeDecision *decision);
void lodge_mends_free(LodgeMends *mends);
/* The timeliness that counts for the message that mends. */
LodgeTimeliness lodge_mending_count(const LodgeMends *mends);
