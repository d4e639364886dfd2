#include "intake/deliver.h"

#include "intake/answer/courier.h"
#include "intake/answer/receipt.h"
#include "intake/log.h"
#include <gio/gio.h>

#define MAX_RECEIPT_BYTES (4 * 1024 * 1024)
#define WAIT_SLICE_US (100 * 1000)
#define HOUR_US (3600 * LODGE_SECOND_US)

struct LodgeDeliver {
    const LodgeSettings *settings;
    const LodgeContext *context;
    LodgeSpool *spool;
    LodgeCommitter *committer;
    LodgeCourier *courier; /* NULL: nobody is at the server */
    gint64 next_start_us;  /* monotonic: the pace allows the next one then */
    /* of the round at hand */
    LodgeLedger *ledger; /* ours, for reading */
    gint64 until_us;     /* monotonic: nothing is begun afterwards; 0: no end */
    GBytes *mail;        /* of the next one, when its attempt is journalled already */
    LodgeDelivery *delivery;
};
typedef LodgeDeliver Round;

/* ---- the journal ---- */

typedef struct {
    LodgeEvent events[2];
    guint count;
} Entries;

static gboolean add_events(LodgeTransaction *txn,
                           LodgeLedger *ledger,
                           gint64 now_us,
                           gpointer data,
                           GError **error)
{
    (void)ledger;
    Entries *entries = data;
    for (guint i = 0; i < entries->count; i++) {
        entries->events[i].at_us = now_us;
        if (!lodge_transaction_add(txn, &entries->events[i], error))
            return FALSE;
    }
    return TRUE;
}

static void enter_attempt(Entries *entries, const LodgeLedgerReceipt *receipt)
{
    entries->events[entries->count++] = (LodgeEvent){
        .type = LODGE_EVENT_ATTEMPTED,
        .reference = receipt->reference,
        .receipt = receipt->id,
        .attempt = receipt->attempts + 1,
    };
}

static void enter_result(Entries *entries,
                         const Round *round,
                         const LodgeLedgerReceipt *receipt,
                         const LodgeCourierReply *reply)
{
    /* What failed because the whole server did says nothing about this receipt. */
    guint attempt = receipt->attempts + (reply->whole_server ? 0 : 1);
    gboolean again = reply->result == LODGE_RETRY || reply->result == LODGE_UNKNOWN;
    gint64 now_us = round->context->now_us();
    entries->events[entries->count++] = (LodgeEvent){
        .type = LODGE_EVENT_ANSWERED,
        .reference = receipt->reference,
        .receipt = receipt->id,
        .attempt = attempt,
        .code = (char *)lodge_courier_result_format(reply->result),
        .smtp_code = reply->smtp_code,
        .words = reply->words,
        .retry_at_us = !again ? LODGE_INSTANT_UNKNOWN
                       : reply->stopped
                           ? now_us /* nothing failed: whoever starts next tries */
                           : lodge_courier_retry_at(round->settings->smtp, receipt->id,
                                                    MAX(attempt, 1), now_us),
    };
}

static gboolean
journal_attempt(Round *round, const LodgeLedgerReceipt *receipt, GError **error)
{
    Entries entries = {.count = 0};
    enter_attempt(&entries, receipt);
    return lodge_committer_run(round->committer, add_events, &entries, error);
}

/* With the attempt of the next one, or NULL: two commits for the price of one. */
static gboolean journal_result(Round *round,
                               const LodgeLedgerReceipt *receipt,
                               const LodgeCourierReply *reply,
                               const LodgeLedgerReceipt *next,
                               GError **error)
{
    Entries entries = {.count = 0};
    enter_result(&entries, round, receipt, reply);
    if (next != NULL)
        enter_attempt(&entries, next);
    return lodge_committer_run(round->committer, add_events, &entries, error);
}

/* ---- one receipt ---- */

/* Only a receipt's own failures are counted towards giving up. */
static void
give_up_if_old(Round *round, const LodgeLedgerReceipt *receipt, LodgeCourierReply *reply)
{
    gboolean again = reply->result == LODGE_RETRY || reply->result == LODGE_UNKNOWN;
    if (!again || reply->whole_server ||
        receipt->attempts + 1 < round->settings->smtp->max_attempts)
        return;
    char *words = g_strdup_printf("given up after %u attempts: %s", receipt->attempts + 1,
                                  reply->words != NULL ? reply->words : "no reply");
    g_free(reply->words);
    reply->words = words;
    reply->result = LODGE_REFUSED;
}

static void count(LodgeDelivery *delivery, LodgeCourierResult result)
{
    switch (result) {
    case LODGE_SENT:
        delivery->sent++;
        return;
    case LODGE_REFUSED:
        delivery->refused++;
        return;
    case LODGE_RETRY:
        delivery->retry++;
        return;
    case LODGE_UNKNOWN:
        delivery->unknown++;
        return;
    }
}

static void keep_pace(Round *round)
{
    guint pace = round->settings->smtp->pace_per_minute;
    while (g_get_monotonic_time() < round->next_start_us && !round->context->stopping())
        g_usleep(WAIT_SLICE_US);
    if (pace > 0)
        round->next_start_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC / pace;
}

static GBytes *
read_mail(const Round *round, const LodgeLedgerReceipt *receipt, GError **error)
{
    return lodge_spool_read_object(round->spool, receipt->object, MAX_RECEIPT_BYTES, error);
}

/* Asked of the ledger each time: what was sent an hour ago counts no longer, and what an earlier pass sent
 * still does. */
static gboolean has_room_within(
    const Round *round, guint most, gint64 span_us, gboolean *room_out, GError **error)
{
    guint gone = 0;
    if (most > 0 && !lodge_ledger_count_receipts_gone(
                        round->ledger, round->context->now_us() - span_us, &gone, error))
        return FALSE;
    *room_out = most == 0 || gone < most;
    return TRUE;
}

/* NULL in full_out: there is room; else what is full. */
static gboolean has_room(const Round *round, const char **full_out, GError **error)
{
    gboolean hour = FALSE, day = FALSE;
    if (!has_room_within(round, round->settings->answers.total_per_hour, HOUR_US, &hour,
                         error) ||
        !has_room_within(round, round->settings->smtp->pace_per_day, 24 * HOUR_US, &day,
                         error))
        return FALSE;
    *full_out = !hour  ? "an hour ([answers] total)"
                : !day ? "a day ([smtp] per_day)"
                       : NULL;
    return TRUE;
}

/* Asked to stop, or at the end of the round. */
static gboolean is_over(const Round *round)
{
    return round->context->stopping() ||
           (round->until_us > 0 && g_get_monotonic_time() >= round->until_us);
}

/* The next one's mail, when it follows without a pause; so that no attempt is journalled long before it is
 * made. A mail that cannot be read is told in its own turn. */
static GBytes *look_ahead(const Round *round, const LodgeLedgerReceipt *next)
{
    const char *full = NULL;
    if (next == NULL || is_over(round) || g_get_monotonic_time() < round->next_start_us ||
        !has_room(round, &full, NULL) || full != NULL)
        return NULL;
    return read_mail(round, next, NULL);
}

/* Its mail; its attempt is journalled. */
static GBytes *begin(Round *round, const LodgeLedgerReceipt *receipt, GError **error)
{
    gboolean is_journalled = round->mail != NULL;
    g_autoptr(GBytes) mail =
        is_journalled ? g_steal_pointer(&round->mail) : read_mail(round, receipt, error);
    if (mail == NULL)
        return NULL;
    keep_pace(round);
    if (!is_journalled && round->context->stopping()) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "asked to stop");
        return NULL;
    }
    if (!is_journalled && !journal_attempt(round, receipt, error))
        return NULL;
    return g_steal_pointer(&mail);
}

static void note(LodgeDelivery *delivery,
                 const LodgeLedgerReceipt *receipt,
                 const LodgeCourierReply *reply)
{
    const char *result = lodge_courier_result_format(reply->result);
    count(delivery, reply->result);
    if (reply->result == LODGE_SENT)
        lodge_log_info("receipt", "receipt", receipt->id, "result", result, NULL);
    else
        lodge_log_warning("receipt", "receipt", receipt->id, "result", result, "reply",
                          reply->words, NULL);
    if (reply->whole_server && !reply->stopped) {
        g_free(delivery->server_fault);
        delivery->server_fault = g_strdup(reply->words);
        delivery->person_needed |= reply->person_needed;
    }
}

static gboolean send_one(Round *round,
                         const LodgeLedgerReceipt *receipt,
                         const LodgeLedgerReceipt *next,
                         gboolean *go_on_out,
                         GError **error)
{
    g_autoptr(GBytes) mail = begin(round, receipt, error);
    if (mail == NULL)
        return FALSE;
    g_autofree char *from = lodge_receipt_envelope_from(round->settings->smtp, receipt->id);
    LodgeCourierReply reply = {0};
    lodge_courier_send(round->courier, from, receipt->to, mail, &reply);
    give_up_if_old(round, receipt, &reply);
    note(round->delivery, receipt, &reply);
    *go_on_out = !reply.whole_server;
    round->mail = *go_on_out ? look_ahead(round, next) : NULL;
    gboolean journalled =
        journal_result(round, receipt, &reply, round->mail != NULL ? next : NULL, error);
    lodge_courier_reply_clear(&reply);
    return journalled;
}

/* When it is over, the attempt that is journalled is still made. */
static gboolean may_send(const Round *round)
{
    return round->mail != NULL || !is_over(round);
}

/* The attempt that is journalled is among those that are counted. */
static gboolean may_begin(Round *round, guint left, gboolean *begin_out, GError **error)
{
    const char *full = NULL;
    if (round->mail == NULL && !has_room(round, &full, error))
        return FALSE;
    *begin_out = full == NULL;
    if (full == NULL)
        return TRUE;
    g_autofree char *count = g_strdup_printf("%u", left);
    g_autofree char *reason = g_strdup_printf("no more may go in %s", full);
    lodge_log_warning("receipts-held-back", "count", count, "reason", reason, NULL);
    round->delivery->held_back = left;
    round->delivery->full = full;
    return TRUE;
}

/* A receipt that cannot be read, or that was not begun, must not keep those behind it from going. */
static gboolean
may_go_on(Round *round, const LodgeLedgerReceipt *receipt, const GError *failure)
{
    if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return TRUE;
    if (!g_error_matches(failure, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_DAMAGED) &&
        !g_error_matches(failure, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING))
        return FALSE;
    lodge_log_warning("receipt-not-sent", "receipt", receipt->id, "reason",
                      failure->message, NULL);
    if (round->delivery->damage == NULL)
        round->delivery->damage = g_error_copy(failure);
    return TRUE;
}

static gboolean
send_nth(Round *round, GPtrArray *due, guint nth, gboolean *go_on_out, GError **error)
{
    g_autoptr(GError) failure = NULL;
    const LodgeLedgerReceipt *receipt = g_ptr_array_index(due, nth);
    const LodgeLedgerReceipt *next =
        nth + 1 < due->len ? g_ptr_array_index(due, nth + 1) : NULL;
    if (send_one(round, receipt, next, go_on_out, &failure) ||
        may_go_on(round, receipt, failure))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

static gboolean send_all(Round *round, GPtrArray *due, GError **error)
{
    gboolean go_on = TRUE;
    guint i;
    for (i = 0; go_on && i < due->len && may_send(round); i++) {
        lodge_log_progress("sending receipts", i, due->len);
        if (!may_begin(round, due->len - i, &go_on, error) ||
            (go_on && !send_nth(round, due, i, &go_on, error)))
            return FALSE;
    }
    round->delivery->left = go_on ? due->len - i : 0;
    lodge_log_progress_end();
    return TRUE;
}

/* Without the secret nothing can be sent; nothing is lost either. */
static gboolean hire_courier(Round *round)
{
    const LodgeSmtp *smtp = round->settings->smtp;
    g_autoptr(GError) error = NULL;
    char *secret = NULL;
    if (smtp->endpoint.auth != LODGE_AUTH_NONE)
        secret = lodge_secret_load(&smtp->endpoint.secret,
                                   round->context->credentials_directory, &error);
    if (error != NULL) {
        round->delivery->server_fault = g_strdup(error->message);
        round->delivery->person_needed = TRUE;
        return FALSE;
    }
    round->courier = lodge_courier_new(smtp, secret);
    lodge_secret_wipe(secret);
    return TRUE;
}

LodgeDeliver *lodge_deliver_new(const LodgeSettings *settings,
                                const LodgeContext *context,
                                LodgeSpool *spool,
                                LodgeCommitter *committer)
{
    LodgeDeliver *deliver = g_new0(LodgeDeliver, 1);
    deliver->settings = settings;
    deliver->context = context;
    deliver->spool = spool;
    deliver->committer = committer;
    return deliver;
}

void lodge_deliver_free(LodgeDeliver *deliver)
{
    if (deliver == NULL)
        return;
    lodge_courier_free(deliver->courier);
    g_free(deliver);
}

/* A connection that waits for the next receipt is cut by the server some time: it is kept for a queue alone. */
static void dismiss_courier(LodgeDeliver *deliver, gboolean more)
{
    if (!more || deliver->delivery->server_fault != NULL)
        g_clear_pointer(&deliver->courier, lodge_courier_free);
}

static gboolean send_due(LodgeDeliver *deliver, GError **error)
{
    const LodgeSmtp *smtp = deliver->settings->smtp;
    gint64 now_us = deliver->context->now_us();
    gint64 most_us = smtp != NULL ? (gint64)smtp->retry_max_s * LODGE_SECOND_US : 0;
    g_autoptr(GPtrArray) due = lodge_ledger_list_receipts_due(
        deliver->ledger, &(LodgeLedgerDue){now_us, now_us + most_us}, error);
    if (due == NULL)
        return FALSE;
    gboolean may =
        due->len > 0 && smtp != NULL && (deliver->courier != NULL || hire_courier(deliver));
    return !may || send_all(deliver, due, error);
}

static gboolean count_waiting(LodgeDeliver *deliver, GError **error)
{
    g_autoptr(GError) failure = NULL;
    deliver->delivery->waiting =
        lodge_ledger_count_receipts_open(deliver->ledger, NULL, &failure);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

gboolean lodge_deliver_run(LodgeDeliver *deliver,
                           gint64 until_us,
                           LodgeDelivery *delivery_out,
                           GError **error)
{
    deliver->ledger = lodge_spool_open_ledger(deliver->spool, error);
    if (deliver->ledger == NULL)
        return FALSE;
    deliver->until_us = until_us;
    deliver->delivery = delivery_out;
    gboolean done = send_due(deliver, error) && count_waiting(deliver, error);
    dismiss_courier(deliver, done && delivery_out->waiting > 0 && is_over(deliver));
    g_clear_pointer(&deliver->mail,
                    g_bytes_unref); /* of one that could not be journalled */
    g_clear_pointer(&deliver->ledger, lodge_ledger_close);
    return done;
}

void lodge_delivery_clear(LodgeDelivery *delivery)
{
    g_clear_pointer(&delivery->server_fault, g_free);
    g_clear_error(&delivery->damage);
}
