#include "intake/serve.h"

#include "intake/backoff.h"
#include "intake/log.h"
#include "intake/notify.h"
#include "intake/service.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define TEND_MS 1000

/* Until a signal comes or the time is over. */
static void sleep_for(const LodgeContext *context, guint wait_ms)
{
    struct pollfd at = {.fd = context->signal_fd, .events = POLLIN};
    guint64 count;
    if (context->ended() || poll(&at, 1, (int)wait_ms) <= 0)
        return;
    while (read(context->signal_fd, &count, sizeof count) < 0 && errno == EINTR)
        continue;
}

/* Keeps what we have when the new one is refused. TRUE: it was loaded. */
static gboolean load_anew(LodgeSettings **next_out, const LodgeContext *context)
{
    g_autoptr(GError) failure = NULL;
    *next_out = lodge_settings_load(context->config_path, &failure);
    if (*next_out == NULL)
        lodge_log_warning("reload-refused", "reason", failure->message, "meanwhile",
                          "the configuration that was loaded before stays in force", NULL);
    return *next_out != NULL;
}

static gint64 tell_alive(LodgeService *service, const LodgeContext *context, gint64 due_us)
{
    gint64 now_us = g_get_monotonic_time();
    gint64 every_us =
        context->watchdog_us > 0 ? context->watchdog_us / 3 : 30 * G_USEC_PER_SEC;
    if (now_us < due_us)
        return due_us;
    lodge_service_probe(service);
    g_autofree char *status = lodge_service_describe(service);
    lodge_notify_alive(context, status);
    return now_us + every_us;
}

/* One configuration's time. The next one's, or NULL: we are to end. */
static LodgeSettings *run(LodgeService *service, const LodgeContext *context)
{
    LodgeSettings *next = NULL;
    gint64 alive_us = 0;
    while (!context->ended()) {
        if (context->take_reload() && load_anew(&next, context))
            return next;
        lodge_service_tend(service);
        alive_us = tell_alive(service, context, alive_us);
        sleep_for(context, TEND_MS);
    }
    return NULL;
}

static void take_place(LodgeSettings **current, LodgeSettings *next)
{
    lodge_settings_free(*current);
    *current = next;
}

/* Until the time is over, or whoever mended the configuration has it loaded: that one is tried at once. The manager must not
 * take us for dead meanwhile. */
static void
wait_to_start(LodgeSettings **current, const LodgeContext *context, guint wait_ms)
{
    gint64 until_us = g_get_monotonic_time() + (gint64)wait_ms * 1000;
    LodgeSettings *next = NULL;
    while (!context->ended() && next == NULL && g_get_monotonic_time() < until_us) {
        lodge_notify_alive(context, "cannot start, see the log");
        sleep_for(context, TEND_MS);
        if (context->take_reload())
            load_anew(&next, context);
    }
    if (next != NULL)
        take_place(current, next);
}

/* After a reload the old configuration is gone: what keeps the new one from starting is waited for. */
static LodgeService *start_again(LodgeSettings **current, const LodgeContext *context)
{
    LodgeBackoff backoff = {0};
    while (!context->ended()) {
        g_autoptr(GError) failure = NULL;
        LodgeService *service = lodge_service_start(*current, context, &failure);
        if (service != NULL)
            return service;
        lodge_log_warning("not-started", "reason", failure->message, NULL);
        wait_to_start(current, context, lodge_backoff_next(&backoff, failure, 0));
    }
    return NULL;
}

static void stop(LodgeService *service, const LodgeContext *context)
{
    context->wind_down(TRUE);
    lodge_service_stop(service);
    context->wind_down(FALSE);
}

static LodgeService *replace(LodgeService *service,
                             LodgeSettings **current,
                             LodgeSettings *next,
                             const LodgeContext *context)
{
    lodge_notify_reloading(context);
    stop(service, context);
    take_place(current, next);
    service = start_again(current, context);
    if (service != NULL)
        lodge_log_info("reloaded", "config", (*current)->path, NULL);
    return service;
}

static void announce(LodgeService *service, const LodgeContext *context)
{
    g_autofree char *status = lodge_service_describe(service);
    lodge_notify_ready(context, status);
}

gboolean lodge_serve_run(LodgeSettings *settings, LodgeContext *context, GError **error)
{
    g_autoptr(LodgeSettings) current = settings;
    LodgeService *service = lodge_service_start(current, context, error);
    if (service == NULL)
        return FALSE;
    lodge_log_info("serving", "spool", current->spool_dir, "control", current->control.path,
                   NULL);
    while (service != NULL) {
        announce(service, context);
        LodgeSettings *next = run(service, context);
        if (next != NULL) {
            service = replace(service, &current, next, context);
            continue;
        }
        lodge_notify_stopping(context);
        stop(service, context);
        service = NULL;
    }
    lodge_log_info("stopped", NULL);
    return TRUE;
}
