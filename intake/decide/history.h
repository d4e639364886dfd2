/* history.h - the third input of the decision: what lodge already knew.
 *
 * The message's own reference, earlier messages of the call with the same content key, and what is on file
 * for each council for which this message might speak. A plain value with a stored JSON
 * form. */
#pragma once

#include "parsers/text/instant.h"
#include <glib.h>

typedef struct {
    char *reference;
    char *council; /* GSS or NULL */
    guint version; /* 0: not filed */
    char *outcome, *timeliness;
    gint64 received_us;
    char *message_id;
    GStrv documents; /* SHA-256s */
    guint receipts;  /* owed for it so far */
} LodgePast;

typedef struct {
    char *reference;               /* of the message being decided */
    GPtrArray *same_content;       /* LodgePast, oldest first; duplicates left out */
    GPtrArray *council;            /* LodgePast of the candidate councils, oldest first */
    guint receipts;                /* receipts already owed for this message */
    char *last_receipt_message_id; /* of them, or NULL */
} LodgeHistory;

LodgeHistory *lodge_history_new(const char *reference);
void lodge_history_free(LodgeHistory *history);
LodgePast *lodge_past_new(void);
void lodge_past_free(LodgePast *past);
GBytes *lodge_history_format(const LodgeHistory *history);
LodgeHistory *lodge_history_parse(GBytes *bytes, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeHistory, lodge_history_free)
