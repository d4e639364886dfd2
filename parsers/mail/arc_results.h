/* arc_results.h - one ARC-Authentication-Results field: an instance, and what its sealer saw.
 *
 *   arc-info = [CFWS] "i" [CFWS] "=" [CFWS] 1*2DIGIT [CFWS] ";" authres-payload
 *
 * The payload is read by authentication_results.h, whole or not at all. Whom to believe is decided
 * elsewhere: by itself the field is anybody's word.
 * Source: RFC 8617 section 4.1.1. */
#pragma once

#include "parsers/mail/message_facts.h"
#include <glib.h>

/* `raw`: the body as received, folds included, valid UTF-8. Never NULL. */
LodgeArcResults *lodge_arc_results_parse(const char *raw);
