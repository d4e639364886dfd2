/* dns_answers.h - what DNS said when it was asked for the TXT records of a name: evidence.
 *
 * A plain value and its stored form. Every answer that a decision rests on is kept with it, so that
 * a replay needs no DNS. A failure that may pass (servfail, timeout, bogus, not-stored) is never
 * absence; whoever reads an answer asks lodge_dns_answer_is_temporary first.
 *
 * Texts are valid UTF-8 (a byte that is not, and NUL, is U+FFFD), the strings of one record joined without
 * a space (RFC 6376 section 3.6.2.2, RFC 9989), several records apart, sorted and each
 * once: servers rotate them, and a decision may not depend on that. Limits: parsers/text/limits.h. */
#pragma once

#include "parsers/text/json.h"
#include <glib.h>

typedef enum {
    LODGE_DNS_FOUND,
    LODGE_DNS_NXDOMAIN, /* the name does not exist */
    LODGE_DNS_NODATA,   /* it exists, without TXT */
    LODGE_DNS_SERVFAIL, /* the servers could not say */
    LODGE_DNS_TIMEOUT,  /* nobody answered within our time */
    LODGE_DNS_BOGUS,    /* the answer is not what the owner of the zone signed */
    LODGE_DNS_LIMIT, /* more than we take: bytes, records, CNAMEs, lookups for one message */
    LODGE_DNS_REFUSED,    /* no name that may be asked (dns_name.h); it was not */
    LODGE_DNS_NOT_STORED, /* a replay asks what was not asked then */
} LodgeDnsStatus;

typedef enum {
    LODGE_DNSSEC_UNKNOWN, /* not looked at */
    LODGE_DNSSEC_INSECURE,
    LODGE_DNSSEC_SECURE,
    LODGE_DNSSEC_BOGUS,
} LodgeDnssec;

typedef struct {
    char *name; /* as asked: lower case, no final dot; of REFUSED as it came, cut */
    LodgeDnsStatus status;
    char *canonical;  /* the name at the end of the CNAMEs, NULL: there were none */
    GPtrArray *texts; /* char *, with FOUND at least one, else none */
    guint32 ttl_s;
    LodgeDnssec dnssec;
    gint64 asked_us; /* LODGE_INSTANT_UNKNOWN: not asked */
} LodgeDnsAnswer;

/* Whoever wants to know asks this for the TXT records of a name. The answer is never NULL and belongs to `data`,
 * for as long as that lives. */
typedef struct {
    const LodgeDnsAnswer *(*txt)(gpointer data, const char *name);
    gpointer data;
} LodgeDnsAsk;

/* Without texts and not asked. REFUSED, whatever `status` says, when `name` is none that may be asked. */
LodgeDnsAnswer *lodge_dns_answer_new(const char *name, LodgeDnsStatus status);
void lodge_dns_answer_free(LodgeDnsAnswer *answer);
/* Adds one record's bytes. */
void lodge_dns_answer_add_text(LodgeDnsAnswer *answer, const char *bytes, gsize size_bytes);
/* Sorts the texts, drops doubled ones, and turns an answer that is past the limits into LIMIT without texts. */
void lodge_dns_answer_settle(LodgeDnsAnswer *answer);
/* LIMIT (or another status without texts) from now on. */
void lodge_dns_answer_withdraw(LodgeDnsAnswer *answer, LodgeDnsStatus status);
gsize lodge_dns_answer_count_bytes(const LodgeDnsAnswer *answer);

gboolean lodge_dns_answer_is_temporary(const LodgeDnsAnswer *answer);
/* Surely no TXT record there: nxdomain, nodata. */
gboolean lodge_dns_answer_is_absent(const LodgeDnsAnswer *answer);
const char *lodge_dns_status_format(LodgeDnsStatus status);
const char *lodge_dnssec_format(LodgeDnssec dnssec);

/* Answers: a GPtrArray of LodgeDnsAnswer that owns them, each name once, in the order of asking. */
GPtrArray *lodge_dns_answers_new(void);
/* The answer to `name` however it is written; NULL: none. */
const LodgeDnsAnswer *lodge_dns_answers_find(const GPtrArray *answers, const char *name);
/* As member `name` of the current object. */
void lodge_dns_answers_write(const GPtrArray *answers,
                             LodgeJsonWriter *json,
                             const char *name);
/* NULL when the member is missing; failures stick to the document. */
GPtrArray *lodge_dns_answers_read(LodgeJsonDocument *json,
                                  const LodgeJsonNode *object,
                                  const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDnsAnswer, lodge_dns_answer_free)
