/* credentials.h - does a server's reply repeat the secret, plainly or in base64? Pure.
 *
 * Replies are kept in the journal and shown to operators; some servers quote the line they
 * refuse. SASL PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER all send base64 that holds the secret, so
 * every word is decoded at all four alignments. */
#pragma once

#include <glib.h>

/* `secret` NULL or "": there is none to repeat. */
gboolean lodge_credentials_are_in(const char *text, const char *secret);
