/* spool_error.h - how the operating system's and SQLite's refusals become errors of the spool.
 *
 * Inside the box only. Every message names the path first and ends with the mend, because it
 * is shown to an operator as it stands. The code tells the caller what to do: wait (SPACE), alarm (READONLY),
 * give this transaction up (IO), verify (DAMAGED). */
#pragma once

#include "spool/spool.h"
#include <glib.h>

/* The code for an errno. */
LodgeSpoolError lodge_spool_error_code(int errnum);
/* What a person can do about it. */
const char *lodge_spool_error_mend(int errnum);
/* "cannot <verb> <path>: <what the system says>: <mend>". */
void lodge_spool_error_set(GError **error, int errnum, const char *verb, const char *path);
