#include "intake/operate/stored.h"

GBytes *
lodge_stored_read(LodgeSpool *spool, const char *sha256, gsize max_bytes, GError **error)
{
    g_autoptr(GError) failure = NULL;
    GBytes *bytes = lodge_spool_read_object(spool, sha256, max_bytes, &failure);
    if (bytes != NULL)
        return bytes;
    if (g_error_matches(failure, LODGE_SPOOL_ERROR, LODGE_SPOOL_ERROR_MISSING))
        failure->code = LODGE_SPOOL_ERROR_DAMAGED;
    g_propagate_error(error, g_steal_pointer(&failure));
    return NULL;
}
