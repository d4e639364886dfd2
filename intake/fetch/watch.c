#include "intake/fetch/watch.h"
#include "intake/fetch/imap_idle.h"

#define SELF_ENDED_MAX 3 /* IDLEs that the server ends by itself before we stop asking */

typedef struct {
    const LodgeWatch *watch;
    LodgeWatchSeen before;
    gboolean stirred;
    gint64 deadline_us;
    guint self_ended;
} Waiting;

LodgeWatchSeen lodge_watch_see(const LodgeImapSession *session)
{
    const LodgeImapSelected *selected = lodge_imap_session_selected(session);
    return (LodgeWatchSeen){.uidvalidity = selected->uidvalidity,
                            .uidnext = selected->uidnext,
                            .exists = selected->exists};
}

/* A new count is found by comparing: some servers repeat EXISTS though nothing is new. */
static gboolean
take_response(const LodgeImapResponse *response, gpointer data, GError **error)
{
    (void)error;
    Waiting *waiting = data;
    if (lodge_imap_response_is(response, "EXPUNGE") ||
        lodge_imap_response_is(response, "VANISHED") ||
        lodge_imap_response_is(response, "FETCH"))
        waiting->stirred = TRUE;
    return TRUE;
}

static gboolean has_news(gpointer data)
{
    const Waiting *waiting = data;
    const LodgeImapSession *session = waiting->watch->session;
    LodgeWatchSeen now = lodge_watch_see(session);
    const LodgeWatchSeen *before = &waiting->before;
    return waiting->stirred || lodge_imap_session_selected(session)->epoch_changed ||
           now.uidvalidity != before->uidvalidity || now.exists != before->exists ||
           now.uidnext != before->uidnext;
}

static guint left_ms(const Waiting *waiting)
{
    gint64 left_us = waiting->deadline_us - g_get_monotonic_time();
    return (guint)((MAX(left_us, 0) + 999) / 1000);
}

/* ---- one round ---- */

/* Servers that keep ending IDLE would have us ask without pause. */
static gboolean can_idle(const Waiting *waiting)
{
    return lodge_imap_idle_is_offered(waiting->watch->session) &&
           waiting->self_ended < SELF_ENDED_MAX;
}

/* A quiet line, then NOOP, which makes the server speak, or shows that it is gone. */
static gboolean poll_round(const Waiting *waiting,
                           LodgeImapIdle *idle,
                           LodgeImapIdleEnd *end,
                           GError **error)
{
    LodgeImapSession *session = waiting->watch->session;
    idle->timeout_ms = MIN(idle->timeout_ms, LODGE_WATCH_POLL_MS);
    if (!lodge_imap_idle_listen(session, idle, end, error))
        return FALSE;
    return *end != LODGE_IMAP_IDLE_QUIET ||
           lodge_imap_session_run(session, "NOOP", "NOOP", error);
}

static gboolean run_round(Waiting *waiting, LodgeImapIdleEnd *end, GError **error)
{
    const LodgeWatch *watch = waiting->watch;
    guint renew_ms = CLAMP(watch->renew_ms, 1, LODGE_WATCH_RENEW_MAX_MS);
    LodgeImapIdle idle = {.folder = watch->folder->name,
                          .timeout_ms = MIN(left_ms(waiting), renew_ms),
                          .wake_fd = watch->wake_fd,
                          .enough = has_news,
                          .data = waiting};
    if (!can_idle(waiting))
        return poll_round(waiting, &idle, end, error);
    if (!lodge_imap_idle_run(watch->session, &idle, end, error))
        return FALSE;
    waiting->self_ended += *end == LODGE_IMAP_IDLE_ENDED;
    return TRUE;
}

static gboolean run_rounds(Waiting *waiting, LodgeMailboxWait *result_out, GError **error)
{
    LodgeImapIdleEnd end = LODGE_IMAP_IDLE_QUIET;
    while (!has_news(waiting) && end != LODGE_IMAP_IDLE_WOKEN && left_ms(waiting) > 0) {
        if (!run_round(waiting, &end, error))
            return FALSE;
    }
    if (end == LODGE_IMAP_IDLE_WOKEN)
        *result_out = LODGE_MAILBOX_WOKEN;
    else
        *result_out = has_news(waiting) ? LODGE_MAILBOX_NEWS : LODGE_MAILBOX_QUIET;
    return TRUE;
}

gboolean lodge_watch_run(const LodgeWatch *watch,
                         LodgeWatchSeen *seen,
                         LodgeMailboxWait *result_out,
                         GError **error)
{
    static const LodgeImapHandler listener = {.response = take_response};
    LodgeImapSession *session = watch->session;
    Waiting waiting = {.watch = watch,
                       .before = *seen,
                       .deadline_us =
                           g_get_monotonic_time() + (gint64)watch->timeout_ms * 1000};
    if (!lodge_imap_session_has_selected(session, watch->folder->raw) &&
        !lodge_imap_session_select(session, watch->folder->raw, watch->folder->name, FALSE,
                                   error))
        return FALSE;
    lodge_imap_session_listen(session, &listener, &waiting);
    gboolean ok = run_rounds(&waiting, result_out, error);
    lodge_imap_session_listen(session, NULL, NULL);
    if (ok && *result_out != LODGE_MAILBOX_WOKEN) /* what was not told is still news */
        *seen = lodge_watch_see(session);
    return ok;
}
