#include "intake/decide/smime_proof.h"

#include <string.h>

#define DATE_TOLERANCE_US (G_GINT64_CONSTANT(3600) * LODGE_SECOND_US)

/* What each result of the reading comes to, good apart. */
static const struct {
    LodgeSmimeVerdict verdict;
    const char *reason;
} by_result[] = {
    [LODGE_SMIME_BAD] = {LODGE_SMIME_VERDICT_FAIL, "bad"},
    [LODGE_SMIME_WEAK_DIGEST] = {LODGE_SMIME_VERDICT_POLICY, "weak-digest"},
    [LODGE_SMIME_UNTRUSTED] = {LODGE_SMIME_VERDICT_FAIL, "untrusted"},
    [LODGE_SMIME_NO_CERTIFICATE] = {LODGE_SMIME_VERDICT_FAIL, "no-certificate"},
    [LODGE_SMIME_UNKNOWN_ALGORITHM] = {LODGE_SMIME_VERDICT_FAIL, "unknown-algorithm"},
    [LODGE_SMIME_OTHER_CONTENT] = {LODGE_SMIME_VERDICT_POLICY, "other-content"},
    [LODGE_SMIME_SEVERAL_SIGNERS] = {LODGE_SMIME_VERDICT_POLICY, "several-signers"},
    [LODGE_SMIME_NOT_SIGNED] = {LODGE_SMIME_VERDICT_NONE, "not-signed"},
    [LODGE_SMIME_UNREADABLE] = {LODGE_SMIME_VERDICT_FAIL, "unreadable"},
    [LODGE_SMIME_LIMIT] = {LODGE_SMIME_VERDICT_FAIL, "limit"},
};

static const char *const verdict_words[] = {
    [LODGE_SMIME_VERDICT_NONE] = "none",
    [LODGE_SMIME_VERDICT_PASS] = "pass",
    [LODGE_SMIME_VERDICT_FAIL] = "fail",
    [LODGE_SMIME_VERDICT_POLICY] = "policy",
};

const char *lodge_smime_verdict_format(LodgeSmimeVerdict verdict)
{
    g_return_val_if_fail((guint)verdict < G_N_ELEMENTS(verdict_words), "none");
    return verdict_words[verdict];
}

static gboolean is_signed(const LodgeSmimeLayer *layer)
{
    return layer->form == LODGE_SMIME_DETACHED || layer->form == LODGE_SMIME_OPAQUE;
}

/* The layer at the root; else the first that is signed; else the first. */
static const LodgeSmimeLayer *choose_layer(const GPtrArray *layers)
{
    const LodgeSmimeLayer *chosen = NULL;

    for (guint i = 0; i < layers->len; i++) {
        const LodgeSmimeLayer *layer = g_ptr_array_index(layers, i);
        if (layer->at_root)
            return layer;
        if (chosen == NULL || (is_signed(layer) && !is_signed(chosen)))
            chosen = layer;
    }
    return chosen;
}

/* ---- one question each; NULL: it is so, else the reason ---- */

static const char *question_anchor(const LodgeSmimeSigner *signer, const LodgeTrust *trust)
{
    if (signer->chain->len == 0)
        return "other-anchors";
    const LodgeSmimeCertificate *last =
        g_ptr_array_index(signer->chain, signer->chain->len - 1);
    return g_strv_contains((const char *const *)trust->smime_anchors, last->sha256)
               ? NULL
               : "other-anchors";
}

static const char *question_address(const LodgeMessageFacts *message,
                                    const LodgeSmimeSigner *signer)
{
    const LodgeAddress *from = lodge_message_facts_find_from(message);

    if (from == NULL)
        return "from-not-single";
    for (guint i = 0; signer->emails[i] != NULL; i++) {
        if (g_ascii_strcasecmp(signer->emails[i], from->address) == 0)
            return NULL;
    }
    return "other-address";
}

static gboolean has_one_of(GStrv usage, const char *one, const char *other)
{
    return g_strv_contains((const char *const *)usage, one) ||
           g_strv_contains((const char *const *)usage, other);
}

static const char *question_usage(const LodgeSmimeSigner *signer)
{
    gboolean may_sign =
        !signer->has_key_usage ||
        has_one_of(signer->key_usage, "digital-signature", "non-repudiation");
    gboolean is_for_mail =
        !signer->has_extended_key_usage ||
        has_one_of(signer->extended_key_usage, "emailProtection", "anyExtendedKeyUsage");

    return may_sign && is_for_mail && signer->suits_mail ? NULL : "key-usage";
}

/* Both ends are valid; a certificate says them to the second. */
static const char *question_certificate(const LodgeSmimeCertificate *certificate,
                                        gint64 received_us)
{
    if (certificate->not_before_us == LODGE_INSTANT_UNKNOWN ||
        certificate->not_after_us == LODGE_INSTANT_UNKNOWN)
        return "validity-unknown";
    if (received_us < certificate->not_before_us)
        return "not-yet-valid";
    return received_us - certificate->not_after_us >= LODGE_SECOND_US ? "expired" : NULL;
}

static const char *question_validity(const LodgeSmimeSigner *signer, gint64 received_us)
{
    const char *reason = received_us == LODGE_INSTANT_UNKNOWN ? "received-unknown" : NULL;

    for (guint i = 0; reason == NULL && i < signer->chain->len; i++)
        reason = question_certificate(g_ptr_array_index(signer->chain, i), received_us);
    return reason;
}

static const char *question_date(const LodgeMessageFacts *message,
                                 const LodgeSmimeSigner *signer)
{
    if (message->date_us == LODGE_INSTANT_UNKNOWN ||
        signer->signing_time_us == LODGE_INSTANT_UNKNOWN)
        return NULL;
    gint64 apart_us = message->date_us - signer->signing_time_us;
    return apart_us > DATE_TOLERANCE_US || apart_us < -DATE_TOLERANCE_US ? "date-differs"
                                                                         : NULL;
}

static const char *question_all(const LodgeMessageFacts *message,
                                const LodgeSmimeSigner *signer,
                                const LodgeTrust *trust,
                                gint64 received_us)
{
    const char *reason = question_anchor(signer, trust);

    if (reason == NULL)
        reason = question_address(message, signer);
    if (reason == NULL)
        reason = question_usage(signer);
    if (reason == NULL)
        reason = question_validity(signer, received_us);
    return reason != NULL ? reason : question_date(message, signer);
}

static gboolean has_part(const LodgeMessageFacts *message, const char *path)
{
    for (guint i = 0; i < message->parts->len; i++) {
        const LodgePart *part = g_ptr_array_index(message->parts, i);
        if (g_strcmp0(part->path, path) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Does the layer cover one encrypted part and nothing else? What is inside a wrapper is numbered as in a
 * message: "1.1" is all of it unless there is a multipart "1.TEXT" around it. */
static gboolean covers_envelope(const LodgeMessageFacts *message,
                                const LodgeSmimeLayer *layer)
{
    gboolean is_detached = layer->form == LODGE_SMIME_DETACHED;
    const char *dot = layer->path[0] != '\0' ? "." : "";
    g_autofree char *inside = g_strdup_printf("%s%s1", layer->path, dot);
    g_autofree char *multipart = g_strdup_printf("%s.TEXT", layer->path);

    for (guint i = 0; i < message->smime->len; i++) {
        const LodgeSmimeLayer *inner = g_ptr_array_index(message->smime, i);
        if (inner->form == LODGE_SMIME_ENVELOPED && strcmp(inner->path, inside) == 0)
            return is_detached || !has_part(message, multipart);
    }
    return FALSE;
}

/* Is all that the layer covers signed once more, so that two people sign for one content? Paths as above. Of two wrappers
 * the outer one is what counts, everywhere; where one of the two is a multipart/signed, mail programs differ in whom they
 * show as the signer. */
static gboolean holds_another_signature(const LodgeMessageFacts *message,
                                        const LodgeSmimeLayer *layer)
{
    gboolean is_detached = layer->form == LODGE_SMIME_DETACHED;
    const char *dot = layer->path[0] != '\0' ? "." : "";
    g_autofree char *inside =
        g_strdup_printf("%s%s%s", layer->path, dot, is_detached ? "1" : "TEXT");

    for (guint i = 0; i < message->smime->len; i++) {
        const LodgeSmimeLayer *inner = g_ptr_array_index(message->smime, i);
        if (is_signed(inner) && strcmp(inner->path, inside) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Forms that are not signed at all, or FALSE. */
static gboolean judge_unsigned(LodgeSmimeProof *proof)
{
    switch (proof->layer->form) {
    case LODGE_SMIME_ENVELOPED:
        proof->reason = "encrypted";
        return TRUE;
    case LODGE_SMIME_COMPRESSED:
        proof->reason = "compressed";
        return TRUE;
    case LODGE_SMIME_OTHER:
        proof->reason = "unreadable";
        return TRUE;
    case LODGE_SMIME_DETACHED:
    case LODGE_SMIME_OPAQUE:
        break;
    }
    return FALSE;
}

LodgeSmimeProof lodge_smime_proof_judge(const LodgeMessageFacts *message,
                                        const LodgeTrust *trust,
                                        gint64 received_us)
{
    LodgeSmimeProof proof = {LODGE_SMIME_VERDICT_NONE, "not-signed", NULL, NULL};

    proof.layer = choose_layer(message->smime);
    if (proof.layer == NULL || judge_unsigned(&proof))
        return proof;
    if (covers_envelope(message, proof.layer)) {
        proof.reason = "encrypted";
        return proof;
    }
    if (proof.layer->signers->len == 1)
        proof.signer = g_ptr_array_index(proof.layer->signers, 0);
    if (proof.layer->result != LODGE_SMIME_GOOD) {
        proof.verdict = by_result[proof.layer->result].verdict;
        proof.reason = by_result[proof.layer->result].reason;
        return proof;
    }
    proof.reason = proof.signer == NULL ? "several-signers" : NULL;
    if (proof.reason == NULL && !proof.layer->at_root)
        proof.reason = "not-whole";
    if (proof.reason == NULL && holds_another_signature(message, proof.layer))
        proof.reason = "nested-signature";
    if (proof.reason == NULL)
        proof.reason = question_all(message, proof.signer, trust, received_us);
    proof.verdict =
        proof.reason == NULL ? LODGE_SMIME_VERDICT_PASS : LODGE_SMIME_VERDICT_POLICY;
    if (proof.reason == NULL)
        proof.reason = "proven";
    return proof;
}
