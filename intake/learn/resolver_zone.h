/* resolver_zone.h - a resolver that knows a zone file (zone_file.h), and no network.
 *
 * CNAMEs are followed as far as LODGE_LIMIT_DNS_CNAMES; past that, or round in a circle, LIMIT. FAIL is answered at
 * once. DNSSEC is unknown: nobody signed. */
#pragma once

#include "intake/learn/resolver.h"
#include "intake/learn/zone_file.h"

/* Takes `zone`. `now_us`: the stamp of the answers. */
LodgeResolver *lodge_resolver_zone_new(LodgeZoneFile *zone, gint64 (*now_us)(void));
