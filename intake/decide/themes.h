/* themes.h - which of the call's themes a document speaks of.
 *
 * A theme shows when any of its phrases stands in the text (folded_text.h). It is only ever
 * a note: nothing here scores a plan. */
#pragma once

#include "config/call.h"
#include "intake/decide/folded_text.h"

/* Ids in the call's order; never NULL; g_strfreev. */
GStrv lodge_themes_find(const LodgeFoldedText *text, const LodgeCall *call);
/* Titles of the themes that are not among `found`, "a; b", or NULL when none is missing; g_free. */
char *lodge_themes_list_missing(const char *const *found, const LodgeCall *call);
