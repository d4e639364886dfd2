/* mail_maker.h - mails of every shape that canonicalisation knows, from a seed. */
#pragma once

#include "tests/intake/learn/signer.h"
#include <glib.h>

/* A header and a body: folds, white space where it may and may not matter, doubled fields, empty lines. */
GString *mail_maker_make(GRand *random);
/* h=: From and some others, some twice, some that the mail has not; g_free it. */
char *mail_maker_make_names(GRand *random);
/* l= or nothing; g_free it. `size`: of the body, about. */
char *mail_maker_make_tags(GRand *random, gsize size);
/* One change somewhere. */
void mail_maker_change(GRand *random, GString *mail);
