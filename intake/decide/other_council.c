#include "intake/decide/other_council.h"

/* Where a document says whose it is. */
typedef struct {
    const LodgeAttachment *plan;
    LodgeFoldedText *label; /* file name and title */
} Front;

static gboolean is_in_front(const Front *front, const char *name)
{
    return lodge_folded_text_has(front->label, name) ||
           lodge_folded_text_begins_near(front->plan->text, name,
                                         LODGE_ATTACHMENT_HEAD_LETTERS);
}

static gboolean is_part_of_name(const char *slug, const LodgeBody *other)
{
    g_autoptr(LodgeFoldedText) name = lodge_folded_text_new();
    lodge_folded_text_append(name, other->name);
    return lodge_folded_text_has(name, slug);
}

static gboolean is_named(const Front *front, const LodgeBody *own, const LodgeBody *other)
{
    return lodge_folded_text_has(front->plan->text, own->name) ||
           lodge_folded_text_has(front->label, own->name) ||
           (is_in_front(front, own->slug) && !is_part_of_name(own->slug, other));
}

static const LodgeBody *
find_only_other(const Front *front, const LodgeRegister *reg, const char *own, gint64 at_us)
{
    const LodgeBody *only = NULL;
    for (guint i = 0; i < lodge_register_count(reg); i++) {
        const LodgeBody *body = lodge_register_at(reg, i);
        if (g_strcmp0(body->gss, own) == 0 || !lodge_body_is_valid_at(body, at_us) ||
            !is_in_front(front, body->name))
            continue;
        if (only != NULL)
            return NULL;
        only = body;
    }
    return only;
}

const LodgeBody *lodge_other_council_find(const LodgeAttachment *plan,
                                          const LodgeRegister *reg,
                                          const char *own,
                                          gint64 at_us)
{
    const LodgeBody *own_body = own != NULL ? lodge_register_find(reg, own) : NULL;
    if (own_body == NULL)
        return NULL;
    g_autoptr(LodgeFoldedText) label = lodge_folded_text_new();
    lodge_folded_text_append(label, plan->part->name);
    if (plan->facts != NULL)
        lodge_folded_text_append(label, plan->facts->title);
    const Front front = {plan, label};
    const LodgeBody *other = find_only_other(&front, reg, own, at_us);
    return other == NULL || is_named(&front, own_body, other) ? NULL : other;
}
