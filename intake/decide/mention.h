/* mention.h - does a text speak of this call, and of which council?
 *
 * A call is named by its title, by what is submitted, by one of its configured names or by one of its
 * references. A council is named by its full name; failing that, by the words of its slug. */
#pragma once

#include "config/call.h"
#include "config/register.h"
#include "intake/decide/folded_text.h"

gboolean lodge_mention_has_call(const LodgeFoldedText *text, const LodgeCall *call);
/* The one body (LodgeBody, borrowed) among `bodies` that the text names, or NULL when it names
 * none or several. */
const LodgeBody *lodge_mention_find_only_body(const LodgeFoldedText *text,
                                              const GPtrArray *bodies);
