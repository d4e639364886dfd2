/* answerable.h - may we answer this message, and if not, why not? One table, asked from the top.
 *
 * RFC 3834 for a service responder, with RFC 8601 section 7.5 (no answer to an address that is not proven:
 * it would be mail to a victim of the forger) and what mail programs do beside the RFC:
 *
 *   section 2    never to a null return path, to Auto-Submitted other than "no", to a malformed message, to
 *                mailer-daemon, owner-*, *-request and their like as From, Sender or return path,
 *                to lists (List-*, Precedence)
 *   section 4    to From, as this service says of itself; never to Reply-To, to one address only
 *   section 3.2  nothing of what came in goes out again: receipt_content.h
 *   section 3.1  the header of an answer is intake/answer's
 *
 * Section 2 also asks whether our own address stands in To or Cc: of personal responders only, and not
 * here, where mail is passed on from other addresses. Last come the caps of answered.h: a message that is not
 * answered anyway keeps its own reason. The answer never decides whether a message is filed. */
#pragma once

#include "intake/decide/decision.h"

typedef struct {
    const LodgeMessageFacts *message;
    const LodgeAuthority *authority;
    const LodgeRules *rules;
    LodgeMailKind kind;
    LodgeOutcome outcome;
    gboolean about_call; /* carries a document or names the call, or was ruled on */
    gboolean
        unanswered_copy; /* a duplicate of what was filed, and no copy of it has been answered */
    gboolean told;       /* decided again, and a receipt has said the same before */
    const LodgeAnswered *answered; /* NULL: caps are not asked */
} LodgeAnswerable;

typedef struct {
    const char *code;  /* stable, "auto-submitted" */
    const char *words; /* why, for people */
} LodgeAnswerableRow;

/* "yes" or the code of the first reason against it; a static string. */
const char *lodge_answerable_judge(const LodgeAnswerable *at);
/* Can it be written to at all: one plain addr-spec, read by people, and not our own? */
gboolean lodge_answerable_may_write(const char *address, const LodgeRules *rules);
/* Is it a reason that a cap gave? */
gboolean lodge_answerable_is_capped(const char *code);
/* The n-th reason; its code is NULL after the last. */
LodgeAnswerableRow lodge_answerable_row(guint nth);
/* Why not, for people; NULL: "yes", or a code of a later version. */
const char *lodge_answerable_words(const char *code);
