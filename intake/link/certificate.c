#include "intake/link/certificate.h"
#include "intake/link/transport.h"
#include "parsers/text/display.h"
#include <curl/curl.h>
#include <string.h>

typedef struct {
    char *subject, *names, *starts, *expires;
} Certificate;

static void clear_certificate(Certificate *certificate)
{
    g_free(certificate->subject);
    g_free(certificate->names);
    g_free(certificate->starts);
    g_free(certificate->expires);
}

/* libcurl gives "Name:value" lines of every certificate; the first is the server's own. */
static void take_field(const char *line, const char *name, char **value_out)
{
    gsize size = strlen(name);
    if (*value_out == NULL && strncmp(line, name, size) == 0)
        *value_out = lodge_display_line(line + size, 200);
}

static void read_certificate(CURL *curl, Certificate *certificate)
{
    struct curl_certinfo *info = NULL;
    if (curl_easy_getinfo(curl, CURLINFO_CERTINFO, &info) != CURLE_OK || info == NULL ||
        info->num_of_certs < 1)
        return;
    for (const struct curl_slist *line = info->certinfo[0]; line != NULL;
         line = line->next) {
        take_field(line->data, "Subject:", &certificate->subject);
        take_field(line->data, "X509v3 Subject Alternative Name:", &certificate->names);
        take_field(line->data, "Start date:", &certificate->starts);
        take_field(line->data, "Expire date:", &certificate->expires);
    }
}

static void
look_at_peer(const char *url, const LodgeEndpoint *endpoint, Certificate *certificate)
{
    CURL *curl = curl_easy_init();
    if (curl == NULL)
        return;
    lodge_link_prepare_transport(curl, url, endpoint);
    curl_easy_setopt(curl, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER,
                     0L); /* only a look: nothing is sent or believed */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(curl, CURLOPT_CERTINFO, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)endpoint->connect_timeout_ms);
    (void)curl_easy_perform(
        curl); /* whatever came of it, the handshake may have shown one */
    read_certificate(curl, certificate);
    curl_easy_cleanup(curl);
}

static char *describe(const Certificate *certificate)
{
    if (certificate->expires == NULL)
        return g_strdup("no certificate was shown on a second look");
    return g_strdup_printf("subject %s%s%s, valid from %s to %s",
                           certificate->subject != NULL ? certificate->subject : "(none)",
                           certificate->names != NULL ? ", for " : "",
                           certificate->names != NULL ? certificate->names : "",
                           certificate->starts != NULL ? certificate->starts : "(unknown)",
                           certificate->expires);
}

/* OpenSSL's reasons, as libcurl passes them on, and what a person can do about each. */
char *lodge_certificate_explain(const char *url,
                                const LodgeEndpoint *endpoint,
                                const char *detail)
{
    static const struct {
        const char *reason, *words, *mend;
    } table[] = {
        {"has expired", "the server's certificate has expired",
         "have it renewed, or correct this machine's clock"},
        {"not yet valid", "the server's certificate is not valid yet",
         "correct this machine's clock, or the certificate"},
        {"self-signed",
         "the server's certificate is self-signed, or its chain ends in an unknown authority",
         "if this is the right server set ca_file to the PEM file of that authority"},
        {"self signed",
         "the server's certificate is self-signed, or its chain ends in an unknown authority",
         "if this is the right server set ca_file to the PEM file of that authority"},
        {"unable to get",
         "the authority that issued the server's certificate is not known here",
         "if this is the right server set ca_file to the PEM file of that authority"},
        {"subject name", "the server's certificate is for another host",
         "set host to a name in the certificate"},
    };
    Certificate certificate = {0};
    look_at_peer(url, endpoint, &certificate);
    g_autofree char *shown = describe(&certificate);
    clear_certificate(&certificate);
    for (gsize i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strstr(detail, table[i].reason) != NULL)
            return g_strdup_printf("%s (%s); %s; no password was sent", table[i].words,
                                   shown, table[i].mend);
    }
    return g_strdup_printf(
        "the server's certificate is refused: %s (%s); have it mended, or set "
        "ca_file; no password was sent",
        detail, shown);
}
