/* received_instant.h - when did the message arrive, and by which clock?
 *
 * The stamp of the border hop counts (border.h); without one, INTERNALDATE; with neither, it is not
 * established. Weighed are the border hop, the hops above it and INTERNALDATE: they are what
 * timeliness asks. The Date field and the lines below the border are shown to people, never
 * weighed. Without a border hop the internal lines on top are weighed beside INTERNALDATE, for our own
 * queue must not make anybody late silently. */
#pragma once

#include "intake/decide/border.h"
#include "intake/decide/decision.h"

LodgeReceivedInstant *lodge_received_instant_judge(const LodgeMessageFacts *message,
                                                   const LodgeEvidence *evidence,
                                                   const LodgeTrust *trust,
                                                   const LodgeBorder *border);
void lodge_received_instant_free(LodgeReceivedInstant *received);
