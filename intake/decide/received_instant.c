#include "intake/decide/received_instant.h"

#include "intake/decide/rung.h"
#include "parsers/text/display.h"

#define NAME_BYTES 120

void lodge_received_instant_free(LodgeReceivedInstant *received)
{
    if (received == NULL)
        return;
    g_free(received->source);
    g_ptr_array_unref(received->clocks);
    g_array_unref(received->weighed);
    g_free(received);
}

static void add_clock(LodgeReceivedInstant *received,
                      const char *check,
                      gint64 instant_us,
                      const char *words)
{
    g_autofree char *instant = lodge_instant_format(instant_us);
    lodge_rung_add(received->clocks, check, instant == NULL ? "unknown" : instant, words);
}

static void weigh(LodgeReceivedInstant *received, gint64 instant_us)
{
    if (instant_us != LODGE_INSTANT_UNKNOWN)
        g_array_append_val(received->weighed, instant_us);
}

static const char *explain_hop(LodgeHopKind kind)
{
    switch (kind) {
    case LODGE_HOP_BORDER:
        return "our server took it over from outside";
    case LODGE_HOP_INTERNAL:
        return "passed on between our own servers";
    case LODGE_HOP_UNREADABLE:
        return "our server, but the address it came from cannot be read; passed over";
    case LODGE_HOP_FOREIGN:
        return "a server that is not listed as ours; passed over";
    case LODGE_HOP_BELOW:
        return "written before it reached us; shown, never weighed";
    }
    g_return_val_if_reached("");
}

static const char *name_hop(const LodgeBorder *border, LodgeHopKind kind)
{
    if (kind == LODGE_HOP_BORDER)
        return "border-hop";
    if (kind == LODGE_HOP_BELOW)
        return "hop-below";
    if (kind == LODGE_HOP_INTERNAL)
        return "hop-above";
    return border->hop == NULL ? "hop-passed-over" : "hop-above";
}

static void add_hop(LodgeReceivedInstant *received,
                    const LodgeBorder *border,
                    const LodgeReceived *hop,
                    LodgeHopKind kind)
{
    g_autofree char *by = lodge_display_line(hop->by == NULL ? "?" : hop->by, NAME_BYTES);
    const char *peer = hop->peer_address == NULL ? "?" : hop->peer_address;
    g_autofree char *from = lodge_display_line(peer, NAME_BYTES);
    g_autofree char *words = g_strdup_printf("%s from %s: %s", by, from, explain_hop(kind));
    add_clock(received, name_hop(border, kind), hop->instant_us, words);
}

static gboolean is_weighed(const LodgeBorder *border, guint index)
{
    return border->hop != NULL ? index <= border->index : index < border->internal;
}

static void weigh_hops(LodgeReceivedInstant *received,
                       const LodgeMessageFacts *message,
                       const LodgeTrust *trust,
                       const LodgeBorder *border)
{
    for (guint i = 0; i < message->received->len; i++) {
        const LodgeReceived *hop = g_ptr_array_index(message->received, i);
        add_hop(received, border, hop, lodge_border_classify(border, message, trust, i));
        if (is_weighed(border, i))
            weigh(received, hop->instant_us);
    }
}

static void choose(LodgeReceivedInstant *received,
                   const LodgeEvidence *evidence,
                   const LodgeBorder *border)
{
    received->instant_us = LODGE_INSTANT_UNKNOWN;
    const char *source = "none";
    if (border->hop != NULL && border->hop->instant_us != LODGE_INSTANT_UNKNOWN) {
        received->instant_us = border->hop->instant_us;
        source = "border-hop";
    } else if (evidence->internaldate_us != LODGE_INSTANT_UNKNOWN) {
        received->instant_us = evidence->internaldate_us;
        source = "internaldate";
    }
    received->source = g_strdup(source);
}

LodgeReceivedInstant *lodge_received_instant_judge(const LodgeMessageFacts *message,
                                                   const LodgeEvidence *evidence,
                                                   const LodgeTrust *trust,
                                                   const LodgeBorder *border)
{
    LodgeReceivedInstant *received = g_new0(LodgeReceivedInstant, 1);
    received->clocks = lodge_rungs_new();
    received->weighed = g_array_new(FALSE, FALSE, sizeof(gint64));
    choose(received, evidence, border);
    weigh_hops(received, message, trust, border);
    weigh(received, evidence->internaldate_us);
    add_clock(received, "internaldate", evidence->internaldate_us,
              "when the mailbox server stored it");
    add_clock(received, "date", message->date_us,
              "the sender's own clock (Date); shown, never weighed");
    return received;
}
