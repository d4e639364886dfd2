/* failure.h - what an error means for whoever called us: change something, or try again later. */
#pragma once

#include "intake/context.h"
#include <glib.h>

/* LODGE_EXIT_USAGE when a person must change something (configuration, login, certificate, folder),
 * LODGE_EXIT_TEMPORARY when trying again may help, LODGE_EXIT_DIFFERENT for damage. NULL: LODGE_EXIT_DONE. */
LodgeExit lodge_failure_exit(const GError *error);
/* The graver of two: usage, then damage, then temporary, then done. */
LodgeExit lodge_failure_worse(LodgeExit a, LodgeExit b);
