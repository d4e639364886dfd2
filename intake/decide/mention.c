#include "intake/decide/mention.h"

#include <string.h>

/* "PP24" in "Re: Auto: Received PP24-000123-K"; a prefix of letters alone would be found anywhere. */
static gboolean has_reference(const LodgeFoldedText *text, const LodgeCall *call)
{
    const char *prefix = call->reference_prefix;
    return prefix != NULL && strpbrk(prefix, "0123456789") != NULL &&
           lodge_folded_text_has(text, prefix);
}

/* "Productivity Plan" names the call; one ordinary word like "submission" is in any mail. */
static gboolean has_noun(const LodgeFoldedText *text, const LodgeCall *call)
{
    return strchr(call->noun, ' ') != NULL && lodge_folded_text_has(text, call->noun);
}

gboolean lodge_mention_has_call(const LodgeFoldedText *text, const LodgeCall *call)
{
    return lodge_folded_text_has(text, call->title) || has_noun(text, call) ||
           lodge_folded_text_find_any(text, (const char *const *)call->names) != NULL ||
           has_reference(text, call);
}

static const LodgeBody *find_only(const LodgeFoldedText *text,
                                  const GPtrArray *bodies,
                                  gboolean slug,
                                  guint *count_out)
{
    const LodgeBody *only = NULL;
    guint count = 0;
    for (guint i = 0; i < bodies->len; i++) {
        const LodgeBody *body = g_ptr_array_index(bodies, i);
        if (!lodge_folded_text_has(text, slug ? body->slug : body->name))
            continue;
        only = body;
        count++;
    }
    *count_out = count;
    return count == 1 ? only : NULL;
}

const LodgeBody *lodge_mention_find_only_body(const LodgeFoldedText *text,
                                              const GPtrArray *bodies)
{
    /* "Adur District Council" decides, although its address says adur-worthing.gov.uk. */
    guint count;
    const LodgeBody *only = find_only(text, bodies, FALSE, &count);
    return count > 0 ? only : find_only(text, bodies, TRUE, &count);
}
