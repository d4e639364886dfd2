/* arc_chain.h - is a message's ARC chain whole, and what did its last sealer see?
 *
 * Validates as RFC 8617 section 5.2: no chain is none; a chain passes if it has 1 to 50 sets, each of exactly
 * one results field, signature and seal, without a gap; cv=none in the first seal and cv=pass in the others; the
 * newest signature verifies over the message as it is; and every seal verifies. All else is fail.
 * Keys and algorithms as in dkim_check.h, under the same policy; rsa-sha1 never.
 *
 * A chain that passes is the word of its sealers, nothing more: anybody may make one of his own. Whoever
 * uses `results` must trust all of `sealers`, and look at `signs_from` and `is_whole`: the newest signature
 * binds the seals to this From and this body only where it covers them.
 *
 * A key that cannot be had for the moment makes no verdict: fail with `is_temporary`. */
#pragma once

#include "intake/learn/dkim_check.h"
#include "parsers/mail/message_facts.h"
#include <glib.h>

typedef struct {
    LodgeDkimResult result; /* none, pass or fail */
    const char *reason;     /* as in LodgeDkimVerdict; NULL with pass and none */
    gboolean is_temporary;
    GPtrArray *
        sealers; /* d= of the seals, newest first, borrowed from the facts; empty unless pass */
    const LodgeAuthenticationResults
        *results;                  /* of the newest set, borrowed; NULL unless pass */
    gboolean signs_from, is_whole; /* of the newest signature; FALSE unless pass */
} LodgeArcVerdict;

/* `facts` must outlive the verdict. */
LodgeArcVerdict lodge_arc_check(const LodgeMessageFacts *facts,
                                const LodgeDnsAsk *ask,
                                gint64 instant_us,
                                const LodgeDkimPolicy *policy);
void lodge_arc_verdict_clear(LodgeArcVerdict *verdict);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(LodgeArcVerdict, lodge_arc_verdict_clear)
