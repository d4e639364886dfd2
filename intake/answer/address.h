/* address.h - is this exactly one addr-spec that is safe to hand to a server and put in a header? Pure.
 *
 * Narrower than RFC 5321 on purpose: a dot-atom of ASCII before the "@", a host name after it.
 * Quoted local parts, comments, domain literals, routes, display names and addresses beyond
 * ASCII (RFC 6531) are refused: no council needs them, and each is a way to smuggle a second recipient,
 * an option or a line end past libcurl, which hands recipients on as they are.
 *
 * Limits: 254 bytes in all, 64 before the "@" (RFC 5321 section 4.5.3.1), labels of 63. A local part
 * does not begin with "-": servers hand it to programs. */
#pragma once

#include <glib.h>

#define LODGE_ADDRESS_ERROR lodge_address_error_quark()
GQuark lodge_address_error_quark(void);
typedef enum {
    LODGE_ADDRESS_ERROR_INVALID,
} LodgeAddressError;

gboolean lodge_address_is_valid(const char *address); /* NULL is not */
/* `role` says whose it is in the message: "the recipient". */
gboolean lodge_address_check(const char *address, const char *role, GError **error);
/* Host name of letters, digits and hyphens; one label is enough. */
gboolean lodge_address_is_domain(const char *domain, gsize size_bytes);
