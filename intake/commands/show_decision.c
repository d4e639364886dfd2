/* The half of the story that the decision itself tells: what was found, who sent it, and by which clock. */
#include "intake/commands/show.h"

#include "parsers/text/display.h"

#define WORDS_BYTES 2000

void lodge_show_findings(const LodgeShow *show)
{
    LodgeJsonDocument *decision = show->decision;
    const LodgeJsonNode *findings =
        lodge_json_get_array(decision, lodge_json_root(decision), "findings");
    lodge_show_section(show, "What was found");
    if (lodge_json_array_length(findings) == 0)
        lodge_print("nothing worth mention\n");
    for (guint i = 0; i < lodge_json_array_length(findings); i++) {
        const LodgeJsonNode *finding = lodge_json_array_object(decision, findings, i);
        g_autofree char *words = lodge_display_line(
            lodge_json_get_string(decision, finding, "words"), WORDS_BYTES);
        lodge_print("- %s: %s (%s)\n", lodge_json_get_string(decision, finding, "severity"),
                    words, lodge_json_get_string(decision, finding, "code"));
        lodge_show_field("  what the council can do",
                         lodge_json_get_optional_string(decision, finding, "mend"));
        lodge_show_field("  rests on",
                         lodge_json_get_optional_string(decision, finding, "evidence"));
    }
}

/* ---- who, and when ---- */

static const LodgeJsonNode *get_part(const LodgeShow *show, const char *name)
{
    return lodge_json_get_object(show->decision, lodge_json_root(show->decision), name);
}

static void print_authority(const LodgeShow *show)
{
    static const LodgeMeaning results[] = {
        {"authorised", "proven, and it may speak for the council"},
        {"unproven", "not proven: nobody can say that it is from whom it names"},
        {"forged", "forged: it was not sent by whom it names"},
        {"ambiguous", "proven, but it is not clear for which council"},
        {"unregistered", "on the list of no council"},
    };
    LodgeJsonDocument *decision = show->decision;
    const LodgeJsonNode *authority = get_part(show, "authority");
    const LodgeJsonNode *ladder = lodge_json_get_array(decision, authority, "ladder");
    lodge_show_section(show, "Who it is from");
    lodge_print(
        "The sender is %s.\n",
        LODGE_EXPLAIN(results, lodge_json_get_string(decision, authority, "result")));
    for (guint i = 0; i < lodge_json_array_length(ladder); i++) {
        const LodgeJsonNode *rung = lodge_json_array_object(decision, ladder, i);
        g_autofree char *words =
            lodge_display_line(lodge_json_get_string(decision, rung, "words"), WORDS_BYTES);
        lodge_print("- %s: %s. %s\n", lodge_json_get_string(decision, rung, "check"),
                    lodge_json_get_string(decision, rung, "result"), words);
    }
}

static void print_clock(const LodgeShow *show, const LodgeJsonNode *clock, gboolean counts)
{
    static const LodgeMeaning checks[] = {
        {"border-hop", "our border"},        {"hop-above", "a server of ours"},
        {"hop-below", "a server before us"}, {"hop-passed-over", "a server passed over"},
        {"internaldate", "our mailbox"},     {"date", "the sender"},
    };
    const char *written = lodge_json_get_string(show->decision, clock, "result");
    gint64 instant_us = LODGE_INSTANT_UNKNOWN;
    if (!lodge_instant_parse(written, &instant_us))
        instant_us = LODGE_INSTANT_UNKNOWN; /* "unknown" */
    g_autofree char *when = lodge_show_when(show, instant_us);
    g_autofree char *words = lodge_display_line(
        lodge_json_get_string(show->decision, clock, "words"), WORDS_BYTES);
    lodge_print(
        "- %s: %s%s\n  %s\n",
        LODGE_EXPLAIN(checks, lodge_json_get_string(show->decision, clock, "check")), when,
        counts ? ". This one counts" : "", words);
}

/* In the order of the message's way, last stamp first; the one that counts is said to be. */
static void print_clocks(const LodgeShow *show)
{
    LodgeJsonDocument *decision = show->decision;
    const LodgeJsonNode *received = get_part(show, "received");
    const LodgeJsonNode *clocks = lodge_json_get_array(decision, received, "clocks");
    const char *source = lodge_json_get_string(decision, received, "source");
    lodge_show_section(show, "Clocks");
    for (guint i = 0; i < lodge_json_array_length(clocks); i++) {
        const LodgeJsonNode *clock = lodge_json_array_object(decision, clocks, i);
        const char *check = lodge_json_get_string(decision, clock, "check");
        print_clock(show, clock, g_strcmp0(check, source) == 0);
    }
}

void lodge_show_proof(const LodgeShow *show)
{
    print_authority(show);
    print_clocks(show);
}
