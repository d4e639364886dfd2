/* dkim_check.h - what became of one signature: facts, a key and an instant give a verdict.
 *
 * Pure: the reader has hashed, somebody has looked up. Two verdicts, kept apart:
 *   crypto   RFC 6376 with every algorithm and key size that it knew;
 *   result   the same under RFC 8301 and the configured policy: this one counts.
 *
 * In the RFC's order (section 6.1): what the reader found wrong, expiry, the key, the body, the header. So
 * a key that cannot be had now is temperror, whatever the body is. Only what no key could mend needs no
 * look-up: a malformed or expired signature, and rsa-sha1 where it is not admitted.
 *
 * Of several key records each is tried, at most LODGE_LIMIT_DKIM_KEY_RECORDS: one that verifies
 * decides; else one that fails; else what is wrong with the first (RFC 6376 section 6.1.2).
 *
 * Not a verdict on the sender: a signature that passes may cover a part of the body only (is_whole),
 * may leave out a header field (signed_headers in the facts), may be in testing (is_testing).
 * Source: RFC 6376 section 6.1, RFC 8301 section 3, RFC 8463; words: RFC 8601 section 2.7.1. */
#pragma once

#include "config/trust.h"
#include "intake/decide/dns_answers.h"
#include "parsers/mail/message_facts.h"
#include <glib.h>

typedef enum {
    LODGE_DKIM_NONE,
    LODGE_DKIM_PASS,
    LODGE_DKIM_FAIL,
    LODGE_DKIM_POLICY,
    LODGE_DKIM_NEUTRAL,
    LODGE_DKIM_TEMPERROR,
    LODGE_DKIM_PERMERROR,
} LodgeDkimResult;

typedef struct {
    guint min_rsa_bits;  /* below 1024 nothing passes, whatever is said here */
    gboolean admit_sha1; /* against RFC 8301 */
} LodgeDkimPolicy;

typedef struct {
    LodgeDkimResult crypto;
    const char *crypto_reason; /* a literal, or one of the facts' own; NULL with pass */
    LodgeDkimResult result;
    const char *reason;
    guint key_bits;      /* of the key that decided; 0: none */
    gboolean is_testing; /* that key's t=y */
    gboolean is_whole;   /* the body digest covers all of the body */
} LodgeDkimVerdict;

/* 1024 bits and no SHA-1: what RFC 8301 demands. */
LodgeDkimPolicy lodge_dkim_policy_default(void);
/* What the settings demand on top of it. */
LodgeDkimPolicy lodge_dkim_policy_of(const LodgeTrust *trust);
/* "pass" … */
const char *lodge_dkim_result_format(LodgeDkimResult result);

/* Where the key is: "s._domainkey.d" in ASCII; NULL where the facts name none, or no name that DNS
 * can have. g_free it. */
char *lodge_dkim_key_name(const LodgeDkimSignature *signature);
/* FALSE: the result is settled whatever the key says. `instant_us`: of the verification;
 * LODGE_INSTANT_UNKNOWN: nothing expires. */
gboolean lodge_dkim_needs_key(const LodgeDkimSignature *signature,
                              gint64 instant_us,
                              const LodgeDkimPolicy *policy);
/* `answer`: for lodge_dkim_key_name; NULL: nobody was asked. The verdict's reasons live as long as
 * `signature`. */
LodgeDkimVerdict lodge_dkim_check(const LodgeDkimSignature *signature,
                                  const LodgeDnsAnswer *answer,
                                  gint64 instant_us,
                                  const LodgeDkimPolicy *policy);
/* The same, asking only if it must. */
LodgeDkimVerdict lodge_dkim_check_asking(const LodgeDkimSignature *signature,
                                         const LodgeDnsAsk *ask,
                                         gint64 instant_us,
                                         const LodgeDkimPolicy *policy);
