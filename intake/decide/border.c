#include "intake/decide/border.h"

#include "intake/decide/exchange_online.h"

static gboolean is_address(const char *text)
{
    LodgeNetwork *network = text == NULL ? NULL : lodge_network_parse(text);
    gboolean is = network != NULL;
    lodge_network_free(network);
    return is;
}

/* LMTP, LMTPS, LMTPA … : the last step into the mail store, often over a Unix socket. */
static gboolean is_lmtp(const LodgeReceived *hop)
{
    return hop->with != NULL && g_str_has_prefix(hop->with, "LMTP");
}

static LodgeHopKind classify(const LodgeReceived *hop, const LodgeTrust *trust)
{
    if (trust->kind == LODGE_BORDER_EXCHANGE_ONLINE &&
        lodge_exchange_online_is_server(hop->by))
        return lodge_exchange_online_classify(hop, trust);
    if (hop->by == NULL || !lodge_trust_is_our_server(trust, hop->by))
        return LODGE_HOP_FOREIGN;
    if (hop->peer_address == NULL && is_lmtp(hop))
        return LODGE_HOP_INTERNAL;
    if (!is_address(hop->peer_address))
        return LODGE_HOP_UNREADABLE;
    if (lodge_trust_is_our_address(trust, hop->peer_address))
        return LODGE_HOP_INTERNAL;
    return LODGE_HOP_BORDER;
}

static const LodgeReceived *hop_at(const LodgeMessageFacts *message, guint index)
{
    return g_ptr_array_index(message->received, index);
}

/* Without a border hop only what stands above every Received line is surely ours. */
static void set_limit(LodgeBorder *border, const LodgeMessageFacts *message)
{
    border->has_limit = message->received->len > 0;
    if (border->has_limit)
        border->limit_position =
            hop_at(message, border->hop == NULL ? 0 : border->internal)->position;
}

LodgeBorder lodge_border_find(const LodgeMessageFacts *message, const LodgeTrust *trust)
{
    LodgeBorder border = {.index = message->received->len};
    gboolean unbroken = TRUE;
    for (guint i = 0; i < message->received->len && border.hop == NULL; i++) {
        LodgeHopKind kind = classify(hop_at(message, i), trust);
        unbroken = unbroken && kind == LODGE_HOP_INTERNAL;
        if (unbroken)
            border.internal++;
        if (kind != LODGE_HOP_BORDER)
            continue;
        border.hop = hop_at(message, i);
        border.index = i;
    }
    set_limit(&border, message);
    return border;
}

LodgeHopKind lodge_border_classify(const LodgeBorder *border,
                                   const LodgeMessageFacts *message,
                                   const LodgeTrust *trust,
                                   guint index)
{
    g_return_val_if_fail(index < message->received->len, LODGE_HOP_BELOW);
    if (border->hop != NULL && index > border->index)
        return LODGE_HOP_BELOW;
    return classify(hop_at(message, index), trust);
}
