#include "intake/fetch/transfer.h"
#include "intake/fetch/listing.h"
#include "intake/fetch/transfer_plan.h"
#include "parsers/imap/fetch.h"
#include "parsers/imap/uid_set.h"
#include "parsers/text/display.h"

#define PIPELINE_DEPTH 2

typedef enum {
    WANTED,
    ASKED,
    DELIVERED,
    FAILED,
    GONE,
} MessageState;

/* What became of the body that is streaming in, or has just come. */
typedef enum {
    NO_BODY,
    STAGED,
    OVERSIZED, /* longer than we take, whatever RFC822.SIZE said */
    UNWANTED,  /* not the whole message */
} BodyState;

typedef struct {
    const LodgeTransferContext *context;
    const GArray *uids, *sizes;
    guint8 *states; /* MessageState of each */
    LodgeTransferCounts counts;
    BodyState body;
    guint64 body_bytes;
    LodgeStage *stage;
} Transfer;

typedef struct {
    guint ticket;
    guint64 bytes;
    guint first, count; /* places in the order */
} Batch;

/* ---- words ---- */

G_GNUC_PRINTF(3, 4)
static void warn(const Transfer *transfer, guint32 uid, const char *format, ...)
{
    const LodgeFetchSink *sink = transfer->context->sink;
    if (sink->warn == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *object = g_strdup_printf("%s/%u", transfer->context->folder, uid);
    sink->warn(object, words, sink->data);
}

static void report_progress(const Transfer *transfer)
{
    const LodgeFetchSink *sink = transfer->context->sink;
    const LodgeTransferCounts *counts = &transfer->counts;
    if (sink->progress != NULL)
        sink->progress(transfer->context->folder,
                       counts->fetched + counts->failed + counts->gone, transfer->uids->len,
                       sink->data);
}

static guint32 uid_at(const Transfer *transfer, guint index)
{
    return g_array_index(transfer->uids, guint32, index);
}

static void settle(Transfer *transfer, guint index, MessageState state)
{
    transfer->states[index] = (guint8)state;
    transfer->counts.fetched += state == DELIVERED;
    transfer->counts.failed += state == FAILED;
    transfer->counts.gone += state == GONE;
    report_progress(transfer);
}

static void refuse_size(Transfer *transfer, guint index, guint64 size_bytes)
{
    g_autofree char *size = g_format_size(size_bytes);
    g_autofree char *limit = g_format_size((guint64)transfer->context->max_message_bytes);
    warn(transfer, uid_at(transfer, index),
         "%s is over the limit of %s; not fetched, it stays in the mailbox", size, limit);
    settle(transfer, index, FAILED);
}

/* ---- bodies ---- */

static void drop_body(Transfer *transfer)
{
    g_clear_pointer(&transfer->stage, lodge_stage_free);
    transfer->body = NO_BODY;
}

static gboolean take_body_begin(
    guint32 number, const char *item, guint64 size_bytes, gpointer data, GError **error)
{
    (void)number;
    Transfer *transfer = data;
    if (!lodge_imap_item_is_whole_message(item))
        return TRUE;
    drop_body(transfer);
    transfer->body_bytes = size_bytes;
    if (size_bytes > (guint64)transfer->context->max_message_bytes) {
        transfer->body = OVERSIZED;
        return TRUE;
    }
    transfer->stage = lodge_stage_new(transfer->context->spool, error);
    transfer->body = STAGED;
    return transfer->stage != NULL;
}

static gboolean
take_body_bytes(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    Transfer *transfer = data;
    return transfer->stage == NULL ||
           lodge_stage_write(transfer->stage, bytes, size_bytes, error);
}

static gboolean take_body_end(gpointer data, GError **error)
{
    (void)data;
    (void)error;
    return TRUE;
}

static gboolean check_stopping(const Transfer *transfer, GError **error)
{
    const LodgeFetchSink *sink = transfer->context->sink;
    if (sink->stopping == NULL || !sink->stopping(sink->data))
        return TRUE;
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                "%s was left before its end, as asked", transfer->context->folder);
    return FALSE;
}

static gboolean
deliver(Transfer *transfer, guint index, const LodgeImapFetch *fetch, GError **error)
{
    const LodgeFetchSink *sink = transfer->context->sink;
    if (!lodge_stage_finish(transfer->stage, error))
        return FALSE;
    LodgeLocation location = {
        .account = (char *)transfer->context->account,
        .folder = (char *)transfer->context->folder,
        .uidvalidity = transfer->context->uidvalidity,
        .uid = fetch->uid,
    };
    LodgeStage *stage = g_steal_pointer(&transfer->stage);
    if (!sink->deliver(stage, &location, fetch->internaldate_us, sink->data, error)) {
        if (error != NULL && *error == NULL)
            g_set_error_literal(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                                "the message was not taken");
        return FALSE;
    }
    settle(transfer, index, DELIVERED);
    return TRUE;
}

/* An empty body of a message that has a size is Exchange's way of failing quietly. */
static gboolean is_empty_for_no_reason(const Transfer *transfer, guint index)
{
    return transfer->body_bytes == 0 && g_array_index(transfer->sizes, gint64, index) != 0;
}

static gboolean
take_fetched(Transfer *transfer, const LodgeImapFetch *fetch, GError **error)
{
    gint64 place = lodge_imap_listing_find(transfer->uids, fetch->uid);
    gboolean asked = place >= 0 && transfer->states[place] == ASKED;
    gboolean same_epoch =
        !lodge_imap_session_selected(transfer->context->session)->epoch_changed;
    if (!asked || !same_epoch)
        return TRUE;
    guint index = (guint)place;
    if (transfer->body == OVERSIZED) {
        refuse_size(transfer, index, transfer->body_bytes);
        return TRUE;
    }
    if (is_empty_for_no_reason(transfer, index))
        return TRUE;
    return deliver(transfer, index, fetch, error);
}

static gboolean
take_response(const LodgeImapResponse *response, gpointer data, GError **error)
{
    Transfer *transfer = data;
    if (!lodge_imap_response_is(response, "FETCH"))
        return TRUE;
    LodgeImapFetch fetch = {0};
    gboolean ok = TRUE;
    if (transfer->body != NO_BODY) {
        if (lodge_imap_fetch_read(response, &fetch) && fetch.uid != 0) {
            ok = take_fetched(transfer, &fetch, error);
        } else {
            g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL,
                        "%s: a message of %s came without its UID",
                        lodge_imap_session_name(transfer->context->session),
                        transfer->context->folder);
            ok = FALSE;
        }
    }
    drop_body(transfer);
    return ok && check_stopping(transfer, error);
}

/* ---- commands ---- */

static gboolean check_epoch(const Transfer *transfer, GError **error)
{
    const LodgeTransferContext *context = transfer->context;
    if (!lodge_imap_session_selected(context->session)->epoch_changed)
        return TRUE;
    g_set_error(
        error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH,
        "%s: UIDVALIDITY of %s changed while it was read; the next pass reads it anew",
        lodge_imap_session_name(context->session), context->folder);
    return FALSE;
}

static char *format_about(const Transfer *transfer)
{
    return g_strdup_printf("UID FETCH in %s", transfer->context->folder);
}

static gboolean send_fetch(Transfer *transfer,
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
    g_autofree char *about = format_about(transfer);
    for (guint i = 0; i < *used_out; i++)
        transfer->states[lodge_imap_listing_find(transfer->uids, uids[i])] = ASKED;
    return lodge_imap_session_send(transfer->context->session, about, command, ticket_out,
                                   error);
}

static gboolean send_batch(
    Transfer *transfer, const GArray *order, guint start, Batch *batch, GError **error)
{
    guint32 uids[LODGE_TRANSFER_BATCH_MESSAGES];
    guint used = 0;
    guint count = lodge_transfer_plan_batch(transfer->sizes, order, start, &batch->bytes);
    for (guint i = 0; i < count; i++)
        uids[i] = uid_at(transfer, g_array_index(order, guint, start + i));
    if (!send_fetch(transfer, uids, count, &used, &batch->ticket, error))
        return FALSE;
    batch->first = start;
    batch->count = used;
    return TRUE;
}

/* A size that is not known is budgeted for as the largest we take. */
static guint64 expected_bytes(const Transfer *transfer, guint64 bytes)
{
    return bytes > 0 ? bytes : (guint64)transfer->context->max_message_bytes;
}

/* NO may concern one message of the batch (the others have come): it is looked into later, one
 * by one. BAD and calls for patience end the folder. */
static gboolean end_batch(Transfer *transfer, const Batch *batch, GError **error)
{
    LodgeImapReply reply = {0};
    LodgeImapSession *session = transfer->context->session;
    if (!lodge_imap_session_wait(session, batch->ticket,
                                 expected_bytes(transfer, batch->bytes), &reply, error))
        return FALSE;
    guint backoff_ms = 0;
    gboolean ok =
        reply.status != LODGE_IMAP_BAD &&
        (reply.status == LODGE_IMAP_OK || !lodge_server_fault_is_busy(&reply, &backoff_ms));
    if (!ok) {
        g_autofree char *about = format_about(transfer);
        lodge_imap_session_set_refusal(session, about, &reply, error);
    }
    lodge_imap_reply_clear(&reply);
    return ok;
}

static gboolean fetch_batches(Transfer *transfer, const GArray *order, GError **error)
{
    Batch sent[PIPELINE_DEPTH];
    guint next = 0, waiting = 0;
    while (next < order->len || waiting > 0) {
        while (waiting < PIPELINE_DEPTH && next < order->len) {
            if (!check_stopping(transfer, error) ||
                !send_batch(transfer, order, next, &sent[waiting], error))
                return FALSE;
            next += sent[waiting++].count;
        }
        if (!end_batch(transfer, &sent[0], error) || !check_epoch(transfer, error))
            return FALSE;
        waiting--;
        for (guint i = 0; i < waiting; i++)
            sent[i] = sent[i + 1];
    }
    return TRUE;
}

/* ---- what a batch did not deliver ---- */

static gboolean is_gone(Transfer *transfer, guint32 uid, gboolean *gone_out, GError **error)
{
    g_autoptr(GArray) one = g_array_new(FALSE, FALSE, sizeof(guint32));
    g_array_append_val(one, uid);
    g_autoptr(GArray) present = lodge_imap_listing_present(
        transfer->context->session, transfer->context->folder, one, error);
    if (present == NULL)
        return FALSE;
    *gone_out = lodge_imap_listing_find(present, uid) < 0;
    return TRUE;
}

static void listen(Transfer *transfer)
{
    static const LodgeImapHandler listener = {
        .response = take_response,
        .body_begin = take_body_begin,
        .body_bytes = take_body_bytes,
        .body_end = take_body_end,
    };
    lodge_imap_session_listen(transfer->context->session, &listener, transfer);
}

static gboolean retry_alone(Transfer *transfer, guint index, GError **error)
{
    guint32 uid = uid_at(transfer, index);
    gint64 size = g_array_index(transfer->sizes, gint64, index);
    guint used = 0, ticket = 0;
    LodgeImapReply reply = {0};
    listen(transfer);
    if (!send_fetch(transfer, &uid, 1, &used, &ticket, error) ||
        !lodge_imap_session_wait(transfer->context->session, ticket,
                                 expected_bytes(transfer, (guint64)MAX(size, 0)), &reply,
                                 error))
        return FALSE;
    gboolean ok = check_epoch(transfer, error);
    if (ok && transfer->states[index] == ASKED) {
        gboolean gone = FALSE;
        ok = is_gone(transfer, uid, &gone, error);
        if (ok && !gone)
            warn(transfer, uid, "the server lists it but does not deliver it (%s)",
                 reply.text[0] != '\0' ? reply.text : "without a word");
        if (ok)
            settle(transfer, index, gone ? GONE : FAILED);
    }
    lodge_imap_reply_clear(&reply);
    return ok;
}

static gboolean retry_missing(Transfer *transfer, GError **error)
{
    for (guint i = 0; i < transfer->uids->len; i++) {
        if (transfer->states[i] == ASKED &&
            (!check_stopping(transfer, error) || !retry_alone(transfer, i, error)))
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
    Transfer transfer = {
        .context = context, .uids = uids, .sizes = sizes, .states = states};
    g_autoptr(GArray) too_large = g_array_new(FALSE, FALSE, sizeof(guint));
    g_autoptr(GArray) order =
        lodge_transfer_plan_order(sizes, context->max_message_bytes, too_large);
    for (guint i = 0; i < too_large->len; i++) {
        guint index = g_array_index(too_large, guint, i);
        refuse_size(&transfer, index, (guint64)g_array_index(sizes, gint64, index));
    }
    listen(&transfer);
    gboolean ok = fetch_batches(&transfer, order, error) && retry_missing(&transfer, error);
    lodge_imap_session_listen(context->session, NULL, NULL);
    drop_body(&transfer);
    *counts_out = transfer.counts;
    return ok;
}
