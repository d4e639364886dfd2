/* authentication_results.h - one Authentication-Results field.
 *
 * Pure, and hostile-proof: the whole field follows the grammar or none of it counts (well_formed
 * FALSE, no methods). Comments nest without recursion, counts are bounded by limits.h. Whom to
 * believe is decided elsewhere; unknown methods, results and property types are listed.
 *
 * Accepted beyond RFC 8601, because real borders write it: a ";" at the end, "_" inside keywords (Yahoo's
 * perm_fail), "/", "=", "?" and "+" in unquoted values (base64, rewritten senders), a property without
 * its type (version=TLSv1.2, Exchange's action=none), kept with ptype "".
 *
 * Exchange Online writes no authserv-id and strays ";domain;" between results: exchange_form TRUE;
 * only its topmost instance may be trusted, and only where the account is declared to be Exchange.
 * Its "bestguesspass" says that there is no DMARC record: given as "none".
 *
 * Source: RFC 8601 section 2.2; RFC 2045 token; Microsoft's anti-spam message headers. */
#pragma once

#include "parsers/mail/message_facts.h"
#include <glib.h>

/* `raw`: the body as received, folds included, valid UTF-8. Never NULL; position is 0. */
LodgeAuthenticationResults *lodge_authentication_results_parse(const char *raw);
