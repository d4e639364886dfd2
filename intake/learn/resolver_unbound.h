/* resolver_unbound.h - a resolver that asks the network, through libunbound.
 *
 * One context for all threads: its answers, and what it knows of servers, are shared; libunbound
 * asks in a thread of its own, a thread of ours takes the answers in, and a caller waits for its own
 * on the monotonic clock. Whatever libunbound does (it took 18 s for a dead server), nobody waits
 * longer than the time-out. Forwards to the servers of the settings, else to those of /etc/resolv.conf.
 *
 * Signatures (DNSSEC) are checked from the root key of Debian's dns-root-data down, where that is
 * installed and the settings want it; else the answers say `unknown`. A zone that is not signed is `insecure`.
 * Cached answers are kept for at most an hour, failures for the few seconds that libunbound keeps them. */
#pragma once

#include "config/dns.h"
#include "intake/learn/resolver.h"

/* Other files than the system's, for tests; NULL members: the system's. */
typedef struct {
    const char *trust_anchor; /* DNSKEY or DS records */
    const char *resolv_conf;
} LodgeResolverFiles;

/* Asks nobody yet. `files` may be NULL. Errors: LODGE_RESOLVER_ERROR_UNAVAILABLE. */
LodgeResolver *lodge_resolver_unbound_new(const LodgeDnsSettings *settings,
                                          const LodgeResolverFiles *files,
                                          gint64 (*now_us)(void),
                                          GError **error);
/* What DNS says about TXT of `name`, in lines of words for check-config; g_free it. A failure that may pass is an
 * error: UNAVAILABLE. */
char *lodge_resolver_describe(LodgeResolver *resolver, const char *name, GError **error);
