/* base64.h - the base64string of DKIM: strict about its characters, tolerant of white space.
 *
 *   base64string = ALPHADIGITPS *([FWS] ALPHADIGITPS) [ [FWS] "=" [ [FWS] "=" ] ]
 *
 * The grammar has no rule on the length: what is left of an incomplete group gives the whole bytes
 * it holds, and a value that was cut short simply does not verify.
 * Source: RFC 6376 section 2.10 (and its erratum on white space). */
#pragma once

#include <glib.h>

/* NULL if `text` does not follow the grammar (an empty one does not). */
GBytes *lodge_base64_decode(const char *text, gsize size);
