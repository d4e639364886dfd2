/* evidence.h - the second input of the decision: what was looked up about a message.
 *
 * A plain value with a JSON form that is stored as an object. */
#pragma once

#include "intake/decide/proofs.h"
#include "parsers/text/instant.h"
#include <glib.h>

/* The fault that is no failure: a mail system has handed over a placeholder, and the file will come (stand_in.h). */
#define LODGE_FAULT_AWAITED "attachment-awaited"

typedef struct LodgeRuling LodgeRuling; /* intake/decide/ruling.h */

typedef struct {
    char *account, *folder; /* where this message was found first */
    gint64
        internaldate_us; /* the server's delivery stamp, or LODGE_INSTANT_UNKNOWN (files) */
    gint64 kept_us;      /* when lodge had it durable */
    guint attempts;      /* failures of ours before this decision */
    char *
        our_fault; /* after the last attempt: which fault kept us from reading it, or NULL */
    char *our_fault_words;
    LodgeProofs *proofs; /* of our own checks, or NULL: nothing was checked */
    gboolean
        pending; /* with our_fault: we go on trying, so the answer is only a first word */
    LodgeRuling *ruling; /* a person's, in force; or NULL */
    GPtrArray *dns;      /* what DNS was asked and said (dns_answers.h); or NULL */
    GPtrArray *scans;    /* the malware scanner's verdicts (scans.h); NULL: there is none */
} LodgeEvidence;

LodgeEvidence *lodge_evidence_new(void);
void lodge_evidence_free(LodgeEvidence *evidence);
GBytes *lodge_evidence_format(const LodgeEvidence *evidence);
LodgeEvidence *lodge_evidence_parse(GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeEvidence, lodge_evidence_free)
