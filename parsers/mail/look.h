/* look.h - what a domain looks like to a person: letters of other alphabets, and digits, as the letters that
 * they are taken for.
 *
 * A domain in the DNS's own form (xn--...) is first written in its letters (UTS 46), because that is how a mail
 * program shows it; then each letter becomes the one that it is confused with (the skeleton of UTS 39). Two
 * domains with equal looks cannot be told apart by eye. Nothing about right or wrong is said here: "m"
 * itself looks like "rn". The tables are ICU's, so the look is a fact of the reading and a replay
 * needs no table. */
#pragma once

#include <glib.h>

/* Loads the tables: nothing is opened afterwards. FALSE: `why_out` says why, g_free it. */
gboolean lodge_look_prepare(char **why_out);
/* UTF-8; g_free it. NULL: `domain` has no such form, or is longer than LODGE_LIMIT_NAME_BYTES. */
char *lodge_look_find(const char *domain);
