#include "config/trust.h"

#include "parsers/text/digest.h"
#include "parsers/text/json.h"

#include <string.h>

#define TRUST_BYTES (1024 * 1024)
#define TRUST_DEPTH 4
#define EXCHANGE_ONLINE "exchange-online"

LodgeTrust *lodge_trust_new(void)
{
    LodgeTrust *trust = g_new0(LodgeTrust, 1);
    trust->networks = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_network_free);
    trust->servers = g_new0(char *, 1);
    trust->authserv_ids = g_new0(char *, 1);
    trust->arc_sealers = g_new0(char *, 1);
    trust->smime_anchors = g_new0(char *, 1);
    trust->spf = LODGE_SPF_HOLD;
    trust->min_rsa_bits = LODGE_TRUST_LEAST_RSA_BITS;
    return trust;
}

void lodge_trust_free(LodgeTrust *trust)
{
    if (trust == NULL)
        return;
    g_ptr_array_unref(trust->networks);
    g_strfreev(trust->servers);
    g_strfreev(trust->authserv_ids);
    g_strfreev(trust->arc_sealers);
    g_strfreev(trust->smime_anchors);
    g_free(trust);
}

static int compare_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Lower case, sorted, once each: equal settings must give equal bytes. */
static void
add_normalised(LodgeJsonWriter *writer, const char *name, const char *const *values)
{
    g_autoptr(GPtrArray) sorted = g_ptr_array_new_with_free_func(g_free);
    for (gsize i = 0; values[i] != NULL; i++)
        g_ptr_array_add(sorted, g_ascii_strdown(values[i], -1));
    g_ptr_array_sort(sorted, compare_text);
    lodge_json_begin_array(writer, name);
    for (guint i = 0; i < sorted->len; i++) {
        const char *value = g_ptr_array_index(sorted, i);
        if (i == 0 || strcmp(value, g_ptr_array_index(sorted, i - 1)) != 0)
            lodge_json_add_string(writer, NULL, value);
    }
    lodge_json_end_array(writer);
}

char *lodge_trust_format(const LodgeTrust *trust)
{
    g_autoptr(LodgeJsonWriter) writer = lodge_json_writer_new();
    g_autoptr(GPtrArray) networks = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < trust->networks->len; i++)
        g_ptr_array_add(networks,
                        lodge_network_format(g_ptr_array_index(trust->networks, i)));
    g_ptr_array_add(networks, NULL);
    lodge_json_begin_object(writer, NULL);
    if (trust->kind == LODGE_BORDER_EXCHANGE_ONLINE)
        lodge_json_add_string(writer, "kind", EXCHANGE_ONLINE);
    add_normalised(writer, "networks", (const char *const *)networks->pdata);
    add_normalised(writer, "servers", (const char *const *)trust->servers);
    add_normalised(writer, "authserv_ids", (const char *const *)trust->authserv_ids);
    lodge_json_add_string(writer, "spf", trust->spf == LODGE_SPF_WARN ? "warn" : "hold");
    if (trust->arc_sealers[0] != NULL)
        add_normalised(writer, "arc_sealers", (const char *const *)trust->arc_sealers);
    if (trust->smime_anchors[0] != NULL)
        add_normalised(writer, "smime_anchors", (const char *const *)trust->smime_anchors);
    if (trust->min_rsa_bits != LODGE_TRUST_LEAST_RSA_BITS)
        lodge_json_add_int(writer, "min_rsa_bits", trust->min_rsa_bits);
    lodge_json_end_object(writer);
    return lodge_json_finish_text(g_steal_pointer(&writer));
}

static void
parse_networks(LodgeTrust *trust, LodgeJsonDocument *document, const LodgeJsonNode *root)
{
    g_auto(GStrv) networks = lodge_json_get_strings(document, root, "networks");
    for (gsize i = 0; networks[i] != NULL; i++) {
        LodgeNetwork *network = lodge_network_parse(networks[i]);
        if (network == NULL)
            lodge_json_fail(document, "member %zu of networks is no network", i);
        else
            g_ptr_array_add(trust->networks, network);
    }
}

static LodgeSpfPolicy parse_spf(LodgeJsonDocument *document, const LodgeJsonNode *root)
{
    const char *spf = lodge_json_get_string(document, root, "spf");
    if (g_strcmp0(spf, "warn") == 0)
        return LODGE_SPF_WARN;
    if (g_strcmp0(spf, "hold") != 0)
        lodge_json_fail(document, "spf is neither hold nor warn");
    return LODGE_SPF_HOLD;
}

static void
parse_anchors(LodgeTrust *trust, LodgeJsonDocument *document, const LodgeJsonNode *root)
{
    if (lodge_json_get_optional_array(document, root, "smime_anchors") == NULL)
        return;
    g_strfreev(trust->smime_anchors);
    trust->smime_anchors = lodge_json_get_strings(document, root, "smime_anchors");
    for (gsize i = 0; trust->smime_anchors[i] != NULL; i++) {
        if (!lodge_digest_is_valid(trust->smime_anchors[i]))
            lodge_json_fail(document, "member %zu of smime_anchors is no digest", i);
    }
}

static LodgeBorderKind parse_kind(LodgeJsonDocument *document, const LodgeJsonNode *root)
{
    const char *kind = lodge_json_get_optional_string(document, root, "kind");
    if (kind != NULL && strcmp(kind, EXCHANGE_ONLINE) != 0)
        lodge_json_fail(document, "kind is not exchange-online");
    return kind == NULL ? LODGE_BORDER_GENERIC : LODGE_BORDER_EXCHANGE_ONLINE;
}

static guint parse_rsa_bits(LodgeJsonDocument *document, const LodgeJsonNode *root)
{
    gint64 bits = lodge_json_get_optional_int(document, root, "min_rsa_bits",
                                              LODGE_TRUST_LEAST_RSA_BITS);
    if (bits < LODGE_TRUST_LEAST_RSA_BITS || bits > LODGE_TRUST_MOST_RSA_BITS)
        lodge_json_fail(document, "min_rsa_bits is not within %d to %d",
                        LODGE_TRUST_LEAST_RSA_BITS, LODGE_TRUST_MOST_RSA_BITS);
    return (guint)bits;
}

LodgeTrust *lodge_trust_parse(const char *json, GError **error)
{
    g_autoptr(LodgeJsonDocument) document =
        lodge_json_parse(json, strlen(json), TRUST_BYTES, TRUST_DEPTH, error);
    if (document == NULL)
        return NULL;
    const LodgeJsonNode *root = lodge_json_root(document);
    g_autoptr(LodgeTrust) trust = lodge_trust_new();
    trust->kind = parse_kind(document, root);
    parse_networks(trust, document, root);
    g_strfreev(trust->servers);
    trust->servers = lodge_json_get_strings(document, root, "servers");
    g_strfreev(trust->authserv_ids);
    trust->authserv_ids = lodge_json_get_strings(document, root, "authserv_ids");
    trust->spf = parse_spf(document, root);
    if (lodge_json_get_optional_array(document, root, "arc_sealers") != NULL) {
        g_strfreev(trust->arc_sealers);
        trust->arc_sealers = lodge_json_get_strings(document, root, "arc_sealers");
    }
    parse_anchors(trust, document, root);
    trust->min_rsa_bits = parse_rsa_bits(document, root);
    if (!lodge_json_finish(document, error))
        return NULL;
    return g_steal_pointer(&trust);
}

/* "*.dept.gov.uk" is every name below dept.gov.uk, not itself. */
static gboolean matches_server(const char *pattern, const char *host)
{
    if (!g_str_has_prefix(pattern, "*."))
        return g_ascii_strcasecmp(pattern, host) == 0;
    gsize suffix_length = strlen(pattern + 1);
    gsize length = strlen(host);
    return length > suffix_length &&
           g_ascii_strcasecmp(host + length - suffix_length, pattern + 1) == 0;
}

gboolean lodge_trust_is_our_server(const LodgeTrust *trust, const char *host)
{
    if (host == NULL || *host == '\0')
        return FALSE;
    g_autofree char *name = g_strdup(host);
    if (g_str_has_suffix(name, "."))
        name[strlen(name) - 1] = '\0';
    for (gsize i = 0; trust->servers[i] != NULL; i++) {
        if (matches_server(trust->servers[i], name))
            return TRUE;
    }
    return FALSE;
}

gboolean lodge_trust_is_our_address(const LodgeTrust *trust, const char *address)
{
    for (guint i = 0; i < trust->networks->len; i++) {
        if (lodge_network_contains(g_ptr_array_index(trust->networks, i), address))
            return TRUE;
    }
    return FALSE;
}
