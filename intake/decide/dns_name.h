/* dns_name.h - which names may be asked of DNS, and what stands above them. Pure.
 *
 * What comes from mail is ASCII or refused: letters, digits, hyphens and underscores, so that
 * an internationalised name must already be written as A-labels (RFC 5890); labels of 1 to 63 bytes,
 * at most 253 in all (RFC 1035 section 2.3.4, RFC 1034 section 3.1). DNS itself knows more names;
 * none of them is a host, a selector or an author's domain. */
#pragma once

#include <glib.h>

#define LODGE_DNS_NAME_BYTES 253
#define LODGE_DNS_LABEL_BYTES 63

/* Lower case, without a final dot; NULL: no name that may be asked. g_free it. */
char *lodge_dns_name_normalise(const char *name);

/* Of a normalised name. */
guint lodge_dns_name_count_labels(const char *name);
/* What is left of it when only its last `count` labels stay, at least 1; inside `name`. */
const char *lodge_dns_name_last_labels(const char *name, guint count);
/* Is `name` itself or below `ancestor`? Both normalised. */
gboolean lodge_dns_name_is_within(const char *name, const char *ancestor);
