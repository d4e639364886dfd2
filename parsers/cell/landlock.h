/* landlock.h - the kernel's file and network rights, all handled and none granted.
 *
 * By raw system calls: Debian 12's headers know less of Landlock than its kernels, and
 * glibc has no wrappers. Rights that this kernel does not know are not asked for.
 * Source: landlock(7), linux/landlock.h up to version 7. */
#pragma once

#include <glib.h>

/* 0: not offered. */
guint lodge_landlock_find_version(void);
/* FALSE: errno says why. no_new_privs must be set. */
gboolean lodge_landlock_close(void);
