/* host_lookup.h - the addresses of a host, without waiting longer for the system's resolver than one wants to.
 *
 * getaddrinfo(3) takes no deadline and cannot be broken off: it runs in a thread of its own, and whoever has waited
 * long enough lets go of it. What it still finds then is thrown away by that thread. Nothing here ends the program
 * when descriptors or threads run out: that is an error in words. Errors are G_FILE_ERROR, without a place. */
#pragma once

#include <glib.h>
#include <netdb.h>

typedef struct LodgeHostLookup LodgeHostLookup;

/* `host`: a name or an address. NULL: no thread can be had. */
LodgeHostLookup *lodge_host_lookup_start(const char *host, guint port, GError **error);
/* TRUE: it is done; FALSE: not by `until_us` (monotonic). */
gboolean lodge_host_lookup_wait(LodgeHostLookup *lookup, gint64 until_us);
/* Once it is done: the addresses for a stream, in the order in which to try them; borrowed. */
const struct addrinfo *lodge_host_lookup_get(const LodgeHostLookup *lookup, GError **error);
/* Lets go of it, done or not. */
void lodge_host_lookup_free(LodgeHostLookup *lookup);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeHostLookup, lodge_host_lookup_free)
