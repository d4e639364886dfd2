#include "intake/answer/courier.h"

#include "intake/answer/address.h"
#include "intake/answer/conversation.h"
#include "intake/answer/credentials.h"
#include "intake/link/prepare.h"
#include "parsers/text/display.h"

#include <curl/curl.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_WORDS_BYTES 400
/* Greeting, EHLO, STARTTLS, EHLO, AUTH and its two lines, MAIL, RCPT, DATA, the body, the final reply. */
#define REPLIES_PER_MESSAGE 12
#define SLOWEST_BYTES_PER_S 100
#define STOP_GRACE_US (5 * G_USEC_PER_SEC)

struct LodgeCourier {
    const LodgeSmtp *smtp; /* borrowed */
    char *secret;
    CURL *curl; /* NULL until it is needed, and after a set-up that failed */
    LodgeConversation *conversation;
    guint on_connection;      /* messages this connection has carried */
    gint64 stopping_since_us; /* monotonic; 0: we are not */
    char curl_words[CURL_ERROR_SIZE];
};

/* The message on its way into libcurl. */
typedef struct {
    const char *bytes;
    gsize size, given;
    LodgeConversation *conversation;
} Handover;

/* ---- what libcurl calls ---- */

static size_t give_body(char *buffer, size_t size, size_t count, void *user)
{
    Handover *handover = user;
    gsize chunk = MIN(size * count, handover->size - handover->given);
    memcpy(buffer, handover->bytes + handover->given, chunk);
    handover->given += chunk;
    lodge_conversation_hand_over(handover->conversation, handover->given == handover->size);
    return chunk;
}

/* The debug channel is the one place where libcurl shows commands and replies in their order. */
static int
overhear(CURL *curl, curl_infotype type, char *bytes, size_t size_bytes, void *user)
{
    LodgeConversation *conversation = user;
    (void)curl;
    if (type == CURLINFO_HEADER_OUT)
        lodge_conversation_add_command(conversation, bytes, size_bytes);
    else if (type == CURLINFO_HEADER_IN)
        lodge_conversation_add_reply(conversation, bytes, size_bytes);
    return 0;
}

/* Whether a message that has gone was taken is worth a moment's wait: else it may go twice. */
static int heed_stopping(void *user,
                         curl_off_t to_receive,
                         curl_off_t received,
                         curl_off_t to_send,
                         curl_off_t sent)
{
    LodgeCourier *courier = user;
    (void)to_receive;
    (void)received;
    (void)to_send;
    (void)sent;
    if (!lodge_link_is_stopping())
        return 0;
    gint64 now_us = g_get_monotonic_time();
    if (courier->stopping_since_us == 0)
        courier->stopping_since_us = now_us;
    return lodge_conversation_stage(courier->conversation) < LODGE_STAGE_BODY ||
           now_us - courier->stopping_since_us >= STOP_GRACE_US;
}

static size_t swallow(char *buffer, size_t size, size_t count, void *user)
{
    (void)buffer;
    (void)user;
    return size * count;
}

/* ---- lifetime ---- */

LodgeCourier *lodge_courier_new(const LodgeSmtp *smtp, const char *secret)
{
    g_return_val_if_fail(smtp != NULL, NULL);
    LodgeCourier *courier = g_new0(LodgeCourier, 1);
    courier->smtp = smtp;
    courier->secret = g_strdup(secret);
    courier->conversation = lodge_conversation_new();
    return courier;
}

/* libcurl says QUIT to a connection that it keeps and waits two minutes for the answer, whatever it was told of time-outs.
 * That is for servers that answer, and for those who have the time. */
static void cut(CURL *curl)
{
    curl_socket_t socket = CURL_SOCKET_BAD;
    if (curl_easy_getinfo(curl, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK &&
        socket != CURL_SOCKET_BAD)
        shutdown(socket, SHUT_RDWR);
}

static void hang_up(LodgeCourier *courier)
{
    if (courier->curl != NULL && lodge_link_is_stopping())
        cut(courier->curl);
    g_clear_pointer(&courier->curl, curl_easy_cleanup);
    courier->on_connection = 0;
}

void lodge_courier_free(LodgeCourier *courier)
{
    if (courier == NULL)
        return;
    hang_up(courier); /* says QUIT, which is still overheard */
    lodge_conversation_free(courier->conversation);
    if (courier->secret != NULL)
        lodge_secret_wipe(courier->secret);
    g_free(courier);
}

/* Every wait ends: the link bounds each reply, here a body that does not move, and the whole. */
static void set_timeouts(CURL *curl, const LodgeEndpoint *endpoint)
{
    long reply_ms = (long)endpoint->reply_timeout_ms;
    long total_ms = (long)endpoint->connect_timeout_ms + REPLIES_PER_MESSAGE * reply_ms;
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOWEST_BYTES_PER_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, MAX(reply_ms / 1000, 1L));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, total_ms);
}

/* The handle lives as long as its connection; it is made anew after a set-up that failed. */
static gboolean pick_up(LodgeCourier *courier, GError **error)
{
    const LodgeEndpoint *endpoint = &courier->smtp->endpoint;
    if (courier->curl != NULL)
        return TRUE;
    if (endpoint->auth != LODGE_AUTH_NONE && courier->secret == NULL) {
        g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_LOGIN,
                    "%s:%u wants a login, but there is no secret; set secret in [smtp]",
                    endpoint->host, endpoint->port);
        return FALSE;
    }
    courier->curl = curl_easy_init();
    g_assert(courier->curl != NULL); /* out of memory only, as GLib has it */
    if (!lodge_link_prepare(courier->curl, "smtp", endpoint, courier->secret, error)) {
        hang_up(courier);
        return FALSE;
    }
    set_timeouts(courier->curl, endpoint);
    curl_easy_setopt(courier->curl, CURLOPT_ERRORBUFFER, courier->curl_words);
    curl_easy_setopt(courier->curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(courier->curl, CURLOPT_DEBUGFUNCTION, overhear);
    curl_easy_setopt(courier->curl, CURLOPT_DEBUGDATA, courier->conversation);
    curl_easy_setopt(courier->curl, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(courier->curl, CURLOPT_XFERINFOFUNCTION, heed_stopping);
    curl_easy_setopt(courier->curl, CURLOPT_XFERINFODATA, courier);
    return TRUE;
}

/* ---- what became of it ---- */

static char *format_reply(const LodgeCourier *courier)
{
    const char *reply = lodge_conversation_reply(courier->conversation);
    if (lodge_credentials_are_in(reply, courier->secret))
        reply = "(not shown: it repeats the credentials)";
    return g_strdup_printf("%d %s", lodge_conversation_code(courier->conversation), reply);
}

/* libcurl's failure named by the link, and how far the conversation had got. */
static void set_failure(GError **error, LodgeCourier *courier, CURLcode failure)
{
    g_autofree char *reply = format_reply(courier);
    const char *stage = lodge_stage_format(lodge_conversation_stage(courier->conversation));
    int code = lodge_conversation_code(courier->conversation);
    g_autoptr(GError) named = NULL;
    lodge_link_set_error(&named, courier->curl, (int)failure, courier->curl_words,
                         &courier->smtp->endpoint);
    if (code >= 400)
        g_set_error(error, named->domain, named->code, "%s; the server said: %s",
                    named->message, reply);
    else if (code == 0)
        g_set_error(error, named->domain, named->code, "%s; no answer to %s",
                    named->message, stage);
    else
        g_propagate_error(error, g_steal_pointer(&named));
}

/* What a person wants to read: the server's own words where they settle it, else what went wrong. */
static char *
format_words(const LodgeCourier *courier, LodgeCourierResult result, const GError *failure)
{
    LodgeStage stage = lodge_conversation_stage(courier->conversation);
    g_autofree char *reply = format_reply(courier);
    if (result == LODGE_SENT)
        return lodge_display_line(reply, MAX_WORDS_BYTES);
    if (stage < LODGE_STAGE_MAIL || lodge_conversation_code(courier->conversation) < 400)
        return lodge_display_line(failure->message, MAX_WORDS_BYTES);
    g_autofree char *words =
        g_strdup_printf("%s (answer to %s)", reply, lodge_stage_format(stage));
    return lodge_display_line(words, MAX_WORDS_BYTES);
}

/* 454 at login or STARTTLS mends itself; 535, a certificate and a missing STARTTLS do not. */
static gboolean needs_person(const LodgeCourier *courier, const GError *failure)
{
    if (lodge_conversation_code(courier->conversation) >= 400)
        return lodge_conversation_is_login_fault(courier->conversation);
    return g_error_matches(failure, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TLS) ||
           g_error_matches(failure, LODGE_LINK_ERROR, LODGE_LINK_ERROR_LOGIN);
}

static void judge(LodgeCourier *courier, CURLcode code, LodgeCourierReply *reply_out)
{
    LodgeCourierReply reply = {.smtp_code = lodge_conversation_code(courier->conversation)};
    g_autoptr(GError) failure = NULL;
    reply.result = lodge_conversation_judge(courier->conversation, &reply.whole_server);
    if (reply.result != LODGE_SENT)
        set_failure(&failure, courier, code);
    reply.words = format_words(courier, reply.result, failure);
    reply.stopped = reply.result == LODGE_RETRY && code == CURLE_ABORTED_BY_CALLBACK;
    reply.whole_server = reply.whole_server || reply.stopped;
    reply.person_needed = reply.whole_server && needs_person(courier, failure);
    *reply_out = reply;
}

/* A fault that came out before anything was sent: the recipient's is refused for good, ours waits for a
 * person. */
static void set_reply(LodgeCourierReply *reply_out, gboolean ours, const GError *error)
{
    *reply_out = (LodgeCourierReply){
        .result = ours ? LODGE_RETRY : LODGE_REFUSED,
        .whole_server = ours,
        .person_needed = ours,
        .words = lodge_display_line(error->message, MAX_WORDS_BYTES),
    };
}

/* ---- sending ---- */

/* One transfer; returns whether it ran on a connection that was there before. */
static gboolean transfer(LodgeCourier *courier,
                         const char *envelope_from,
                         const char *to,
                         GBytes *message,
                         CURLcode *code_out)
{
    Handover handover = {.conversation = courier->conversation};
    handover.bytes = g_bytes_get_data(message, &handover.size);
    struct curl_slist *recipients = curl_slist_append(NULL, to);
    guint pace = courier->smtp->pace_per_connection;
    long last = pace > 0 && courier->on_connection + 1 >= pace;
    lodge_conversation_begin(courier->conversation);
    courier->curl_words[0] = '\0';
    curl_easy_setopt(courier->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(courier->curl, CURLOPT_MAIL_FROM, envelope_from);
    curl_easy_setopt(courier->curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(courier->curl, CURLOPT_READFUNCTION, give_body);
    curl_easy_setopt(courier->curl, CURLOPT_READDATA, &handover);
    curl_easy_setopt(courier->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)handover.size);
    curl_easy_setopt(courier->curl, CURLOPT_FORBID_REUSE, last);
    *code_out = curl_easy_perform(courier->curl);
    if (*code_out != CURLE_OK)
        cut(courier->curl);
    long connects = 0;
    curl_easy_getinfo(courier->curl, CURLINFO_NUM_CONNECTS, &connects);
    curl_easy_setopt(courier->curl, CURLOPT_MAIL_RCPT, NULL);
    curl_easy_setopt(courier->curl, CURLOPT_READDATA, NULL);
    curl_slist_free_all(recipients);
    courier->on_connection = connects > 0 ? 1 : courier->on_connection + 1;
    if (last || *code_out != CURLE_OK)
        courier->on_connection = 0;
    return connects == 0;
}

/* A kept connection may have been closed while nobody looked. If that came out before MAIL was taken, it says nothing
 * about the server, and a new connection is tried at once. */
static gboolean was_stale(const LodgeCourier *courier)
{
    int code = lodge_conversation_code(courier->conversation);
    return lodge_conversation_stage(courier->conversation) <= LODGE_STAGE_MAIL &&
           (code == 0 || code == 421);
}

void lodge_courier_send(LodgeCourier *courier,
                        const char *envelope_from,
                        const char *to,
                        GBytes *message,
                        LodgeCourierReply *reply_out)
{
    g_return_if_fail(courier != NULL && envelope_from != NULL && to != NULL);
    g_return_if_fail(message != NULL && g_bytes_get_size(message) > 0 && reply_out != NULL);
    g_autoptr(GError) error = NULL;
    if (!lodge_address_check(to, "the recipient's", &error)) {
        set_reply(reply_out, FALSE, error);
        return;
    }
    if ((*envelope_from != '\0' &&
         !lodge_address_check(envelope_from, "the envelope sender's", &error)) ||
        !pick_up(courier, &error)) {
        set_reply(reply_out, TRUE, error);
        return;
    }
    CURLcode code = CURLE_OK;
    gboolean reused = transfer(courier, envelope_from, to, message, &code);
    if (code != CURLE_OK && code != CURLE_ABORTED_BY_CALLBACK && reused &&
        was_stale(courier))
        transfer(courier, envelope_from, to, message, &code);
    judge(courier, code, reply_out);
}

void lodge_courier_reply_clear(LodgeCourierReply *reply)
{
    if (reply != NULL)
        g_clear_pointer(&reply->words, g_free);
}

const char *lodge_courier_result_format(LodgeCourierResult result)
{
    static const char *const words[] = {"sent", "refused", "retry", "unknown"};
    g_return_val_if_fail(result < G_N_ELEMENTS(words), "unknown");
    return words[result];
}

/* ---- describing ---- */

static void append_offers(GString *words, const LodgeConversation *conversation)
{
    GPtrArray *offers = lodge_conversation_offers(conversation);
    for (guint i = 0; i < offers->len; i++) {
        g_autofree char *shown = lodge_display_line(g_ptr_array_index(offers, i), 100);
        g_string_append_printf(words, "%s%s", i == 0 ? "offers: " : ", ", shown);
    }
    if (offers->len > 0)
        g_string_append_c(words, '\n');
}

static char *format_description(const LodgeCourier *courier)
{
    static const char *const tls[] = {
        [LODGE_TLS_IMPLICIT] = "TLS from the start",
        [LODGE_TLS_STARTTLS] = "TLS by STARTTLS",
        [LODGE_TLS_NONE] = "no TLS",
    };
    const LodgeEndpoint *endpoint = &courier->smtp->endpoint;
    guint64 limit = lodge_conversation_size_limit(courier->conversation);
    GString *words = g_string_new(NULL);
    g_string_printf(words, "%s:%u: %s, ", endpoint->host, endpoint->port,
                    tls[endpoint->tls]);
    if (lodge_conversation_has_logged_in(courier->conversation))
        g_string_append_printf(words, "logged in as %s\n", endpoint->user);
    else
        g_string_append(words, "no login\n");
    if (limit > 0)
        g_string_append_printf(words, "largest message: %" G_GUINT64_FORMAT " bytes\n",
                               limit);
    append_offers(words, courier->conversation);
    return g_string_free(words, FALSE);
}

char *lodge_courier_describe(const LodgeSmtp *smtp, const char *secret, GError **error)
{
    g_return_val_if_fail(smtp != NULL, NULL);
    g_autoptr(LodgeCourier) courier = lodge_courier_new(smtp, secret);
    if (!pick_up(courier, error))
        return NULL;
    curl_easy_setopt(courier->curl, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(courier->curl, CURLOPT_CUSTOMREQUEST, "NOOP");
    CURLcode code = curl_easy_perform(courier->curl);
    if (code != CURLE_OK) {
        set_failure(error, courier, code);
        return NULL;
    }
    /* libcurl goes on without a login where the server offers none */
    if (smtp->endpoint.auth != LODGE_AUTH_NONE &&
        !lodge_conversation_has_logged_in(courier->conversation)) {
        g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_LOGIN,
                    "%s:%u offers no login for %s; check port and tls, or set auth = none",
                    smtp->endpoint.host, smtp->endpoint.port, smtp->endpoint.user);
        return NULL;
    }
    return format_description(courier);
}
