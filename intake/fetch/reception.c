#include "intake/fetch/reception.h"
#include "intake/fetch/listing.h"

/* ---- words ---- */

void lodge_reception_warn(const LodgeReception *reception,
                          guint32 uid,
                          const char *format,
                          ...)
{
    const LodgeFetchSink *sink = reception->context->sink;
    if (sink->warn == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_autofree char *object = g_strdup_printf("%s/%u", reception->context->folder, uid);
    sink->warn(object, words, sink->data);
}

static void report_progress(const LodgeReception *reception)
{
    const LodgeFetchSink *sink = reception->context->sink;
    const LodgeTransferCounts *counts = &reception->counts;
    if (sink->progress != NULL)
        sink->progress(reception->context->folder,
                       counts->fetched + counts->failed + counts->gone,
                       reception->uids->len, sink->data);
}

guint32 lodge_reception_uid(const LodgeReception *reception, guint index)
{
    return g_array_index(reception->uids, guint32, index);
}

void lodge_reception_settle(LodgeReception *reception,
                            guint index,
                            LodgeReceptionState state)
{
    reception->states[index] = (guint8)state;
    reception->counts.fetched += state == LODGE_RECEPTION_DELIVERED;
    reception->counts.failed += state == LODGE_RECEPTION_FAILED;
    reception->counts.gone += state == LODGE_RECEPTION_GONE;
    if (state == LODGE_RECEPTION_GONE && reception->context->gone != NULL)
        g_array_append_val(reception->context->gone,
                           g_array_index(reception->uids, guint32, index));
    report_progress(reception);
}

void lodge_reception_refuse_size(LodgeReception *reception, guint index, guint64 size_bytes)
{
    g_autofree char *size = g_format_size(size_bytes);
    g_autofree char *limit = g_format_size((guint64)reception->context->max_message_bytes);
    lodge_reception_warn(reception, lodge_reception_uid(reception, index),
                         "%s is over the limit of %s; not fetched, it stays in the mailbox",
                         size, limit);
    lodge_reception_settle(reception, index, LODGE_RECEPTION_FAILED);
}

/* ---- bodies ---- */

void lodge_reception_drop_body(LodgeReception *reception)
{
    g_clear_pointer(&reception->stage, lodge_stage_free);
    reception->body = LODGE_BODY_NONE;
}

static gboolean take_body_begin(
    guint32 number, const char *item, guint64 size_bytes, gpointer data, GError **error)
{
    (void)number;
    LodgeReception *reception = data;
    if (!lodge_imap_item_is_whole_message(item))
        return TRUE;
    lodge_reception_drop_body(reception);
    reception->body_bytes = size_bytes;
    if (size_bytes > (guint64)reception->context->max_message_bytes) {
        reception->body = LODGE_BODY_OVERSIZED;
        return TRUE;
    }
    reception->stage = lodge_stage_new(reception->context->spool, error);
    reception->body = LODGE_BODY_STAGED;
    return reception->stage != NULL;
}

static gboolean
take_body_bytes(const void *bytes, gsize size_bytes, gpointer data, GError **error)
{
    LodgeReception *reception = data;
    return reception->stage == NULL ||
           lodge_stage_write(reception->stage, bytes, size_bytes, error);
}

static gboolean take_body_end(gpointer data, GError **error)
{
    (void)data;
    (void)error;
    return TRUE;
}

gboolean lodge_reception_check_stopping(const LodgeReception *reception, GError **error)
{
    const LodgeFetchSink *sink = reception->context->sink;
    if (sink->stopping == NULL || !sink->stopping(sink->data))
        return TRUE;
    g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                "%s was left before its end, as asked", reception->context->folder);
    return FALSE;
}

static gboolean
deliver(LodgeReception *reception, guint index, const LodgeImapFetch *fetch, GError **error)
{
    const LodgeFetchSink *sink = reception->context->sink;
    if (!lodge_stage_finish(reception->stage, error) ||
        !lodge_unseen_note(reception->context->unseen, lodge_stage_sha256(reception->stage),
                           reception->context->folder, fetch->internaldate_us, error))
        return FALSE;
    LodgeLocation location = {
        .account = (char *)reception->context->account,
        .folder = (char *)reception->context->folder,
        .uidvalidity = reception->context->uidvalidity,
        .uid = fetch->uid,
    };
    LodgeStage *stage = g_steal_pointer(&reception->stage);
    if (!sink->deliver(stage, &location, fetch->internaldate_us, sink->data, error)) {
        if (error != NULL && *error == NULL)
            g_set_error_literal(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_STOPPED,
                                "the message was not taken");
        return FALSE;
    }
    lodge_reception_settle(reception, index, LODGE_RECEPTION_DELIVERED);
    return TRUE;
}

/* An empty body of a message that has a size is Exchange's way of failing quietly. */
static gboolean is_empty_for_no_reason(const LodgeReception *reception, guint index)
{
    return reception->body_bytes == 0 &&
           g_array_index(reception->sizes, gint64, index) != 0;
}

static gboolean
take_fetched(LodgeReception *reception, const LodgeImapFetch *fetch, GError **error)
{
    gint64 place = lodge_imap_listing_find(reception->uids, fetch->uid);
    gboolean asked = place >= 0 && reception->states[place] == LODGE_RECEPTION_ASKED;
    gboolean same_epoch =
        !lodge_imap_session_selected(reception->context->session)->epoch_changed;
    if (!asked || !same_epoch)
        return TRUE;
    guint index = (guint)place;
    if (reception->body == LODGE_BODY_OVERSIZED) {
        lodge_reception_refuse_size(reception, index, reception->body_bytes);
        return TRUE;
    }
    if (is_empty_for_no_reason(reception, index))
        return TRUE;
    return deliver(reception, index, fetch, error);
}

static gboolean
take_response(const LodgeImapResponse *response, gpointer data, GError **error)
{
    LodgeReception *reception = data;
    if (!lodge_imap_response_is(response, "FETCH"))
        return TRUE;
    LodgeImapFetch fetch = {0};
    gboolean ok = TRUE;
    if (reception->body != LODGE_BODY_NONE) {
        if (lodge_imap_fetch_read(response, &fetch) && fetch.uid != 0) {
            ok = take_fetched(reception, &fetch, error);
        } else {
            g_set_error(error, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_PROTOCOL,
                        "%s: a message of %s came without its UID",
                        lodge_imap_session_name(reception->context->session),
                        reception->context->folder);
            ok = FALSE;
        }
    }
    lodge_reception_drop_body(reception);
    return ok && lodge_reception_check_stopping(reception, error);
}

void lodge_reception_listen(LodgeReception *reception)
{
    static const LodgeImapHandler listener = {
        .response = take_response,
        .body_begin = take_body_begin,
        .body_bytes = take_body_bytes,
        .body_end = take_body_end,
    };
    lodge_imap_session_listen(reception->context->session, &listener, reception);
}
