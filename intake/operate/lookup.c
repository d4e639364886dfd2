#include "intake/operate/lookup.h"

#include "parsers/text/display.h"
#include "parsers/text/reference.h"

G_DEFINE_QUARK(lodge_lookup_error_quark, lodge_lookup_error)

LodgeLedgerMessage *
lodge_lookup_message(LodgeLedger *ledger, const char *words, GError **error)
{
    g_autofree char *reference = lodge_reference_find(words);
    g_autoptr(GError) failure = NULL;
    LodgeLedgerMessage *message =
        reference != NULL ? lodge_ledger_get_message(ledger, reference, &failure) : NULL;
    if (failure != NULL) {
        g_propagate_error(error, g_steal_pointer(&failure));
    } else if (message == NULL) {
        g_autofree char *shown = lodge_display_line(words, 60);
        g_set_error(error, LODGE_LOOKUP_ERROR, LODGE_LOOKUP_ERROR_NONE,
                    reference != NULL ? "there is no message %s; see lodge list"
                                      : "%s is not a reference, or was misread: its check "
                                        "character is wrong; see lodge list",
                    shown);
    }
    return message;
}
