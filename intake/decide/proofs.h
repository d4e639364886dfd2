/* proofs.h - what our own checks of a message's signatures found: a part of the evidence.
 *
 * Keys come from DNS and pass away, and cryptography is not for a pure function: so intake/learn checks, and what it
 * found is stored here in the words of RFC 8601. Decide compares: which domain, which parts of the message, whom
 * the settings trust. NULL in the evidence: nothing was checked (it is off, or the decision is older).
 *
 * A temporary failure is told as such ("temperror"), and is never absence. */
#pragma once

#include "parsers/text/json.h"
#include <glib.h>

/* One DKIM signature (RFC 6376). */
typedef struct {
    char *domain, *selector; /* d=, s=; or NULL */
    char *algorithm;         /* a=, or NULL */
    char *
        result; /* by RFC 8301: "pass", "fail", "policy", "neutral", "temperror", "permerror" */
    char *reason;        /* or NULL */
    char *crypto;        /* by RFC 6376 alone */
    guint key_bits;      /* 0: no key */
    gboolean is_whole;   /* it covers the whole body */
    gboolean signs_from; /* and the From field */
    gboolean is_testing; /* its key says t=y: to be treated as no signature */
} LodgeDkimProof;

/* The ARC chain (RFC 8617). */
typedef struct {
    char *result;                /* "none", "pass", "fail", "temperror" */
    char *reason;                /* or NULL */
    GStrv sealers;               /* d= of all seals, newest first */
    gboolean covers;             /* the newest signature covers From and the whole body */
    GStrv dmarc_pass, dkim_pass; /* domains that passed where the newest sealer stands */
} LodgeArcProof;

/* The published policy of the From domain (RFC 9989): shown, never weighed. */
typedef struct {
    char *result; /* of the look-up: "found", "none", "temperror", "permerror" */
    char *domain; /* where the record stands, or NULL */
    char *policy; /* "none", "quarantine", "reject": one lower where it says t=y; or NULL */
} LodgeDmarcProof;

typedef struct {
    GPtrArray *dkim; /* LodgeDkimProof, in the order of the message */
    LodgeArcProof arc;
    LodgeDmarcProof dmarc;
} LodgeProofs;

LodgeProofs *lodge_proofs_new(void);
void lodge_proofs_free(LodgeProofs *proofs);
/* Appends an empty one. */
LodgeDkimProof *lodge_proofs_add_dkim(LodgeProofs *proofs);

/* As the member `name`. */
void lodge_proofs_write(const LodgeProofs *proofs, LodgeJsonWriter *json, const char *name);
/* NULL when there is none. */
LodgeProofs *
lodge_proofs_read(LodgeJsonDocument *json, const LodgeJsonNode *root, const char *name);

/* Does a signature of exactly this domain pass, whole and over From? */
gboolean lodge_proofs_has_dkim_pass(const LodgeProofs *proofs, const char *domain);
/* Does a whole chain of sealers that are all trusted say that this domain passed? */
gboolean lodge_proofs_has_arc_pass(const LodgeProofs *proofs,
                                   const char *const *trusted,
                                   const char *domain);
/* Could a look-up that failed for the moment have proved this domain? */
gboolean lodge_proofs_may_pass_later(const LodgeProofs *proofs,
                                     const char *const *trusted,
                                     const char *domain);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeProofs, lodge_proofs_free)
