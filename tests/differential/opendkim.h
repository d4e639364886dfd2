/* opendkim.h - the same question put to libopendkim: does the one signature of this mail pass?
 *
 * Keys are handed to it; it asks no network. Its clock stands. Everything else is as its library has
 * it by default, which is how a milter uses it: fields one by one, then the body. */
#pragma once

#include "tests/intake/learn/zone.h"
#include <glib.h>

typedef struct Opendkim Opendkim;

/* `zone` is borrowed. */
Opendkim *opendkim_new(TestZone *zone, gint64 now_s);
void opendkim_free(Opendkim *opendkim);
/* `why_out` (g_free it) says what it found. */
gboolean opendkim_passes(Opendkim *opendkim, const GString *mail, char **why_out);
/* `mail` with a signature of its own on top: "relaxed/simple" and so on; `length` -1: no l=.
 * `private_key`: PEM. NULL: it refuses the mail. */
GString *opendkim_sign(Opendkim *opendkim,
                       const GString *mail,
                       const char *private_key,
                       const char *selector,
                       gboolean relaxed_header,
                       gboolean relaxed_body,
                       gint64 length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opendkim, opendkim_free)
