/* cell.h - the cell that a reader locks itself into before it looks at a foreign byte.
 *
 * Closing a cell gives up, for ever and for this process alone: opening anything (files, sockets,
 * memory files), other processes (fork, exec, ptrace, signals), new privileges, executable
 * memory, core dumps, and time, memory, file size and descriptors beyond the profile. What stays
 * is to read, map and write the descriptors already held, to use memory and to end.
 * Everything that a library loads on demand (converters, magic, locale) must be loaded before.
 *
 * Three layers, each enough against a wrong one below it: resource limits; Landlock, where
 * the kernel offers it, with every right handled and none granted; seccomp with a list of
 * the calls allowed. Attempts to open or stat a path fail with EACCES, so that libraries which
 * look for optional files carry on without; every other call ends the process (SIGSYS).
 *
 * seccomp and no_new_privs are indispensable: without them closing fails. Under
 * AddressSanitizer (LODGE_SANITIZED) the address space is not limited, the zygote watches the
 * resident size instead, and the few calls that its runtime needs are allowed too.
 * Single-threaded callers only: limits and Landlock hold for the calling thread.
 *
 * Source: prctl(2), seccomp(2), landlock(7), setrlimit(2). */
#pragma once

#include <glib.h>

#define LODGE_CELL_ERROR lodge_cell_error_quark()
GQuark lodge_cell_error_quark(void);
typedef enum {
    LODGE_CELL_ERROR_REFUSED, /* this kernel or its policy does not let the cell be closed */
} LodgeCellError;

typedef struct {
    guint cpu_s;
    gint64 memory_bytes;
    gint64 written_bytes; /* largest size of a file written */
    guint descriptors;
} LodgeCellProfile;

/* From here on there is no way back. The environment holds nothing but TZ=UTC0 afterwards. On failure the
 * process may be half closed and can only end. */
gboolean lodge_cell_close(const LodgeCellProfile *profile, GError **error);

/* What the zygote may give up itself, which still has to fork: new privileges, being traced or
 * dumped, the environment, local time. */
gboolean lodge_cell_harden(GError **error);

/* Version of Landlock on this kernel; 0: not offered. */
guint lodge_cell_find_landlock(void);
