/* dns_server.h - NSD, a real name server, on loopback for one test: no rights, no files but in a folder of its own. */
#pragma once

#include <glib.h>

typedef struct DnsServer DnsServer;

/* `zones`: pairs of a zone's name and its text, NULL at the end. NULL: there is no NSD on this machine. */
DnsServer *dns_server_start(const char *const *zones);
/* "127.0.0.1@PORT" */
const char *dns_server_address(const DnsServer *server);
void dns_server_stop(DnsServer *server);
