/* secret_command.h - a secret printed by a program of the operator's. */
#pragma once

#include "config/config_error.h"
#include <glib.h>

#define LODGE_SECRET_BYTES (64 * 1024)

/* Runs the command line without a shell (words as in a shell, no expansion), standard input empty, standard error ours,
 * and gives the first line of its standard output. It must end with status 0 within the
 * time; else it is killed with its process group. The result is lodge_secret_wipe'd by the caller. */
char *lodge_secret_command_run(const char *command_line, guint timeout_ms, GError **error);
