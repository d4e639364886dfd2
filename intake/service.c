#include "intake/service.h"

#include "intake/control.h"
#include "intake/desk.h"
#include "intake/log.h"
#include "intake/operate/room.h"
#include "intake/ruler.h"
#include "intake/source.h"
#include "intake/watcher.h"
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FORGIVE_US (30 * G_USEC_PER_SEC)

struct LodgeService {
    LodgePass pass;
    GPtrArray *watchers; /* LodgeWatcher */
    LodgeDesk *desk;
    LodgeRuler *ruler;
    LodgeControl *control;
    GThread *control_thread;
    int control_wake_fd;
    gint64
        failed_us; /* monotonic: when the spool was first seen to have failed; 0: it has not */
    gboolean is_open;
};

/* Committer's thread. */
static void on_recorded(gpointer data)
{
    LodgeService *service = data;
    if (service->desk != NULL)
        lodge_desk_notify(service->desk);
}

/* ---- orders ---- */

static void look_now(LodgeService *service)
{
    for (guint i = 0; i < service->watchers->len; i++)
        lodge_watcher_wake(g_ptr_array_index(service->watchers, i));
    lodge_desk_notify(service->desk);
}

static LodgeOrderResult *
on_order(const LodgeOrder *order, const char *actor, gpointer data, GError **error)
{
    LodgeService *service = data;
    LodgeOrderResult *result = lodge_ruler_run(service->ruler, order, actor, error);
    if (result != NULL)
        lodge_desk_notify(service->desk);
    return result;
}

static gpointer run_control(gpointer data)
{
    LodgeService *service = data;
    lodge_control_serve(service->control, service->control_wake_fd, on_order, service);
    return NULL;
}

/* ---- its life ---- */

/* Before any thread runs, so that nothing has to be stopped when there is no descriptor for one. */
static gboolean make_watchers(LodgeService *service, GError **error)
{
    const GPtrArray *mailboxes = service->pass.settings->mailboxes;
    for (guint i = 0; i < mailboxes->len; i++) {
        LodgeWatcher *watcher =
            lodge_watcher_new(&service->pass, g_ptr_array_index(mailboxes, i), error);
        if (watcher == NULL)
            return FALSE;
        g_ptr_array_add(service->watchers, watcher);
    }
    return TRUE;
}

static gboolean open_all(LodgeService *service, GError **error)
{
    const LodgeSettings *settings = service->pass.settings;
    service->is_open = TRUE;
    if (!lodge_pass_open(&service->pass, "lodge serve", error))
        return FALSE;
    service->control_wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (service->control_wake_fd < 0) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_MFILE, "no eventfd can be made: %s",
                    g_strerror(errno));
        return FALSE;
    }
    service->control = lodge_control_open(&settings->control, error);
    return service->control != NULL && make_watchers(service, error);
}

LodgeService *lodge_service_start(const LodgeSettings *settings,
                                  const LodgeContext *context,
                                  GError **error)
{
    LodgeService *service = g_new0(LodgeService, 1);
    service->watchers = g_ptr_array_new();
    service->control_wake_fd = -1;
    service->pass.settings = settings;
    service->pass.context = context;
    service->pass.report = lodge_pass_report_new();
    service->pass.recorded = on_recorded;
    service->pass.recorded_data = service;
    if (!open_all(service, error)) {
        lodge_service_stop(service);
        return NULL;
    }
    service->ruler =
        lodge_ruler_new(settings, service->pass.spool, service->pass.committer);
    service->desk = lodge_desk_new(&service->pass); /* there before anything is recorded */
    lodge_desk_start(service->desk);
    for (guint i = 0; i < service->watchers->len; i++)
        lodge_watcher_start(g_ptr_array_index(service->watchers, i));
    service->control_thread = g_thread_new("control", run_control, service);
    return service;
}

void lodge_service_tend(LodgeService *service)
{
    gint64 now_us = g_get_monotonic_time();
    if (!lodge_pass_has_failed(&service->pass)) {
        service->failed_us = 0;
        return;
    }
    if (service->failed_us == 0)
        service->failed_us = now_us;
    if (now_us - service->failed_us < FORGIVE_US ||
        !lodge_source_has_room(&service->pass, NULL))
        return;
    lodge_log_info("trying-again", NULL);
    lodge_pass_forgive(&service->pass);
    service->failed_us = 0;
    look_now(service);
}

static gint64 last_look_us(const LodgeService *service)
{
    gint64 oldest_us = G_MAXINT64;
    for (guint i = 0; i < service->watchers->len; i++)
        oldest_us = MIN(oldest_us,
                        lodge_watcher_looked_us(g_ptr_array_index(service->watchers, i)));
    return service->watchers->len > 0 ? oldest_us : 0;
}

char *lodge_service_describe(LodgeService *service)
{
    GString *words = g_string_new(NULL);
    gint64 looked_us = last_look_us(service);
    g_string_append_printf(words, "%u mailboxes, ", service->watchers->len);
    if (looked_us == 0)
        g_string_append(words, "not all looked at yet");
    else
        g_string_append_printf(words, "all looked at %" G_GINT64_FORMAT " s ago",
                               (g_get_monotonic_time() - looked_us) / G_USEC_PER_SEC);
    if (lodge_pass_has_failed(&service->pass))
        g_string_append(words, "; the spool cannot be written, see the log");
    else if (lodge_room_look(service->pass.spool, &service->pass.settings->limits).is_low)
        g_string_append(words, "; the disk of the spool is almost full");
    return g_string_free(words, FALSE);
}

void lodge_service_probe(LodgeService *service)
{
    g_autoptr(GError) failure = NULL;
    if (!lodge_pass_flush(&service->pass, &failure))
        lodge_pass_fail(&service->pass, failure);
}

static void stop_control(LodgeService *service)
{
    guint64 one = 1;
    while (service->control_thread != NULL &&
           write(service->control_wake_fd, &one, sizeof one) < 0 && errno == EINTR)
        continue;
    if (service->control_thread != NULL)
        g_thread_join(service->control_thread);
    lodge_control_close(service->control);
    if (service->control_wake_fd >= 0)
        close(service->control_wake_fd);
}

/* Whoever hands in work before whoever does it; the spool last. */
void lodge_service_stop(LodgeService *service)
{
    stop_control(service);
    for (guint i = 0; i < service->watchers->len; i++)
        lodge_watcher_join(g_ptr_array_index(service->watchers, i));
    g_ptr_array_unref(service->watchers);
    if (service->desk != NULL)
        lodge_desk_join(service->desk);
    if (service->is_open)
        lodge_pass_close(&service->pass);
    lodge_desk_free(service->desk); /* the last messages were still announced to it */
    lodge_ruler_free(service->ruler);
    lodge_pass_report_free(service->pass.report);
    g_free(service);
}
