/* resolver_stored.h - a resolver that knows what was stored with a decision, and nothing else.
 *
 * Answers come back as they were stored, with the instant at which they were asked then. A name that was not
 * asked then is NOT_STORED: not absence, and not a reason to ask now. */
#pragma once

#include "intake/learn/resolver.h"

/* `answers` is referenced and must not change any more; NULL: none. */
LodgeResolver *lodge_resolver_stored_new(GPtrArray *answers);
