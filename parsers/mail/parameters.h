/* parameters.h - the body of Content-Type and Content-Disposition: a value and its parameters.
 *
 * Understands what senders write, not only what the grammar allows: RFC 2231 continuations and
 * character sets, RFC 2047 words inside quotes (Outlook for years), bare 8-bit names, names with
 * blanks and no quotes, quotes that never close, backslashes of Windows paths.
 * Source: RFC 2045 section 5.1, RFC 2183, RFC 2231. */
#pragma once

#include <glib.h>

typedef struct LodgeParameters LodgeParameters;

/* `raw`: the body as received, folds included. Never NULL. */
LodgeParameters *lodge_parameters_parse(const char *raw);
void lodge_parameters_free(LodgeParameters *parameters);

/* The value before the first ";", lower case, without comments and blanks; "" if there is none. */
const char *lodge_parameters_value(const LodgeParameters *parameters);
/* Decoded, valid UTF-8; NULL if there is no such parameter. The RFC 2231 form wins over the
 * plain one, the first of two equal ones over the second. g_free it.
 * `*unknown_charset` is set to TRUE if there was one, else left alone. */
char *lodge_parameters_find(const LodgeParameters *parameters,
                            const char *name,
                            gboolean *unknown_charset);
/* All that was written for it, pieces joined by "; ", valid UTF-8; or NULL. g_free it. */
char *lodge_parameters_find_raw(const LodgeParameters *parameters, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeParameters, lodge_parameters_free)
