/* notify.h - what a service manager wants to know of us: sd_notify(3), the protocol alone.
 *
 * A datagram to the socket that NOTIFY_SOCKET names; nothing happens where there is none. Written here rather than
 * linked: the protocol is one line of text, and the library would bring compression and cryptography along
 * into the process that holds the secrets. Source: sd_notify(3), "Notes". */
#pragma once

#include "intake/context.h"
#include <glib.h>

void lodge_notify_ready(const LodgeContext *context, const char *status);
void lodge_notify_reloading(const LodgeContext *context);
void lodge_notify_stopping(const LodgeContext *context);
void lodge_notify_alive(const LodgeContext *context, const char *status);
