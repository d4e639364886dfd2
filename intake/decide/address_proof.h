/* address_proof.h - is the message really from the domain in From?
 *
 * In this order, the first that says something counts:
 *
 *   results of our own border    a pass proves, a fail alone is forgery, both together prove nothing
 *   our own check of DKIM        a signature of exactly this domain, over From and the whole body
 *   a trusted gateway's seal     ARC; every sealer must be one that the settings name
 *   S/MIME                       the signer's certificate names the address, under an anchor of the settings
 *   SPF of our own border        only where the settings let it count
 *
 * Failures of our own checks blame nobody: mail platforms break signatures every day. Pure. */
#pragma once

#include "config/trust.h"
#include "intake/decide/border.h"
#include "intake/decide/proofs.h"
#include "parsers/mail/message_facts.h"

typedef enum {
    LODGE_ADDRESS_UNPROVEN,
    LODGE_ADDRESS_PROVEN,
    LODGE_ADDRESS_PROVEN_BY_SIGNATURE,
    LODGE_ADDRESS_PROVEN_BY_SEAL,
    LODGE_ADDRESS_PROVEN_BY_SMIME,
    LODGE_ADDRESS_PROVEN_BY_SPF,
    LODGE_ADDRESS_FORGED,
} LodgeAddressProof;

/* `at_us`: when it was received. Appends each check to `ladder`, and to `findings` what is to be told. `proofs` may be
 * NULL: nothing was checked by ourselves. */
LodgeAddressProof lodge_address_proof_weigh(const LodgeMessageFacts *message,
                                            const LodgeBorder *border,
                                            const LodgeAddress *from,
                                            gint64 at_us,
                                            const LodgeTrust *trust,
                                            const LodgeProofs *proofs,
                                            GPtrArray *ladder,
                                            GPtrArray *findings);
