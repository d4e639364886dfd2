/* dns.h - how lodge asks DNS: the group [dns] of lodge.conf.
 *
 * Off unless it is switched on. Without DNS lodge believes the results of the border and nobody else: who is
 * not proven there is held for a person, so that nothing passes that should not, and no message waits for
 * servers that this machine may not be allowed to reach. */
#pragma once

#include "config/key_file.h"
#include <glib.h>

typedef enum { LODGE_DNS_MODE_OFF, LODGE_DNS_MODE_SYSTEM } LodgeDnsMode;

typedef struct {
    LodgeDnsMode mode;
    GStrv servers; /* "192.0.2.53", "2001:db8::53@5353"; empty: those of /etc/resolv.conf */
    guint timeout_ms; /* of one question */
    gboolean dnssec;  /* signatures are checked here */
} LodgeDnsSettings;

void lodge_dns_settings_read(LodgeDnsSettings *settings, LodgeKeyGroup *group);
void lodge_dns_settings_clear(LodgeDnsSettings *settings);
