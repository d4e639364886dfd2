#include "spool/spool_error.h"

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK(lodge_spool_error, lodge_spool_error)

LodgeSpoolError lodge_spool_error_code(int errnum)
{
    switch (errnum) {
    case ENOSPC:
    case EDQUOT:
        return LODGE_SPOOL_ERROR_SPACE;
    case EROFS:
    case EACCES:
    case EPERM:
        return LODGE_SPOOL_ERROR_READONLY;
    case ENOENT:
    case ENOTDIR:
        return LODGE_SPOOL_ERROR_MISSING;
    default:
        return LODGE_SPOOL_ERROR_IO;
    }
}

const char *lodge_spool_error_mend(int errnum)
{
    switch (errnum) {
    case ENOSPC:
        return "make room on this file system (space or inodes); nothing kept is lost";
    case EDQUOT:
        return "raise the quota of the user lodge runs as; nothing kept is lost";
    case EROFS:
        return "find out why the file system became read-only and mount it read-write";
    case EACCES:
    case EPERM:
        return "run lodge as the user who owns the spool, or give it the rights";
    case ENOENT:
        return "check the path, or run lodge verify";
    case ENOTDIR:
        return "a directory is wanted here; correct the path";
    case EMFILE:
    case ENFILE:
        return "raise the limit of open files";
    case EXDEV:
        return "the whole spool must be on one file system";
    default:
        return "look at the disk and the system log";
    }
}

void lodge_spool_error_set(GError **error, int errnum, const char *verb, const char *path)
{
    g_set_error(error, LODGE_SPOOL_ERROR, (int)lodge_spool_error_code(errnum),
                "cannot %s %s: %s: %s", verb, path, g_strerror(errnum),
                lodge_spool_error_mend(errnum));
}
