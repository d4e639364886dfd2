/* smime_proof.h - does the S/MIME signature of a message prove the address that it comes from?
 *
 * Arithmetic and chain are facts by now (parsers/mail/smime_facts.h); what is decided here is what they are
 * worth for this message, at the instant at which we received it:
 *
 *   whole        the signature covers the body of the message, nothing stands beside it
 *   alone        no second signature of somebody else around or inside it that a mail program might show instead
 *   good         one signer, of these bytes, digest from SHA-256 on
 *   anchor       the chain ends at a certificate that the rules in force name
 *   address      one of the signer's addresses is the single From address; ASCII letters are equal in
 *                either case (RFC 5280 section 4.1.2.6 says so for the subject, and every mail program
 *                compares the subjectAltName so), all else byte by byte
 *   usage        the key may sign, the certificate may be used for mail (RFC 8550 section 4.4)
 *   validity     every certificate of the chain, the anchor too, was valid when we received it
 *   date         the Date of the header is within an hour of the time of signing, where both are known: the header is
 *                not signed, and an old signed mail must not be sent as today's
 *
 * What is encrypted is never opened, and a signature that covers nothing but an envelope is not counted: whoever signs
 * an envelope need not know what is in it. The signer's own time proves nothing else. Subject and Date are not covered by the signature: what names the
 * council and the plan is the authority's matter. Pure: no clock, no certificate, no arithmetic. */
#pragma once

#include "config/trust.h"
#include "parsers/mail/message_facts.h"

typedef enum {
    LODGE_SMIME_VERDICT_NONE,   /* nothing is signed, or nobody can read it */
    LODGE_SMIME_VERDICT_PASS,   /* proven */
    LODGE_SMIME_VERDICT_FAIL,   /* it does not verify */
    LODGE_SMIME_VERDICT_POLICY, /* it verifies and is not enough */
} LodgeSmimeVerdict;

typedef struct {
    LodgeSmimeVerdict verdict;
    const char *reason;             /* a code, static; "proven" if and only if it passes */
    const LodgeSmimeLayer *layer;   /* of the message, that was looked at; NULL: none */
    const LodgeSmimeSigner *signer; /* of the message; NULL: not exactly one */
} LodgeSmimeProof;

LodgeSmimeProof lodge_smime_proof_judge(const LodgeMessageFacts *message,
                                        const LodgeTrust *trust,
                                        gint64 received_us);
/* "none", "pass", "fail", "policy": RFC 8601 and RFC 7281. */
const char *lodge_smime_verdict_format(LodgeSmimeVerdict verdict);
