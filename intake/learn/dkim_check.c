#include "intake/learn/dkim_check.h"

#include "intake/learn/dkim_key.h"
#include "parsers/text/base64.h"
#include "parsers/text/limits.h"
#include <string.h>

#define NAME_MAX_BYTES 253
#define DIGEST_MAX_BYTES 32

/* One verdict in the making. */
typedef struct {
    LodgeDkimResult result;
    const char *reason;
    guint key_bits;
    gboolean is_rsa, is_testing;
} Finding;

static const char *const result_words[] = {
    [LODGE_DKIM_NONE] = "none",           [LODGE_DKIM_PASS] = "pass",
    [LODGE_DKIM_FAIL] = "fail",           [LODGE_DKIM_POLICY] = "policy",
    [LODGE_DKIM_NEUTRAL] = "neutral",     [LODGE_DKIM_TEMPERROR] = "temperror",
    [LODGE_DKIM_PERMERROR] = "permerror",
};

LodgeDkimPolicy lodge_dkim_policy_default(void)
{
    return (LodgeDkimPolicy){LODGE_TRUST_LEAST_RSA_BITS, FALSE};
}

LodgeDkimPolicy lodge_dkim_policy_of(const LodgeTrust *trust)
{
    LodgeDkimPolicy policy = lodge_dkim_policy_default();
    policy.min_rsa_bits = trust->min_rsa_bits;
    return policy;
}

const char *lodge_dkim_result_format(LodgeDkimResult result)
{
    g_return_val_if_fail((guint)result < G_N_ELEMENTS(result_words), "none");
    return result_words[result];
}

char *lodge_dkim_key_name(const LodgeDkimSignature *signature)
{
    if (signature->domain == NULL || signature->selector == NULL)
        return NULL;
    g_autofree char *name =
        g_strdup_printf("%s._domainkey.%s", signature->selector, signature->domain);
    /* U-labels are asked for as A-labels (RFC 8616 section 4). */
    char *ascii = g_str_is_ascii(name) ? g_steal_pointer(&name) : g_hostname_to_ascii(name);
    if (ascii != NULL && strlen(ascii) > NAME_MAX_BYTES)
        g_clear_pointer(&ascii, g_free);
    return ascii;
}

static Finding find(LodgeDkimResult result, const char *reason)
{
    return (Finding){result, reason, 0, FALSE, FALSE};
}

static void set(Finding *finding, LodgeDkimResult result, const char *reason)
{
    finding->result = result;
    finding->reason = reason;
}

static gboolean is_sha1(const LodgeDkimSignature *signature)
{
    return g_strcmp0(signature->algorithm, "rsa-sha1") == 0;
}

/* ---- what needs no key ---- */

static gboolean is_expired(const LodgeDkimSignature *signature, gint64 instant_us)
{
    return signature->expires_s >= 0 && instant_us != LODGE_INSTANT_UNKNOWN &&
           instant_us / LODGE_SECOND_US > signature->expires_s;
}

/* LODGE_DKIM_NONE: a key must decide. */
static Finding settle(const LodgeDkimSignature *signature, gint64 instant_us)
{
    if (signature->result != NULL)
        return find(strcmp(signature->result, "neutral") == 0 ? LODGE_DKIM_NEUTRAL
                                                              : LODGE_DKIM_PERMERROR,
                    signature->reason);
    if (signature->header_digest[0] == '\0')
        return find(LODGE_DKIM_PERMERROR, "the signed fields are not all there");
    if (is_expired(signature, instant_us))
        return find(LODGE_DKIM_FAIL, "signature has expired");
    return find(LODGE_DKIM_NONE, NULL);
}

gboolean lodge_dkim_needs_key(const LodgeDkimSignature *signature,
                              gint64 instant_us,
                              const LodgeDkimPolicy *policy)
{
    return settle(signature, instant_us).result == LODGE_DKIM_NONE &&
           (policy->admit_sha1 || !is_sha1(signature));
}

/* ---- one key ---- */

/* The domain of i=, which the reader found to be d= or below it. */
static gboolean identity_is_exact(const LodgeDkimSignature *signature)
{
    const char *at = signature->identity != NULL ? strrchr(signature->identity, '@') : NULL;
    return at != NULL && g_ascii_strcasecmp(at + 1, signature->domain) == 0;
}

/* NULL, or why this key may not be used for this signature. */
static const char *refuse_key(const LodgeDkimSignature *signature, const LodgeDkimKey *key)
{
    gboolean wants_rsa = g_str_has_prefix(signature->algorithm, "rsa-");

    if (lodge_dkim_key_is_rsa(key) != wants_rsa)
        return "the key is of another type than a=";
    if (!lodge_dkim_key_admits_hash(key, is_sha1(signature) ? "sha1" : "sha256"))
        return "the key's h= does not admit the hash";
    if (!lodge_dkim_key_admits_mail(key))
        return "the key's s= does not admit mail";
    if (signature->field == LODGE_DKIM_SIGNATURE && lodge_dkim_key_is_strict(key) &&
        !identity_is_exact(signature))
        return "the key's t=s does not admit i= below d=";
    return NULL;
}

static gsize unhex(const char *hex, guint8 bytes_out[DIGEST_MAX_BYTES])
{
    gsize size = MIN(strlen(hex) / 2, DIGEST_MAX_BYTES);

    for (gsize i = 0; i < size; i++)
        bytes_out[i] = (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
                                g_ascii_xdigit_value(hex[2 * i + 1]));
    return size;
}

static gboolean body_matches(const LodgeDkimSignature *signature)
{
    guint8 computed[DIGEST_MAX_BYTES];
    gsize computed_size = unhex(signature->body_digest, computed);
    g_autoptr(GBytes) signed_hash =
        signature->body_hash != NULL
            ? lodge_base64_decode(signature->body_hash, strlen(signature->body_hash))
            : NULL;
    gsize size = 0;
    const void *bytes = signed_hash != NULL ? g_bytes_get_data(signed_hash, &size) : NULL;

    return size > 0 && size == computed_size && memcmp(bytes, computed, size) == 0;
}

static gboolean key_verifies(const LodgeDkimSignature *signature, const LodgeDkimKey *key)
{
    guint8 digest[DIGEST_MAX_BYTES];
    gsize digest_size = unhex(signature->header_digest, digest);
    g_autoptr(GBytes) bytes =
        lodge_base64_decode(signature->signature, strlen(signature->signature));

    return bytes != NULL && lodge_dkim_key_verify(key, bytes, digest, digest_size);
}

/* Section 6.1.3: the body, then the header. */
static void
verify(const LodgeDkimSignature *signature, const LodgeDkimKey *key, Finding *finding)
{
    gboolean has_body = signature->field != LODGE_DKIM_ARC_SEAL;

    if (has_body && signature->body_limit > signature->body_bytes)
        set(finding, LODGE_DKIM_PERMERROR, "l= is larger than the body");
    else if (has_body && !body_matches(signature))
        set(finding, LODGE_DKIM_FAIL, "body hash did not verify");
    else if (!key_verifies(signature, key))
        set(finding, LODGE_DKIM_FAIL, "signature did not verify");
}

static Finding check_record(const LodgeDkimSignature *signature, const char *record)
{
    const char *reason = NULL;
    g_autoptr(LodgeDkimKey) key = lodge_dkim_key_parse(record, &reason);
    if (key == NULL)
        return find(LODGE_DKIM_PERMERROR, reason);
    reason = refuse_key(signature, key);
    if (reason != NULL)
        return find(LODGE_DKIM_PERMERROR, reason);

    Finding finding = find(LODGE_DKIM_PASS, NULL);
    finding.key_bits = lodge_dkim_key_bits(key);
    finding.is_rsa = lodge_dkim_key_is_rsa(key);
    finding.is_testing = lodge_dkim_key_is_testing(key);
    if (finding.key_bits > LODGE_LIMIT_DKIM_KEY_BITS) {
        set(&finding, LODGE_DKIM_POLICY, "the key is larger than we check");
    } else {
        verify(signature, key, &finding);
    }
    return finding;
}

static Finding check_records(const LodgeDkimSignature *signature, const GPtrArray *texts)
{
    Finding best = find(LODGE_DKIM_PERMERROR, "no key for signature");

    for (guint i = 0; i < MIN(LODGE_LIMIT_DKIM_KEY_RECORDS, texts->len); i++) {
        Finding finding = check_record(signature, g_ptr_array_index(texts, i));
        if (finding.result == LODGE_DKIM_PASS)
            return finding;
        if (i == 0 || (best.result != LODGE_DKIM_FAIL && finding.key_bits > 0))
            best = finding;
    }
    return best;
}

static Finding check_answer(const LodgeDkimSignature *signature,
                            const LodgeDnsAnswer *answer)
{
    if (answer == NULL || answer->status == LODGE_DNS_LIMIT)
        return find(LODGE_DKIM_NEUTRAL, "the key was not looked up");
    if (lodge_dns_answer_is_temporary(answer))
        return find(LODGE_DKIM_TEMPERROR, "key unavailable");
    return answer->status == LODGE_DNS_FOUND
               ? check_records(signature, answer->texts)
               : find(LODGE_DKIM_PERMERROR, "no key for signature");
}

/* ---- the policy on top ---- */

static Finding apply_policy(const LodgeDkimSignature *signature,
                            Finding crypto,
                            const LodgeDkimPolicy *policy)
{
    Finding result = crypto;
    gboolean is_settled_by_reader = signature->result != NULL;

    if (is_sha1(signature) && !policy->admit_sha1 && !is_settled_by_reader) {
        set(&result, LODGE_DKIM_PERMERROR, "rsa-sha1 is not admitted");
    } else if (crypto.result == LODGE_DKIM_PASS && crypto.is_rsa &&
               crypto.key_bits < LODGE_TRUST_LEAST_RSA_BITS) {
        set(&result, LODGE_DKIM_PERMERROR,
            "an RSA key of less than 1024 bits is not admitted");
    } else if (crypto.result == LODGE_DKIM_PASS && crypto.is_rsa &&
               crypto.key_bits < policy->min_rsa_bits) {
        set(&result, LODGE_DKIM_POLICY,
            "the RSA key is shorter than the configuration admits");
    }
    return result;
}

LodgeDkimVerdict lodge_dkim_check(const LodgeDkimSignature *signature,
                                  const LodgeDnsAnswer *answer,
                                  gint64 instant_us,
                                  const LodgeDkimPolicy *policy)
{
    Finding crypto = settle(signature, instant_us);

    if (crypto.result == LODGE_DKIM_NONE)
        crypto = check_answer(signature, answer);
    Finding result = apply_policy(signature, crypto, policy);
    return (LodgeDkimVerdict){
        .crypto = crypto.result,
        .crypto_reason = crypto.reason,
        .result = result.result,
        .reason = result.reason,
        .key_bits = crypto.key_bits,
        .is_testing = crypto.is_testing,
        .is_whole =
            signature->body_bytes >= 0 && signature->hashed_bytes == signature->body_bytes,
    };
}

LodgeDkimVerdict lodge_dkim_check_asking(const LodgeDkimSignature *signature,
                                         const LodgeDnsAsk *ask,
                                         gint64 instant_us,
                                         const LodgeDkimPolicy *policy)
{
    g_autoptr(LodgeDnsAnswer) nameless = NULL;
    const LodgeDnsAnswer *answer = NULL;

    if (lodge_dkim_needs_key(signature, instant_us, policy)) {
        g_autofree char *name = lodge_dkim_key_name(signature);
        if (name == NULL) /* none that could be asked */
            nameless = lodge_dns_answer_new("", LODGE_DNS_REFUSED);
        answer = name != NULL ? ask->txt(ask->data, name) : nameless;
    }
    return lodge_dkim_check(signature, answer, instant_us, policy);
}
