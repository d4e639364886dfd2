/* stored.h - an object that the journal names. That it is not there is damage, just as if it had been altered: whoever
 * asks lodge for a message must not be told that he asked for the wrong thing. */
#pragma once

#include "spool/spool.h"

/* Whole, digest verified. LODGE_SPOOL_ERROR_DAMAGED: altered, missing or larger than `max_bytes`. */
GBytes *
lodge_stored_read(LodgeSpool *spool, const char *sha256, gsize max_bytes, GError **error);
