#include "intake/link/prepare.h"
#include "intake/link/certificate.h"
#include "intake/link/transport.h"
#include "parsers/text/display.h"
#include <curl/curl.h>
#include <gio/gio.h>
#include <string.h>

G_DEFINE_QUARK(lodge_link_error, lodge_link_error)

static gboolean is_loopback(const char *host)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    if (address != NULL)
        return g_inet_address_get_is_loopback(address);
    return g_ascii_strcasecmp(host, "localhost") == 0; /* libcurl never asks DNS for it */
}

static gboolean check_endpoint(const LodgeEndpoint *endpoint, GError **error)
{
    gboolean plain =
        strspn(endpoint->host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "0123456789.-_:") == strlen(endpoint->host);
    if (!plain || endpoint->host[0] == '\0' || endpoint->port == 0 ||
        endpoint->port > 65535) {
        g_autofree char *shown = lodge_display_line(endpoint->host, 200);
        g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_CONNECT,
                    "\"%s\" port %u is no host name and port; correct host and port", shown,
                    endpoint->port);
        return FALSE;
    }
    if (endpoint->tls == LODGE_TLS_NONE && !is_loopback(endpoint->host)) {
        g_set_error(error, LODGE_LINK_ERROR, LODGE_LINK_ERROR_TLS,
                    "tls = none is allowed to this machine only, not to %s; "
                    "set tls = implicit or starttls",
                    endpoint->host);
        return FALSE;
    }
    return TRUE;
}

char *lodge_link_format_url(const char *scheme, const LodgeEndpoint *endpoint)
{
    gboolean bracketed = strchr(endpoint->host, ':') != NULL;
    return g_strdup_printf(
        "%s%s://%s%s%s:%u", scheme, endpoint->tls == LODGE_TLS_IMPLICIT ? "s" : "",
        bracketed ? "[" : "", endpoint->host, bracketed ? "]" : "", endpoint->port);
}

/* ---- being asked to stop ---- */

static gboolean (*asked_to_stop)(void);

void lodge_link_heed(gboolean (*stopping)(void))
{
    asked_to_stop = stopping;
}

gboolean lodge_link_is_stopping(void)
{
    return asked_to_stop != NULL && asked_to_stop();
}

/* libcurl calls this about once a second, whatever it waits for. */
static int give_up_when_stopping(void *unused,
                                 curl_off_t to_receive,
                                 curl_off_t received,
                                 curl_off_t to_send,
                                 curl_off_t sent)
{
    (void)unused;
    (void)to_receive;
    (void)received;
    (void)to_send;
    (void)sent;
    return lodge_link_is_stopping();
}

/* ---- the options ---- */

void lodge_link_prepare_transport(void *curl,
                                  const char *url,
                                  const LodgeEndpoint *endpoint)
{
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)endpoint->connect_timeout_ms);
    curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                     (long)(endpoint->reply_timeout_ms + 999) / 1000);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, give_up_when_stopping);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    if (endpoint->tls == LODGE_TLS_NONE)
        curl_easy_setopt(curl, CURLOPT_NOPROXY, "*"); /* clear text stays on this machine */
    else
        curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)CURLUSESSL_ALL);
}

/* Read here and not by libcurl, which does not say why it could not: with no descriptor left there is nothing to
 * correct in the configuration. */
static gboolean trust_ca_file(void *curl, const LodgeEndpoint *endpoint, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *pem = NULL;
    gsize size_bytes = 0;
    if (endpoint->ca_file == NULL)
        return TRUE;
    if (!g_file_get_contents(endpoint->ca_file, &pem, &size_bytes, &failure)) {
        gboolean may_pass = g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_MFILE) ||
                            g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NFILE);
        g_set_error(
            error, LODGE_LINK_ERROR,
            may_pass ? LODGE_LINK_ERROR_CONNECT : LODGE_LINK_ERROR_TLS,
            "the ca_file %s cannot be used: %s; %s", endpoint->ca_file, failure->message,
            may_pass ? "raise the limit of open files" : "name a readable PEM file");
        return FALSE;
    }
    struct curl_blob blob = {.data = pem, .len = size_bytes, .flags = CURL_BLOB_COPY};
    curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &blob);
    curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    return TRUE;
}

gboolean lodge_link_prepare(void *curl,
                            const char *scheme,
                            const LodgeEndpoint *endpoint,
                            const char *secret,
                            GError **error)
{
    g_return_val_if_fail(endpoint->auth == LODGE_AUTH_NONE || secret != NULL, FALSE);
    if (!check_endpoint(endpoint, error) || !trust_ca_file(curl, endpoint, error))
        return FALSE;
    g_autofree char *url = lodge_link_format_url(scheme, endpoint);
    lodge_link_prepare_transport(curl, url, endpoint);
    if (endpoint->auth == LODGE_AUTH_NONE)
        return TRUE;
    curl_easy_setopt(curl, CURLOPT_USERNAME, endpoint->user);
    curl_easy_setopt(curl, CURLOPT_SASL_IR,
                     1L); /* one round trip less where it is offered */
    if (endpoint->auth == LODGE_AUTH_BEARER)
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, secret);
    else
        curl_easy_setopt(curl, CURLOPT_PASSWORD, secret);
    return TRUE;
}

void lodge_link_forget_secret(void *curl)
{
    curl_easy_setopt(curl, CURLOPT_PASSWORD, NULL);
    curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, NULL);
}

/* ---- failures ---- */

static LodgeLinkError classify(CURLcode code, const LodgeEndpoint *endpoint)
{
    /* Nobody named the system's list of authorities wrongly: it may be there again in a moment. */
    if (code == CURLE_SSL_CACERT_BADFILE && endpoint->ca_file == NULL)
        return LODGE_LINK_ERROR_CONNECT;
    switch (code) {
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        return LODGE_LINK_ERROR_LOGIN;
    case CURLE_OPERATION_TIMEDOUT:
        return LODGE_LINK_ERROR_TIMEOUT;
    case CURLE_ABORTED_BY_CALLBACK:
        return LODGE_LINK_ERROR_STOPPED;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_USE_SSL_FAILED:
        return LODGE_LINK_ERROR_TLS;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return LODGE_LINK_ERROR_CLOSED;
    default:
        return LODGE_LINK_ERROR_CONNECT;
    }
}

static const char *explain_login(const LodgeEndpoint *endpoint)
{
    return endpoint->auth == LODGE_AUTH_BEARER
               ? "check user, that the token command prints a fresh access token for this "
                 "mailbox, and that the account may use it here"
               : "check user and the password behind secret";
}

static char *explain(CURLcode code, const char *detail, const LodgeEndpoint *endpoint)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return g_strdup_printf(
            "the name %s is not known to DNS; correct host, or check the network",
            endpoint->host);
    case CURLE_COULDNT_CONNECT:
        return g_strdup_printf(
            "no connection (%s); check host, port, firewall and that the "
            "server is running",
            detail);
    case CURLE_OPERATION_TIMEDOUT:
        return g_strdup_printf(
            "no answer in time (%s); check the network, or raise the time-outs", detail);
    case CURLE_ABORTED_BY_CALLBACK:
        return g_strdup("not waited for any longer, as lodge is asked to stop");
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        return g_strdup_printf("login is refused (%s); %s", detail,
                               explain_login(endpoint));
    case CURLE_USE_SSL_FAILED:
        return g_strdup(
            "the server does not offer STARTTLS and nothing was sent; if it speaks "
            "TLS from the start set tls = implicit and its port, else ask its operator");
    case CURLE_SSL_CACERT_BADFILE:
        if (endpoint->ca_file == NULL)
            return g_strdup(
                "the authorities that the system trusts cannot be read; install "
                "ca-certificates, or raise the limit of open files");
        return g_strdup_printf("the ca_file %s cannot be used; name a readable PEM file",
                               endpoint->ca_file);
    case CURLE_SSL_CONNECT_ERROR:
        return g_strdup_printf(
            "the TLS handshake failed (%s); check that this port speaks TLS "
            "from the start (tls = implicit) and offers TLS 1.2 or better",
            detail);
    case CURLE_WEIRD_SERVER_REPLY:
        return g_strdup_printf(
            "what answers there does not speak the protocol (%s); check port "
            "and tls",
            detail);
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        return g_strdup_printf(
            "the connection was lost (%s); check port and tls, else try later", detail);
    default:
        return g_strdup_printf("%s; check host, port and tls", detail);
    }
}

void lodge_link_set_error(
    GError **error, void *curl, int code, const char *errbuf, const LodgeEndpoint *endpoint)
{
    CURLcode curl_code = (CURLcode)code;
    if (curl_code ==
        CURLE_ABORTED_BY_CALLBACK) /* and no waiting for a resolver that hangs */
        curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);
    const char *raw =
        errbuf != NULL && errbuf[0] != '\0' ? errbuf : curl_easy_strerror(curl_code);
    g_autofree char *detail = lodge_display_line(raw, 300);
    const char *effective = NULL;
    if (curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &effective) != CURLE_OK ||
        effective == NULL)
        effective = endpoint->host;
    /* libcurl adds a path to what it was given */
    const char *host = strstr(effective, "://");
    host = host == NULL ? effective : host + 3;
    g_autofree char *url =
        g_strndup(effective, (gsize)(host - effective) + strcspn(host, "/"));
    g_autofree char *words = curl_code == CURLE_PEER_FAILED_VERIFICATION
                                 ? lodge_certificate_explain(url, endpoint, detail)
                                 : explain(curl_code, detail, endpoint);
    g_set_error(error, LODGE_LINK_ERROR, (int)classify(curl_code, endpoint), "%s: %s", url,
                words);
}
