/* partial.h - was the whole message read?
 *
 * A message that runs into a limit of the airlock is read in part; what was not read may be what
 * matters. Such a message is never set aside and never called a repetition of another. */
#pragma once

#include "parsers/mail/message_facts.h"

/* The first limit that cut what was found, not only what is shown; NULL: all of it was read. */
const char *lodge_partial_find(const LodgeMessageFacts *message);
