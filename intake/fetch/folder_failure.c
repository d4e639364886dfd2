#include "intake/fetch/folder_failure.h"
#include "intake/fetch/mailbox.h"

gboolean lodge_folder_failure_is_own(const GError *failure)
{
    return g_error_matches(failure, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_REFUSED) ||
           g_error_matches(failure, LODGE_FETCH_ERROR, LODGE_FETCH_ERROR_EPOCH);
}

gboolean lodge_folder_failure_keep(GError **first, GError *failure)
{
    gboolean go_on = lodge_folder_failure_is_own(failure);
    if (*first == NULL || !go_on) {
        g_clear_error(first);
        *first = failure;
    } else {
        g_error_free(failure);
    }
    return go_on;
}
