/* dmarc.h - the policy that covers an author's domain, found by the DNS tree walk, and alignment. Pure.
 *
 * RFC 9989, which replaced RFC 7489: no public suffix list; whoever asks hands in how DNS is asked
 * (dns_answers.h), so that a live run and a replay walk the same way.
 *
 * Section 4.10: _dmarc.<author domain> first; above eight labels the next name has seven, then one label
 * less each time up to the top; records of other versions are dropped, several at one name are all dropped;
 * psd=y and psd=n end the walk. Section 4.10.1: the record of the author's domain applies, else that of the
 * Organizational Domain, else that of the public suffix. Section 4.10.2: the Organizational Domain is where psd=n
 * stands, one label below psd=y, else the record with the fewest labels, else the domain itself.
 *
 * A DNS failure on the way that may pass is temperror, an answer that is too large permerror: neither is
 * absence. Authority never rests on relaxed alignment (all councils share gov.uk): it asks for `dkim_exact`
 * or `spf_exact`. */
#pragma once

#include "intake/decide/dmarc_record.h"
#include "intake/decide/dns_answers.h"
#include <glib.h>

typedef enum {
    LODGE_DMARC_FOUND,
    LODGE_DMARC_NONE, /* no record that applies */
    LODGE_DMARC_TEMPERROR,
    LODGE_DMARC_PERMERROR, /* an answer cannot be used, or the author's domain is no domain */
} LodgeDmarcStatus;

typedef struct {
    LodgeDmarcStatus status;
    char *author_domain;         /* lower case; as it came when it is no domain */
    char *record_domain;         /* of FOUND: whose record applies */
    char *organizational_domain; /* of FOUND and NONE */
    LodgeDmarcRecord *record;    /* of FOUND */
    LodgeDmarcPolicy policy;     /* of FOUND: p, sp or np as it applies to this author */
    LodgeDmarcPolicy applied;    /* the same, one lower in test mode (t=y) */
    GPtrArray *queries;          /* char *: names of the walk, in order */
} LodgeDmarc;

typedef enum {
    LODGE_DMARC_RESULT_NONE,
    LODGE_DMARC_RESULT_PASS,
    LODGE_DMARC_RESULT_FAIL,
    LODGE_DMARC_RESULT_TEMPERROR,
    LODGE_DMARC_RESULT_PERMERROR,
} LodgeDmarcResult;

typedef struct {
    LodgeDmarcResult result;
    const char *dkim_domain; /* of those given: the first that is aligned; or NULL */
    const char *spf_domain;
    gboolean dkim_exact, spf_exact; /* it is the author's domain itself */
} LodgeDmarcVerdict;

LodgeDmarc *lodge_dmarc_find(const char *author_domain, const LodgeDnsAsk *ask);
void lodge_dmarc_free(LodgeDmarc *dmarc);
/* "found", "none", "temperror", "permerror". */
const char *lodge_dmarc_status_format(LodgeDmarcStatus status);
/* `dkim_domains`, `spf_domains`: domains that have passed; NULL-terminated, NULL for none. */
LodgeDmarcVerdict lodge_dmarc_evaluate(const LodgeDmarc *dmarc,
                                       const char *const *dkim_domains,
                                       const char *const *spf_domains,
                                       const LodgeDnsAsk *ask);
/* The words of RFC 8601 section 2.7.1 and RFC 9989 section 9.1. */
const char *lodge_dmarc_result_format(LodgeDmarcResult result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDmarc, lodge_dmarc_free)
