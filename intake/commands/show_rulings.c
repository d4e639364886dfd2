#include "intake/commands/show_rulings.h"

#include "parsers/text/display.h"

static void print_words(const char *label, const char *words)
{
    if (words == NULL)
        return;
    g_autofree char *shown = lodge_display_line(words, 2000);
    lodge_print("  %s: %s\n", label, shown);
}

static void print_ruling(const LodgeLedgerRuling *ruling, const LodgeZone *zone)
{
    g_autofree char *at = zone != NULL ? lodge_zone_format_words(zone, ruling->at_us, TRUE)
                                       : lodge_instant_format(ruling->at_us);
    g_autofree char *actor = lodge_display_line(
        ruling->actor != NULL ? ruling->actor : "somebody whose name was erased", 100);
    lodge_print("- %s by %s on %s\n", ruling->action, actor, at);
    print_words("council", ruling->council);
    print_words("counts as", ruling->timeliness);
    print_words("receipt", ruling->receipt);
    print_words("why", ruling->reason);
    print_words("told to the council", ruling->told);
}

/* ---- for machines ---- */

static void write_ruling(LodgeJsonWriter *json, const LodgeLedgerRuling *ruling)
{
    lodge_json_begin_object(json, NULL);
    lodge_json_add_instant(json, "at", ruling->at_us);
    lodge_json_add_string(json, "action", ruling->action);
    lodge_json_add_string(json, "actor", ruling->actor);
    lodge_json_add_string(json, "council", ruling->council);
    lodge_json_add_string(json, "timeliness", ruling->timeliness);
    lodge_json_add_string(json, "receipt", ruling->receipt);
    lodge_json_add_string(json, "reason", ruling->reason);
    lodge_json_add_string(json, "told", ruling->told);
    lodge_json_end_object(json);
}

gboolean lodge_show_write_rulings(LodgeJsonWriter *json,
                                  LodgeLedger *ledger,
                                  const char *reference,
                                  GError **error)
{
    g_autoptr(GPtrArray) rulings = lodge_ledger_list_rulings(ledger, reference, error);
    if (rulings == NULL)
        return FALSE;
    lodge_json_begin_array(json, "rulings");
    for (guint i = 0; i < rulings->len; i++)
        write_ruling(json, g_ptr_array_index(rulings, i));
    lodge_json_end_array(json);
    return TRUE;
}

/* ---- for people ---- */

gboolean lodge_show_rulings(const LodgeContext *context,
                            LodgeLedger *ledger,
                            const char *reference,
                            const LodgeZone *zone,
                            GError **error)
{
    g_autoptr(GPtrArray) rulings = lodge_ledger_list_rulings(ledger, reference, error);
    if (rulings == NULL)
        return FALSE;
    if (rulings->len == 0)
        return TRUE;
    lodge_print("\n");
    lodge_print_heading(context, "Rulings");
    for (guint i = 0; i < rulings->len; i++)
        print_ruling(g_ptr_array_index(rulings, i), zone);
    return TRUE;
}
