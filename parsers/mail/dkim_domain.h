/* dkim_domain.h - the names in a signature: domains, selectors, identities.
 *
 *   domain-name = sub-domain 1*("." sub-domain)
 *   selector    = sub-domain *("." sub-domain)
 *   identity    = [ Local-part ] "@" domain-name, in dkim-quoted-printable
 *
 * U-labels are bytes over 0x7f that are UTF-8 (RFC 8616); "_" is taken in labels, because selectors have it.
 * Source: RFC 6376 sections 2.11, 3.1, 3.5; RFC 5321 section 4.1.2. */
#pragma once

#include <glib.h>

/* `least_labels`: 2 for a domain, 1 for a selector. */
gboolean lodge_dkim_domain_is_name(const char *name, gsize size, guint least_labels);
/* Decodes `text`, without white space, in place. FALSE: it is no identity; `text` is a string all the same. */
gboolean lodge_dkim_identity_decode(char *text);
/* Is the domain of the decoded identity `domain` or below it? */
gboolean lodge_dkim_identity_is_within(const char *identity, const char *domain);
