/* border.h - where a message crossed into our house, as its Received lines tell.
 *
 * Every server writes its Received line on top, so the lines down to the border are ours and
 * every line below belongs to the sender, whatever it claims. The border hop is, going down from
 * the top, the first line whose "by" is one of our servers and whose peer, as our server wrote
 * it, is outside our networks. Kinds of the lines on the way:
 *
 *   internal    by our server, from our networks, or handed over by LMTP without a peer
 *   unreadable  by our server, but no address of a peer can be read: passed over
 *   foreign     by a server that is not listed as ours: passed over
 *   border      the border hop
 *   below       everything under it: the sender's
 *
 * Under [border] kind = exchange-online Microsoft's servers are ours too: exchange_online.h.
 *
 * A line that was passed over may be the true border, badly written or badly configured. Time
 * is safe from that, because the lines above the border are weighed; trust in authentication results is
 * not, so it ends at the first line that is not internal.
 * Loopback is ours only where the configured networks say so. */
#pragma once

#include "config/trust.h"
#include "parsers/mail/message_facts.h"

typedef enum {
    LODGE_HOP_INTERNAL,
    LODGE_HOP_UNREADABLE,
    LODGE_HOP_FOREIGN,
    LODGE_HOP_BORDER,
    LODGE_HOP_BELOW,
} LodgeHopKind;

typedef struct {
    const LodgeReceived *hop; /* the border hop (borrowed), or NULL */
    guint index;        /* its place in message->received; their number if there is none */
    guint internal;     /* how many lines from the top are internal, without a gap */
    gboolean has_limit; /* FALSE: no Received line at all, no result can be trusted */
    guint limit_position; /* header fields above this position were written by us */
} LodgeBorder;

LodgeBorder lodge_border_find(const LodgeMessageFacts *message, const LodgeTrust *trust);
LodgeHopKind lodge_border_classify(const LodgeBorder *border,
                                   const LodgeMessageFacts *message,
                                   const LodgeTrust *trust,
                                   guint index);
