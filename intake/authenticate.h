/* authenticate.h - who sent this message, and how do we know: every check of the sender, of one message alone.
 *
 * The same checks that a decision rests on, in the same order of trust, but nothing is stored and no council's
 * plan is looked for. What is no mail at all has no sender and no signature, and a finding that says so.
 * DMARC is weighed by our own DKIM results only: SPF needs the connection, which is gone. What the border found is handed
 * on as RFC 8601 writes it; Exchange Online, which names itself nowhere, is "exchange-online". */
#pragma once

#include "intake/decide/authority.h"
#include "intake/decide/smime_proof.h"
#include "intake/learn/resolver.h"

typedef struct {
    LodgeProofs *proofs; /* NULL: no resolver, nothing was checked by ourselves */
    const char *dmarc;   /* of the From domain, in the words of RFC 8601; static */
    LodgeSmimeProof smime;
    char *results_source; /* the topmost trusted header's name; NULL: there is none */
    GStrv results;        /* "dmarc=pass header.from=x", of all trusted headers */
    LodgeAuthority *authority;
    GPtrArray *findings; /* LodgeFinding */
} LodgeAuthentication;

/* `resolver` may be NULL. `at_us`: signatures and certificates expire by it, and the register is asked for it. `message`
 * must outlive what is returned. */
LodgeAuthentication *lodge_authenticate(const LodgeMessageFacts *message,
                                        LodgeResolver *resolver,
                                        const LodgeRules *rules,
                                        gint64 at_us);
void lodge_authentication_free(LodgeAuthentication *authentication);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeAuthentication, lodge_authentication_free)
