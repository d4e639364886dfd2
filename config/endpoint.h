/* endpoint.h - reading one server's keys out of a group: host, TLS, login, secret, time-outs.
 *
 * Internal to settings. Refused with words: tls = none to a host that is not this machine, no secret
 * or two of them where the login needs one, any of them where there is no login. */
#pragma once

#include "config/key_file.h"
#include "config/settings.h"

typedef struct {
    guint port_implicit, port_starttls, port_none;
    const LodgeAuth *auths; /* in the order of the schema's choices */
} LodgeEndpointKind;

extern const LodgeEndpointKind LODGE_ENDPOINT_IMAP;
extern const LodgeEndpointKind LODGE_ENDPOINT_SMTP;

/* Failures are recorded in the group's file. */
void lodge_endpoint_read(LodgeEndpoint *endpoint,
                         LodgeKeyGroup *group,
                         const LodgeEndpointKind *kind);
void lodge_endpoint_clear(LodgeEndpoint *endpoint);
