/* certificate.h - why a server's certificate is refused, in words with its names and dates. Internal.
 *
 * libcurl refuses a certificate without showing it. So one more connection is made, without
 * verification and without credentials, which looks at the certificate and ends there. */
#pragma once

#include "config/settings.h"
#include <glib.h>

/* `url` as libcurl has it; `detail` is its message on the refusal, displayable. g_free it. */
char *lodge_certificate_explain(const char *url,
                                const LodgeEndpoint *endpoint,
                                const char *detail);
