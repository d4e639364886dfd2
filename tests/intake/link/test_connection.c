/* Every way a connection fails names the server and the mend, and never a secret. */
#include "tests/support/cmocka.h"

#include "intake/link/connection.h"
#include "intake/link/prepare.h"
#include "tests/support/imap_peer.h"
#include "tests/support/tls_peer.h"
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SECRET "s3cret-canary"
#define NEVER_MS (1000 * 1000) /* the test would be killed before */
#define DAY_S 86400

static LodgeEndpoint make_endpoint(const char *host, guint port, LodgeTls tls)
{
    return (LodgeEndpoint){.host = (char *)host,
                           .port = port,
                           .tls = tls,
                           .user = (char *)"intake",
                           .auth = LODGE_AUTH_PASSWORD,
                           .connect_timeout_ms = 3000,
                           .reply_timeout_ms = 3000};
}

/* Fails with this code, a message that has all the parts, and no secret in any form. */
static void
assert_refused(const LodgeEndpoint *endpoint, LodgeLinkError code, const char *const *parts)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeConnection) connection =
        lodge_connection_open("imap", endpoint, SECRET, &error);
    assert_null(connection);
    if (!g_error_matches(error, LODGE_LINK_ERROR, (int)code))
        fail_msg("code %d: %s", error->code, error->message);
    for (; *parts != NULL; parts++) {
        if (strstr(error->message, *parts) == NULL)
            fail_msg("no \"%s\" in: %s", *parts, error->message);
    }
    g_autofree char *encoded = g_base64_encode((const guchar *)SECRET, strlen(SECRET));
    g_autofree char *plain =
        g_base64_encode((const guchar *)"\0intake\0" SECRET, 8 + strlen(SECRET));
    assert_null(strstr(error->message, SECRET));
    assert_null(strstr(error->message, encoded));
    assert_null(strstr(error->message, plain));
}

#define PARTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_script_refused(const ImapPeerScript *script,
                                  LodgeTls tls,
                                  LodgeLinkError code,
                                  const char *const *parts)
{
    ImapPeer *peer = imap_peer_start(script);
    LodgeEndpoint endpoint = make_endpoint("127.0.0.1", imap_peer_port(peer), tls);
    endpoint.reply_timeout_ms = 500;
    assert_refused(&endpoint, code, parts);
    g_free(imap_peer_finish(peer));
    if (tls != LODGE_TLS_NONE)
        assert_null(strstr(imap_peer_commands(peer), "AUTHENTICATE"));
    imap_peer_free(peer);
}

static void a_wrong_password_is_a_refused_login_with_the_servers_reason(void **state)
{
    (void)state;
    ImapPeerScript script = {.login_reply =
                                 "NO [AUTHENTICATIONFAILED] Authentication failed."};
    assert_script_refused(&script, LODGE_TLS_NONE, LODGE_LINK_ERROR_LOGIN,
                          PARTS("imap://127.0.0.1:", "login is refused",
                                "[AUTHENTICATIONFAILED] Authentication failed.",
                                "check user and the password"));
}

/* Exchange Online: user=<user>^Aauth=Bearer <token>^A^A, whole, in base64. */
static void an_access_token_logs_in_by_xoauth2(void **state)
{
    (void)state;
    ImapPeerScript script = {.offers = "IMAP4rev1 SASL-IR AUTH=PLAIN AUTH=XOAUTH2"};
    ImapPeer *peer = imap_peer_start(&script);
    LodgeEndpoint endpoint =
        make_endpoint("127.0.0.1", imap_peer_port(peer), LODGE_TLS_NONE);
    endpoint.auth = LODGE_AUTH_BEARER;
    g_autoptr(GError) error = NULL;
    LodgeConnection *connection = lodge_connection_open("imap", &endpoint, SECRET, &error);
    if (connection == NULL)
        fail_msg("%s", error->message);
    lodge_connection_close(connection);
    g_free(imap_peer_finish(peer));
    static const char said[] = "user=intake\x01"
                               "auth=Bearer " SECRET "\x01\x01";
    g_autofree char *encoded = g_base64_encode((const guchar *)said, strlen(said));
    g_autofree char *command = g_strdup_printf("AUTHENTICATE XOAUTH2 %s", encoded);
    assert_non_null(strstr(imap_peer_commands(peer), command));
    imap_peer_free(peer);
}

static void a_refused_token_says_that_it_is_the_token(void **state)
{
    (void)state;
    ImapPeerScript script = {.offers = "IMAP4rev1 SASL-IR AUTH=XOAUTH2",
                             .login_reply = "NO AUTHENTICATE failed."};
    ImapPeer *peer = imap_peer_start(&script);
    LodgeEndpoint endpoint =
        make_endpoint("127.0.0.1", imap_peer_port(peer), LODGE_TLS_NONE);
    endpoint.auth = LODGE_AUTH_BEARER;
    assert_refused(&endpoint, LODGE_LINK_ERROR_LOGIN, PARTS("login is refused", "token"));
    g_free(imap_peer_finish(peer));
    imap_peer_free(peer);
}

static void a_reason_that_repeats_credentials_is_not_passed_on(void **state)
{
    (void)state;
    ImapPeerScript verbatim = {.login_reply = "NO no such password: " SECRET};
    assert_script_refused(&verbatim, LODGE_TLS_NONE, LODGE_LINK_ERROR_LOGIN,
                          PARTS("login is refused"));
    g_autofree char *plain =
        g_base64_encode((const guchar *)"\0intake\0" SECRET, 8 + strlen(SECRET));
    g_autofree char *reply = g_strdup_printf("NO cannot do AUTHENTICATE PLAIN %s", plain);
    ImapPeerScript encoded = {.login_reply = reply};
    assert_script_refused(&encoded, LODGE_TLS_NONE, LODGE_LINK_ERROR_LOGIN,
                          PARTS("cannot do AUTHENTICATE PLAIN ****"));
}

static void a_login_server_out_of_order_is_no_wrong_password(void **state)
{
    (void)state;
    ImapPeerScript script = {.login_reply = "NO [UNAVAILABLE] Temporary failure."};
    assert_script_refused(&script, LODGE_TLS_NONE, LODGE_LINK_ERROR_CONNECT,
                          PARTS("[UNAVAILABLE]"));
}

static void a_server_without_a_way_to_log_in_is_said_to_be_one(void **state)
{
    (void)state;
    ImapPeerScript script = {.offers = "IMAP4rev1 LOGINDISABLED"};
    assert_script_refused(&script, LODGE_TLS_NONE, LODGE_LINK_ERROR_LOGIN,
                          PARTS("login is refused"));
}

static void a_garbage_greeting_is_another_protocol(void **state)
{
    (void)state;
    ImapPeerScript script = {.greeting = "220 mail.example ESMTP\r\n"};
    assert_script_refused(&script, LODGE_TLS_NONE, LODGE_LINK_ERROR_CONNECT,
                          PARTS("does not speak the protocol", "check port and tls"));
}

static void a_silent_server_times_out(void **state)
{
    (void)state;
    ImapPeerScript script = {.greeting = "* OK not even a whole lin"};
    ImapPeer *peer = imap_peer_start(&script);
    LodgeEndpoint endpoint =
        make_endpoint("127.0.0.1", imap_peer_port(peer), LODGE_TLS_NONE);
    endpoint.connect_timeout_ms = 100;
    endpoint.reply_timeout_ms = 50;
    assert_refused(&endpoint, LODGE_LINK_ERROR_TIMEOUT, PARTS("no answer in time"));
    imap_peer_free(peer);
}

static gboolean stopping;

static gboolean is_stopping(void)
{
    return stopping;
}

static void opening_ends_when_we_are_asked_to_stop(void **state)
{
    (void)state;
    ImapPeerScript script = {.greeting = "* OK not even a whole lin"};
    ImapPeer *peer = imap_peer_start(&script);
    LodgeEndpoint endpoint =
        make_endpoint("127.0.0.1", imap_peer_port(peer), LODGE_TLS_NONE);
    endpoint.connect_timeout_ms = endpoint.reply_timeout_ms = NEVER_MS;
    stopping = TRUE;
    assert_refused(&endpoint, LODGE_LINK_ERROR_STOPPED, PARTS("asked to stop"));
    stopping = FALSE;
    imap_peer_free(peer);
}

static void starttls_that_is_not_offered_is_an_error_and_nothing_is_sent(void **state)
{
    (void)state;
    ImapPeerScript script = {0};
    assert_script_refused(&script, LODGE_TLS_STARTTLS, LODGE_LINK_ERROR_TLS,
                          PARTS("does not offer STARTTLS", "tls = implicit"));
}

static void tls_to_a_port_without_it_is_said_so(void **state)
{
    (void)state;
    ImapPeerScript script = {0};
    assert_script_refused(&script, LODGE_TLS_IMPLICIT, LODGE_LINK_ERROR_TLS,
                          PARTS("imaps://127.0.0.1:", "TLS handshake failed"));
}

static void an_unreachable_server_is_said_to_be_one(void **state)
{
    (void)state;
    ImapPeerScript script = {0};
    ImapPeer *peer = imap_peer_start(&script);
    guint port = imap_peer_port(peer);
    imap_peer_free(peer); /* nobody listens there any more */
    LodgeEndpoint endpoint = make_endpoint("127.0.0.1", port, LODGE_TLS_NONE);
    assert_refused(&endpoint, LODGE_LINK_ERROR_CONNECT, PARTS("no connection", "firewall"));
    endpoint = make_endpoint("no-such-host.invalid", 993, LODGE_TLS_IMPLICIT);
    assert_refused(&endpoint, LODGE_LINK_ERROR_CONNECT,
                   PARTS("imaps://no-such-host.invalid:993", "not known to DNS"));
}

static void clear_text_is_for_this_machine_only(void **state)
{
    (void)state;
    LodgeEndpoint endpoint = make_endpoint("192.0.2.1", 143, LODGE_TLS_NONE);
    assert_refused(&endpoint, LODGE_LINK_ERROR_TLS,
                   PARTS("192.0.2.1", "implicit or starttls"));
    endpoint = make_endpoint("127.0.0.1.example.com", 143, LODGE_TLS_NONE);
    assert_refused(&endpoint, LODGE_LINK_ERROR_TLS, PARTS("this machine only"));
}

static void a_host_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const hosts[] = {"", "user@host", "host/path", "a b", "a\nb"};
    for (gsize i = 0; i < G_N_ELEMENTS(hosts); i++) {
        LodgeEndpoint endpoint = make_endpoint(hosts[i], 993, LODGE_TLS_IMPLICIT);
        assert_refused(&endpoint, LODGE_LINK_ERROR_CONNECT, PARTS("correct host and port"));
    }
}

/* ---- certificates ---- */

static void assert_certificate_refused(const TlsPeerOptions *options,
                                       gboolean trusted,
                                       const char *const *parts)
{
    TlsPeer *peer = tls_peer_start(options);
    LodgeEndpoint endpoint =
        make_endpoint("localhost", tls_peer_port(peer),
                      options->starttls ? LODGE_TLS_STARTTLS : LODGE_TLS_IMPLICIT);
    if (trusted)
        endpoint.ca_file = (char *)tls_peer_ca_file(peer);
    assert_refused(&endpoint, LODGE_LINK_ERROR_TLS, parts);
    tls_peer_stop(peer);
    assert_null(strstr(tls_peer_heard(peer), "AUTHENTICATE"));
    assert_null(strstr(tls_peer_heard(peer), "LOGIN"));
    tls_peer_free(peer);
}

static void a_self_signed_certificate_is_named_with_its_dates(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -DAY_S, .ends_s = DAY_S};
    assert_certificate_refused(&options, FALSE,
                               PARTS("imaps://localhost:", "self-signed", "localhost",
                                     "valid from", "set ca_file"));
}

static void an_expired_certificate_is_named_with_its_dates(void **state)
{
    (void)state;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autoptr(GDateTime) ended = g_date_time_add_days(now, -2);
    g_autofree char *year = g_date_time_format(ended, "%Y GMT");
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -9 * DAY_S, .ends_s = -2 * DAY_S};
    assert_certificate_refused(&options, TRUE,
                               PARTS("has expired", "valid from", year, "have it renewed"));
}

static void a_certificate_of_the_future_is_named_with_its_dates(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = 2 * DAY_S, .ends_s = 9 * DAY_S};
    assert_certificate_refused(&options, TRUE,
                               PARTS("not valid yet", "this machine's clock"));
}

static void a_certificate_for_another_host_is_named_with_its_names(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "mail.elsewhere.example", .starts_s = -DAY_S, .ends_s = DAY_S};
    assert_certificate_refused(
        &options, TRUE,
        PARTS("for another host", "mail.elsewhere.example", "set host to a name"));
}

static void starttls_is_verified_alike(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {.name = "localhost",
                                           .starts_s = -9 * DAY_S,
                                           .ends_s = -2 * DAY_S,
                                           .starttls = TRUE};
    assert_certificate_refused(&options, TRUE, PARTS("imap://localhost:", "has expired"));
}

/* The server that was trusted has another key now, or somebody else answers in its place. */
static void a_certificate_that_has_changed_gets_no_credentials(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -DAY_S, .ends_s = DAY_S};
    TlsPeer *before = tls_peer_start(&options), *after = tls_peer_start(&options);
    LodgeEndpoint endpoint =
        make_endpoint("localhost", tls_peer_port(before), LODGE_TLS_IMPLICIT);
    endpoint.ca_file = (char *)tls_peer_ca_file(before);
    LodgeConnection *connection = lodge_connection_open("imap", &endpoint, SECRET, NULL);
    assert_non_null(connection);
    lodge_connection_close(connection);
    endpoint.port = tls_peer_port(after);
    assert_refused(&endpoint, LODGE_LINK_ERROR_TLS,
                   PARTS("self-signed", "valid from", "no password was sent"));
    tls_peer_stop(after);
    assert_null(strstr(tls_peer_heard(after), "AUTHENTICATE"));
    tls_peer_free(before);
    tls_peer_free(after);
}

static void words_before_tls_begins_are_not_believed(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost",
        .starts_s = -DAY_S,
        .ends_s = DAY_S,
        .starttls = TRUE,
        .injected = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\nA003 OK in\r\n"};
    TlsPeer *peer = tls_peer_start(&options);
    LodgeEndpoint endpoint =
        make_endpoint("localhost", tls_peer_port(peer), LODGE_TLS_STARTTLS);
    endpoint.ca_file = (char *)tls_peer_ca_file(peer);
    assert_refused(&endpoint, LODGE_LINK_ERROR_CONNECT, PARTS("imap://localhost:"));
    tls_peer_stop(peer);
    assert_null(strstr(tls_peer_heard(peer), "AUTHENTICATE"));
    tls_peer_free(peer);
}

static void a_ca_file_that_cannot_be_read_is_named(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -DAY_S, .ends_s = DAY_S};
    TlsPeer *peer = tls_peer_start(&options);
    LodgeEndpoint endpoint =
        make_endpoint("localhost", tls_peer_port(peer), LODGE_TLS_IMPLICIT);
    endpoint.ca_file = (char *)"/nonexistent/ca.pem";
    assert_refused(&endpoint, LODGE_LINK_ERROR_TLS, PARTS("ca_file /nonexistent/ca.pem"));
    tls_peer_free(peer);
}

/* ---- the stream ---- */

static void bytes_pass_whole_over(const TlsPeerOptions *options, LodgeTls tls)
{
    TlsPeer *peer = tls_peer_start(options);
    LodgeEndpoint endpoint = make_endpoint("localhost", tls_peer_port(peer), tls);
    endpoint.ca_file = (char *)tls_peer_ca_file(peer);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeConnection) connection =
        lodge_connection_open("imap", &endpoint, SECRET, &error);
    if (connection == NULL)
        fail_msg("%s", error->message);
    assert_true(lodge_connection_send(connection, "0123456789\r\n", 12, 3000, &error));
    gsize wanted = 12 * (gsize)options->echoes, got = 0;
    char buffer[100000];
    while (got < wanted) {
        gsize size =
            lodge_connection_receive(connection, buffer, sizeof buffer, 3000, &error);
        assert_true(size > 0);
        got += size;
    }
    assert_int_equal(got, wanted);
    assert_int_equal(
        lodge_connection_receive(connection, buffer, sizeof buffer, 20, &error), 0);
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TIMEOUT));
    g_clear_pointer(&connection, lodge_connection_close);
    tls_peer_free(peer);
}

static void a_trusted_server_is_logged_in_to_and_a_megabyte_passes(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -DAY_S, .ends_s = DAY_S, .echoes = 100000};
    bytes_pass_whole_over(&options, LODGE_TLS_IMPLICIT);
}

static void starttls_is_used_and_a_megabyte_passes(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {.name = "localhost",
                                           .starts_s = -DAY_S,
                                           .ends_s = DAY_S,
                                           .starttls = TRUE,
                                           .echoes = 100000};
    bytes_pass_whole_over(&options, LODGE_TLS_STARTTLS);
}

/* TLS may have decrypted more than we asked for: what lies in its buffer is no reason to wait. */
static void hearing_ends_with_bytes_a_wake_or_time(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -DAY_S, .ends_s = DAY_S, .echoes = 2};
    TlsPeer *peer = tls_peer_start(&options);
    LodgeEndpoint endpoint =
        make_endpoint("localhost", tls_peer_port(peer), LODGE_TLS_IMPLICIT);
    endpoint.ca_file = (char *)tls_peer_ca_file(peer);
    g_autoptr(LodgeConnection) connection =
        lodge_connection_open("imap", &endpoint, SECRET, NULL);
    assert_non_null(connection);
    int wake_fd = eventfd(0, EFD_CLOEXEC);
    const LodgeConnectionPatience brief = {.timeout_ms = 20, .wake_fd = wake_fd};
    const LodgeConnectionPatience patient = {.timeout_ms = 60000, .wake_fd = wake_fd};
    char byte = 0;
    gsize size = 0;
    assert_int_equal(lodge_connection_hear(connection, &byte, 1, &brief, &size, NULL),
                     LODGE_CONNECTION_QUIET);
    assert_true(lodge_connection_send(connection, "hello\r\n", 7, 3000, NULL));
    for (guint i = 0; i < 14; i++)
        assert_int_equal(lodge_connection_hear(connection, &byte, 1, &patient, &size, NULL),
                         LODGE_CONNECTION_RECEIVED);
    assert_int_equal(byte, '\n');
    assert_int_equal(eventfd_write(wake_fd, 1), 0);
    assert_int_equal(lodge_connection_hear(connection, &byte, 1, &patient, &size, NULL),
                     LODGE_CONNECTION_WOKEN);
    g_clear_pointer(&connection, lodge_connection_close);
    tls_peer_free(peer);
    close(wake_fd);
}

static void waiting_ends_when_we_are_asked_to_stop(void **state)
{
    (void)state;
    static const TlsPeerOptions options = {
        .name = "localhost", .starts_s = -DAY_S, .ends_s = DAY_S};
    TlsPeer *peer = tls_peer_start(&options);
    LodgeEndpoint endpoint =
        make_endpoint("localhost", tls_peer_port(peer), LODGE_TLS_IMPLICIT);
    endpoint.ca_file = (char *)tls_peer_ca_file(peer);
    g_autoptr(GError) error = NULL;
    g_autoptr(LodgeConnection) connection =
        lodge_connection_open("imap", &endpoint, SECRET, &error);
    assert_non_null(connection);
    char byte;
    stopping = TRUE;
    assert_int_equal(lodge_connection_receive(connection, &byte, 1, NEVER_MS, &error), 0);
    assert_true(g_error_matches(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_STOPPED));
    stopping = FALSE;
    g_clear_pointer(&connection, lodge_connection_close);
    tls_peer_free(peer);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    lodge_connection_init(is_stopping);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_password_is_a_refused_login_with_the_servers_reason),
        cmocka_unit_test(an_access_token_logs_in_by_xoauth2),
        cmocka_unit_test(a_refused_token_says_that_it_is_the_token),
        cmocka_unit_test(a_reason_that_repeats_credentials_is_not_passed_on),
        cmocka_unit_test(a_login_server_out_of_order_is_no_wrong_password),
        cmocka_unit_test(a_server_without_a_way_to_log_in_is_said_to_be_one),
        cmocka_unit_test(a_garbage_greeting_is_another_protocol),
        cmocka_unit_test(a_silent_server_times_out),
        cmocka_unit_test(opening_ends_when_we_are_asked_to_stop),
        cmocka_unit_test(waiting_ends_when_we_are_asked_to_stop),
        cmocka_unit_test(starttls_that_is_not_offered_is_an_error_and_nothing_is_sent),
        cmocka_unit_test(tls_to_a_port_without_it_is_said_so),
        cmocka_unit_test(an_unreachable_server_is_said_to_be_one),
        cmocka_unit_test(clear_text_is_for_this_machine_only),
        cmocka_unit_test(a_host_that_is_none_is_refused),
        cmocka_unit_test(a_self_signed_certificate_is_named_with_its_dates),
        cmocka_unit_test(an_expired_certificate_is_named_with_its_dates),
        cmocka_unit_test(a_certificate_of_the_future_is_named_with_its_dates),
        cmocka_unit_test(a_certificate_for_another_host_is_named_with_its_names),
        cmocka_unit_test(starttls_is_verified_alike),
        cmocka_unit_test(a_certificate_that_has_changed_gets_no_credentials),
        cmocka_unit_test(words_before_tls_begins_are_not_believed),
        cmocka_unit_test(a_ca_file_that_cannot_be_read_is_named),
        cmocka_unit_test(a_trusted_server_is_logged_in_to_and_a_megabyte_passes),
        cmocka_unit_test(starttls_is_used_and_a_megabyte_passes),
        cmocka_unit_test(hearing_ends_with_bytes_a_wake_or_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
