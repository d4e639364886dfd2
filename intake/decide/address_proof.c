#include "intake/decide/address_proof.h"

#include "intake/decide/findings.h"
#include "intake/decide/rung.h"
#include "intake/decide/smime_proof.h"
#include "intake/decide/trusted_results.h"
#include "parsers/text/display.h"
#include <string.h>

#define NAME_BYTES 200

/* All that is known about the address. */
typedef struct {
    LodgeTrustedResults results;
    const LodgeProofs *proofs;
    LodgeSmimeProof smime;
    const LodgeTrust *trust;
    const char *domain;
} Known;

static LodgeAddressProof weigh(const Known *known)
{
    const LodgeTrustedResults *results = &known->results;
    const LodgeTrust *trust = known->trust;
    gboolean pass = results->dmarc_pass || results->dkim_pass;
    if (results->dmarc_fail) /* a pass beside it: our own servers contradict each other */
        return pass ? LODGE_ADDRESS_UNPROVEN : LODGE_ADDRESS_FORGED;
    if (pass)
        return LODGE_ADDRESS_PROVEN;
    if (lodge_proofs_has_dkim_pass(known->proofs, known->domain))
        return LODGE_ADDRESS_PROVEN_BY_SIGNATURE;
    if (lodge_proofs_has_arc_pass(known->proofs, (const char *const *)trust->arc_sealers,
                                  known->domain))
        return LODGE_ADDRESS_PROVEN_BY_SEAL;
    if (known->smime.verdict == LODGE_SMIME_VERDICT_PASS)
        return LODGE_ADDRESS_PROVEN_BY_SMIME;
    return results->spf_pass && trust->spf == LODGE_SPF_WARN ? LODGE_ADDRESS_PROVEN_BY_SPF
                                                             : LODGE_ADDRESS_UNPROVEN;
}

static const char *explain_unproven(const LodgeTrustedResults *results)
{
    if (results->trusted == 0)
        return "no authentication results of our own border";
    if (results->dmarc_fail)
        return "our own results contradict each other";
    return results->spf_pass ? "SPF alone passed, which is not enough by the settings"
                             : "nothing passed for exactly this domain";
}

static const char *explain(const LodgeTrustedResults *results, LodgeAddressProof proof)
{
    switch (proof) {
    case LODGE_ADDRESS_PROVEN:
        return "DMARC or DKIM passed for exactly this domain";
    case LODGE_ADDRESS_PROVEN_BY_SIGNATURE:
        return "our own check of its DKIM signature passed for exactly this domain";
    case LODGE_ADDRESS_PROVEN_BY_SEAL:
        return "a gateway that the settings trust sealed that it passed for exactly this domain";
    case LODGE_ADDRESS_PROVEN_BY_SMIME:
        return "an S/MIME signature of exactly this address, under an anchor that the settings "
               "trust";
    case LODGE_ADDRESS_PROVEN_BY_SPF:
        return "SPF alone passed for exactly this domain; the settings let it count";
    case LODGE_ADDRESS_FORGED:
        return "DMARC failed for this domain and nothing else passed";
    case LODGE_ADDRESS_UNPROVEN:
        break;
    }
    return explain_unproven(results);
}

static const char *format(LodgeAddressProof proof)
{
    static const char *const words[] = {
        "unproven",       "proven",          "proven-by-signature",
        "proven-by-seal", "proven-by-smime", "proven-by-spf",
        "forged"};
    return words[proof];
}

/* ---- the ladder ---- */

static void add_dkim_rungs(GPtrArray *ladder, const LodgeProofs *proofs)
{
    for (guint i = 0; i < proofs->dkim->len; i++) {
        const LodgeDkimProof *proof = g_ptr_array_index(proofs->dkim, i);
        g_autofree char *domain = lodge_display_line(
            proof->domain != NULL ? proof->domain : "no domain", NAME_BYTES);
        g_autofree char *reason = lodge_display_line(proof->reason, NAME_BYTES);
        g_autofree char *words =
            g_strdup_printf("our own check of the signature of %s%s%s%s", domain,
                            *reason != '\0' ? ": " : "", reason,
                            proof->is_whole ? "" : "; it does not cover the whole message");
        lodge_rung_add(ladder, "dkim-check", proof->result, words);
    }
}

/* What we found ourselves, beside what the border says. */
static void add_proof_rungs(GPtrArray *ladder, const LodgeProofs *proofs)
{
    if (proofs == NULL)
        return;
    add_dkim_rungs(ladder, proofs);
    if (proofs->arc.result != NULL && strcmp(proofs->arc.result, "none") != 0) {
        g_autofree char *sealers = g_strjoinv(", ", proofs->arc.sealers);
        g_autofree char *shown =
            lodge_display_line(*sealers != '\0' ? sealers : proofs->arc.reason, NAME_BYTES);
        lodge_rung_add(ladder, "arc-check", proofs->arc.result, shown);
    }
    if (proofs->dmarc.policy != NULL)
        lodge_rung_add(
            ladder, "dmarc-policy", proofs->dmarc.policy,
            "what the domain asks of whoever receives its mail; shown, not weighed");
}

static void add_smime_rung(GPtrArray *ladder, const LodgeSmimeProof *smime)
{
    if (smime->layer == NULL)
        return;
    g_autofree char *emails =
        smime->signer != NULL ? g_strjoinv(", ", smime->signer->emails) : g_strdup("");
    g_autofree char *signer = lodge_display_line(emails, NAME_BYTES);
    g_autofree char *words =
        g_strdup_printf("S/MIME: %s%s%s", smime->reason,
                        *signer != '\0' ? "; the certificate is for " : "", signer);
    lodge_rung_add(ladder, "smime", lodge_smime_verdict_format(smime->verdict), words);
}

LodgeAddressProof lodge_address_proof_weigh(const LodgeMessageFacts *message,
                                            const LodgeBorder *border,
                                            const LodgeAddress *from,
                                            gint64 at_us,
                                            const LodgeTrust *trust,
                                            const LodgeProofs *proofs,
                                            GPtrArray *ladder,
                                            GPtrArray *findings)
{
    Known known = {
        .results =
            lodge_trusted_results_judge(message, border, trust, from->domain, ladder),
        .proofs = proofs,
        .smime = lodge_smime_proof_judge(message, trust, at_us),
        .trust = trust,
        .domain = from->domain,
    };
    if (known.results.forged > 0)
        lodge_findings_add(findings, LODGE_FINDING_RESULTS_FORGED, NULL, NULL, NULL);
    if (known.results.dmarc_fail && (known.results.dmarc_pass || known.results.dkim_pass))
        lodge_findings_add(findings, LODGE_FINDING_RESULTS_CONTRADICT, NULL, NULL, NULL);
    add_proof_rungs(ladder, proofs);
    add_smime_rung(ladder, &known.smime);
    LodgeAddressProof proof = weigh(&known);
    lodge_rung_add(ladder, "address", format(proof), explain(&known.results, proof));
    return proof;
}
