/* lookalike.h - does a domain that is nobody's look like one that is a council's?
 *
 * Asked only of domains that no council has. In this order:
 *
 *   same-look      to the eye the same: letters of other alphabets, 0 for o, 1 for l, rn for m, accents
 *   goes-on        the council's domain and then more: devon.gov.uk.example.com
 *   squeezed       the same with other dots and hyphens: devon-gov-uk.example, devongov.uk
 *   glued          ends in the council's domain, but not at a dot: evildevon.gov.uk
 *   one-letter     one letter more, less, other or in another place, in a name of five letters at least
 *
 * A domain below a council's own (schools.devon.gov.uk) is that council's to give away and no look-alike. It may
 * still be an honest body's: what follows is a person's look and no answer from a machine, nothing worse. Pure. */
#pragma once

#include "config/register.h"

/* `look`: of the domain, as the reading has it (look.h); NULL: nobody looked, the domain itself is taken.
 * The kind of likeness or NULL; `body_out` and `like_out` (borrowed): whose domain, and which. */
const char *lodge_lookalike_find(const LodgeRegister *reg,
                                 const char *domain,
                                 const char *look,
                                 const LodgeBody **body_out,
                                 const char **like_out);
