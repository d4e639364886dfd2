#include "intake/fetch/selected.h"

static GStrv copy_flags(const LodgeImapValue *flags)
{
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    for (const LodgeImapValue *flag = lodge_imap_list_first(flags); flag != NULL;
         flag = lodge_imap_list_next(flags, flag))
        g_strv_builder_add(names, flag->text);
    return g_strv_builder_end(names);
}

static void note_epoch(LodgeImapSelected *selected, guint32 uidvalidity)
{
    if (selected->uidvalidity != 0 && selected->uidvalidity != uidvalidity)
        selected->epoch_changed = TRUE;
    else
        selected->uidvalidity = uidvalidity;
}

static void note_code(LodgeImapSelected *selected, const LodgeImapResponse *response)
{
    guint64 number = response->code_number;
    if (lodge_imap_response_has_code(response, "UIDVALIDITY") && number <= G_MAXUINT32)
        note_epoch(selected, (guint32)number);
    else if (lodge_imap_response_has_code(response, "UIDNEXT") && number <= G_MAXUINT32)
        selected->uidnext = (guint32)number;
    else if (lodge_imap_response_has_code(response, "UIDNOTSTICKY"))
        selected->uids_not_sticky = TRUE;
    else if (lodge_imap_response_has_code(response, "READ-ONLY"))
        selected->read_only = TRUE;
    else if (lodge_imap_response_has_code(response, "PERMANENTFLAGS")) {
        g_strfreev(selected->permanent_flags);
        selected->permanent_flags = copy_flags(lodge_imap_list_first(response->code_data));
    }
}

static void note_data(LodgeImapSelected *selected, const LodgeImapResponse *response)
{
    if (lodge_imap_response_is(response, "EXISTS") && response->numbered) {
        selected->exists = response->number;
    } else if (lodge_imap_response_is(response, "EXPUNGE") ||
               lodge_imap_response_is(response, "VANISHED")) {
        selected->removals++;
        if (selected->exists > 0)
            selected->exists--;
    }
}

void lodge_imap_selected_note(LodgeImapSelected *selected,
                              const LodgeImapResponse *response)
{
    note_code(selected, response);
    if (response->kind == LODGE_IMAP_UNTAGGED)
        note_data(selected, response);
}

void lodge_imap_selected_clear(LodgeImapSelected *selected)
{
    g_strfreev(selected->permanent_flags);
    *selected = (LodgeImapSelected){0};
}
