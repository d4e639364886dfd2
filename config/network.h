/* network.h - "192.0.2.0/24", "2001:db8::/32" or a bare address, and whether an address lies in one. Pure. */
#pragma once

#include <glib.h>

typedef struct LodgeNetwork LodgeNetwork;

LodgeNetwork *lodge_network_parse(const char *text); /* NULL: not one */
void lodge_network_free(LodgeNetwork *network);
char *lodge_network_format(const LodgeNetwork *network);
/* `address`: IPv4 or IPv6 literal; IPv4-mapped IPv6 is compared as IPv4. Not an address: FALSE. */
gboolean lodge_network_contains(const LodgeNetwork *network, const char *address);
