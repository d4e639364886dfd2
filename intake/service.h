/* service.h - the running gateway with one configuration: a watcher per mailbox, the desk, the courier, the control
 * socket. `serve.h` starts it, replaces it on reload, and ends it. */
#pragma once

#include "config/settings.h"
#include "intake/context.h"

typedef struct LodgeService LodgeService;

/* Opens the spool and starts everything. NULL: it cannot run (the spool is in use, no reader, no socket). Borrows both. */
LodgeService *lodge_service_start(const LodgeSettings *settings,
                                  const LodgeContext *context,
                                  GError **error);
/* Called every second or so by the main thread: forgives a spool that failed once there is reason to try again. */
void lodge_service_tend(LodgeService *service);
/* "3 mailboxes, the last complete look 12 s ago"; g_free it. */
char *lodge_service_describe(LodgeService *service);
/* Returns once the committer has answered: not while it hangs, and then the watchdog may end us. */
void lodge_service_probe(LodgeService *service);
/* Once the context says stop: waits for everything that was begun, closes the spool. */
void lodge_service_stop(LodgeService *service);
