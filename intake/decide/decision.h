/* decision.h - decide(reading, evidence, history, rules) -> decision. Pure.
 *
 * No clock, no network, no disk, no locale, no global. The same four inputs give the same
 * bytes, for ever: format() of the decision is what is stored and what a replay compares.
 *
 * Severity decides the outcome: any `reject` → rejected; else any `hold` → held; else
 * accepted; duplicates and what is no submission are told apart before. Timeliness is a
 * separate axis. */
#pragma once

#include "config/rules.h"
#include "intake/decide/evidence.h"
#include "intake/decide/history.h"
#include "intake/decide/kind.h"
#include "parsers/report/report.h"
#include <glib.h>

typedef enum { LODGE_NOTE, LODGE_WARNING, LODGE_HOLD, LODGE_REJECT } LodgeSeverity;
typedef enum {
    LODGE_ACCEPTED,
    LODGE_HELD,
    LODGE_REJECTED,
    LODGE_DUPLICATE,
    LODGE_NOT_A_SUBMISSION,
} LodgeOutcome;
typedef enum {
    LODGE_ON_TIME,
    LODGE_LATE,
    LODGE_NOT_OPEN,
    LODGE_UNDETERMINED
} LodgeTimeliness;
typedef enum {
    LODGE_AUTHORISED,
    LODGE_UNPROVEN,
    LODGE_FORGED,
    LODGE_AMBIGUOUS,
    LODGE_UNREGISTERED,
} LodgeAuthorityResult;

typedef struct {
    char *code; /* stable, "document-missing" */
    LodgeSeverity severity;
    char *words;    /* plain English for a council officer */
    char *mend;     /* what to do next, or NULL */
    char *evidence; /* what it rests on, or NULL */
    gboolean
        settled; /* by a person: there is nothing to mend; not part of the stored form */
    const char
        *wording; /* id of its words, and the facts in them: not part of the stored form */
    char *facts[2];
} LodgeFinding;

/* One rung of the ladder of checks, or one clock of the dossier. */
typedef struct {
    char *check;  /* "from", "register", "authentication-results", … */
    char *result; /* word */
    char *words;
} LodgeRung;

typedef struct {
    LodgeAuthorityResult result;
    char *
        council; /* GSS code when authorised, or the claimed one when there is just one; else NULL */
    GStrv candidates;        /* GSS codes */
    gboolean address_proven; /* the From address is authenticated, registered or not */
    gboolean deceptive;      /* it shows a council that the sender is not (deception.h) */
    char *address;           /* the single From address, or NULL */
    GPtrArray *ladder;       /* LodgeRung */
} LodgeAuthority;

typedef struct {
    gint64 instant_us; /* LODGE_INSTANT_UNKNOWN: not established */
    char *source;      /* "border-hop", "internaldate", "none" */
    GPtrArray *
        clocks; /* LodgeRung: border hop, hops above, INTERNALDATE; then Date and lower hops, shown never weighed */
    GArray *weighed; /* gint64 instants that count for undetermined */
} LodgeReceivedInstant;

typedef struct {
    char *name; /* as shown to people */
    char *role; /* plan, attachment, decoration */
    char *media_type;
    gint64 size_bytes;
    gint64 pages; /* -1 unknown */
    char *sha256;
    char *part;   /* path in the message */
    GStrv themes; /* ids found in its text, in the call's order */
    GPtrArray
        *places;    /* LodgePlace: of themes in the plan, of the call's signs in anything */
    char *withheld; /* what malware was found in it or beside it: never copied; or NULL */
} LodgeDecisionDocument;

/* A receipt that is owed, as content: the message itself is composed by intake/answer. */
typedef struct {
    char *id;          /* "PP24-000123-K.1" */
    char *kind;        /* "received", "decision", "correction" */
    char *to;          /* one addr-spec */
    char *subject;     /* without encoding */
    char *message_id;  /* without brackets, deterministic */
    char *in_reply_to; /* the original's Message-ID or NULL */
    GStrv references;
    char *text;     /* the body: UTF-8, LF, lines of at most 72 characters */
    char *evidence; /* receipt.json */
} LodgeReceiptContent;

/* The earlier message that this one mends; each keeps its own timeliness. */
typedef struct {
    char *reference;
    char *by;           /* "reply", "reference", "council" */
    gint64 received_us; /* when that one arrived */
    LodgeTimeliness timeliness;
    LodgeTimeliness own;      /* of this message by itself */
    gboolean original_counts; /* by the call, the time of the earlier one does */
} LodgeMends;

/* A receipt of ours that came back (bounce.h); display text. */
typedef struct {
    char *receipt;   /* "PP24-000123-K.1" */
    char *recipient; /* as it was written to; or NULL */
    char *status;    /* "5.1.1", or NULL */
    char *words;     /* what the server said, or NULL */
} LodgeBounce;

typedef struct {
    LodgeMailKind kind;
    LodgeOutcome outcome;
    LodgeTimeliness timeliness; /* that counts */
    gint64 deadline_us;         /* the one applied, extension included */
    LodgeAuthority *authority;
    LodgeReceivedInstant *received;
    guint version;       /* of the council's filed plan; 0: not filed */
    gboolean current;    /* received last of the council's versions */
    char *duplicate_of;  /* reference or NULL */
    LodgeMends *mends;   /* or NULL */
    LodgeBounce *bounce; /* or NULL */
    char *ruling; /* a person's that was applied: "accept", "reject", "assign"; or NULL */
    char *content_key;    /* SHA-256 hex */
    GPtrArray *findings;  /* LodgeFinding */
    GPtrArray *documents; /* LodgeDecisionDocument, plan first */
    char *may_answer; /* "yes", or the code of why not: "auto-submitted", "unproven" … */
    GPtrArray *receipts;         /* LodgeReceiptContent: none or one */
    LodgeReceiptContent *notice; /* to the council's contact (notice.h), or NULL */
} LodgeDecision;

LodgeDecision *lodge_decide(const LodgeReading *reading,
                            const LodgeEvidence *evidence,
                            const LodgeHistory *history,
                            const LodgeRules *rules);
void lodge_decision_free(LodgeDecision *decision);
/* The decision as JSON with stable bytes. Receipts' texts are part of it. */
GBytes *lodge_decision_format(const LodgeDecision *decision);

/* Councils for which this message might speak, so that history can be collected: GSS codes; never NULL; g_strfreev. */
GStrv lodge_decide_candidates(const LodgeReading *reading,
                              const LodgeEvidence *evidence,
                              const LodgeRules *rules);
/* SHA-256 over Message-ID, From, Date and the sorted digests of the documents. */
char *lodge_decide_content_key(const LodgeMessageFacts *message);

const char *lodge_severity_format(LodgeSeverity severity);
const char *lodge_outcome_format(LodgeOutcome outcome);
const char *lodge_timeliness_format(LodgeTimeliness timeliness);
const char *lodge_authority_result_format(LodgeAuthorityResult result);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeDecision, lodge_decision_free)
