/* other_council.h - does the plan call itself another council's than the sender's?
 *
 * A wrong file is easily attached where one officer works for two councils, and a plan on file under the wrong name
 * helps nobody. It says so when its beginning, its title or its file name gives the full name of just one other body
 * of the register, and the sender's council is not named: nowhere by its full name, nor in those three places by the
 * short one ("Devon" within "East Devon District Council" is no mention of Devon). Partners are
 * named further down in every plan, and count for nothing. */
#pragma once

#include "config/register.h"
#include "intake/decide/attachments.h"

/* The other body, borrowed, or NULL. `own`: GSS code of the sender's council. */
const LodgeBody *lodge_other_council_find(const LodgeAttachment *plan,
                                          const LodgeRegister *reg,
                                          const char *own,
                                          gint64 at_us);
