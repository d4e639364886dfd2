#include "intake/desk.h"

#include "intake/backoff.h"
#include "intake/deliver.h"
#include "intake/link/connection.h"
#include "intake/log.h"
#include "intake/project.h"

#define LONGEST_SLEEP_US (60 * G_USEC_PER_SEC)
#define SHORTEST_SLEEP_US (G_USEC_PER_SEC / 5)
#define ROUND_US (5 * G_USEC_PER_SEC) /* of sending, before the queue is looked at anew */

/* One of the two threads: it works, then sleeps until it is called or due. */
typedef struct {
    LodgeDesk *desk;
    GThread *thread;
    guint seen; /* calls it has seen */
    LodgeBackoff backoff;
} Clerk;

struct LodgeDesk {
    LodgePass *pass;
    Clerk desk, courier;
    GMutex mutex;
    GCond called;
    guint calls;
};

static gboolean is_stopping(const LodgeDesk *desk)
{
    return desk->pass->context->stopping();
}

/* Until it is called, or the time has come. Everything that was there before this work began has been seen. */
static void sleep_until(Clerk *clerk, gint64 until_us)
{
    LodgeDesk *desk = clerk->desk;
    g_mutex_lock(&desk->mutex);
    while (desk->calls == clerk->seen && !is_stopping(desk) &&
           g_cond_wait_until(&desk->called, &desk->mutex, until_us))
        continue;
    clerk->seen = desk->calls;
    g_mutex_unlock(&desk->mutex);
}

/* A pause after a failure, which no call shortens, only the end. */
static void pause_for(LodgeDesk *desk, guint wait_ms)
{
    gint64 until_us = g_get_monotonic_time() + (gint64)wait_ms * 1000;
    g_mutex_lock(&desk->mutex);
    while (!is_stopping(desk) && g_cond_wait_until(&desk->called, &desk->mutex, until_us))
        continue;
    g_mutex_unlock(&desk->mutex);
}

/* From a time of the wall clock that the ledger names to one of the monotonic clock. */
static gint64 wake_time(const LodgeDesk *desk, gint64 due_us)
{
    gint64 sleep_us = LONGEST_SLEEP_US;
    if (due_us != LODGE_INSTANT_UNKNOWN)
        sleep_us = CLAMP(due_us - desk->pass->context->now_us(), SHORTEST_SLEEP_US,
                         LONGEST_SLEEP_US);
    return g_get_monotonic_time() + sleep_us;
}

static void complain(const char *event, const GError *failure)
{
    lodge_log_warning(event, "reason", failure->message, NULL);
}

/* ---- desk: pending messages and trees ---- */

static gboolean
find_pending_due(LodgePass *pass, gint64 now_us, gint64 *due_us_out, GError **error)
{
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    return ledger != NULL &&
           lodge_ledger_find_pending_due(ledger, now_us, due_us_out, error);
}

/* What is due was taken up; if it stays as it is (its object or its call is gone), it is tried again after the longest
 * sleep, not in a circle. A message whose tree cannot be written is told, and keeps no other waiting. */
static gboolean do_desk_work(LodgePass *pass, gint64 *due_us_out, GError **error)
{
    gint64 now_us = pass->context->now_us();
    g_autoptr(GError) damage = NULL;
    return lodge_pass_take_up_pending(pass, error) &&
           lodge_project_run(pass->spool, pass->committer, pass->context, &damage, error) &&
           find_pending_due(pass, now_us, due_us_out, error);
}

static gpointer run_desk(gpointer data)
{
    Clerk *clerk = data;
    LodgeDesk *desk = clerk->desk;
    while (!is_stopping(desk)) {
        g_autoptr(GError) failure = NULL;
        gint64 due_us = LODGE_INSTANT_UNKNOWN;
        if (do_desk_work(desk->pass, &due_us, &failure)) {
            lodge_backoff_reset(&clerk->backoff);
            sleep_until(clerk, wake_time(desk, due_us));
            continue;
        }
        complain("desk", failure);
        pause_for(desk, lodge_backoff_next(&clerk->backoff, failure, 0));
    }
    return NULL;
}

/* ---- courier ---- */

static gboolean find_receipt_due(LodgePass *pass, gint64 *due_us_out, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(LodgeLedger) ledger = lodge_spool_open_ledger(pass->spool, error);
    if (ledger == NULL)
        return FALSE;
    lodge_ledger_count_receipts_open(ledger, due_us_out, &failure);
    if (failure == NULL)
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&failure));
    return FALSE;
}

/* The server's own failures come as a report: nothing of ours is wrong then. */
static gboolean check_server(const LodgeDelivery *delivery, GError **error)
{
    if (delivery->server_fault == NULL)
        return TRUE;
    g_set_error_literal(error, LODGE_LINK_ERROR,
                        delivery->person_needed ? LODGE_LINK_ERROR_LOGIN
                                                : LODGE_LINK_ERROR_CONNECT,
                        delivery->server_fault);
    return FALSE;
}

static gboolean
do_courier_work(LodgePass *pass, LodgeDeliver *deliver, gint64 *due_us_out, GError **error)
{
    LodgeDelivery delivery = {0};
    gint64 until_us = g_get_monotonic_time() + ROUND_US;
    gboolean done = lodge_deliver_run(deliver, until_us, &delivery, error) &&
                    check_server(&delivery, error);
    gboolean stuck =
        delivery.held_back > 0 || (delivery.damage != NULL && delivery.left == 0);
    lodge_delivery_clear(&delivery);
    /* Without a server, at the limit of the hour, and damaged, what is due stays due: it is not asked for in a circle. */
    return done && (pass->settings->smtp == NULL || stuck ||
                    find_receipt_due(pass, due_us_out, error));
}

static gpointer run_courier(gpointer data)
{
    Clerk *clerk = data;
    LodgeDesk *desk = clerk->desk;
    LodgePass *pass = desk->pass;
    g_autoptr(LodgeDeliver) deliver =
        lodge_deliver_new(pass->settings, pass->context, pass->spool, pass->committer);
    while (!is_stopping(desk)) {
        g_autoptr(GError) failure = NULL;
        gint64 due_us = LODGE_INSTANT_UNKNOWN;
        if (do_courier_work(pass, deliver, &due_us, &failure)) {
            lodge_backoff_reset(&clerk->backoff);
            sleep_until(clerk, wake_time(desk, due_us));
            continue;
        }
        complain("courier", failure);
        pause_for(desk, lodge_backoff_next(&clerk->backoff, failure, 0));
    }
    return NULL;
}

/* ---- their lives ---- */

LodgeDesk *lodge_desk_new(LodgePass *pass)
{
    LodgeDesk *desk = g_new0(LodgeDesk, 1);
    desk->pass = pass;
    g_mutex_init(&desk->mutex);
    g_cond_init(&desk->called);
    desk->desk.desk = desk;
    desk->courier.desk = desk;
    return desk;
}

void lodge_desk_start(LodgeDesk *desk)
{
    desk->desk.thread = g_thread_new("desk", run_desk, &desk->desk);
    desk->courier.thread = g_thread_new("courier", run_courier, &desk->courier);
}

void lodge_desk_notify(LodgeDesk *desk)
{
    g_mutex_lock(&desk->mutex);
    desk->calls++;
    g_cond_broadcast(&desk->called);
    g_mutex_unlock(&desk->mutex);
}

void lodge_desk_join(LodgeDesk *desk)
{
    lodge_desk_notify(desk);
    g_thread_join(desk->desk.thread);
    g_thread_join(desk->courier.thread);
}

void lodge_desk_free(LodgeDesk *desk)
{
    if (desk == NULL)
        return;
    g_mutex_clear(&desk->mutex);
    g_cond_clear(&desk->called);
    g_free(desk);
}
