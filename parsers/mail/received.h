/* received.h - one Received field, as the server at hand wrote it.
 *
 * Pure. Says what stands there, never whether it is true: every line below the border hop is the
 * sender's invention. What servers write differs in what the words mean:
 *
 *   Postfix, Sendmail, Gmail, Dovecot   from HELO (name [address]) by …
 *   Exim                                from name ([address] helo=HELO) by …, from [address] (helo=HELO)
 *   Exchange                            from HELO (address) by HOST (address) with Microsoft SMTP Server
 *   qmail                               from name (HELO helo) (user@address) by …
 *
 * The peer's address is taken from the first comment after "from" that holds one, because that
 * comment is the server's own; a name "unknown" is no name. Where a shape leaves open whether a word is
 * the greeting or a looked-up name, it is the greeting, which proves nothing.
 * Source: RFC 5321 section 4.4, and the programs above as recorded in the test's table. */
#pragma once

#include "parsers/mail/message_facts.h"
#include <glib.h>

/* `raw`: the body as received, folds included, valid UTF-8. Never NULL; position is 0. */
LodgeReceived *lodge_received_parse(const char *raw);
