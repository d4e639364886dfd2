/* verify_internal.h - one verification under way. */
#pragma once

#include "spool/ledger_internal.h"
#include "spool/purged.h"
#include "spool/verify.h"

typedef struct {
    LodgeDurableRoot *root;
    LodgeVerifyReport *report;
    LodgeVerifyProgress progress; /* or NULL */
    gpointer data;
    LodgeLedger *named;     /* temporary database: objects that events name */
    LodgePurged *purged;    /* which messages are, by what can be read of the journal */
    guint64 last;           /* segments that are whole and on the chain */
    gboolean journal_whole; /* all of them are */
    gboolean end_lost;      /* the index knows segments that the journal does not have */
    gboolean records_lost;  /* some are missing or altered */
} LodgeVerification;

void lodge_verify_add(LodgeVerification *verification,
                      const char *object,
                      const char *problem,
                      const char *mend);

/* Each fills in the report; FALSE: it could not be done at all. */
gboolean lodge_verify_journal(LodgeVerification *verification, GError **error);
gboolean lodge_verify_objects(LodgeVerification *verification, GError **error);
/* wrong_out: the index has problems; unusable_out: it cannot even be read. */
gboolean lodge_verify_index(LodgeVerification *verification,
                            gboolean *wrong_out,
                            gboolean *unusable_out,
                            GError **error);
