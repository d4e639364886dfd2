/* transport.h - the pieces of prepare.c that the other files of this box use. Internal.
 *
 * The transport is everything but user and secret: what a look at a certificate may use. */
#pragma once

#include "config/settings.h"
#include <glib.h>

/* "imaps://host:port", an IPv6 address in brackets; g_free it. */
char *lodge_link_format_url(const char *scheme, const LodgeEndpoint *endpoint);
/* URL, TLS, verification, time-outs. */
void lodge_link_prepare_transport(void *curl,
                                  const char *url,
                                  const LodgeEndpoint *endpoint);
/* What lodge_connection_init was told. */
void lodge_link_heed(gboolean (*stopping)(void));
/* Drops libcurl's copies of the secret from the handle's options. */
void lodge_link_forget_secret(void *curl);
