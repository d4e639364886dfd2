#include "config/anchors.h"

#include "parsers/text/digest.h"

#include <string.h>

#define BEGIN "-----BEGIN "
#define DASHES "-----"
#define CERTIFICATE "CERTIFICATE"
#define DER_SEQUENCE 0x30

static gboolean set_invalid(GError **error, guint number, const char *what)
{
    g_set_error(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID, "block %u of it %s",
                number, what);
    return FALSE;
}

/* A SEQUENCE that is exactly as long as it says. */
static gboolean is_whole(const guint8 *der, gsize size)
{
    if (size < 2 || der[0] != DER_SEQUENCE)
        return FALSE;
    gsize n_bytes = der[1] & 0x80 ? der[1] & 0x7f : 0;
    gsize length = n_bytes == 0 ? der[1] : 0;
    if (n_bytes > 4 || size < 2 + n_bytes || der[1] == 0x80)
        return FALSE;
    for (gsize i = 0; i < n_bytes; i++)
        length = length << 8 | der[2 + i];
    return length == size - 2 - n_bytes;
}

static gboolean is_base64(const char *text, gsize size)
{
    for (gsize i = 0; i < size; i++) {
        if (!g_ascii_isalnum(text[i]) && !g_ascii_isspace(text[i]) && text[i] != '+' &&
            text[i] != '/' && text[i] != '=')
            return FALSE;
    }
    return TRUE;
}

static gboolean add_certificate(
    GPtrArray *digests, const char *text, gsize text_size, guint number, GError **error)
{
    g_autofree char *armour = g_strndup(text, text_size);
    gsize size = 0;
    g_autofree guint8 *der = g_base64_decode(armour, &size);
    char sha256[LODGE_DIGEST_SIZE];

    if (!is_base64(text, text_size) || der == NULL || !is_whole(der, size))
        return set_invalid(error, number, "is damaged; copy the certificate again");
    lodge_digest_compute(der, size, sha256);
    if (!g_ptr_array_find_with_equal_func(digests, sha256, g_str_equal, NULL))
        g_ptr_array_add(digests, g_strdup(sha256));
    return TRUE;
}

/* One block; `at` stands at its BEGIN and is left behind its END. */
static gboolean
read_block(GPtrArray *digests, const char **at, guint number, GError **error)
{
    const char *label = *at + strlen(BEGIN);
    gsize label_size = strcspn(label, "-\r\n");
    gboolean is_certificate =
        label_size == strlen(CERTIFICATE) && strncmp(label, CERTIFICATE, label_size) == 0;
    if (!is_certificate && g_strstr_len(label, (gssize)label_size, "PRIVATE KEY"))
        return set_invalid(error, number, "is a private key; take it out of this file");
    if (!is_certificate)
        return set_invalid(error, number, "is no CERTIFICATE; take it out");
    const char *body = label + label_size;
    const char *end = strstr(body, DASHES "END " CERTIFICATE DASHES);
    if (strncmp(body, DASHES, strlen(DASHES)) != 0 || end == NULL)
        return set_invalid(error, number, "has no end; copy the certificate again");
    body += strlen(DASHES);
    *at = end + strlen(DASHES "END " CERTIFICATE DASHES);
    return add_certificate(digests, body, (gsize)(end - body), number, error);
}

static int compare_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

GStrv lodge_anchors_digest(const char *pem, GError **error)
{
    g_return_val_if_fail(pem != NULL, NULL);
    g_autoptr(GPtrArray) digests = g_ptr_array_new_with_free_func(g_free);
    guint number = 0;

    for (const char *at = pem; (at = strstr(at, BEGIN)) != NULL;) {
        if (!read_block(digests, &at, ++number, error))
            return NULL;
    }
    if (number == 0) {
        g_set_error_literal(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_INVALID,
                            "it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)");
        return NULL;
    }
    g_ptr_array_sort(digests, compare_text);
    g_ptr_array_add(digests, NULL);
    return (GStrv)g_ptr_array_free(g_steal_pointer(&digests), FALSE);
}

GBytes *lodge_anchors_read(LodgeKeyGroup *group, LodgeTrust *trust)
{
    g_autofree char *path = lodge_key_group_get_path(group, "smime_anchors");
    g_autoptr(GError) error = NULL;
    gsize size_bytes = 0;

    if (path == NULL)
        return NULL;
    g_autofree char *pem = lodge_key_file_read(path, &size_bytes, &error);
    GStrv digests = pem != NULL ? lodge_anchors_digest(pem, &error) : NULL;
    if (digests == NULL) {
        lodge_key_group_fail(group, "smime_anchors", "'%s' cannot be used: %s", path,
                             error->message);
        return NULL;
    }
    g_strfreev(trust->smime_anchors);
    trust->smime_anchors = digests;
    return g_bytes_new_take(g_steal_pointer(&pem), size_bytes);
}
