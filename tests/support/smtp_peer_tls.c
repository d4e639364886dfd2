#include "tests/support/smtp_peer_tls.h"

#include <glib/gstdio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

struct SmtpPeerKeys {
    EVP_PKEY *key;
    X509 *certificate;
    SSL_CTX *context;
    char *file;
};

static void add_extension(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    g_assert(extension != NULL);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 24 * 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                               -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_set_pubkey(certificate, key);
    add_extension(certificate, NID_subject_alt_name, "DNS:localhost");
    add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
    g_assert(X509_sign(certificate, key, EVP_sha256()) > 0);
    return certificate;
}

static char *write_pem(X509 *certificate)
{
    char *path = NULL;
    int fd = g_file_open_tmp("lodge-peer-XXXXXX.pem", &path, NULL);
    g_assert(fd >= 0);
    FILE *file = fdopen(fd, "w");
    g_assert(PEM_write_X509(file, certificate) == 1);
    fclose(file);
    return path;
}

SmtpPeerKeys *smtp_peer_keys_new(void)
{
    SmtpPeerKeys *keys = g_new0(SmtpPeerKeys, 1);
    keys->key = EVP_EC_gen("P-256");
    keys->certificate = make_certificate(keys->key);
    keys->context = SSL_CTX_new(TLS_server_method());
    g_assert(SSL_CTX_use_certificate(keys->context, keys->certificate) == 1);
    g_assert(SSL_CTX_use_PrivateKey(keys->context, keys->key) == 1);
    keys->file = write_pem(keys->certificate);
    return keys;
}

void smtp_peer_keys_free(SmtpPeerKeys *keys)
{
    if (keys == NULL)
        return;
    g_unlink(keys->file);
    g_free(keys->file);
    SSL_CTX_free(keys->context);
    X509_free(keys->certificate);
    EVP_PKEY_free(keys->key);
    g_free(keys);
}

const char *smtp_peer_keys_file(const SmtpPeerKeys *keys)
{
    return keys->file;
}

SmtpPeerTlsStream *smtp_peer_tls_accept(const SmtpPeerKeys *keys, int fd)
{
    SSL *ssl = SSL_new(keys->context);
    SSL_set_fd(ssl, fd);
    if (SSL_accept(ssl) != 1)
        g_clear_pointer(&ssl, SSL_free);
    return (SmtpPeerTlsStream *)ssl;
}

void smtp_peer_tls_free(SmtpPeerTlsStream *stream)
{
    SSL_free((SSL *)stream);
}

int smtp_peer_tls_read(SmtpPeerTlsStream *stream, void *buffer, int size)
{
    return SSL_read((SSL *)stream, buffer, size);
}

int smtp_peer_tls_write(SmtpPeerTlsStream *stream, const void *bytes, int size)
{
    return SSL_write((SSL *)stream, bytes, size);
}

gboolean smtp_peer_tls_has_pending(SmtpPeerTlsStream *stream)
{
    return SSL_pending((SSL *)stream) > 0;
}
