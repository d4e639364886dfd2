/* print_authentication.h - the checks of a sender, as JSON for machines and in lines for people. */
#pragma once

#include "intake/authenticate.h"

/* One object, the same members always: what is not known is "", "none" or empty. */
void lodge_print_authentication_json(const LodgeMessageFacts *message,
                                     const LodgeAuthentication *authentication);
void lodge_print_authentication_words(const LodgeMessageFacts *message,
                                      const LodgeAuthentication *authentication);
