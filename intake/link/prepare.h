/* prepare.h - what every curl handle of ours has in common, set once and explained once.
 *
 * For the boxes that let libcurl speak the protocol themselves (the courier): verification
 * of certificate and host name always on, TLS 1.2 or better, a connect time-out, no proxy
 * protocol or redirect tricks, user and secret without their ever being part of a URL; and one translation of
 * libcurl's failures into messages that name the server and the mend.
 *
 * `curl` is a CURL *; it is passed as void * so that libcurl's headers stay behind this box. */
#pragma once

#include "config/settings.h"
#include "intake/link/connection.h"
#include <glib.h>

/* Sets URL ("imaps://host:port"), TLS, time-outs, user and secret on an easy handle. `scheme`:
 * "imap" or "smtp", an "s" is added for implicit TLS. `secret` NULL only where auth is
 * none; libcurl keeps its own copy until the handle is cleaned up. Errors: tls = none to a host
 * that is not loopback, values no URL can carry (LODGE_LINK_ERROR_TLS, _CONNECT). */
gboolean lodge_link_prepare(void *curl,
                            const char *scheme,
                            const LodgeEndpoint *endpoint,
                            const char *secret,
                            GError **error);

/* For waits of the caller's own in a transfer (CURLOPT_XFERINFOFUNCTION). Without one libcurl's waits end by themselves
 * when lodge is asked to stop, with CURLE_ABORTED_BY_CALLBACK. */
gboolean lodge_link_is_stopping(void);

/* Turns the CURLcode of a failed transfer into a LODGE_LINK_ERROR that names host, port and
 * the mend. `errbuf` is CURLOPT_ERRORBUFFER's or NULL. Never carries credentials. For a certificate that is
 * refused it takes one more look at the peer's certificate (no credentials are sent) to say its names and dates. */
void lodge_link_set_error(GError **error,
                          void *curl,
                          int code,
                          const char *errbuf,
                          const LodgeEndpoint *endpoint);
