#include "intake/answer/courier.h"

#include "intake/link/connection.h"
#include "parsers/text/instant.h"
#include "tests/support/cmocka.h"
#include "tests/support/smtp_peer.h"
#include <signal.h>
#include <string.h>

#define FROM "receipts+PP24-000123-K.1@example.gov.uk"
#define TO "officer@council.gov.uk"
#define MESSAGE "Subject: receipt\r\n\r\nfirst\r\n.dot\r\n..\r\nlast\r\n"
#define SECRET "canary-secret-7"

static LodgeSmtp smtp_to(const SmtpPeer *peer)
{
    return (LodgeSmtp){
        .endpoint = {.host = "127.0.0.1",
                     .port = smtp_peer_port(peer),
                     .tls = LODGE_TLS_NONE,
                     .auth = LODGE_AUTH_NONE,
                     .connect_timeout_ms = 5000,
                     .reply_timeout_ms = 20000},
        .pace_per_connection = 100,
        .retry_first_s = 60,
        .retry_max_s = 3600,
    };
}

static void log_in(LodgeSmtp *smtp)
{
    smtp->endpoint.auth = LODGE_AUTH_PASSWORD;
    smtp->endpoint.user = "receipts";
}

static void send_one(LodgeCourier *courier, LodgeCourierReply *reply)
{
    g_autoptr(GBytes) message = g_bytes_new_static(MESSAGE, strlen(MESSAGE));
    lodge_courier_send(courier, FROM, TO, message, reply);
}

static void check_words(const char *name, const char *words)
{
    if (words == NULL || *words == '\0' || strpbrk(words, "\r\n\x1b") != NULL ||
        strstr(words, SECRET) != NULL)
        fail_msg("%s: words \"%s\"", name, words);
}

/* ---- one conversation each ---- */

#define SAY(step, reply)                                                                   \
    {                                                                                      \
        SMTP_PEER_##step, SMTP_PEER_SAY, reply, 0, 0                                       \
    }
#define SAY_AND_DROP(step, reply)                                                          \
    {                                                                                      \
        SMTP_PEER_##step, SMTP_PEER_SAY_AND_DROP, reply, 0, 0                              \
    }
#define DROP(step)                                                                         \
    {                                                                                      \
        SMTP_PEER_##step, SMTP_PEER_DROP, NULL, 0, 0                                       \
    }

static const struct {
    const char *name;
    SmtpPeerTurn turn;
    LodgeCourierResult result;
    int code;
    gboolean whole_server;
    const char *words;
} conversations[] = {
    {"everything is well", SAY(NOOP, "250 ok\r\n"), LODGE_SENT, 250, FALSE, "queued as 7F"},
    {"the greeting is 421", SAY(GREETING, "421 4.3.2 too busy\r\n"), LODGE_RETRY, 421, TRUE,
     "too busy"},
    {"the greeting is 554", SAY(GREETING, "554 5.7.1 go away\r\n"), LODGE_RETRY, 554, TRUE,
     "go away"},
    {"the greeting is no SMTP", SAY(GREETING, "hello there\r\n"), LODGE_RETRY, 0, TRUE, ""},
    {"EHLO is put off", SAY(EHLO, "450 4.7.1 later\r\n"), LODGE_RETRY, 450, TRUE, "later"},
    {"EHLO is refused", SAY(EHLO, "550 5.7.1 bad name\r\n"), LODGE_RETRY, 550, TRUE,
     "bad name"},
    {"login is put off", SAY(AUTH, "454 4.7.0 temporary\r\n"), LODGE_RETRY, 454, TRUE,
     "temporary"},
    {"login is refused", SAY(AUTH, "535 5.7.8 bad password\r\n"), LODGE_RETRY, 535, TRUE,
     "bad password"},
    {"login is refused with the password in the reply",
     SAY(AUTH, "535 5.7.8 bad password canary-secret-7\r\n"), LODGE_RETRY, 535, TRUE,
     "not shown"},
    {"login is refused with the line in the reply",
     SAY(AUTH, "535 5.7.8 AHJlY2VpcHRzAGNhbmFyeS1zZWNyZXQtNw==\r\n"), LODGE_RETRY, 535,
     TRUE, "not shown"},
    {"MAIL is put off", SAY(MAIL, "452 4.3.1 disk full\r\n"), LODGE_RETRY, 452, FALSE,
     "disk full"},
    {"MAIL is refused", SAY(MAIL, "550 5.7.1 not you\r\n"), LODGE_REFUSED, 550, FALSE,
     "not you"},
    {"MAIL is refused for its size", SAY(MAIL, "552 5.3.4 too big\r\n"), LODGE_REFUSED, 552,
     FALSE, "too big"},
    {"MAIL wants a login", SAY(MAIL, "530 5.7.0 log in first\r\n"), LODGE_RETRY, 530, TRUE,
     "log in first"},
    {"the recipient is greylisted", SAY(RCPT, "450 4.2.0 greylisted\r\n"), LODGE_RETRY, 450,
     FALSE, "greylisted"},
    {"the recipient is unknown",
     SAY(RCPT, "550-5.1.1 no such\r\n550 5.1.1 user\x1b[31m here\r\n"), LODGE_REFUSED, 550,
     FALSE, "550 5.1.1 no such 5.1.1 user\\x1B[31m here (answer to RCPT TO)"},
    {"too many connections", SAY(RCPT, "432 4.3.2 concurrent limit\r\n"), LODGE_RETRY, 432,
     TRUE, "concurrent limit"},
    {"the server closes at RCPT", SAY_AND_DROP(RCPT, "421 4.4.2 bye\r\n"), LODGE_RETRY, 421,
     TRUE, "bye"},
    {"DATA is put off", SAY(DATA, "451 4.3.0 later\r\n"), LODGE_RETRY, 451, FALSE, "later"},
    {"DATA is refused", SAY(DATA, "554 5.5.1 no recipients\r\n"), LODGE_REFUSED, 554, FALSE,
     "no recipients"},
    {"the message is put off", SAY(FINAL, "451 4.3.0 try later\r\n"), LODGE_RETRY, 451,
     FALSE, "try later"},
    {"the message is refused", SAY(FINAL, "554 5.7.1 spam\r\n"), LODGE_REFUSED, 554, FALSE,
     "spam"},
    {"the message meets a closing server", SAY_AND_DROP(FINAL, "421 4.3.2 down\r\n"),
     LODGE_RETRY, 421, TRUE, "down"},
    {"the message is taken with 251", SAY(FINAL, "251 2.1.5 forwarded\r\n"), LODGE_SENT,
     251, FALSE, "forwarded"},
    {"taken on two lines", SAY(FINAL, "250-2.0.0 thank\r\n250 2.0.0 you\r\n"), LODGE_SENT,
     250, FALSE, "250 2.0.0 thank 2.0.0 you"},
    {"lost instead of a greeting", DROP(GREETING), LODGE_RETRY, 0, TRUE, ""},
    {"lost at EHLO", DROP(EHLO), LODGE_RETRY, 0, TRUE, "no answer to EHLO"},
    {"lost at login", DROP(AUTH), LODGE_RETRY, 0, TRUE, "no answer to the login"},
    {"lost at MAIL", DROP(MAIL), LODGE_RETRY, 0, FALSE, "no answer to MAIL FROM"},
    {"lost at RCPT", DROP(RCPT), LODGE_RETRY, 0, FALSE, "no answer to RCPT TO"},
    {"lost at DATA", DROP(DATA), LODGE_RETRY, 0, FALSE, "no answer to DATA"},
    {"lost after the last byte", DROP(FINAL), LODGE_UNKNOWN, 0, FALSE,
     "no answer to the message"},
    {"cut within the final reply", SAY_AND_DROP(FINAL, "250-2.0.0 que"), LODGE_UNKNOWN, 0,
     FALSE, "no answer to the message"},
    {"lost after QUIT is no loss", DROP(QUIT), LODGE_SENT, 250, FALSE, "queued"},
};

static void each_conversation_ends_in_its_result(void **state)
{
    (void)state;
    for (gsize i = 0; i < G_N_ELEMENTS(conversations); i++) {
        SmtpPeerScript script = {.offers = "250-SIZE 100000\r\n250-AUTH PLAIN LOGIN\r\n",
                                 .turns = &conversations[i].turn,
                                 .turn_count = 1};
        g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
        LodgeSmtp smtp = smtp_to(peer);
        log_in(&smtp);
        g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, SECRET);
        LodgeCourierReply reply;
        send_one(courier, &reply);
        if (reply.result != conversations[i].result ||
            reply.smtp_code != conversations[i].code ||
            reply.whole_server != conversations[i].whole_server ||
            strstr(reply.words, conversations[i].words) == NULL)
            fail_msg("%s: %s %d%s \"%s\"", conversations[i].name,
                     lodge_courier_result_format(reply.result), reply.smtp_code,
                     reply.whole_server ? " whole server" : "", reply.words);
        check_words(conversations[i].name, reply.words);
        lodge_courier_reply_clear(&reply);
    }
}

static void what_arrives_is_what_was_sent(void **state)
{
    (void)state;
    SmtpPeerScript script = {.offers = "250-SIZE 100000\r\n"};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_SENT);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    const GPtrArray *messages = smtp_peer_messages(peer);
    assert_int_equal(messages->len, 1);
    const SmtpPeerMessage *message = g_ptr_array_index(messages, 0);
    assert_string_equal(message->from, FROM);
    assert_string_equal(message->to, TO);
    assert_int_equal(g_bytes_get_size(message->bytes), strlen(MESSAGE));
    assert_memory_equal(g_bytes_get_data(message->bytes, NULL), MESSAGE, strlen(MESSAGE));
    g_autofree char *size = g_strdup_printf(" SIZE=%zu", strlen(MESSAGE));
    assert_non_null(strstr(smtp_peer_heard(peer), size));
}

static void an_empty_envelope_sender_is_the_null_path(void **state)
{
    (void)state;
    SmtpPeerScript script = {0};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    g_autoptr(GBytes) bytes = g_bytes_new_static(MESSAGE, strlen(MESSAGE));
    LodgeCourierReply reply;
    lodge_courier_send(courier, "", TO, bytes, &reply);
    assert_int_equal(reply.result, LODGE_SENT);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    const SmtpPeerMessage *message = g_ptr_array_index(smtp_peer_messages(peer), 0);
    assert_string_equal(message->from, "");
}

static void an_unsafe_address_never_reaches_the_server(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } cases[] = {
        {FROM, "a@b.example>\r\nRCPT TO:<c@d.example"},
        {FROM, "a@b.example NOTIFY=NEVER"},
        {FROM, ""},
    };
    SmtpPeerScript script = {0};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    g_autoptr(GBytes) message = g_bytes_new_static(MESSAGE, strlen(MESSAGE));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeCourierReply reply;
        lodge_courier_send(courier, cases[i].from, cases[i].to, message, &reply);
        assert_int_equal(reply.result, LODGE_REFUSED);
        assert_int_equal(reply.smtp_code, 0);
        check_words("unsafe address", reply.words);
        lodge_courier_reply_clear(&reply);
    }
    LodgeCourierReply reply;
    lodge_courier_send(courier, "a@b.example> BODY=8BITMIME <", TO, message, &reply);
    assert_int_equal(reply.result, LODGE_RETRY); /* our fault, not the recipient's */
    assert_true(reply.whole_server && reply.person_needed);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    assert_int_equal(smtp_peer_connections(peer), 0);
}

static void a_person_is_called_only_where_trying_again_cannot_help(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        SmtpPeerTurn turn;
        LodgeTls tls;
        gboolean person_needed;
    } cases[] = {
        {"login refused", SAY(AUTH, "535 5.7.8 no\r\n"), LODGE_TLS_NONE, TRUE},
        {"login put off", SAY(AUTH, "454 4.7.0 later\r\n"), LODGE_TLS_NONE, FALSE},
        {"login wanted at MAIL", SAY(MAIL, "530 5.7.0 no\r\n"), LODGE_TLS_NONE, TRUE},
        {"no STARTTLS", SAY(QUIT, "221 bye\r\n"), LODGE_TLS_STARTTLS, TRUE},
        {"busy", SAY(GREETING, "421 4.3.2 busy\r\n"), LODGE_TLS_NONE, FALSE},
        {"closed", DROP(EHLO), LODGE_TLS_NONE, FALSE},
        {"one recipient unknown", SAY(RCPT, "550 5.1.1 no\r\n"), LODGE_TLS_NONE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SmtpPeerScript script = {
            .offers = "250-AUTH PLAIN\r\n", .turns = &cases[i].turn, .turn_count = 1};
        g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
        LodgeSmtp smtp = smtp_to(peer);
        log_in(&smtp);
        smtp.endpoint.tls = cases[i].tls;
        g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, SECRET);
        LodgeCourierReply reply;
        send_one(courier, &reply);
        if (reply.person_needed != cases[i].person_needed)
            fail_msg("%s: %s", cases[i].name, reply.words);
        lodge_courier_reply_clear(&reply);
    }
}

/* ---- time ---- */

static void silence_ends_at_the_time_out(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        SmtpPeerStep step;
        LodgeCourierResult result;
        gboolean whole_server;
    } cases[] = {
        {"no greeting", SMTP_PEER_GREETING, LODGE_RETRY, TRUE},
        {"no answer to EHLO", SMTP_PEER_EHLO, LODGE_RETRY, TRUE},
        {"no answer to MAIL", SMTP_PEER_MAIL, LODGE_RETRY, FALSE},
        {"no answer to RCPT", SMTP_PEER_RCPT, LODGE_RETRY, FALSE},
        {"no answer to DATA", SMTP_PEER_DATA, LODGE_RETRY, FALSE},
        {"no answer to the message", SMTP_PEER_FINAL, LODGE_UNKNOWN, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SmtpPeerTurn turn = {.step = cases[i].step, .action = SMTP_PEER_SILENT};
        SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
        g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
        LodgeSmtp smtp = smtp_to(peer);
        smtp.endpoint.connect_timeout_ms = 1000;
        smtp.endpoint.reply_timeout_ms = 1000;
        LodgeCourier *courier = lodge_courier_new(&smtp, NULL);
        LodgeCourierReply reply;
        gint64 begin_us = g_get_monotonic_time();
        send_one(courier, &reply);
        gint64 took_us = g_get_monotonic_time() - begin_us;
        if (reply.result != cases[i].result ||
            reply.whole_server != cases[i].whole_server || took_us > 8 * LODGE_SECOND_US)
            fail_msg("%s: %s \"%s\" after %" G_GINT64_FORMAT " us", cases[i].name,
                     lodge_courier_result_format(reply.result), reply.words, took_us);
        check_words(cases[i].name, reply.words);
        lodge_courier_reply_clear(&reply);
        smtp_peer_stop(peer);
        lodge_courier_free(courier);
    }
}

/* Each byte of it comes in time. */
static void a_reply_without_end_ends_at_the_time_out(void **state)
{
    (void)state;
    static const SmtpPeerStep steps[] = {SMTP_PEER_GREETING, SMTP_PEER_EHLO,
                                         SMTP_PEER_MAIL,     SMTP_PEER_RCPT,
                                         SMTP_PEER_DATA,     SMTP_PEER_FINAL};
    static const SmtpPeerAction actions[] = {SMTP_PEER_TRICKLE, SMTP_PEER_FLOOD};
    static const char *const replies[] = {"250-x\r\n", "x"};
    for (gsize i = 0; i < G_N_ELEMENTS(steps); i++) {
        SmtpPeerTurn turn = {
            .step = steps[i], .action = actions[i % 2], .reply = replies[i / 2 % 2]};
        SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
        g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
        LodgeSmtp smtp = smtp_to(peer);
        smtp.endpoint.connect_timeout_ms = 250;
        smtp.endpoint.reply_timeout_ms = 250;
        LodgeCourier *courier = lodge_courier_new(&smtp, NULL);
        LodgeCourierReply reply;
        send_one(courier, &reply);
        if (reply.result != (steps[i] == SMTP_PEER_FINAL ? LODGE_UNKNOWN : LODGE_RETRY))
            fail_msg("step %zu: %s \"%s\"", i, lodge_courier_result_format(reply.result),
                     reply.words);
        check_words("without end", reply.words);
        if (strlen(reply.words) > 1000)
            fail_msg("step %zu: %zu bytes of words", i, strlen(reply.words));
        lodge_courier_reply_clear(&reply);
        lodge_courier_free(courier);
        smtp_peer_stop(peer);
    }
}

static void a_large_message_that_is_cut_off_was_not_taken(void **state)
{
    (void)state;
    SmtpPeerTurn turn = {.step = SMTP_PEER_DATA, .action = SMTP_PEER_DROP_IN_BODY};
    SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    GString *text = g_string_new("Subject: long\r\n\r\n");
    while (text->len < 32 * 1024 * 1024)
        g_string_append(text,
                        "0123456789012345678901234567890123456789012345678901234567\r\n");
    g_autoptr(GBytes) message = g_string_free_to_bytes(text);
    LodgeCourierReply reply;
    lodge_courier_send(courier, FROM, TO, message, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    assert_false(reply.whole_server);
    lodge_courier_reply_clear(&reply);
}

static void a_port_where_nobody_listens_concerns_the_whole_server(void **state)
{
    (void)state;
    SmtpPeerScript script = {0};
    SmtpPeer *peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    smtp_peer_free(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    assert_int_equal(reply.smtp_code, 0);
    assert_true(reply.whole_server);
    assert_non_null(strstr(reply.words, "127.0.0.1"));
    lodge_courier_reply_clear(&reply);
}

/* ---- connections ---- */

static void send_many(LodgeCourier *courier, guint count)
{
    for (guint i = 0; i < count; i++) {
        LodgeCourierReply reply;
        send_one(courier, &reply);
        if (reply.result != LODGE_SENT)
            fail_msg("message %u: %s", i, reply.words);
        lodge_courier_reply_clear(&reply);
    }
}

static guint connection_of(const SmtpPeer *peer, guint message)
{
    const GPtrArray *messages = smtp_peer_messages(peer);
    assert_true(message < messages->len);
    return ((const SmtpPeerMessage *)g_ptr_array_index(messages, message))->connection;
}

static void a_connection_carries_as_many_messages_as_its_pace(void **state)
{
    (void)state;
    SmtpPeerScript script = {0};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    smtp.pace_per_connection = 3;
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    send_many(courier, 7);
    smtp_peer_stop(peer);
    static const guint expected[] = {1, 1, 1, 2, 2, 2, 3};
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++)
        assert_int_equal(connection_of(peer, i), expected[i]);
    assert_int_equal(smtp_peer_connections(peer), 3);
}

static void without_a_pace_one_connection_carries_all(void **state)
{
    (void)state;
    SmtpPeerScript script = {0};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    smtp.pace_per_connection = 0;
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    send_many(courier, 5);
    smtp_peer_stop(peer);
    assert_int_equal(smtp_peer_connections(peer), 1);
}

/* The kept connection has gone away while nobody looked: once by a cut, once by 421. */
static void a_stale_connection_is_replaced_at_once(void **state)
{
    (void)state;
    static const SmtpPeerTurn turns[] = {
        {SMTP_PEER_MAIL, SMTP_PEER_DROP, NULL, 2, 1},
        {SMTP_PEER_MAIL, SMTP_PEER_SAY_AND_DROP, "421 4.4.2 idle too long\r\n", 2, 1},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(turns); i++) {
        SmtpPeerScript script = {.turns = &turns[i], .turn_count = 1};
        g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
        LodgeSmtp smtp = smtp_to(peer);
        g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
        send_many(courier, 2);
        smtp_peer_stop(peer);
        assert_int_equal(smtp_peer_messages(peer)->len, 2);
        assert_int_equal(connection_of(peer, 1), 2);
    }
}

static void a_new_connection_that_is_cut_is_not_tried_again(void **state)
{
    (void)state;
    SmtpPeerTurn turn = DROP(MAIL);
    SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    assert_int_equal(smtp_peer_connections(peer), 1);
}

static void a_loss_after_the_message_is_not_tried_again(void **state)
{
    (void)state;
    SmtpPeerTurn turn = {SMTP_PEER_FINAL, SMTP_PEER_DROP, NULL, 2, 1};
    SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    send_many(courier, 1);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_UNKNOWN);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    assert_int_equal(smtp_peer_messages(peer)->len, 1);
    assert_int_equal(smtp_peer_connections(peer), 1);
}

static void a_refused_recipient_does_not_hurt_the_next(void **state)
{
    (void)state;
    SmtpPeerTurn turn = {SMTP_PEER_RCPT, SMTP_PEER_SAY, "550 5.1.1 unknown\r\n", 0, 1};
    SmtpPeerScript script = {.turns = &turn, .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_REFUSED);
    lodge_courier_reply_clear(&reply);
    send_many(courier, 1);
}

/* ---- TLS and login ---- */

static void starttls_that_is_not_offered_sends_nothing(void **state)
{
    (void)state;
    SmtpPeerScript script = {.offers = "250-AUTH PLAIN LOGIN\r\n"};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    log_in(&smtp);
    smtp.endpoint.tls = LODGE_TLS_STARTTLS;
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, SECRET);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    assert_true(reply.whole_server);
    check_words("no STARTTLS", reply.words);
    assert_non_null(strstr(reply.words, "STARTTLS"));
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    assert_null(strstr(smtp_peer_heard(peer), "AUTH"));
    assert_null(strstr(smtp_peer_heard(peer), "MAIL"));
}

static void starttls_that_is_refused_sends_nothing(void **state)
{
    (void)state;
    SmtpPeerTurn turn = SAY(STARTTLS, "454 4.7.0 TLS not available\r\n");
    SmtpPeerScript script = {.tls = SMTP_PEER_OFFERS_STARTTLS,
                             .offers = "250-AUTH PLAIN LOGIN\r\n",
                             .turns = &turn,
                             .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    log_in(&smtp);
    smtp.endpoint.tls = LODGE_TLS_STARTTLS;
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, SECRET);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    assert_true(reply.whole_server);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    assert_null(strstr(smtp_peer_heard(peer), "AUTH"));
    assert_null(strstr(smtp_peer_heard(peer), "MAIL"));
}

/* What somebody put behind the answer to STARTTLS was said in the clear: it is nobody's. */
static void words_before_tls_begins_are_not_believed(void **state)
{
    (void)state;
    SmtpPeerTurn turn = {SMTP_PEER_STARTTLS, SMTP_PEER_INJECT,
                         "250-peer\r\n250 AUTH PLAIN\r\n235 welcome\r\n", 0, 0};
    SmtpPeerScript script = {.tls = SMTP_PEER_OFFERS_STARTTLS,
                             .offers = "250-AUTH PLAIN\r\n",
                             .turns = &turn,
                             .turn_count = 1};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    log_in(&smtp);
    smtp.endpoint.tls = LODGE_TLS_STARTTLS;
    smtp.endpoint.host = (char *)"localhost";
    smtp.endpoint.ca_file = (char *)smtp_peer_ca_file(peer);
    LodgeCourier *courier = lodge_courier_new(&smtp, SECRET);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    assert_true(reply.whole_server);
    check_words("injected", reply.words);
    lodge_courier_reply_clear(&reply);
    lodge_courier_free(courier);
    smtp_peer_stop(peer);
    assert_null(strstr(smtp_peer_heard(peer), "AUTH"));
}

typedef struct {
    const char *name;
    SmtpPeerTls offered;
    LodgeTls wanted;
    char *host;
    gboolean trusted, sent;
} TlsCase;

static void run_tls_case(const TlsCase *tls_case)
{
    SmtpPeerScript script = {.tls = tls_case->offered, .offers = "250-AUTH PLAIN\r\n"};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    log_in(&smtp);
    smtp.endpoint.tls = tls_case->wanted;
    smtp.endpoint.host = tls_case->host;
    smtp.endpoint.ca_file = tls_case->trusted ? (char *)smtp_peer_ca_file(peer) : NULL;
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, SECRET);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    if (tls_case->sent ? reply.result != LODGE_SENT
                       : reply.result != LODGE_RETRY || !reply.whole_server)
        fail_msg("%s: %s \"%s\"", tls_case->name, lodge_courier_result_format(reply.result),
                 reply.words);
    check_words(tls_case->name, reply.words);
    lodge_courier_reply_clear(&reply);
    lodge_courier_free(g_steal_pointer(&courier));
    smtp_peer_stop(peer);
    if ((strstr(smtp_peer_heard(peer), "AUTH") != NULL) != tls_case->sent)
        fail_msg("%s: credentials", tls_case->name);
}

static void a_certificate_that_is_not_trusted_gets_no_credentials(void **state)
{
    (void)state;
    static const TlsCase cases[] = {
        {"STARTTLS, trusted", SMTP_PEER_OFFERS_STARTTLS, LODGE_TLS_STARTTLS, "localhost",
         TRUE, TRUE},
        {"STARTTLS, self-signed", SMTP_PEER_OFFERS_STARTTLS, LODGE_TLS_STARTTLS,
         "localhost", FALSE, FALSE},
        {"STARTTLS, another name", SMTP_PEER_OFFERS_STARTTLS, LODGE_TLS_STARTTLS,
         "127.0.0.1", TRUE, FALSE},
        {"implicit TLS, trusted", SMTP_PEER_TLS_FROM_THE_START, LODGE_TLS_IMPLICIT,
         "localhost", TRUE, TRUE},
        {"implicit TLS, self-signed", SMTP_PEER_TLS_FROM_THE_START, LODGE_TLS_IMPLICIT,
         "localhost", FALSE, FALSE},
        {"implicit TLS to a server that speaks plainly", SMTP_PEER_PLAIN,
         LODGE_TLS_IMPLICIT, "localhost", TRUE, FALSE},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++)
        run_tls_case(&cases[i]);
}

/* ---- describing ---- */

static void what_a_server_offers_is_said_in_words(void **state)
{
    (void)state;
    SmtpPeerScript script = {.tls = SMTP_PEER_OFFERS_STARTTLS,
                             .offers = "250-SIZE 35651584\r\n250-AUTH PLAIN LOGIN\r\n"};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    log_in(&smtp);
    smtp.endpoint.tls = LODGE_TLS_STARTTLS;
    smtp.endpoint.host = "localhost";
    smtp.endpoint.ca_file = (char *)smtp_peer_ca_file(peer);
    g_autoptr(GError) error = NULL;
    g_autofree char *words = lodge_courier_describe(&smtp, SECRET, &error);
    if (words == NULL)
        fail_msg("%s", error->message);
    g_autofree char *expected =
        g_strdup_printf("localhost:%u: TLS by STARTTLS, logged in as receipts\n"
                        "largest message: 35651584 bytes\n"
                        "offers: SIZE 35651584, AUTH PLAIN LOGIN, HELP\n",
                        smtp_peer_port(peer));
    assert_string_equal(words, expected);
    smtp_peer_stop(peer);
    assert_null(strstr(smtp_peer_heard(peer), "MAIL"));
}

static void a_description_that_fails_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *name, *offers;
        SmtpPeerTurn turn;
        int code;
        const char *words;
    } cases[] = {
        {"wrong password", "250-AUTH PLAIN\r\n", SAY(AUTH, "535 5.7.8 no\r\n"),
         LODGE_LINK_ERROR_LOGIN, "535 5.7.8 no"},
        {"no login offered", "", SAY(QUIT, "221 bye\r\n"), LODGE_LINK_ERROR_LOGIN,
         "offers no login"},
        {"closed", "", DROP(EHLO), LODGE_LINK_ERROR_CLOSED, "EHLO"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        SmtpPeerScript script = {
            .offers = cases[i].offers, .turns = &cases[i].turn, .turn_count = 1};
        g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
        LodgeSmtp smtp = smtp_to(peer);
        log_in(&smtp);
        g_autoptr(GError) error = NULL;
        g_autofree char *words = lodge_courier_describe(&smtp, SECRET, &error);
        if (words != NULL || !g_error_matches(error, LODGE_LINK_ERROR, cases[i].code) ||
            strstr(error->message, cases[i].words) == NULL)
            fail_msg("%s: %s", cases[i].name, words != NULL ? words : error->message);
        check_words(cases[i].name, error->message);
    }
}

static void a_login_without_a_secret_is_refused_before_connecting(void **state)
{
    (void)state;
    SmtpPeerScript script = {0};
    g_autoptr(SmtpPeer) peer = smtp_peer_new(&script);
    LodgeSmtp smtp = smtp_to(peer);
    log_in(&smtp);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(&smtp, NULL);
    LodgeCourierReply reply;
    send_one(courier, &reply);
    assert_int_equal(reply.result, LODGE_RETRY);
    assert_true(reply.whole_server);
    lodge_courier_reply_clear(&reply);
    smtp_peer_stop(peer);
    assert_int_equal(smtp_peer_connections(peer), 0);
}

/* ---- when again ---- */

static void retries_double_up_to_the_most(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        guint first_s, max_s, attempt, delay_s;
    } cases[] = {
        {"before any failure: now", 60, 3600, 0, 0},
        {"after the first", 60, 3600, 1, 60},
        {"after the second", 60, 3600, 2, 120},
        {"after the sixth", 60, 3600, 6, 1920},
        {"after the seventh: the most", 60, 3600, 7, 3600},
        {"after very many", 60, 3600, 4000000000u, 3600},
        {"a first that is above the most", 60, 10, 1, 10},
        {"no delay at all", 0, 3600, 4000000000u, 0},
        {"the longest there can be", 4294967295u, 4294967295u, 9, 4294967295u},
    };
    const gint64 now_us = 1721429999 * LODGE_SECOND_US;
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        LodgeSmtp smtp = {.retry_first_s = cases[i].first_s, .retry_max_s = cases[i].max_s};
        gint64 most_us = (gint64)cases[i].delay_s * LODGE_SECOND_US;
        for (guint id = 0; id < 50; id++) {
            g_autofree char *receipt = g_strdup_printf("PP24-%06u-K.1", id);
            gint64 delay_us =
                lodge_courier_retry_at(&smtp, receipt, cases[i].attempt, now_us) - now_us;
            if (delay_us > most_us || delay_us < most_us - most_us / 4)
                fail_msg("%s: %" G_GINT64_FORMAT " us", cases[i].name, delay_us);
        }
    }
}

static void what_failed_together_does_not_come_back_together(void **state)
{
    (void)state;
    LodgeSmtp smtp = {.retry_first_s = 60, .retry_max_s = 3600};
    gint64 first = lodge_courier_retry_at(&smtp, "PP24-000001-A.1", 1, 0);
    assert_true(first == lodge_courier_retry_at(&smtp, "PP24-000001-A.1", 1, 0));
    assert_true(first != lodge_courier_retry_at(&smtp, "PP24-000002-B.1", 1, 0));
    gint64 top = lodge_courier_retry_at(&smtp, "PP24-000001-A.1", 20, 0);
    assert_true(top != lodge_courier_retry_at(&smtp, "PP24-000001-A.1", 21, 0));
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN); /* as intake/main.c does */
    lodge_connection_init(NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_conversation_ends_in_its_result),
        cmocka_unit_test(what_arrives_is_what_was_sent),
        cmocka_unit_test(an_empty_envelope_sender_is_the_null_path),
        cmocka_unit_test(an_unsafe_address_never_reaches_the_server),
        cmocka_unit_test(a_person_is_called_only_where_trying_again_cannot_help),
        cmocka_unit_test(silence_ends_at_the_time_out),
        cmocka_unit_test(a_reply_without_end_ends_at_the_time_out),
        cmocka_unit_test(a_large_message_that_is_cut_off_was_not_taken),
        cmocka_unit_test(a_port_where_nobody_listens_concerns_the_whole_server),
        cmocka_unit_test(a_connection_carries_as_many_messages_as_its_pace),
        cmocka_unit_test(without_a_pace_one_connection_carries_all),
        cmocka_unit_test(a_stale_connection_is_replaced_at_once),
        cmocka_unit_test(a_new_connection_that_is_cut_is_not_tried_again),
        cmocka_unit_test(a_loss_after_the_message_is_not_tried_again),
        cmocka_unit_test(a_refused_recipient_does_not_hurt_the_next),
        cmocka_unit_test(starttls_that_is_not_offered_sends_nothing),
        cmocka_unit_test(starttls_that_is_refused_sends_nothing),
        cmocka_unit_test(words_before_tls_begins_are_not_believed),
        cmocka_unit_test(a_certificate_that_is_not_trusted_gets_no_credentials),
        cmocka_unit_test(what_a_server_offers_is_said_in_words),
        cmocka_unit_test(a_description_that_fails_says_why),
        cmocka_unit_test(a_login_without_a_secret_is_refused_before_connecting),
        cmocka_unit_test(retries_double_up_to_the_most),
        cmocka_unit_test(what_failed_together_does_not_come_back_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
