/* A server that falls silent while lodge is asked to stop: nobody waits for it, and no receipt counts as lost by it. */
#include "intake/answer/courier.h"

#include "intake/link/connection.h"
#include "tests/support/cmocka.h"
#include "tests/support/smtp_peer.h"
#include <signal.h>
#include <string.h>

#define NEVER_MS (1000 * 1000) /* the test would be killed before */
#define MESSAGE "Subject: receipt\r\n\r\nit is here\r\n"

static SmtpPeer *listening; /* asked from libcurl's callback */

static gboolean is_stopping(void)
{
    return listening != NULL && smtp_peer_is_silent(listening);
}

static void send_to_silence(SmtpPeerStep step, LodgeCourierReply *reply)
{
    SmtpPeerTurn turn = {.step = step, .action = SMTP_PEER_SILENT};
    SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = {.endpoint = {.host = "127.0.0.1",
                                   .port = smtp_peer_port(peer),
                                   .tls = LODGE_TLS_NONE,
                                   .auth = LODGE_AUTH_NONE,
                                   .connect_timeout_ms = NEVER_MS,
                                   .reply_timeout_ms = NEVER_MS}};
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    g_autoptr(GBytes) message = g_bytes_new_static(MESSAGE, strlen(MESSAGE));
    listening = peer;
    lodge_courier_send(courier, "", "officer@council.gov.uk", message, reply);
    g_clear_pointer(&courier, lodge_courier_free);
    listening = NULL;
}

static void before_the_message_went_nothing_was_tried(void **state)
{
    static const SmtpPeerStep steps[] = {SMTP_PEER_GREETING, SMTP_PEER_EHLO, SMTP_PEER_MAIL,
                                         SMTP_PEER_RCPT, SMTP_PEER_DATA};
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        LodgeCourierReply reply = {0};
        send_to_silence(steps[i], &reply);
        if (reply.result != LODGE_RETRY || !reply.stopped || !reply.whole_server ||
            reply.person_needed || strstr(reply.words, "asked to stop") == NULL)
            fail_msg("step %u: %s \"%s\"", (guint)steps[i],
                     lodge_courier_result_format(reply.result), reply.words);
        lodge_courier_reply_clear(&reply);
    }
}

static void after_the_message_went_its_answer_is_missing(void **state)
{
    LodgeCourierReply reply = {0};
    (void)state;
    send_to_silence(SMTP_PEER_FINAL, &reply);
    assert_int_equal(reply.result, LODGE_UNKNOWN);
    assert_false(reply.stopped);
    assert_non_null(strstr(reply.words, "no answer to the message"));
    lodge_courier_reply_clear(&reply);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as intake/main.c does */
    lodge_connection_init(is_stopping);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(before_the_message_went_nothing_was_tried),
        cmocka_unit_test(after_the_message_went_its_answer_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
