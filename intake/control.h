/* control.h - the Unix socket at which a running service takes orders, and the way to it.
 *
 * One order a connection: a line of JSON (intake/order.h), answered by a line of JSON; then both hang up. Who
 * ordered is what the kernel says of the peer (SO_PEERCRED), never what the peer says. A peer that is slow, says
 * too much or nothing at all is hung up on after CONTROL_WAIT, and cannot keep others from being heard for longer.
 *
 * Only the holder of the spool's lock listens; so what is left at the path from a service that was killed may be
 * removed; a path at which another spool's service listens is refused. Whoever may connect may order: the socket's mode is 0600, or 0660 for the group of operators. */
#pragma once

#include "config/settings.h"
#include "intake/order.h"
#include <sys/types.h>

typedef struct LodgeControl LodgeControl;

/* The order carried out; NULL with error set. */
typedef LodgeOrderResult *(*LodgeControlHandler)(const LodgeOrder *order,
                                                 const char *actor,
                                                 gpointer data,
                                                 GError **error);

LodgeControl *lodge_control_open(const LodgeControlSettings *settings, GError **error);
/* Takes orders until `wake_fd` becomes readable. */
void lodge_control_serve(LodgeControl *control,
                         int wake_fd,
                         LodgeControlHandler handler,
                         gpointer data);
void lodge_control_close(LodgeControl *control); /* removes the socket */

/* Hands the order to the service that listens at `path`, and waits for what came of it. `absent_out` TRUE and no
 * error: no service is running. An order that was refused is LODGE_ORDER_ERROR_REFUSED; everything else that keeps it
 * from being carried out, or from being known to be, is LODGE_ORDER_ERROR_FAILED. */
LodgeOrderResult *lodge_control_ask(const char *path,
                                    const LodgeOrder *order,
                                    gboolean *absent_out,
                                    GError **error);
/* The name of a user, or "uid 1000"; g_free it. */
char *lodge_control_name_user(uid_t uid);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(LodgeControl, lodge_control_close)
