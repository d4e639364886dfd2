/* trusted_results.h - what our own border says about who sent the message (RFC 8601).
 *
 * Only Authentication-Results with an authserv-id of ours, well formed, of version 1, and above
 * the limit that border.h sets, are read; every other one is the sender's word about himself. Only
 * dmarc, dkim and spf count, and only "pass" and "fail" for exactly this domain: relaxed alignment
 * would let one council vouch for another, and "bestguesspass" is a guess. A header with our id
 * below the border hop was forged, or our border does not remove such headers as RFC 8601
 * section 5 demands. Exchange Online's form, without an
 * authserv-id, counts only under [border] kind = exchange-online, only the topmost, only above its front
 * door's line, and of it only dmarc. */
#pragma once

#include "intake/decide/border.h"
#include "intake/decide/decision.h"

typedef struct {
    guint trusted; /* headers that were read */
    guint forged;  /* with our id below the border hop */
    gboolean dmarc_pass, dmarc_fail, dkim_pass, spf_pass;
} LodgeTrustedResults;

/* `domain`: of the From address. Appends what was read to the ladder. */
LodgeTrustedResults lodge_trusted_results_judge(const LodgeMessageFacts *message,
                                                const LodgeBorder *border,
                                                const LodgeTrust *trust,
                                                const char *domain,
                                                GPtrArray *ladder);
/* Why nothing in that header of the message counts, for people; static. NULL: it is read. */
const char *lodge_trusted_results_why_ignored(const LodgeMessageFacts *message,
                                              const LodgeAuthenticationResults *header,
                                              const LodgeBorder *border,
                                              const LodgeTrust *trust);
