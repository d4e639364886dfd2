#include "intake/decide/themes.h"

GStrv lodge_themes_find(const LodgeFoldedText *text, const LodgeCall *call)
{
    g_autoptr(GStrvBuilder) found = g_strv_builder_new();
    for (guint i = 0; i < call->themes->len; i++) {
        const LodgeTheme *theme = g_ptr_array_index(call->themes, i);
        const char *const *phrases = (const char *const *)theme->phrases;
        if (lodge_folded_text_find_any(text, phrases) != NULL)
            g_strv_builder_add(found, theme->id);
    }
    return g_strv_builder_end(found);
}

char *lodge_themes_list_missing(const char *const *found, const LodgeCall *call)
{
    g_autoptr(GString) list = g_string_new(NULL);
    for (guint i = 0; i < call->themes->len; i++) {
        const LodgeTheme *theme = g_ptr_array_index(call->themes, i);
        if (g_strv_contains(found, theme->id))
            continue;
        g_string_append_printf(list, "%s%s", list->len == 0 ? "" : "; ", theme->title);
    }
    return list->len == 0 ? NULL : g_string_free(g_steal_pointer(&list), FALSE);
}
