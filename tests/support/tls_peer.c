#include "tests/support/tls_peer.h"
#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct TlsPeer {
    TlsPeerOptions options;
    EVP_PKEY *key;
    X509 *certificate;
    char *ca_file;
    SSL_CTX *context;
    int listener;
    guint port;
    GThread *thread;
    GString *heard;
};

/* One connection; tls NULL while it is plain. */
typedef struct {
    TlsPeer *peer;
    int fd;
    SSL *tls;
} Client;

static void make_certificate(TlsPeer *peer)
{
    peer->key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), (long)peer->options.starts_s);
    X509_gmtime_adj(X509_getm_notAfter(certificate), (long)peer->options.ends_s);
    X509_set_pubkey(certificate, peer->key);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                               (const unsigned char *)peer->options.name, -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    g_autofree char *names = g_strdup_printf("DNS:%s", peer->options.name);
    X509_EXTENSION *extension =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    g_assert_cmpint(X509_sign(certificate, peer->key, EVP_sha256()), >, 0);
    peer->certificate = certificate;
}

static void save_certificate(TlsPeer *peer)
{
    int fd = g_file_open_tmp("lodge-tls-XXXXXX", &peer->ca_file, NULL);
    FILE *file = fdopen(fd, "w");
    g_assert_cmpint(PEM_write_X509(file, peer->certificate), ==, 1);
    fclose(file);
}

static void write_client(Client *client, const char *text)
{
    gsize size = strlen(text);
    if (client->tls != NULL)
        (void)SSL_write(client->tls, text, (int)size);
    else
        (void)!send(client->fd, text, size, MSG_NOSIGNAL);
}

static int read_client(Client *client, char *buffer, int size)
{
    return client->tls != NULL ? SSL_read(client->tls, buffer, size)
                               : (int)recv(client->fd, buffer, (size_t)size, 0);
}

static gboolean secure(Client *client)
{
    client->tls = SSL_new(client->peer->context);
    SSL_set_fd(client->tls, client->fd);
    return SSL_accept(client->tls) == 1;
}

static void echo(Client *client, const char *line)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < client->peer->options.echoes; i++)
        g_string_append(text, line);
    write_client(client, text->str);
}

/* FALSE: the connection is over. */
static gboolean answer(Client *client, const char *line)
{
    g_string_append(client->peer->heard, line);
    g_autofree char *tag = g_strndup(line, strcspn(line, " "));
    const char *command = line + strlen(tag) + (line[strlen(tag)] == ' ');
    gboolean starttls = client->peer->options.starttls && client->tls == NULL;
    g_autofree char *reply = NULL;
    if (g_str_has_prefix(command, "CAPABILITY"))
        reply = g_strdup_printf("* CAPABILITY IMAP4rev1 SASL-IR %s\r\n%s OK\r\n",
                                starttls ? "STARTTLS LOGINDISABLED" : "AUTH=PLAIN", tag);
    else if (g_str_has_prefix(command, "STARTTLS"))
        reply = g_strdup_printf(
            "%s OK go\r\n%s", tag,
            client->peer->options.injected != NULL ? client->peer->options.injected : "");
    else if (g_str_has_prefix(command, "AUTHENTICATE"))
        reply = g_strdup_printf("%s OK in\r\n", tag);
    if (reply == NULL) {
        echo(client, line);
        return TRUE;
    }
    write_client(client, reply);
    return !g_str_has_prefix(command, "STARTTLS") || secure(client);
}

static void serve(Client *client)
{
    if (!client->peer->options.starttls && !secure(client))
        return;
    write_client(client, "* OK ready\r\n");
    g_autoptr(GString) input = g_string_new(NULL);
    char buffer[4096];
    for (int size; (size = read_client(client, buffer, sizeof buffer)) > 0;) {
        g_string_append_len(input, buffer, size);
        for (char *end; (end = strstr(input->str, "\r\n")) != NULL;) {
            g_autofree char *line = g_strndup(input->str, (gsize)(end + 2 - input->str));
            g_string_erase(input, 0, end + 2 - input->str);
            if (!answer(client, line))
                return;
        }
    }
}

static gpointer run(gpointer data)
{
    TlsPeer *peer = data;
    for (int fd; (fd = accept(peer->listener, NULL, NULL)) >= 0;) {
        Client client = {.peer = peer, .fd = fd};
        serve(&client);
        SSL_free(client.tls);
        close(fd);
    }
    return NULL;
}

static void listen_on_loopback(TlsPeer *peer)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(peer->listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(peer->listener, 4), ==, 0);
    g_assert_cmpint(getsockname(peer->listener, (struct sockaddr *)&address, &size), ==, 0);
    peer->port = ntohs(address.sin_port);
}

TlsPeer *tls_peer_start(const TlsPeerOptions *options)
{
    TlsPeer *peer = g_new0(TlsPeer, 1);
    peer->options = *options;
    peer->heard = g_string_new(NULL);
    make_certificate(peer);
    save_certificate(peer);
    peer->context = SSL_CTX_new(TLS_server_method());
    g_assert_cmpint(SSL_CTX_use_certificate(peer->context, peer->certificate), ==, 1);
    g_assert_cmpint(SSL_CTX_use_PrivateKey(peer->context, peer->key), ==, 1);
    listen_on_loopback(peer);
    peer->thread = g_thread_new("tls-peer", run, peer);
    return peer;
}

guint tls_peer_port(const TlsPeer *peer)
{
    return peer->port;
}

const char *tls_peer_ca_file(const TlsPeer *peer)
{
    return peer->ca_file;
}

const char *tls_peer_heard(const TlsPeer *peer)
{
    return peer->heard->str;
}

void tls_peer_stop(TlsPeer *peer)
{
    if (peer->thread == NULL)
        return;
    shutdown(peer->listener, SHUT_RDWR);
    g_thread_join(g_steal_pointer(&peer->thread));
}

void tls_peer_free(TlsPeer *peer)
{
    if (peer == NULL)
        return;
    tls_peer_stop(peer);
    close(peer->listener);
    SSL_CTX_free(peer->context);
    X509_free(peer->certificate);
    EVP_PKEY_free(peer->key);
    g_unlink(peer->ca_file);
    g_free(peer->ca_file);
    g_string_free(peer->heard, TRUE);
    g_free(peer);
}
