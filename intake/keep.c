#include "intake/keep.h"

#include "intake/log.h"
#include <string.h>

typedef struct {
    LodgeStage *stage;
    LodgeLocation location;
    gint64 internaldate_us;
    const char *call;
    const char *prefix;
    char *reference; /* given in apply; NULL: known bytes */
    LodgeKept kept;
    gpointer kept_data;
} Keep;

static void keep_free(Keep *keep)
{
    lodge_stage_free(keep->stage);
    g_free(keep->location.account);
    g_free(keep->location.folder);
    g_free(keep->reference);
    g_free(keep);
}

static gboolean add_location(LodgeTransaction *txn,
                             const Keep *keep,
                             const char *reference,
                             gint64 now_us,
                             GError **error)
{
    LodgeEvent event = {
        .type = LODGE_EVENT_LOCATED,
        .at_us = now_us,
        .reference = (char *)reference,
        .location = keep->location,
        .internaldate_us = keep->internaldate_us,
    };
    return lodge_transaction_add(txn, &event, error);
}

static gboolean
add_message(LodgeTransaction *txn, Keep *keep, gint64 now_us, GError **error)
{
    g_autofree char *sha256 = g_strdup(lodge_stage_sha256(keep->stage));
    gint64 size_bytes = lodge_stage_size(keep->stage);
    keep->reference = lodge_transaction_next_reference(txn, keep->prefix, error);
    if (keep->reference == NULL || !lodge_transaction_keep_stage(txn, keep->stage, error))
        return FALSE;
    LodgeEvent event = {
        .type = LODGE_EVENT_KEPT,
        .at_us = now_us,
        .reference = keep->reference,
        .call = (char *)keep->call,
        .message_sha256 = sha256,
        .size_bytes = size_bytes,
        .location = keep->location,
        .internaldate_us = keep->internaldate_us,
    };
    return lodge_transaction_add(txn, &event, error);
}

static gboolean is_same_place(const LodgeLocation *a, const LodgeLocation *b)
{
    return a->uid == b->uid && a->uidvalidity == b->uidvalidity &&
           strcmp(a->account, b->account) == 0 && strcmp(a->folder, b->folder) == 0;
}

/* Bytes that are kept, or were until they were purged: those are told by their digest, and never kept again. */
static gboolean
find_known(LodgeLedger *ledger, const char *sha256, char **reference_out, GError **error)
{
    GError *failure = NULL;
    char *known = lodge_ledger_find_message(ledger, sha256, &failure);
    if (known == NULL && failure == NULL) {
        known = lodge_ledger_find_purged(ledger, sha256, &failure);
        if (known != NULL)
            lodge_log_info("purged-before", "reference", known, NULL);
    }
    *reference_out = known;
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, failure);
    return FALSE;
}

/* The same bytes at the same place are nothing new: a folder of files may be taken in every hour. */
static gboolean was_found_there(LodgeLedger *ledger,
                                const char *reference,
                                const LodgeLocation *location,
                                gboolean *found_out,
                                GError **error)
{
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_require_message(ledger, reference, error);
    if (message == NULL)
        return FALSE;
    *found_out = FALSE;
    for (guint i = 0; i < message->locations->len && !*found_out; i++)
        *found_out = is_same_place(g_ptr_array_index(message->locations, i), location);
    return TRUE;
}

static gboolean apply(LodgeTransaction *txn,
                      LodgeLedger *ledger,
                      gint64 now_us,
                      gpointer data,
                      GError **error)
{
    Keep *keep = data;
    g_autofree char *known = NULL;
    if (!find_known(ledger, lodge_stage_sha256(keep->stage), &known, error))
        return FALSE;
    if (known == NULL)
        return add_message(txn, keep, now_us, error);
    gboolean found = FALSE;
    return was_found_there(ledger, known, &keep->location, &found, error) &&
           (found || add_location(txn, keep, known, now_us, error));
}

static void done(gpointer data, const GError *error)
{
    Keep *keep = data;
    keep->kept(error == NULL ? keep->reference : NULL, &keep->location, error,
               keep->kept_data);
    keep_free(keep);
}

void lodge_keep_submit(LodgeCommitter *committer,
                       LodgeStage *stage,
                       const LodgeLocation *location,
                       gint64 internaldate_us,
                       const char *call,
                       const char *prefix,
                       LodgeKept kept,
                       gpointer data)
{
    Keep *keep = g_new0(Keep, 1);
    keep->stage = stage;
    keep->location = *location;
    keep->location.account = g_strdup(location->account);
    keep->location.folder = g_strdup(location->folder);
    keep->internaldate_us = internaldate_us;
    keep->call = call;
    keep->prefix = prefix;
    keep->kept = kept;
    keep->kept_data = data;
    lodge_committer_submit(committer, &(LodgeCommitItem){apply, done, keep});
}
