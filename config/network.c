#include "config/network.h"

#include <arpa/inet.h>
#include <string.h>

struct LodgeNetwork {
    int family; /* AF_INET, AF_INET6 */
    guint prefix;
    guint8 bytes[16];
};

typedef struct {
    int family;
    guint8 bytes[16];
} Address;

static const guint8 MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* ::ffff:192.0.2.1 is 192.0.2.1 to everybody who writes rules. */
static gboolean parse_address(const char *text, Address *address_out)
{
    Address address = {0};
    if (inet_pton(AF_INET, text, address.bytes) == 1) {
        address.family = AF_INET;
    } else if (inet_pton(AF_INET6, text, address.bytes) == 1) {
        address.family = AF_INET6;
        if (memcmp(address.bytes, MAPPED, sizeof MAPPED) == 0) {
            memmove(address.bytes, address.bytes + 12, 4);
            address.family = AF_INET;
        }
    } else {
        return FALSE;
    }
    *address_out = address;
    return TRUE;
}

static guint bits_of(int family)
{
    return family == AF_INET ? 32 : 128;
}

static gboolean has_bit(const guint8 *bytes, guint bit)
{
    return (bytes[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

/* At most three digits, no sign, no leading zero. */
static gboolean parse_prefix(const char *text, guint *prefix_out)
{
    gsize length = strlen(text);
    if (length == 0 || length > 3 || strspn(text, "0123456789") != length ||
        (text[0] == '0' && length > 1))
        return FALSE;
    *prefix_out = (guint)g_ascii_strtoull(text, NULL, 10);
    return TRUE;
}

/* A written prefix counts in the written family: ::ffff:192.0.2.0/120 is 192.0.2.0/24. */
static gboolean
fit_prefix(const char *written, guint prefix, const Address *address, guint *prefix_out)
{
    gboolean mapped = address->family == AF_INET && strchr(written, ':') != NULL;
    if (mapped && prefix < 96)
        return FALSE;
    if (mapped)
        prefix -= 96;
    if (prefix > bits_of(address->family))
        return FALSE;
    *prefix_out = prefix;
    return TRUE;
}

LodgeNetwork *lodge_network_parse(const char *text)
{
    Address address;
    guint prefix = 0;
    g_return_val_if_fail(text != NULL, NULL);
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    if (parts[0] == NULL || !parse_address(parts[0], &address))
        return NULL;
    if (parts[1] == NULL)
        prefix = bits_of(address.family);
    else if (!parse_prefix(parts[1], &prefix) ||
             !fit_prefix(parts[0], prefix, &address, &prefix))
        return NULL;
    /* A bit set after the prefix is a typing error, not a network. */
    for (guint bit = prefix; bit < bits_of(address.family); bit++) {
        if (has_bit(address.bytes, bit))
            return NULL;
    }
    LodgeNetwork *network = g_new0(LodgeNetwork, 1);
    network->family = address.family;
    network->prefix = prefix;
    memcpy(network->bytes, address.bytes, sizeof network->bytes);
    return network;
}

void lodge_network_free(LodgeNetwork *network)
{
    g_free(network);
}

char *lodge_network_format(const LodgeNetwork *network)
{
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(network->family, network->bytes, text, sizeof text);
    return g_strdup_printf("%s/%u", text, network->prefix);
}

gboolean lodge_network_contains(const LodgeNetwork *network, const char *text)
{
    Address address;
    if (text == NULL || !parse_address(text, &address) || address.family != network->family)
        return FALSE;
    for (guint bit = 0; bit < network->prefix; bit++) {
        if (has_bit(address.bytes, bit) != has_bit(network->bytes, bit))
            return FALSE;
    }
    return TRUE;
}
