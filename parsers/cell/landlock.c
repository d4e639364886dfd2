#include "parsers/cell/landlock.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CREATE_RULESET_VERSION 1U

/* As the kernel lays it out since version 6; older kernels accept a tail of zeros. */
typedef struct {
    guint64 handled_fs;
    guint64 handled_network;
    guint64 scoped;
} RulesetAttributes;

/* The rights are numbered from bit 0: how many a version knows. */
static guint64 file_rights(guint version)
{
    guint known = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    return (G_GUINT64_CONSTANT(1) << known) - 1;
}

guint lodge_landlock_find_version(void)
{
    long version =
        syscall(SYS_landlock_create_ruleset, NULL, (gsize)0, CREATE_RULESET_VERSION);
    return version > 0 ? (guint)version : 0;
}

gboolean lodge_landlock_close(void)
{
    guint version = lodge_landlock_find_version();
    RulesetAttributes attributes = {
        .handled_fs = file_rights(version),
        .handled_network = version >= 4 ? 3 : 0, /* bind and connect of TCP */
        .scoped = version >= 6 ? 3 : 0,          /* abstract sockets, signals */
    };
    long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0U);
    if (ruleset < 0)
        return FALSE;
    long result = syscall(SYS_landlock_restrict_self, (int)ruleset, 0U);
    int number = errno;
    close((int)ruleset);
    errno = number;
    return result == 0;
}
