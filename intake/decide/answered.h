/* answered.h - how often we have answered lately, and when that is enough: the end of a duel of responders.
 *
 * Header tests miss responders that say nothing of themselves, carry a document each time and change their
 * address; so answers are counted, by whom they go to. The counts are measured when the decision is
 * committed, over all calls, and stored with the history; the caps are the rules'. Whoever is capped gets no answer,
 * and nothing else changes: the plan is filed all the same, and `lodge status` names the message.
 *
 *   what counts    the first receipt for a message, "received" or "decision": the answer that a loop feeds on. What an
 *                  operator's ruling, a correction or a reminder sends later is a person's doing
 *   address,       without the first answer to each council: who sends for twenty councils in one hour is
 *   domain         answered twenty times, whatever the caps; a machine that goes round in one council's name is not
 *   council        all of them
 *   never capped   the first answer of the day for a council, to a sender who is authorised for it: so that
 *                  nobody's noise, not even that of its own shared service, keeps a council from hearing that
 *                  its plan has arrived. One a day for each council of the register is the most that a loop gains.
 *                  And what is decided again, or after a person's ruling
 *
 * Known gap: a responder at an unregistered domain that makes up a new domain below its own for each mail is
 * counted as many; the courier's limit on all receipts together ([answers] total) is what bounds it. */
#pragma once

#include "config/caps.h"
#include "parsers/text/json.h"
#include <glib.h>

/* Answers owed in the hour and in the day before the decision. */
typedef struct {
    guint hour, day;
} LodgeAnsweredCount;

typedef struct {
    char *gss;
    LodgeAnsweredCount count;
} LodgeAnsweredCouncil;

typedef struct {
    LodgeAnsweredCount address, domain; /* of the single From address */
    GPtrArray *councils;                /* LodgeAnsweredCouncil: the candidates */
} LodgeAnswered;

LodgeAnswered *lodge_answered_new(void);
void lodge_answered_free(LodgeAnswered *answered);
void lodge_answered_add_council(LodgeAnswered *answered,
                                const char *gss,
                                LodgeAnsweredCount count);
/* Zero for a council that was no candidate, and for NULL. */
LodgeAnsweredCount lodge_answered_find_council(const LodgeAnswered *answered,
                                               const char *gss);
gboolean lodge_answered_is_enough(LodgeAnsweredCount count, const LodgeCap *cap);

/* The member "answered"; NULL (not measured, or older than caps) is not written. */
void lodge_answered_format(LodgeJsonWriter *json, const LodgeAnswered *answered);
LodgeAnswered *lodge_answered_parse(LodgeJsonDocument *json, const LodgeJsonNode *object);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeAnswered, lodge_answered_free)
