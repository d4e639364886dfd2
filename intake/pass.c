#include "intake/pass.h"

#include "intake/log.h"

void lodge_pass_fail(LodgePass *pass, const GError *error)
{
    g_mutex_lock(&pass->mutex);
    gboolean first = pass->report->error == NULL;
    if (first)
        pass->report->error = g_error_copy(error);
    g_mutex_unlock(&pass->mutex);
    if (first)
        lodge_log_warning("pass-failed", "reason", error->message, NULL);
}

gboolean lodge_pass_has_failed(LodgePass *pass)
{
    g_mutex_lock(&pass->mutex);
    gboolean failed = pass->report->error != NULL;
    g_mutex_unlock(&pass->mutex);
    return failed;
}
