/* salt.h - 256 random bits as hexadecimal digits: what nobody can guess. Inside the box. */
#pragma once

#include "parsers/text/digest.h"
#include <glib.h>

/* From the system's randomness; salt_out untouched on error. */
gboolean lodge_salt_make(char salt_out[LODGE_DIGEST_SIZE], GError **error);
