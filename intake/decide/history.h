/* history.h - the third input of the decision: what lodge already knew.
 *
 * The message's own reference and earlier decision, earlier messages of the call with the same content key, what is
 * on file for each council for which this message might speak, and how often its sender and they were
 * answered lately. A plain value with a stored JSON form; members that came later are written only where they
 * say something. */
#pragma once

#include "intake/decide/answered.h"
#include "parsers/text/instant.h"
#include <glib.h>

typedef struct {
    char *reference;
    char *council; /* GSS or NULL */
    guint version; /* 0: not filed */
    char *outcome, *timeliness;
    gint64 received_us;
    char *message_id;
    GStrv documents; /* SHA-256s; none of decorations */
    guint receipts;  /* owed for it and for its copies so far */
    gboolean ruled;  /* a person accepted, rejected or assigned it */
} LodgePast;

/* Versions that were given to a council so far, whatever became of them. */
typedef struct {
    char *council;
    guint highest; /* 0: none */
    guint own;     /* the one that this message was given, or 0 */
} LodgeGivenVersions;

typedef struct {
    char *reference;         /* of the message being decided */
    GPtrArray *same_content; /* LodgePast, oldest first; duplicates left out */
    GPtrArray *council;      /* LodgePast of the candidate councils, oldest first */
    GPtrArray
        *same_id; /* LodgePast with its Message-ID: only of one that holds a placeholder */
    guint receipts;                /* receipts already owed for this message */
    char *last_receipt_message_id; /* of them, or NULL */
    char *last_receipt_kind;       /* of them, or NULL */
    LodgePast *previous;           /* this message as it was decided before, or NULL */
    GPtrArray *given;              /* LodgeGivenVersions of the candidate councils */
    guint notices,
        notices_of_day;      /* to the contact of its one candidate council, in the call
                                    * and in the last 24 hours (notice.h) */
    LodgeAnswered *answered; /* NULL: no single sender, or stored before there were caps */
} LodgeHistory;

LodgeHistory *lodge_history_new(const char *reference);
void lodge_history_free(LodgeHistory *history);
LodgePast *lodge_past_new(void);
void lodge_past_free(LodgePast *past);
/* Adds one; `council` is copied. */
void lodge_history_add_given(LodgeHistory *history,
                             const char *council,
                             guint highest,
                             guint own);
GBytes *lodge_history_format(const LodgeHistory *history);
LodgeHistory *lodge_history_parse(GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeHistory, lodge_history_free)
