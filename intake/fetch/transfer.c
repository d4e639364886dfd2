#include "intake/fetch/transfer.h"
#include "intake/fetch/listing.h"
#include "intake/fetch/reception.h"
#include "intake/fetch/transfer_plan.h"
#include "intake/link/connection.h"
#include "parsers/imap/uid_set.h"

#define PIPELINE_DEPTH 2

typedef struct {
    guint ticket;
    guint64 bytes;
    guint first, count; /* places in the order */
} Batch;

/* ---- commands ---- */

static gboolean check_epoch(const LodgeReception *reception, GError **error)
{
    const LodgeTransferContext *context = reception->context;
    if (!lodge_imap_session_selected(context->session)->epoch_changed)
        return TRUE;
    g_set_error(
        error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH,
        "%s: UIDVALIDITY of %s changed while it was read; the next pass reads it anew",
        lodge_imap_session_name(context->session), context->folder);
    return FALSE;
}

static char *format_about(const LodgeReception *reception)
{
    return g_strdup_printf("UID FETCH in %s", reception->context->folder);
}

static gboolean send_fetch(LodgeReception *reception,
                           const guint32 *uids,
                           guint count,
                           guint *used_out,
                           guint *ticket_out,
                           GError **error)
{
    g_autofree char *set =
        lodge_imap_uid_set_format(uids, count, LODGE_IMAP_SET_BYTES, used_out);
    g_autofree char *command =
        g_strdup_printf("UID FETCH %s (UID INTERNALDATE RFC822.SIZE BODY.PEEK[])", set);
    g_autofree char *about = format_about(reception);
    for (guint i = 0; i < *used_out; i++)
        reception->states[lodge_imap_listing_find(reception->uids, uids[i])] =
            LODGE_RECEPTION_ASKED;
    return lodge_imap_session_send(reception->context->session, about, command, ticket_out,
                                   error);
}

static gboolean send_batch(LodgeReception *reception,
                           const GArray *order,
                           guint start,
                           guint most,
                           Batch *batch,
                           GError **error)
{
    guint32 uids[LODGE_TRANSFER_BATCH_MESSAGES];
    guint used = 0;
    guint count = lodge_transfer_plan_batch(reception->sizes, order, start, &batch->bytes);
    count = MIN(count, most);
    for (guint i = 0; i < count; i++)
        uids[i] = lodge_reception_uid(reception, g_array_index(order, guint, start + i));
    if (!send_fetch(reception, uids, count, &used, &batch->ticket, error))
        return FALSE;
    batch->first = start;
    batch->count = used;
    return TRUE;
}

/* A size that is not known is budgeted for as the largest we take. */
static guint64 expected_bytes(const LodgeReception *reception, guint64 bytes)
{
    return bytes > 0 ? bytes : (guint64)reception->context->max_message_bytes;
}

/* NO may concern one message of the batch (the others have come): it is looked into later, one
 * by one. BAD and calls for patience end the folder. */
static gboolean end_batch(LodgeReception *reception, const Batch *batch, GError **error)
{
    LodgeImapReply reply = {0};
    LodgeImapSession *session = reception->context->session;
    if (!lodge_imap_session_wait(session, batch->ticket,
                                 expected_bytes(reception, batch->bytes), &reply, error))
        return FALSE;
    guint backoff_ms = 0;
    gboolean ok =
        reply.status != LODGE_IMAP_BAD &&
        (reply.status == LODGE_IMAP_OK || !lodge_server_fault_is_busy(&reply, &backoff_ms));
    if (!ok) {
        g_autofree char *about = format_about(reception);
        lodge_imap_session_set_refusal(session, about, &reply, error);
    }
    lodge_imap_reply_clear(&reply);
    return ok;
}

/* ---- messages at which the server breaks off ---- */

static LodgeLocation location_of(const LodgeReception *reception, guint index)
{
    return (LodgeLocation){.account = (char *)reception->context->account,
                           .folder = (char *)reception->context->folder,
                           .uidvalidity = reception->context->uidvalidity,
                           .uid = lodge_reception_uid(reception, index)};
}

static gboolean is_lost_session(const GError *failure)
{
    return g_error_matches(failure, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CLOSED) ||
           g_error_matches(failure, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT) ||
           g_error_matches(failure, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL);
}

static void
blame(const LodgeReception *reception, guint index, gboolean alone, const GError *failure)
{
    LodgeBreakers *breakers = reception->context->sink->breakers;
    LodgeLocation location = location_of(reception, index);
    if (breakers != NULL && is_lost_session(failure) &&
        reception->states[index] == LODGE_RECEPTION_ASKED)
        lodge_breakers_blame(breakers, &location, alone, g_get_monotonic_time());
}

/* Whatever of the batch had not come may be it: what a server that crashes had still to send is lost with it. */
static void blame_awaited(const LodgeReception *reception,
                          const GArray *order,
                          const Batch *batch,
                          const GError *failure)
{
    for (guint i = 0; i < batch->count; i++)
        blame(reception, g_array_index(order, guint, batch->first + i), batch->count == 1,
              failure);
}

static void leave_out(LodgeReception *reception, guint index)
{
    lodge_reception_warn(reception, lodge_reception_uid(reception, index),
                         "the server breaks off whenever it is to deliver it; left out for "
                         "an hour, ask its operator to look at the message");
    lodge_reception_settle(reception, index, LODGE_RECEPTION_FAILED);
}

/* Who is suspected comes last; how many are not. */
static guint part_suspects(LodgeReception *reception, GArray *order)
{
    LodgeBreakers *breakers = reception->context->sink->breakers;
    g_autoptr(GArray) suspects = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; breakers != NULL && i < order->len;) {
        guint index = g_array_index(order, guint, i);
        LodgeLocation location = location_of(reception, index);
        LodgeBreakerJudgement judgement =
            lodge_breakers_judge(breakers, &location, g_get_monotonic_time());
        if (judgement == LODGE_BREAKER_NONE) {
            i++;
            continue;
        }
        g_array_remove_index(order, i);
        if (judgement == LODGE_BREAKER_LEFT_OUT)
            leave_out(reception, index);
        else
            g_array_append_val(suspects, index);
    }
    guint plain = order->len;
    g_array_append_vals(order, suspects->data, suspects->len);
    return plain;
}

/* ---- batch after batch ---- */

static gboolean end_or_blame(LodgeReception *reception,
                             const GArray *order,
                             const Batch *batch,
                             GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (end_batch(reception, batch, &failure))
        return TRUE;
    blame_awaited(reception, order, batch, failure);
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* Those in front of `plain` in batches, the others one by one and with nothing else under way. */
static gboolean
fetch_batches(LodgeReception *reception, const GArray *order, guint plain, GError **error)
{
    Batch sent[PIPELINE_DEPTH];
    guint next = 0, waiting = 0;
    while (next < order->len || waiting > 0) {
        while (waiting < (next < plain ? PIPELINE_DEPTH : 1) && next < order->len) {
            guint most = next < plain ? plain - next : 1;
            if (!lodge_reception_check_stopping(reception, error) ||
                !send_batch(reception, order, next, most, &sent[waiting], error))
                return FALSE;
            next += sent[waiting++].count;
        }
        if (!end_or_blame(reception, order, &sent[0], error) ||
            !check_epoch(reception, error))
            return FALSE;
        waiting--;
        for (guint i = 0; i < waiting; i++)
            sent[i] = sent[i + 1];
    }
    return TRUE;
}

/* ---- what a batch did not deliver ---- */

static gboolean
is_gone(LodgeReception *reception, guint32 uid, gboolean *gone_out, GError **error)
{
    g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_val(one, uid);
    g_autoptr(GArray) present = lodge_imap_listing_present(
        reception->context->session, reception->context->folder, one, error);
    if (present == NULL)
        return FALSE;
    *gone_out = lodge_imap_listing_find(present, uid) < 0;
    return TRUE;
}

static gboolean retry_alone(LodgeReception *reception, guint index, GError **error)
{
    guint32 uid = lodge_reception_uid(reception, index);
    gint64 size = g_array_index(reception->sizes, gint64, index);
    guint used = 0, ticket = 0;
    LodgeImapReply reply = {0};
    g_autoptr(GError) failure = NULL;
    lodge_reception_listen(reception);
    if (!send_fetch(reception, &uid, 1, &used, &ticket, &failure) ||
        !lodge_imap_session_wait(reception->context->session, ticket,
                                 expected_bytes(reception, (guint64)MAX(size, 0)), &reply,
                                 &failure)) {
        blame(reception, index, TRUE, failure);
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    gboolean ok = check_epoch(reception, error);
    if (ok && reception->states[index] == LODGE_RECEPTION_ASKED) {
        gboolean gone = FALSE;
        ok = is_gone(reception, uid, &gone, error);
        if (ok && !gone)
            lodge_reception_warn(reception, uid,
                                 "the server lists it but does not deliver it (%s)",
                                 reply.text[0] != '\0' ? reply.text : "without a word");
        if (ok)
            lodge_reception_settle(reception, index,
                                   gone ? LODGE_RECEPTION_GONE : LODGE_RECEPTION_FAILED);
    }
    lodge_imap_reply_clear(&reply);
    return ok;
}

static gboolean retry_missing(LodgeReception *reception, GError **error)
{
    for (guint i = 0; i < reception->uids->len; i++) {
        if (reception->states[i] == LODGE_RECEPTION_ASKED &&
            (!lodge_reception_check_stopping(reception, error) ||
             !retry_alone(reception, i, error)))
            return FALSE;
    }
    return TRUE;
}

gboolean lodge_transfer_run(const LodgeTransferContext *context,
                            const GArray *uids,
                            const GArray *sizes,
                            LodgeTransferCounts *counts_out,
                            GError **error)
{
    g_autofree guint8 *states = g_new0(guint8, MAX(uids->len, 1));
    LodgeReception reception = {
        .context = context, .uids = uids, .sizes = sizes, .states = states};
    g_autoptr(GArray) too_large = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GArray) order =
        lodge_transfer_plan_order(sizes, context->max_message_bytes, too_large);
    for (guint i = 0; i < too_large->len; i++) {
        guint index = g_array_index(too_large, guint, i);
        lodge_reception_refuse_size(&reception, index,
                                    (guint64)g_array_index(sizes, gint64, index));
    }
    guint plain = part_suspects(&reception, order);
    lodge_reception_listen(&reception);
    gboolean ok =
        fetch_batches(&reception, order, plain, error) && retry_missing(&reception, error);
    lodge_imap_session_listen(context->session, NULL, NULL);
    lodge_reception_drop_body(&reception);
    *counts_out = reception.counts;
    return ok;
}
