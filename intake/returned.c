#include "intake/returned.h"

#include "intake/log.h"
#include <string.h>

static const LodgeLedgerReceipt *find_receipt(const LodgeLedgerMessage *message,
                                              const char *id)
{
    const GPtrArray *const lists[] = {message->receipts, message->notices};
    for (gsize k = 0; k < G_N_ELEMENTS(lists); k++)
        for (guint i = 0; i < lists[k]->len; i++) {
            const LodgeLedgerReceipt *receipt = g_ptr_array_index(lists[k], i);
            if (strcmp(receipt->id, id) == 0)
                return receipt;
        }
    return NULL;
}

static gboolean has_gone(const LodgeLedgerReceipt *receipt)
{
    return receipt != NULL && strcmp(receipt->state, "owed") != 0 &&
           strcmp(receipt->state, "refused") != 0;
}

/* "5.1.1 smtp; 550 no such user (reported by PP24-000130-X)" */
static char *describe(const LodgeBounce *bounce, const char *by)
{
    return g_strdup_printf(
        "%s%s%s%s(reported by %s)", bounce->status != NULL ? bounce->status : "",
        bounce->status != NULL ? " " : "", bounce->words != NULL ? bounce->words : "",
        bounce->words != NULL ? " " : "", by);
}

gboolean lodge_returned_record(LodgeTransaction *txn,
                               LodgeLedger *ledger,
                               const LodgeBounce *bounce,
                               const char *by,
                               gint64 now_us,
                               GError **error)
{
    if (bounce == NULL)
        return TRUE;
    GError *failure = NULL;
    g_autofree char *reference = g_strndup(
        bounce->receipt, (gsize)(strrchr(bounce->receipt, '.') - bounce->receipt));
    g_autoptr(LodgeLedgerMessage) message =
        lodge_ledger_get_message(ledger, reference, &failure);
    if (failure != NULL) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    /* What the report says would bring back the address of a message that was purged. */
    if (message == NULL || strcmp(message->state, "purged") == 0 ||
        !has_gone(find_receipt(message, bounce->receipt)))
        return TRUE;
    g_autofree char *words = describe(bounce, by);
    lodge_log_warning("receipt-returned", "reference", reference, "receipt",
                      bounce->receipt, "reason", words, NULL);
    LodgeEvent event = {
        .type = LODGE_EVENT_RETURNED,
        .at_us = now_us,
        .reference = reference,
        .receipt = bounce->receipt,
        .words = words,
    };
    return lodge_transaction_add(txn, &event, error);
}
