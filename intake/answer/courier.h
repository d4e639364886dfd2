/* courier.h - one receipt to the SMTP server; what became of it.
 *
 * Knows no outbox: the caller journals the attempt before and the result after. One connection is reused for
 * `pace_per_connection` messages. `retry`: nothing was accepted, try later. `unknown`: the connection was
 * lost after the last byte of DATA was handed over; it may or may not have been accepted, so the same bytes with the same
 * Message-ID may be sent again. */
#pragma once

#include "config/settings.h"
#include <glib.h>

typedef enum { LODGE_SENT, LODGE_REFUSED, LODGE_RETRY, LODGE_UNKNOWN } LodgeCourierResult;

typedef struct {
    LodgeCourierResult result;
    int smtp_code; /* 0: none was received */
    /* The server's reply or what went wrong: one displayable line, never credentials. Servers
     * like to quote the recipient's address in it. */
    char *words;
    /* The fault concerns the server (unreachable, TLS, login), not this receipt: stop for now. */
    gboolean whole_server;
    /* With whole_server: we are asked to stop, and nothing was handed over; it is not the server's doing. */
    gboolean stopped;
    /* With whole_server: trying again will not help before user, secret, certificate or TLS are
     * mended. */
    gboolean person_needed;
} LodgeCourierReply;

typedef struct LodgeCourier LodgeCourier;

/* `smtp` is borrowed until the courier is freed. `secret` NULL where auth is none; copied, wiped when
 * freed. */
LodgeCourier *lodge_courier_new(const LodgeSmtp *smtp, const char *secret);
void lodge_courier_free(LodgeCourier *courier);
/* Blocks at most as long as the endpoint's time-outs allow; once lodge is asked to stop only about a second, or five for
 * the answer to a message that was handed over. */
void lodge_courier_send(LodgeCourier *courier,
                        const char *envelope_from,
                        const char *to,
                        GBytes *message,
                        LodgeCourierReply *reply_out);
void lodge_courier_reply_clear(LodgeCourierReply *reply);
const char *lodge_courier_result_format(LodgeCourierResult result);
/* For check-config --online: connects, EHLO, STARTTLS, login, NOOP, QUIT; what the server offers in
 * words, lines ended by LF; g_free it. Errors: LODGE_LINK_ERROR. */
char *lodge_courier_describe(const LodgeSmtp *smtp, const char *secret, GError **error);
/* When to try again after `attempt` failures: doubling from first to max, less up to a quarter that is
 * drawn by receipt id and attempt, alike every time. */
gint64 lodge_courier_retry_at(const LodgeSmtp *smtp,
                              const char *receipt_id,
                              guint attempt,
                              gint64 now_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeCourier, lodge_courier_free)
