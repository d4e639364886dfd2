#include "intake/decide/exchange_online.h"

#include <string.h>

#define FRONT_DOOR ".mail.protection.outlook.com"

static gboolean ends_with(const char *host, const char *suffix)
{
    gsize length = strlen(host);
    gsize size = strlen(suffix);
    return length > size && g_ascii_strcasecmp(host + length - size, suffix) == 0;
}

static gboolean is_front_door(const char *host)
{
    return ends_with(host, FRONT_DOOR);
}

gboolean lodge_exchange_online_is_server(const char *host)
{
    static const char *const suffixes[] = {
        FRONT_DOOR, ".prod.outlook.com", ".outlook.office365.com",
        ".prod.protection.outlook.com", ".prod.exchangelabs.com"};
    for (gsize i = 0; host != NULL && i < G_N_ELEMENTS(suffixes); i++)
        if (ends_with(host, suffixes[i]))
            return TRUE;
    return FALSE;
}

/* The addresses that these servers have for each other. Others can rent some of them, too,
 * but cannot reach the inner servers without an account of ours. */
static gboolean is_inner_address(const char *address)
{
    static const char *const networks[] = {"2603:1000::/24", "10.0.0.0/8", "fe80::/10",
                                           "::1/128"};
    for (gsize i = 0; address != NULL && i < G_N_ELEMENTS(networks); i++) {
        LodgeNetwork *network = lodge_network_parse(networks[i]);
        gboolean inside = network != NULL && lodge_network_contains(network, address);
        lodge_network_free(network);
        if (inside)
            return TRUE;
    }
    return FALSE;
}

static gboolean is_address(const char *text)
{
    LodgeNetwork *network = text == NULL ? NULL : lodge_network_parse(text);
    gboolean is = network != NULL;
    lodge_network_free(network);
    return is;
}

LodgeHopKind lodge_exchange_online_classify(const LodgeReceived *hop,
                                            const LodgeTrust *trust)
{
    gboolean written_here = hop->with != NULL && g_str_has_prefix(hop->with, "MAPI");
    if (!is_address(hop->peer_address) || written_here)
        return LODGE_HOP_UNREADABLE;
    if (is_front_door(hop->by))
        return lodge_trust_is_our_address(trust, hop->peer_address) ? LODGE_HOP_INTERNAL
                                                                    : LODGE_HOP_BORDER;
    return lodge_exchange_online_is_server(hop->helo) && is_inner_address(hop->peer_address)
               ? LODGE_HOP_INTERNAL
               : LODGE_HOP_UNREADABLE;
}
