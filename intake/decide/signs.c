#include "intake/decide/signs.h"

#include "intake/decide/findings.h"
#include "intake/decide/place.h"
#include <string.h>

static const char *const *phrases_of(const LodgeSign *sign)
{
    return (const char *const *)sign->phrases;
}

static void
add_places(GPtrArray *places, const LodgeAttachment *attachment, const GPtrArray *asked)
{
    for (guint i = 0; i < asked->len; i++) {
        const LodgeSign *sign = g_ptr_array_index(asked, i);
        LodgePlace *place = lodge_place_find(attachment, phrases_of(sign), sign->id);
        if (place != NULL)
            g_ptr_array_add(places, place);
    }
}

GPtrArray *
lodge_signs_list(const LodgeAttachment *attachment, const LodgeCall *call, gboolean themes)
{
    GPtrArray *places = g_ptr_array_new_with_free_func((GDestroyNotify)lodge_place_free);
    if (themes)
        add_places(places, attachment, call->themes);
    add_places(places, attachment, call->signs);
    return places;
}

/* "plan.pdf, page 3: Endorsed by Cabinet on 9 July 2024" */
static char *show_place(const char *where, const LodgePlace *place)
{
    if (place->page > 0)
        return g_strdup_printf("%s, page %" G_GINT64_FORMAT ": \"%s\"", where, place->page,
                               place->words);
    return g_strdup_printf("%s: \"%s\"", where, place->words);
}

static char *find_in(const LodgeAttachment *attachment, const LodgeSign *sign)
{
    g_autoptr(LodgePlace) place = lodge_place_find(attachment, phrases_of(sign), sign->id);
    return place != NULL ? show_place(attachment->name, place) : NULL;
}

static char *find_anywhere(const LodgeSign *sign,
                           const LodgeAttachment *plan,
                           const GPtrArray *attachments,
                           const LodgeMessageFacts *message)
{
    char *shown = find_in(plan, sign);
    for (guint i = 0; shown == NULL && i < attachments->len; i++)
        shown = find_in(g_ptr_array_index(attachments, i), sign);
    if (shown != NULL)
        return shown;
    g_autoptr(LodgePlace) place =
        lodge_place_find_in_text(message->body_text, phrases_of(sign), sign->id);
    return place != NULL ? show_place("the e-mail itself", place) : NULL;
}

void lodge_signs_judge(const LodgeAttachment *plan,
                       const GPtrArray *attachments,
                       const LodgeMessageFacts *message,
                       const LodgeCall *call,
                       GPtrArray *findings)
{
    for (guint i = 0; plan != NULL && i < call->signs->len; i++) {
        const LodgeSign *sign = g_ptr_array_index(call->signs, i);
        g_autofree char *shown = find_anywhere(sign, plan, attachments, message);
        if (shown != NULL)
            lodge_findings_add(findings, LODGE_FINDING_SIGN_FOUND, sign->id, sign->title,
                               shown);
        else if (!lodge_folded_text_is_empty(plan->text))
            lodge_findings_add(findings, LODGE_FINDING_SIGN_NOT_FOUND, sign->id, plan->name,
                               sign->title);
    }
}
