#include "intake/failure.h"

#include "config/settings.h"
#include "intake/fetch/mailbox.h"
#include "intake/learn/airlock.h"
#include "intake/learn/resolver.h"
#include "intake/learn/scanner.h"
#include "intake/link/connection.h"
#include "intake/order.h"
#include "parsers/text/json.h"
#include "spool/spool.h"

static LodgeExit link_exit(int code)
{
    return code == LODGE_LINK_ERROR_TLS || code == LODGE_LINK_ERROR_LOGIN
               ? LODGE_EXIT_USAGE
               : LODGE_EXIT_TEMPORARY;
}

static LodgeExit spool_exit(int code)
{
    switch ((LodgeSpoolError)code) {
    case LODGE_SPOOL_ERROR_DAMAGED:
        return LODGE_EXIT_DIFFERENT;
    case LODGE_SPOOL_ERROR_MISSING:
        return LODGE_EXIT_USAGE;
    case LODGE_SPOOL_ERROR_LOCKED:
    case LODGE_SPOOL_ERROR_SPACE:
    case LODGE_SPOOL_ERROR_READONLY:
    case LODGE_SPOOL_ERROR_IO:
        return LODGE_EXIT_TEMPORARY;
    }
    return LODGE_EXIT_TEMPORARY;
}

LodgeExit lodge_failure_exit(const GError *error)
{
    if (error == NULL)
        return LODGE_EXIT_DONE;
    if (error->domain == LODGE_LINK_ERROR)
        return link_exit(error->code);
    if (error->domain == LODGE_SPOOL_ERROR)
        return spool_exit(error->code);
    if (error->domain == LODGE_FETCH_ERROR)
        return error->code == LODGE_FETCH_ERROR_FOLDER ? LODGE_EXIT_USAGE
                                                       : LODGE_EXIT_TEMPORARY;
    if (error->domain == LODGE_SCANNER_ERROR)
        return error->code == LODGE_SCANNER_ERROR_LIMIT ? LODGE_EXIT_USAGE
                                                        : LODGE_EXIT_TEMPORARY;
    if (error->domain == LODGE_JSON_ERROR) /* an object of ours that does not parse */
        return LODGE_EXIT_DIFFERENT;
    if (g_error_matches(error, LODGE_CONFIG_ERROR, LODGE_CONFIG_ERROR_BUSY) ||
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_MFILE) ||
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NFILE) ||
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ||
        g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_IO))
        return LODGE_EXIT_TEMPORARY;
    if (error->domain == LODGE_AIRLOCK_ERROR ||
        g_error_matches(error, LODGE_RESOLVER_ERROR, LODGE_RESOLVER_ERROR_UNAVAILABLE) ||
        g_error_matches(error, LODGE_ORDER_ERROR, LODGE_ORDER_ERROR_FAILED))
        return LODGE_EXIT_TEMPORARY;
    return LODGE_EXIT_USAGE; /* configuration, options, files that were named */
}

static int gravity(LodgeExit code)
{
    switch (code) {
    case LODGE_EXIT_DONE:
        return 0;
    case LODGE_EXIT_TEMPORARY:
        return 1;
    case LODGE_EXIT_DIFFERENT:
        return 2;
    case LODGE_EXIT_USAGE:
        return 3;
    }
    return 3;
}

LodgeExit lodge_failure_worse(LodgeExit a, LodgeExit b)
{
    return gravity(a) >= gravity(b) ? a : b;
}
