/* reference.h - references that read well on the phone: PREFIX-NNNNNN-C.
 *
 * C is a check character over prefix and number (ISO 7064, hybrid system MOD 37,36: catches
 * every single wrong character and all but about one in 400 swaps of neighbours; the standard's pure
 * systems catch all of those, but need a check character that is no letter or digit). Reading tolerates lower case and
 * surrounding space. Pure. */
#pragma once

#include <glib.h>

/* number 1..999999999 (at least six digits are written); g_free it. */
char *lodge_reference_format(const char *prefix, guint64 number);
/* FALSE: not one, or its check character is wrong. Outs may be NULL; prefix_out to be freed. */
gboolean lodge_reference_parse(const char *text, char **prefix_out, guint64 *number_out);
/* The first valid reference in a text (a subject), normalised, or NULL; g_free it. */
char *lodge_reference_find(const char *text);
