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
